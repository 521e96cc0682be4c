//! Invitations: how somebody new gets a login and a password, and a new portal its first administrator.
//!
//! Must hold: an invitation is used once; the first administrator is made in a portal without people only.

use lately_model::password::login;
use lately_model::{Deed, DeedKind, Doer, Invitation, Password, SessionId, User, UserId};
use lately_store::Snapshot;

use crate::occasion::{Origin, person_added};
use crate::password::{login_of, one_who_signs_in, settle};
use crate::session::{Begun, begin};
use crate::user::administering;
use crate::webhook::{SECRET_LENGTH, hash};
use crate::{Error, Messenger, Refusal};

/// Whom an invitation is for.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The person.
    pub user: User,
    /// The login they have, or the one they might take; empty if none suggests itself.
    pub login: String,
}

impl Messenger {
    /// Invites somebody who is in the portal to choose a login and a password, on behalf of an administrator. Answers the
    /// invitation and its code, which is never shown again.
    pub async fn invite_person(
        &self,
        by: impl Into<Doer>,
        user: UserId,
    ) -> Result<(Invitation, String), Error> {
        let code = self.dice.secret(SECRET_LENGTH);
        let (by, now) = (by.into(), self.now());
        let invitation = Invitation::beginning(user, hash(&code), now);
        let made = self.store.write(move |tx| {
            administering(tx, by.user)?;
            one_who_signs_in(tx, user)?;
            let id = tx.add_invitation(&invitation)?;
            tx.add_deed(&Deed::new(now, DeedKind::UserInvited, &by).of(user))?;
            Ok::<_, Error>(Invitation { id, ..invitation.clone() })
        });
        Ok((made.await?, code))
    }

    /// A code by which the first administrator can be made, if there are no people yet.
    pub async fn invite_founder(&self) -> Result<Option<String>, Error> {
        let code = self.dice.secret(SECRET_LENGTH);
        let invitation = Invitation::beginning(UserId(0), hash(&code), self.now());
        let made = self.store.write(move |tx| {
            let empty = is_empty(tx)?;
            if empty {
                tx.add_invitation(&invitation)?;
            }
            Ok::<_, Error>(empty)
        });
        Ok(made.await?.then_some(code))
    }

    /// Whether the portal has no people yet.
    pub async fn has_nobody(&self) -> Result<bool, Error> {
        self.store.read(is_empty).await
    }

    /// Whom an invitation is for.
    pub async fn invited(&self, code: &str) -> Result<Invited, Error> {
        let (code, now) = (hash(code), self.now());
        self.store
            .read(move |snapshot| {
                let invitation = snapshot.invitation(&code)?.filter(|invitation| now < invitation.expires_at);
                let invitation = invitation.ok_or(Refusal::InvitationUnknown)?;
                let user = one_who_signs_in(snapshot, invitation.user_id);
                let user = user.map_err(|_| Refusal::InvitationUnknown)?;
                let login = login_of(snapshot, user.id, None).unwrap_or_default();
                Ok(Invited { user, login })
            })
            .await
    }

    /// Uses an invitation: sets login and password and signs in.
    pub async fn accept(
        &self,
        by: Doer,
        code: &str,
        written: &str,
        password: String,
    ) -> Result<Begun, Error> {
        let user = self.invited(code).await?.user.id;
        let login = login(written).ok_or(Refusal::LoginMalformed)?;
        let hashed = self.hashed(password, &login).await?;
        let (code, now) = (hash(code), self.now());
        let (secret, session) = self.new_session(user);
        let session = self.store.write(move |tx| {
            let good =
                tx.invitation(&code)?.is_some_and(|known| known.user_id == user && now < known.expires_at);
            if !good {
                return Err(Error::from(Refusal::InvitationUnknown));
            }
            let password =
                Password { user_id: user, login: login.clone(), hash: hashed.clone(), changed_at: now };
            settle(tx, &password, SessionId(0))?;
            let by = Doer { user: Some(user), ..by.clone() };
            tx.add_deed(&Deed::new(now, DeedKind::InvitationUsed, &by).of(user))?;
            begin(tx, &session)
        });
        Ok(Begun { session: session.await?, secret })
    }

    /// Makes the first administrator of a portal without people, and signs them in.
    pub async fn found(
        &self,
        by: Doer,
        code: &str,
        first_name: &str,
        last_name: &str,
        written: &str,
        password: String,
    ) -> Result<Begun, Error> {
        let now = self.now();
        let founder = User {
            active: true,
            admin: true,
            first_name: first_name.trim().to_owned(),
            last_name: last_name.trim().to_owned(),
            email: if written.contains('@') { written.trim().to_owned() } else { String::new() },
            registered_at: now,
            ..User::default()
        };
        if founder.first_name.is_empty() {
            return Err(Refusal::NameEmpty.into());
        }
        let login = login(written).ok_or(Refusal::LoginMalformed)?;
        let code = hash(code);
        let asked = code.clone();
        self.store.read(move |snapshot| expect_founder(snapshot, &asked, now)).await?;
        let hashed = self.hashed(password, &login).await?;
        let (secret, session) = self.new_session(UserId(0));
        let session = self.store.write(move |tx| {
            expect_founder(tx, &code, now)?;
            let user_id = tx.add_user(&founder)?;
            person_added(tx, user_id, &Origin::default(), now)?;
            let password = Password { user_id, login: login.clone(), hash: hashed.clone(), changed_at: now };
            settle(tx, &password, SessionId(0))?;
            tx.remove_invitations(UserId(0))?;
            let by = Doer { user: Some(user_id), ..by.clone() };
            tx.add_deed(&Deed::new(now, DeedKind::PortalFounded, &by).of(user_id))?;
            begin(tx, &lately_model::Session { user_id, ..session.clone() })
        });
        Ok(Begun { session: session.await?, secret })
    }
}

fn is_empty(snapshot: &Snapshot<'_>) -> Result<bool, Error> {
    Ok(snapshot.users_after(UserId(0), 1)?.is_empty())
}

fn expect_founder(snapshot: &Snapshot<'_>, code: &str, now: lately_model::Moment) -> Result<(), Error> {
    let known = snapshot.invitation(code)?;
    let good = known.is_some_and(|known| known.user_id.is_none() && now < known.expires_at);
    if good && is_empty(snapshot)? { Ok(()) } else { Err(Refusal::InvitationUnknown.into()) }
}
