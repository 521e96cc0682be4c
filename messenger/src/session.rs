//! Sessions: somebody signs in with a browser, is recognised by it, and signs out.
//!
//! Must hold: a session is refused from the moment its end is committed, and when its person is dismissed; the portal
//! keeps a hash of its secret only.

use std::sync::Arc;

use lately_model::{Session, UserId};
use lately_store::Tx;
use subtle::ConstantTimeEq;

use crate::password::one_who_signs_in;
use crate::webhook::{SECRET_LENGTH, hash};
use crate::{Error, Messenger, Refusal};

/// How many letters the token of a session has: 128 bits.
const TOKEN_LENGTH: usize = 32;

/// A session that just began.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The session.
    pub session: Session,
    /// Its secret, which is never shown again.
    pub secret: String,
}

/// The token that a page sends beside the cookie. It follows from the session's secret and does not give it away.
pub fn token(secret: &str) -> String {
    let mut token = hash(&format!("sessid {secret}"));
    token.truncate(TOKEN_LENGTH);
    token
}

impl Messenger {
    /// Signs in whoever knows login and password.
    pub async fn sign_in(&self, login: &str, password: String) -> Result<Begun, Error> {
        let user = self.proven(login, password).await?;
        match self.sign_in_as(user).await {
            // Whoever was dismissed is told no more than a stranger.
            Err(Error::Refused(_)) => Err(Refusal::SignInWrong.into()),
            done => done,
        }
    }

    /// Signs somebody in whose right to it was decided elsewhere.
    pub async fn sign_in_as(&self, user: UserId) -> Result<Begun, Error> {
        let (secret, session) = self.new_session(user);
        let session = self.store.write(move |tx| begin(tx, &session)).await?;
        Ok(Begun { session, secret })
    }

    /// A secret, and the session that has it once [`begin`] gave it a number.
    pub(crate) fn new_session(&self, user: UserId) -> (String, Session) {
        let secret = self.dice.secret(SECRET_LENGTH);
        let session = Session::beginning(user, hash(&secret), self.now());
        (secret, session)
    }

    /// The session with this secret, if it is good now: known, its time not over, its person active.
    pub async fn recognise_session(&self, user: UserId, secret: &str) -> Result<Option<Session>, Error> {
        let sessions = match self.keyring.sessions.known(user) {
            Some(known) => known,
            None => self.look_up_sessions(user).await?,
        };
        let hash = hash(secret);
        let now = self.now();
        let mut found = None;
        for session in sessions.iter() {
            let same = bool::from(session.secret_hash.as_bytes().ct_eq(hash.as_bytes()));
            if same && now < session.expires_at {
                found = Some(session.clone());
            }
        }
        Ok(found)
    }

    /// Signs out of one session.
    pub async fn sign_out(&self, session: &Session) -> Result<(), Error> {
        let (user, id) = (session.user_id, session.id);
        self.store.write(move |tx| Ok(tx.end_session(user, id).map(drop)?)).await
    }

    /// Remembered between two transactions, so that no end can be overlooked. Who has no session is found out beside
    /// the writer, as with webhooks.
    async fn look_up_sessions(&self, user: UserId) -> Result<Arc<Vec<Session>>, Error> {
        let any = self.store.read(move |snapshot| Ok::<_, Error>(!snapshot.sessions_of(user)?.is_empty()));
        if !any.await? {
            return Ok(Arc::default());
        }
        let keyring = Arc::clone(&self.keyring);
        self.store
            .in_order(move |snapshot| {
                let active = snapshot.user(user)?.is_some_and(|user| user.active);
                let sessions = Arc::new(if active { snapshot.sessions_of(user)? } else { Vec::new() });
                if !sessions.is_empty() {
                    keyring.sessions.remember(user, Arc::clone(&sessions));
                }
                Ok(sessions)
            })
            .await
    }
}

/// Begins a session of somebody who may sign in.
pub(crate) fn begin(tx: &mut Tx<'_>, session: &Session) -> Result<Session, Error> {
    let mut user = one_who_signs_in(tx, session.user_id)?;
    user.last_login = Some(session.created_at);
    tx.update_user(&user, session.created_at)?;
    let id = tx.add_session(session)?;
    Ok(Session { id, ..session.clone() })
}
