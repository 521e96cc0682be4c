//! Users: who they are, what they say of themselves, and who may see whom.

use lately_model::right::is_among;
use lately_model::user::Status;
use lately_model::{Deed, DeedKind, Doer, Moment, User, UserId};
use lately_store::Snapshot;

use crate::audit::edited;
use crate::occasion::{Origin, person_added};
use crate::person::expect_role;
use crate::{Error, Messenger, Refusal};

/// How many users one listing reads at most.
const USERS: usize = 100_000;

/// How many users are read at a time.
const STEP: i64 = 500;

impl Messenger {
    /// The caller themselves.
    pub async fn current_user(&self, user: UserId) -> Result<User, Error> {
        self.store.read(move |snapshot| acting(snapshot, user)).await
    }

    /// `im.user.get`: one user whom the caller may see.
    pub async fn user(&self, caller: UserId, wanted: UserId) -> Result<User, Error> {
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, caller)?;
                let user = snapshot.user(wanted)?.ok_or(Refusal::UserNotExists)?;
                if may_see(snapshot, &actor, &user)? {
                    Ok(user)
                } else {
                    Err(Refusal::StrangerToGuest.into())
                }
            })
            .await
    }

    /// `im.user.list.get`: for each number the user, or `None` for an unknown one. A guest from outside is not told
    /// of strangers at all.
    pub async fn users(
        &self,
        caller: UserId,
        wanted: Vec<UserId>,
    ) -> Result<Vec<(UserId, Option<User>)>, Error> {
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, caller)?;
                let mut found = Vec::with_capacity(wanted.len());
                for &id in &wanted {
                    match snapshot.user(id)? {
                        Some(user) if !may_see(snapshot, &actor, &user)? => {}
                        user => found.push((id, user)),
                    }
                }
                Ok(found)
            })
            .await
    }

    /// Whether this is a guest from outside.
    pub async fn is_guest(&self, user: UserId) -> Result<bool, Error> {
        self.store.read(move |snapshot| Ok(acting(snapshot, user)?.is_extranet())).await
    }

    /// `user.access`: whether the caller is among those whom one of the codes names. Administrators always are.
    pub async fn has_access(&self, user: UserId, codes: Vec<String>) -> Result<bool, Error> {
        let user = self.current_user(user).await?;
        Ok(user.admin || codes.iter().any(|code| is_among(&user, code)))
    }

    /// Every user that `keep` keeps, by number; at most 100,000 are looked at.
    pub async fn find_users<F>(&self, keep: F) -> Result<Vec<User>, Error>
    where
        F: Fn(&User) -> bool + Send + 'static,
    {
        self.store
            .read(move |snapshot| {
                let mut kept = Vec::new();
                let mut seen = 0;
                let mut after = UserId(0);
                while seen < USERS {
                    let users = snapshot.users_after(after, STEP)?;
                    let Some(last) = users.last() else { break };
                    after = last.id;
                    seen += users.len();
                    kept.extend(users.into_iter().filter(|user| keep(user)));
                }
                Ok(kept)
            })
            .await
    }

    /// Adds a user on behalf of an administrator; see [`Self::add_user_from`].
    pub async fn add_user(&self, by: impl Into<Doer>, user: User) -> Result<UserId, Error> {
        self.add_user_from(Origin { doer: by.into(), ..Origin::default() }, user).await
    }

    /// Adds a user on behalf of an administrator; answers the number. A zero id takes the next free one.
    pub async fn add_user_from(&self, origin: Origin, mut user: User) -> Result<UserId, Error> {
        let now = self.now();
        user.registered_at = now;
        self.store
            .write(move |tx| {
                let by = &origin.doer;
                administering(tx, by.user)?;
                free_email(tx, &user)?;
                expect_role(tx, &User { active: false, ..User::default() }, &user)?;
                let id = tx.add_user(&user)?;
                person_added(tx, id, &origin, now)?;
                let deed = Deed::new(now, DeedKind::UserAdded, by).of(id).with("kind", user.kind.word());
                tx.add_deed(&if user.admin { deed.with("admin", true) } else { deed })?;
                Ok(id)
            })
            .await
    }

    /// Changes a user on behalf of an administrator; `edit` gets the present state,
    /// and gets it again if the transaction was lost.
    pub async fn edit_user<F>(&self, by: impl Into<Doer>, id: UserId, mut edit: F) -> Result<User, Error>
    where
        F: FnMut(&mut User) -> Result<(), Refusal> + Send + 'static,
    {
        let (by, now) = (by.into(), self.now());
        self.store
            .write(move |tx| {
                administering(tx, by.user)?;
                let before = tx.user(id)?.ok_or_else(|| Refusal::Core(format!("there is no user {id}")))?;
                let mut user = before.clone();
                edit(&mut user)?;
                user.id = id;
                free_email(tx, &user)?;
                expect_role(tx, &before, &user)?;
                tx.update_user(&user, now)?;
                edited(tx, now, &by, &before, &user)?;
                Ok(user)
            })
            .await
    }

    /// `im.user.status.set`.
    pub async fn set_status(&self, user: UserId, status: Status) -> Result<(), Error> {
        self.edit_self(user, move |user| user.status = Some(status)).await
    }

    /// `im.user.status.idle.start` (since then) and `.end` (`None`).
    pub async fn set_idle(&self, user: UserId, since: Option<Moment>) -> Result<(), Error> {
        self.edit_self(user, move |user| user.idle_since = since).await
    }

    async fn edit_self(
        &self,
        user: UserId,
        mut edit: impl FnMut(&mut User) + Send + 'static,
    ) -> Result<(), Error> {
        let now = self.now();
        self.store
            .write(move |tx| {
                let mut user = acting(tx, user)?;
                let before = user.clone();
                edit(&mut user);
                if user != before {
                    tx.update_user(&user, now)?;
                }
                Ok(())
            })
            .await
    }
}

