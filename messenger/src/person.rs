//! The people of the portal, as its administrators look after them: who is there, who comes, and in what role.
//!
//! Must hold: the portal always has an administrator; only employees administer; whoever invites without being an
//! administrator brings somebody new, and never gets at somebody who is there.

use lately_model::{Deed, DeedKind, Doer, Invitation, Inviters, SessionId, User, UserId, UserKind};
use lately_store::Snapshot;

use crate::audit::edited;
use crate::department::structure;
use crate::user::{acting, administering, free_email};
use crate::webhook::{SECRET_LENGTH, hash};
use crate::{Error, Messenger, Refusal};

/// How many users are read at a time.
const STEP: i64 = 500;

/// How many users one search looks at.
const LOOKED_AT: usize = 100_000;

/// One of the people who may sign in, or could.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Who.
    pub user: User,
    /// Under which login they sign in, if they do.
    pub login: Option<String>,
}

/// What somebody is to the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role {
    /// Whether they administer it.
    pub admin: bool,
    /// Whether they are a guest from outside.
    pub guest: bool,
}

impl Messenger {
    /// Employees and guests with a number above `after` in whose name, login, e-mail or position the text is, for an
    /// administrator: up to `limit`, and whether there are more.
    pub async fn people(
        &self,
        caller: UserId,
        text: &str,
        after: UserId,
        limit: usize,
    ) -> Result<(Vec<Person>, bool), Error> {
        let text = text.trim().to_lowercase();
        self.store
            .read(move |snapshot| {
                administering(snapshot, Some(caller))?;
                let (mut found, mut after, mut seen) = (Vec::new(), after, 0);
                while seen < LOOKED_AT {
                    let users = snapshot.users_after(after, STEP)?;
                    let Some(last) = users.last() else { return Ok((found, false)) };
                    after = last.id;
                    seen += users.len();
                    for user in users.into_iter().filter(is_person) {
                        let person = card(snapshot, user)?;
                        if !takes(&person, &text) {
                            continue;
                        }
                        if found.len() >= limit {
                            return Ok((found, true));
                        }
                        found.push(person);
                    }
                }
                Ok((found, false))
            })
            .await
    }

    /// Refuses whoever does not administer the portal.
    pub async fn expect_administrator(&self, caller: UserId) -> Result<(), Error> {
        self.store.read(move |snapshot| administering(snapshot, Some(caller))).await
    }

    /// Gives somebody another role on behalf of an administrator, who must say so if it is their own.
    pub async fn set_role(
        &self,
        by: impl Into<Doer>,
        id: UserId,
        role: Role,
        confirmed: bool,
    ) -> Result<Person, Error> {
        let (by, now) = (by.into(), self.now());
        self.store
            .write(move |tx| {
                administering(tx, by.user)?;
                let before = tx.user(id)?.filter(is_person).ok_or(Refusal::NoSuchUser)?;
                let kind = if role.guest { UserKind::Extranet } else { UserKind::Employee };
                let mut after = User { admin: role.admin, kind, ..before.clone() };
                if before.kind != kind {
                    after.departments = if role.guest { Vec::new() } else { company(tx)? };
                }
                expect_role(tx, &before, &after)?;
                let same = (before.admin, before.kind) == (after.admin, after.kind);
                if !same && by.user == Some(id) && !confirmed {
                    return Err(Refusal::OwnRole.into());
                }
                if !same {
                    tx.update_user(&after, now)?;
                    edited(tx, now, &by, &before, &after)?;
                }
                card(tx, after)
            })
            .await
    }

    /// Ends every session of somebody, on their own behalf or on that of an administrator.
    pub async fn sign_out_everywhere(&self, by: impl Into<Doer>, user: UserId) -> Result<(), Error> {
        let (by, now) = (by.into(), self.now());
        self.store
            .write(move |tx| {
                if by.user != Some(user) {
                    administering(tx, by.user)?;
                    tx.user(user)?.ok_or(Refusal::NoSuchUser)?;
                }
                tx.end_sessions(user, SessionId(0))?;
                Ok(tx.add_deed(&Deed::new(now, DeedKind::SignedOut, &by).of(user))?)
            })
            .await
    }

    /// Whether somebody may invite people who are not here yet.
    pub async fn may_invite(&self, user: UserId) -> Result<bool, Error> {
        let inviters = self.portal_settings().await?.inviters;
        self.store
            .read(move |snapshot| {
                Ok(snapshot.user(user)?.is_some_and(|user| user.active && invites(&user, inviters)))
            })
            .await
    }

    /// Adds somebody new, an employee or a guest, and invites them to choose a login and a password. Answers the
    /// invitation and its code, which is never shown again.
    pub async fn invite_newcomer(&self, by: Doer, user: User) -> Result<(Invitation, String), Error> {
        let inviters = self.portal_settings().await?.inviters;
        let (code, now) = (self.dice.secret(SECRET_LENGTH), self.now());
        let code_hash = hash(&code);
        let newcomer = User { id: UserId(0), active: true, admin: false, registered_at: now, ..user };
        let made = self.store.write(move |tx| {
            let inviter = acting(tx, by.user.unwrap_or_default())?;
            if !invites(&inviter, inviters) || !is_person(&newcomer) {
                return Err(Error::from(Refusal::MayNotInvite));
            }
            if newcomer.name().is_empty() {
                return Err(Refusal::NameEmpty.into());
            }
            free_email(tx, &newcomer)?;
            let departments = if newcomer.is_extranet() { Vec::new() } else { company(tx)? };
            let user_id = tx.add_user(&User { departments, ..newcomer.clone() })?;
            let kind = newcomer.kind.word();
            tx.add_deed(&Deed::new(now, DeedKind::UserAdded, &by).of(user_id).with("kind", kind))?;
            let invitation = Invitation::beginning(user_id, code_hash.clone(), now);
            let id = tx.add_invitation(&invitation)?;
            tx.add_deed(&Deed::new(now, DeedKind::UserInvited, &by).of(user_id))?;
            Ok(Invitation { id, ..invitation })
        });
        Ok((made.await?, code))
    }
}

/// Refuses what would leave the portal without an administrator, or give the role to somebody who is no employee.
pub(crate) fn expect_role(snapshot: &Snapshot<'_>, before: &User, after: &User) -> Result<(), Error> {
    if after.admin && after.kind != UserKind::Employee && (!before.admin || before.kind != after.kind) {
        return Err(Refusal::NoEmployee.into());
    }
    if before.administers() && !after.administers() && !snapshot.has_administrator_beside(before.id)? {
        return Err(Refusal::LastAdministrator.into());
    }
    Ok(())
}

fn is_person(user: &User) -> bool {
    matches!(user.kind, UserKind::Employee | UserKind::Extranet)
}

fn invites(user: &User, inviters: Inviters) -> bool {
    user.administers() || (inviters == Inviters::Employees && user.kind == UserKind::Employee)
}

fn card(snapshot: &Snapshot<'_>, user: User) -> Result<Person, Error> {
    let login = snapshot.password(user.id)?.map(|known| known.login);
    Ok(Person { user, login })
}

fn takes(person: &Person, text: &str) -> bool {
    let user = &person.user;
    let login = person.login.as_deref().unwrap_or_default();
    let known = format!("{} {} {} {login} #{}", user.name(), user.email, user.work_position, user.id);
    known.to_lowercase().contains(text)
}

/// The department that stands for the whole company, if there is one.
fn company(snapshot: &Snapshot<'_>) -> Result<Vec<i64>, Error> {
    Ok(structure(snapshot)?.root().map(|company| company.id).into_iter().collect())
}
