//! Users: kept whole, never deleted.

use lately_model::user::{Bot, Gender, Phones, Status};
use lately_model::{Event, Moment, User, UserId, UserKind};

use crate::engine::{Row, Value};
use crate::{Change, Snapshot, StoreError, Tx};

pub(crate) const COLUMNS: &str = "u.id, u.active, u.admin, u.kind, u.first_name, u.last_name, u.second_name, u.email, \
     u.work_position, u.gender, u.birthday, u.color, u.avatar, u.external_auth_id, u.status, u.idle_since, \
     u.last_activity, u.mobile_last, u.desktop_last, u.absent_until, u.departments, u.phones, u.website, u.bot, \
     u.registered_at, u.last_login, u.profile";

/// How many users are looked for by one statement; the places left over name nobody.
const AT_ONCE: usize = 64;

/// How many users one transaction keeps in mind.
const REMEMBERED: usize = 256;

impl Snapshot<'_> {
    /// One user.
    pub fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        if let Some(user) = self.people.borrow().get(&id) {
            return Ok(Some(user.clone()));
        }
        let sql = format!("SELECT {COLUMNS} FROM \"user\" u WHERE u.id = ?1");
        let Some(mut row) = self.engine.row(&sql, &[id.into()])? else { return Ok(None) };
        let user = read(&mut row)?;
        let mut people = self.people.borrow_mut();
        if people.len() >= REMEMBERED {
            people.clear();
        }
        people.insert(id, user.clone());
        Ok(Some(user))
    }

    /// The users among `ids` that exist, by number.
    pub fn users(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let places: Vec<String> = (1..=AT_ONCE).map(|place| format!("?{place}")).collect();
        let places = places.join(", ");
        let sql = format!("SELECT {COLUMNS} FROM \"user\" u WHERE u.id IN ({places}) ORDER BY u.id");
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let mut users = Vec::with_capacity(ids.len());
        for some in ids.chunks(AT_ONCE) {
            let mut params: Vec<Value> = some.iter().map(|id| (*id).into()).collect();
            params.resize_with(AT_ONCE, || UserId(0).into());
            for mut row in self.engine.rows(&sql, &params)? {
                users.push(read(&mut row)?);
            }
        }
        Ok(users)
    }

    /// The user with this e-mail, whatever its case.
    pub fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM \"user\" u WHERE u.email = ?1 LIMIT 1");
        let row = self.engine.row(&sql, &[email.to_lowercase().into()])?;
        row.map(|mut row| read(&mut row)).transpose()
    }

    /// Up to `limit` users with a number above `after`, ascending.
    pub fn users_after(&self, after: UserId, limit: i64) -> Result<Vec<User>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM \"user\" u WHERE u.id > ?1 ORDER BY u.id LIMIT ?2");
        let rows = self.engine.rows(&sql, &[after.into(), limit.into()])?;
        rows.into_iter().map(|mut row| read(&mut row)).collect()
    }

    /// Whether somebody else than this person administers the portal.
    pub fn has_administrator_beside(&self, id: UserId) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM \"user\" WHERE admin = 1 AND active = 1 AND kind = 'employee' AND id <> ?1 LIMIT 1";
        Ok(self.engine.row(sql, &[id.into()])?.is_some())
    }

    /// The administrator with the lowest number.
    pub fn first_administrator(&self) -> Result<Option<UserId>, StoreError> {
        let row = self.engine.row("SELECT min(id) FROM \"user\" WHERE admin = 1 AND active = 1", &[])?;
        Ok(row.map(|mut row| row.maybe_int()).transpose()?.flatten().map(UserId))
    }

    /// How many users there are.
    pub fn user_count(&self) -> Result<i64, StoreError> {
        self.engine.row("SELECT count(*) FROM \"user\"", &[])?.map_or(Ok(0), |mut row| row.int())
    }
}

