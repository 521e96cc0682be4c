//! The log of what was done by whom.

use std::net::IpAddr;

use lately_model::audit::MOST;
use lately_model::{Deed, DeedId, DeedKind, Doer, Moment, UserId, Way};

use crate::engine::{Row, Value};
use crate::user::json;
use crate::{Snapshot, StoreError, Tx};

const COLUMNS: &str = "id, at, kind, by_id, way, tool, peer, user_id, thing_id, detail";

/// How many old deeds one step of forgetting takes away.
const FORGOTTEN_AT_ONCE: i64 = 1000;

/// Which deeds are looked for; what is not set takes all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeedFilter {
    /// Done by this person, or about them.
    pub user: Option<UserId>,
    /// Of this kind.
    pub kind: Option<DeedKind>,
    /// Not before this moment.
    pub since: Option<Moment>,
    /// Before this moment.
    pub until: Option<Moment>,
    /// Older than the deed at this moment with this number, for the next page.
    pub before: Option<(Moment, DeedId)>,
}

impl Snapshot<'_> {
    /// Up to `limit` deeds, the newest first.
    pub fn deeds(&self, filter: DeedFilter, limit: i64) -> Result<Vec<Deed>, StoreError> {
        let mut params: Vec<Value> = Vec::new();
        let mut wanted = Vec::new();
        let mut place = |value: Value| {
            params.push(value);
            params.len()
        };
        if let Some(user) = filter.user {
            let place = place(user.into());
            wanted.push(format!("(by_id = ?{place} OR user_id = ?{place})"));
        }
        if let Some(kind) = filter.kind {
            wanted.push(format!("kind = ?{}", place(kind.word().into())));
        }
        if let Some(since) = filter.since {
            wanted.push(format!("at >= ?{}", place(since.into())));
        }
        if let Some(until) = filter.until {
            wanted.push(format!("at < ?{}", place(until.into())));
        }
        if let Some((at, id)) = filter.before {
            wanted.push(format!("(at, id) < (?{}, ?{})", place(at.into()), place(id.into())));
        }
        let limit = place(limit.into());
        let wanted = if wanted.is_empty() { "1 = 1".to_owned() } else { wanted.join(" AND ") };
        let sql =
            format!("SELECT {COLUMNS} FROM audit WHERE {wanted} ORDER BY at DESC, id DESC LIMIT ?{limit}");
        self.read_deeds(&sql, &params)
    }

    /// The highest of the next `limit` numbers of deeds after `after`.
    pub(crate) fn deed_step(&self, after: DeedId, limit: i64) -> Result<Option<DeedId>, StoreError> {
        let sql = "SELECT max(s.id) FROM (SELECT id FROM audit WHERE id > ?1 ORDER BY id LIMIT ?2) s";
        let row = self.engine.row(sql, &[after.into(), limit.into()])?;
        Ok(row.map(|mut row| row.maybe_int()).transpose()?.flatten().map(DeedId))
    }

    /// The deeds with a number above `after`, up to `upto`, ascending.
    pub(crate) fn deeds_between(&self, after: DeedId, upto: DeedId) -> Result<Vec<Deed>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE id > ?1 AND id <= ?2 ORDER BY id");
        self.read_deeds(&sql, &[after.into(), upto.into()])
    }

    /// Whether there are deeds that were done before this moment, or more than are kept.
    pub fn has_old_deeds(&self, before: Moment) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM audit WHERE at < ?1 LIMIT 1";
        Ok(self.engine.row(sql, &[before.into()])?.is_some() || self.oldest_kept(MOST)?.is_some())
    }

    /// How many deeds name a user who is not there.
    pub(crate) fn deeds_of_nobody(&self) -> Result<i64, StoreError> {
        let sql = "SELECT count(*) FROM audit a WHERE (a.by_id <> 0 AND NOT EXISTS \
                   (SELECT 1 FROM \"user\" u WHERE u.id = a.by_id)) OR (a.user_id <> 0 AND NOT EXISTS \
                   (SELECT 1 FROM \"user\" u WHERE u.id = a.user_id))";
        self.engine.row(sql, &[])?.map_or(Ok(0), |mut row| row.int())
    }

    fn read_deeds(&self, sql: &str, params: &[Value]) -> Result<Vec<Deed>, StoreError> {
        known(self.engine.rows(sql, params)?)
    }

    /// When the oldest deed was done that is within the number kept, if there are older ones.
    fn oldest_kept(&self, most: i64) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT id FROM audit ORDER BY id DESC LIMIT 1 OFFSET ?1";
        self.engine.row(sql, &[most.into()])?.map(|mut row| row.int()).transpose()
    }
}