/// The user on whose behalf something happens.
pub(crate) fn acting(snapshot: &Snapshot<'_>, user: UserId) -> Result<User, Error> {
    let found = snapshot.user(user)?.filter(|user| user.active);
    found.ok_or_else(|| Refusal::Core(format!("user {user} is not active")).into())
}

/// Everybody sees everybody, but guests from outside only those they may meet.
pub(crate) fn may_see(snapshot: &Snapshot<'_>, actor: &User, other: &User) -> Result<bool, Error> {
    Ok(!actor.is_extranet() || may_meet(snapshot, actor, other)?)
}

/// Guests from outside meet only people with whom they share a chat.
pub(crate) fn may_meet(snapshot: &Snapshot<'_>, actor: &User, other: &User) -> Result<bool, Error> {
    if actor.id == other.id || !(actor.is_extranet() || other.is_extranet()) {
        return Ok(true);
    }
    if !actor.is_extranet() && actor.admin {
        return Ok(true);
    }
    Ok(snapshot.private_chat(actor.id, other.id)?.is_some() || snapshot.share_a_chat(actor.id, other.id)?)
}

/// The command line acts for nobody and may; over REST only administrators may.
pub(crate) fn administering(snapshot: &Snapshot<'_>, caller: Option<UserId>) -> Result<(), Error> {
    let Some(caller) = caller else { return Ok(()) };
    if acting(snapshot, caller)?.admin {
        return Ok(());
    }
    Err(Refusal::Core("Access denied.".to_owned()).into())
}

/// Nobody else has this user's e-mail address.
pub(crate) fn free_email(snapshot: &Snapshot<'_>, user: &User) -> Result<(), Error> {
    if user.email.is_empty() {
        return Ok(());
    }
    match snapshot.user_by_email(&user.email)? {
        Some(other) if other.id != user.id => {
            let text = format!("User with e-mail {} exists already", user.email);
            Err(Refusal::Argument("EMAIL", text).into())
        }
        _ => Ok(()),
    }
}
