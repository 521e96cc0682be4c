//! The log of what was done by whom: written with what was done, read by administrators, forgotten in time.
//!
//! Must hold: a deed is written in the transaction that does it, so that there is neither one without the other. What is
//! done outside the database (a copy, an export) is noted once it was done.

use std::net::IpAddr;

use lately_model::password::login;
use lately_model::{Deed, DeedKind, Doer, Moment, User, UserId, UserKind};
use lately_store::{DeedFilter, Tx};
use serde_json::Value;

use crate::user::administering;
use crate::{Error, Messenger};

/// How many deeds one page has at most.
pub const PAGE: i64 = 1000;

/// Who is refused for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped<'a> {
    /// Everybody at the address.
    Address,
    /// Whoever signs in under what was written.
    Login(&'a str),
    /// This person, who changes their password.
    User(UserId),
}

impl Messenger {
    /// Up to `limit` deeds, the newest first, for an administrator or a command.
    pub async fn deeds(
        &self,
        caller: Option<UserId>,
        filter: DeedFilter,
        limit: i64,
    ) -> Result<Vec<Deed>, Error> {
        self.store
            .read(move |snapshot| {
                administering(snapshot, caller)?;
                Ok(snapshot.deeds(filter, limit.clamp(0, PAGE))?)
            })
            .await
    }

    /// Notes what a command did beside the database.
    pub async fn note(&self, by: &Doer, kind: DeedKind, detail: &[(&str, Value)]) -> Result<(), Error> {
        let mut deed = Deed::new(self.now(), kind, by);
        for (name, value) in detail {
            deed = deed.with(name, value.clone());
        }
        self.store.write(move |tx| Ok(tx.add_deed(&deed)?)).await
    }

    /// When a copy of the database was made last, as far as the log of deeds knows.
    pub async fn last_backup(&self) -> Result<Option<Moment>, Error> {
        let filter = DeedFilter { kind: Some(DeedKind::BackedUp), ..DeedFilter::default() };
        let newest = self.store.read(move |snapshot| Ok::<_, Error>(snapshot.deeds(filter, 1)?));
        Ok(newest.await?.first().map(|deed| deed.at))
    }

    /// Notes that somebody is refused for a while after too many attempts to sign in. What was written as a login that
    /// nobody has is not noted: it may be anything.
    pub async fn stop_sign_in(&self, whom: Stopped<'_>, peer: IpAddr) -> Result<(), Error> {
        let deed = Deed::new(self.now(), DeedKind::SignInStopped, &Doer::door(peer));
        let user = match whom {
            Stopped::Address => None,
            Stopped::User(user) => Some(user),
            Stopped::Login(written) => {
                let Some(login) = login(written) else { return Ok(()) };
                let known =
                    self.store.read(move |snapshot| Ok::<_, Error>(snapshot.password_of_login(&login)?));
                let Some(known) = known.await? else { return Ok(()) };
                Some(known.user_id)
            }
        };
        let deed = match user {
            Some(user) => deed.of(user),
            None => deed.with("whole_address", true),
        };
        self.store.write(move |tx| Ok(tx.add_deed(&deed)?)).await
    }

    /// Forgets deeds that were kept long enough.
    pub(crate) async fn forget_deeds(&self) -> Result<(), Error> {
        let days = self.portal_settings().await?.keep_days;
        let before = self.now().plus(-days * lately_model::moment::DAY);
        let old =
            async || self.store.read(move |snapshot| Ok::<_, Error>(snapshot.has_old_deeds(before)?)).await;
        // An idle portal writes nothing.
        while old().await? {
            let forget = move |tx: &mut Tx<'_>| Ok::<_, Error>(tx.forget_deeds(before)?);
            if self.store.write(forget).await? == 0 {
                break;
            }
        }
        Ok(())
    }
}

/// Writes down what became of a user who was edited: their role and their place apart, of all else the names only.
pub(crate) fn edited(
    tx: &mut Tx<'_>,
    now: Moment,
    by: &Doer,
    before: &User,
    after: &User,
) -> Result<(), Error> {
    let mut kinds = Vec::new();
    if before.active != after.active {
        kinds.push(if after.active { DeedKind::UserUnblocked } else { DeedKind::UserBlocked });
    }
    if before.admin != after.admin {
        kinds.push(if after.admin { DeedKind::AdminGiven } else { DeedKind::AdminTaken });
    }
    match (before.kind, after.kind) {
        (UserKind::Employee, UserKind::Extranet) => kinds.push(DeedKind::GuestMade),
        (UserKind::Extranet, UserKind::Employee) => kinds.push(DeedKind::EmployeeMade),
        _ => {}
    }
    for kind in kinds {
        tx.add_deed(&Deed::new(now, kind, by).of(after.id))?;
    }
    let fields = changed(before, after);
    if !fields.is_empty() {
        tx.add_deed(&Deed::new(now, DeedKind::UserChanged, by).of(after.id).with("fields", fields))?;
    }
    Ok(())
}

/// The names of what else is not as it was, as the reference has them.
fn changed(before: &User, after: &User) -> Vec<String> {
    let plain = |user: &User| {
        [
            ("NAME", user.first_name.clone()),
            ("LAST_NAME", user.last_name.clone()),
            ("SECOND_NAME", user.second_name.clone()),
            ("EMAIL", user.email.to_lowercase()),
            ("WORK_POSITION", user.work_position.clone()),
            ("PERSONAL_GENDER", format!("{:?}", user.gender)),
            ("PERSONAL_BIRTHDAY", format!("{:?}", user.birthday)),
            ("COLOR", user.color.clone()),
            ("PERSONAL_PHOTO", user.avatar.clone()),
            ("EXTERNAL_AUTH_ID", user.external_auth_id.clone()),
            ("STATUS", format!("{:?}", user.status)),
            ("ABSENT", format!("{:?}", user.absent_until)),
            ("UF_DEPARTMENT", format!("{:?}", user.departments)),
            ("PERSONAL_MOBILE", user.phones.personal_mobile.clone()),
            ("WORK_PHONE", user.phones.work_phone.clone()),
            ("UF_PHONE_INNER", user.phones.inner_phone.clone()),
            ("PERSONAL_PHONE", user.phones.personal_phone.clone()),
            ("PERSONAL_WWW", user.website.clone()),
            ("BOT", format!("{:?}", user.bot)),
        ]
    };
    let differing = plain(before).into_iter().zip(plain(after)).filter(|(one, other)| one.1 != other.1);
    let mut names: Vec<String> = differing.map(|(one, _)| one.0.to_owned()).collect();
    let kinds = [UserKind::Employee, UserKind::Extranet];
    if before.kind != after.kind && !(kinds.contains(&before.kind) && kinds.contains(&after.kind)) {
        names.push("USER_TYPE".to_owned());
    }
    let of_profile = before.profile.keys().chain(after.profile.keys());
    names.extend(of_profile.filter(|name| before.profile.get(*name) != after.profile.get(*name)).cloned());
    names.sort_unstable();
    names.dedup();
    names
}