impl Tx<'_> {
    /// Writes down what was done; its number is given here.
    pub fn add_deed(&mut self, deed: &Deed) -> Result<(), StoreError> {
        self.insert_deed(None, deed)
    }

    /// Writes down a deed that another portal knew. One that is here already changes nothing; one whose number is
    /// another's here gets a new one.
    pub(crate) fn put_deed(&mut self, deed: &Deed) -> Result<(), StoreError> {
        let sql = "SELECT id FROM audit WHERE at = ?1 AND kind = ?2 AND by_id = ?3 AND way = ?4 AND tool = ?5 AND \
                   peer = ?6 AND user_id = ?7 AND thing_id = ?8 AND detail = ?9 ORDER BY id LIMIT 1000";
        let same = self.engine.rows(sql, &facts(deed))?;
        let same = same.into_iter().map(|mut row| row.int()).collect::<Result<Vec<_>, StoreError>>()?;
        let sql = "SELECT id FROM audit WHERE id = ?1";
        let taken = self.engine.row(sql, &[deed.id.into()])?.is_some();
        match (taken, same.is_empty()) {
            (false, _) => self.insert_deed(Some(deed.id), deed),
            (true, true) => self.insert_deed(None, deed),
            (true, false) => Ok(()),
        }
    }

    fn insert_deed(&mut self, id: Option<DeedId>, deed: &Deed) -> Result<(), StoreError> {
        let sql = "INSERT INTO audit (id, at, kind, by_id, way, tool, peer, user_id, thing_id, detail) VALUES \
                   (COALESCE(?10, (SELECT COALESCE(max(id), 0) + 1 FROM audit)), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let mut params = facts(deed).to_vec();
        params.push(id.into());
        self.engine.run_one(sql, &params)
    }

    /// Forgets some of the deeds that were done before this moment, or that are more than are kept; answers how many.
    pub fn forget_deeds(&mut self, before: Moment) -> Result<usize, StoreError> {
        let upto = self.oldest_kept(MOST)?.unwrap_or(0);
        let sql = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ?1 OR id <= ?2 LIMIT ?3)";
        self.engine.run(sql, &[before.into(), upto.into(), FORGOTTEN_AT_ONCE.into()])
    }
}

/// All columns but the number, in the order of [`COLUMNS`].
fn facts(deed: &Deed) -> [Value; 9] {
    let peer = deed.doer.peer.map(|peer| peer.to_canonical().to_string());
    [
        deed.at.into(),
        deed.kind.word().into(),
        deed.doer.user.unwrap_or_default().into(),
        deed.doer.way.word().into(),
        (&deed.doer.tool).into(),
        peer.unwrap_or_default().into(),
        deed.user_id.into(),
        deed.thing.into(),
        json(&deed.detail).into(),
    ]
}

/// What another version of this program wrote down, and this one does not know, is passed over.
fn known(rows: Vec<Row>) -> Result<Vec<Deed>, StoreError> {
    let deeds = rows.into_iter().map(read).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(deeds.into_iter().flatten().collect())
}

fn read(mut row: Row) -> Result<Option<Deed>, StoreError> {
    let (id, at, kind) = (DeedId(row.int()?), row.moment()?, DeedKind::from_word(&row.text()?));
    let (by, way, tool, peer) = (row.user()?, Way::from_word(&row.text()?), row.text()?, row.text()?);
    let (user_id, thing, detail) = (row.user()?, row.int()?, row.json()?);
    let (Some(kind), Some(way)) = (kind, way) else { return Ok(None) };
    let user = (!by.is_none()).then_some(by);
    let doer = Doer { user, way, tool, peer: peer.parse::<IpAddr>().ok() };
    Ok(Some(Deed { id, at, kind, doer, user_id, thing, detail }))
}