impl Tx<'_> {
    /// Adds a user; a zero id takes the next free number. Answers the number.
    pub fn add_user(&mut self, user: &User) -> Result<UserId, StoreError> {
        let id = if user.id.is_none() { Value::Null } else { user.id.into() };
        let mut params = vec![id];
        params.extend(facts(user));
        let sql = "INSERT INTO \"user\" (id, active, admin, kind, first_name, last_name, second_name, email, \
                   work_position, gender, birthday, color, avatar, external_auth_id, status, idle_since, \
                   last_activity, mobile_last, desktop_last, absent_until, departments, phones, website, bot, \
                   registered_at, last_login, profile) VALUES (COALESCE(?1, (SELECT COALESCE(max(id), 0) + 1 FROM \"user\")), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, \
                   ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27)";
        let id = UserId(self.engine.insert(sql, &params)?);
        self.file_user(&User { id, ..user.clone() })?;
        self.told_edited(id)?;
        Ok(id)
    }

    /// Replaces everything that is known of a user.
    pub fn update_user(&mut self, user: &User, now: Moment) -> Result<(), StoreError> {
        let before = self.user(user.id)?;
        if let Some(before) = before.as_ref().filter(|before| before.avatar != user.avatar) {
            self.release_avatar(&before.avatar, now)?;
        }
        let mut params = vec![user.id.into()];
        params.extend(facts(user));
        let sql = "UPDATE \"user\" SET active = ?2, admin = ?3, kind = ?4, first_name = ?5, last_name = ?6, \
                   second_name = ?7, email = ?8, work_position = ?9, gender = ?10, birthday = ?11, color = ?12, \
                   avatar = ?13, external_auth_id = ?14, status = ?15, idle_since = ?16, last_activity = ?17, \
                   mobile_last = ?18, desktop_last = ?19, absent_until = ?20, departments = ?21, phones = ?22, \
                   website = ?23, bot = ?24, registered_at = ?25, last_login = ?26, profile = ?27 WHERE id = ?1";
        self.engine.run_one(sql, &params)?;
        self.file_user(user)?;
        self.told_edited(user.id)?;
        let status_only = before.is_some_and(|before| {
            User { status: user.status, idle_since: user.idle_since, ..before } == *user
        });
        self.happened(if status_only { Event::Status(user.id) } else { Event::Person(user.id) });
        Ok(())
    }

    /// Tells the observer how a user now is: as it was kept, which a given text may not be to the letter.
    fn told_edited(&mut self, id: UserId) -> Result<(), StoreError> {
        self.people.borrow_mut().clear();
        if let Some(user) = self.user(id)? {
            self.changes.push(Change::Person(Box::new(user)));
        }
        Ok(())
    }
}

/// All columns but the id, in the order of [`COLUMNS`].
fn facts(user: &User) -> Vec<Value> {
    vec![
        user.active.into(),
        user.admin.into(),
        user.kind.word().into(),
        (&user.first_name).into(),
        (&user.last_name).into(),
        (&user.second_name).into(),
        user.email.to_lowercase().into(),
        (&user.work_position).into(),
        gender_word(user.gender).into(),
        user.birthday.map(|date| date.to_string()).unwrap_or_default().into(),
        (&user.color).into(),
        (&user.avatar).into(),
        (&user.external_auth_id).into(),
        user.status.map_or("", Status::word).into(),
        user.idle_since.into(),
        user.last_activity.into(),
        user.mobile_last.into(),
        user.desktop_last.into(),
        user.absent_until.into(),
        json(&user.departments).into(),
        json(&user.phones).into(),
        (&user.website).into(),
        user.bot.as_ref().map(json).unwrap_or_default().into(),
        user.registered_at.into(),
        user.last_login.into(),
        json(&user.profile).into(),
    ]
}

pub(crate) fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

fn gender_word(gender: Option<Gender>) -> &'static str {
    match gender {
        Some(Gender::M) => "M",
        Some(Gender::F) => "F",
        None => "",
    }
}

pub(crate) fn read(row: &mut Row) -> Result<User, StoreError> {
    Ok(User {
        id: row.user()?,
        active: row.flag()?,
        admin: row.flag()?,
        kind: UserKind::from_word(&row.text()?).unwrap_or_default(),
        first_name: row.text()?,
        last_name: row.text()?,
        second_name: row.text()?,
        email: row.text()?,
        work_position: row.text()?,
        gender: match row.text()?.as_str() {
            "M" => Some(Gender::M),
            "F" => Some(Gender::F),
            _ => None,
        },
        birthday: row.text()?.parse().ok(),
        color: row.text()?,
        avatar: row.text()?,
        external_auth_id: row.text()?,
        status: Status::from_word(&row.text()?),
        idle_since: row.maybe_moment()?,
        last_activity: row.maybe_moment()?,
        mobile_last: row.maybe_moment()?,
        desktop_last: row.maybe_moment()?,
        absent_until: row.maybe_moment()?,
        departments: row.json()?,
        phones: row.json::<Phones>()?,
        website: row.text()?,
        bot: read_bot(&row.text()?)?,
        registered_at: row.moment()?,
        last_login: row.maybe_moment()?,
        profile: row.json()?,
    })
}

fn read_bot(text: &str) -> Result<Option<Bot>, StoreError> {
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text)
        .map(Some)
        .map_err(|error| StoreError::Corrupt(format!("bad bot column: {error}")))
}
