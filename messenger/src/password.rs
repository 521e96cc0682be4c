//! Passwords: set, changed, and checked.
//!
//! Must hold: a password is known here only while it is hashed; a wrong login takes as long as a wrong password; a new
//! password ends the sessions that the one before began; at most [`AT_ONCE`] are hashed at a time, since each takes 19
//! MiB.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use lately_model::password::{LONGEST, judge, login, may_sign_in};
use lately_model::{Deed, DeedKind, Doer, Password, Session, SessionId, User, UserId};
use lately_store::{Snapshot, Tx};
use tokio::sync::Semaphore;

use crate::{Error, Messenger, Refusal};

/// How many passwords are hashed at a time.
const AT_ONCE: usize = 2;

/// Argon2id with the first of the parameters that OWASP recommends: memory in KiB, passes, lanes.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// Beyond this, checking a hash that was imported would take too much memory or time.
const MOST: (u32, u32, u32) = (262_144, 16, 8);

/// Bytes of a salt.
const SALT: usize = 16;

/// Hashes passwords, a few at a time.
pub struct Hasher {
    slots: Arc<Semaphore>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self { slots: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Hasher {
    /// The hash of a password, with its parameters and salt.
    async fn hash(&self, password: String, salt: [u8; SALT]) -> Result<String, Error> {
        self.work(move || {
            argon().and_then(|argon| argon.hash_password_with_salt(password.as_bytes(), &salt).ok())
        })
        .await
        .map(|hash| hash.to_string())
        .ok_or_else(|| Refusal::Core("the password cannot be hashed".to_owned()).into())
    }

    /// Whether a password has this hash; without one it takes as long and is wrong.
    async fn verify(&self, password: String, hash: Option<String>) -> bool {
        if password.chars().count() > LONGEST {
            return false;
        }
        let verdict = self.work(move || match hash {
            Some(hash) => Argon2::default().verify_password(password.as_bytes(), hash.as_str()).ok(),
            None => {
                drop(argon()?.hash_password_with_salt(password.as_bytes(), &[0; SALT]));
                None
            }
        });
        verdict.await.is_some()
    }

    /// Runs on a thread that may be busy for long. `None` also if it fails.
    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> Option<T> + Send + 'static) -> Option<T> {
        let slot = Arc::clone(&self.slots).acquire_owned().await.ok()?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(slot);
            done
        });
        done.await.ok().flatten()
    }
}

fn argon() -> Option<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A hash as it was written down elsewhere, if it is an argon2 hash that can be checked without harm.
pub(crate) fn known_hash(text: &str) -> Result<String, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("\"hash\" is no argon2 hash: {error}");
    let hash = PasswordHash::new(text).map_err(|error| wrong(&error))?;
    Algorithm::try_from(hash.algorithm.as_str()).map_err(|error| wrong(&error))?;
    let params = Params::try_from(&hash).map_err(|error| wrong(&error))?;
    let (memory, passes, lanes) = MOST;
    if params.m_cost() > memory || params.t_cost() > passes || params.p_cost() > lanes {
        return Err(format!("\"hash\" asks for more than {memory} KiB, {passes} passes or {lanes} lanes"));
    }
    Ok(hash.to_string())
}

impl Messenger {
    /// A password that is good enough, hashed.
    pub(crate) async fn hashed(&self, password: String, login: &str) -> Result<String, Error> {
        judge(&password, login).map_err(Refusal::PasswordWeak)?;
        let mut salt = [0; SALT];
        self.dice.fill(&mut salt);
        self.hasher.hash(password, salt).await
    }

    /// Who signs in with this login and password.
    pub(crate) async fn proven(&self, written: &str, password: String) -> Result<UserId, Error> {
        let known = match login(written) {
            Some(login) => {
                self.store.read(move |snapshot| Ok::<_, Error>(snapshot.password_of_login(&login)?)).await?
            }
            None => None,
        };
        let (user, hash) = known.map(|known| (known.user_id, known.hash)).unzip();
        let right = self.hasher.verify(password, hash).await;
        user.filter(|_| right).ok_or_else(|| Refusal::SignInWrong.into())
    }

    /// Sets somebody's password on behalf of the operator, and their login: the one given, else the one they have, else
    /// their e-mail address. Ends their sessions and open invitations. Answers the login.
    pub async fn set_password(
        &self,
        by: Doer,
        user: UserId,
        written: Option<String>,
        password: String,
    ) -> Result<String, Error> {
        let given = written.map(|written| login(&written).ok_or(Refusal::LoginMalformed)).transpose()?;
        let login = self.store.read(move |snapshot| login_of(snapshot, user, given.as_deref())).await?;
        let hash = self.hashed(password, &login).await?;
        let changed_at = self.now();
        self.store
            .write(move |tx| {
                one_who_signs_in(tx, user)?;
                let password =
                    Password { user_id: user, login: login.clone(), hash: hash.clone(), changed_at };
                settle(tx, &password, SessionId(0))?;
                tx.add_deed(&Deed::new(changed_at, DeedKind::PasswordSet, &by).of(user))?;
                Ok(login.clone())
            })
            .await
    }

    /// Gives one password to everybody who may sign in and has none, under their e-mail address or `userN`; hashed once.
    /// For portals that are tried and not lived in.
    pub async fn lend_password(&self, password: String) -> Result<(), Error> {
        let people = self.find_users(may_sign_in).await?;
        let numbers = people.iter().map(|person| person.id).collect();
        let known = self.logins(numbers).await?;
        let without = people.into_iter().zip(known).filter(|(_, login)| login.is_none());
        let without: Vec<User> = without.map(|(person, _)| person).collect();
        if without.is_empty() {
            return Ok(());
        }
        let hash = self.hashed(password, "").await?;
        let changed_at = self.now();
        self.store
            .write(move |tx| {
                for person in &without {
                    let login = login(&person.email).unwrap_or_default();
                    let taken = login.is_empty() || tx.password_of_login(&login)?.is_some();
                    let login = if taken { format!("user{}", person.id) } else { login };
                    let lent = Password { user_id: person.id, login, hash: hash.clone(), changed_at };
                    settle(tx, &lent, SessionId(0))?;
                }
                Ok(())
            })
            .await
    }

    /// Under which login each of these signs in, if they do.
    pub async fn logins(&self, users: Vec<UserId>) -> Result<Vec<Option<String>>, Error> {
        self.store
            .read(move |snapshot| {
                let login = |user: &UserId| Ok(snapshot.password(*user)?.map(|known| known.login));
                users.iter().map(login).collect()
            })
            .await
    }

    /// Changes the password of whoever is signed in, who must know the one before. Ends their other sessions.
    pub async fn change_password(
        &self,
        by: Doer,
        session: &Session,
        current: String,
        password: String,
    ) -> Result<(), Error> {
        let (user, id) = (session.user_id, session.id);
        let known = self.store.read(move |snapshot| Ok::<_, Error>(snapshot.password(user)?)).await?;
        let known = known.ok_or(Refusal::MayNotSignIn)?;
        if !self.hasher.verify(current, Some(known.hash.clone())).await {
            return Err(Refusal::SignInWrong.into());
        }
        let hash = self.hashed(password, &known.login).await?;
        let changed_at = self.now();
        self.store
            .write(move |tx| {
                one_who_signs_in(tx, user)?;
                let still = tx.password(user)?.is_some_and(|now| now.hash == known.hash);
                if !still {
                    return Err(Refusal::SignInWrong.into());
                }
                settle(tx, &Password { hash: hash.clone(), changed_at, ..known.clone() }, id)?;
                Ok(tx.add_deed(&Deed::new(changed_at, DeedKind::PasswordSet, &by).of(user))?)
            })
            .await
    }
}

/// The user, who must be a person who may sign in.
pub(crate) fn one_who_signs_in(snapshot: &Snapshot<'_>, user: UserId) -> Result<User, Error> {
    let user = snapshot.user(user)?.ok_or(Refusal::NoSuchUser)?;
    if may_sign_in(&user) { Ok(user) } else { Err(Refusal::MayNotSignIn.into()) }
}

/// Under which login somebody signs in: the one given, else theirs, else their e-mail address.
pub(crate) fn login_of(snapshot: &Snapshot<'_>, user: UserId, given: Option<&str>) -> Result<String, Error> {
    let person = one_who_signs_in(snapshot, user)?;
    let login = match (given, snapshot.password(user)?) {
        (Some(given), _) => given.to_owned(),
        (None, Some(known)) => known.login,
        (None, None) => login(&person.email).ok_or(Refusal::LoginMalformed)?,
    };
    free(snapshot, user, &login)?;
    Ok(login)
}

fn free(snapshot: &Snapshot<'_>, user: UserId, login: &str) -> Result<(), Error> {
    match snapshot.password_of_login(login)? {
        Some(other) if other.user_id != user => Err(Refusal::LoginTaken.into()),
        _ => Ok(()),
    }
}

/// Sets a password, and ends what the one before allowed, except one session.
pub(crate) fn settle(tx: &mut Tx<'_>, password: &Password, but: SessionId) -> Result<(), Error> {
    free(tx, password.user_id, &password.login)?;
    tx.put_password(password)?;
    tx.remove_invitations(password.user_id)?;
    Ok(tx.end_sessions(password.user_id, but)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_and_no_other_is() {
        let hasher = Hasher::default();
        let hash = hasher.hash("correct horse".to_owned(), [7; SALT]).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(known_hash(&hash), Ok(hash.clone()));
        assert!(hasher.verify("correct horse".to_owned(), Some(hash.clone())).await);
        assert!(!hasher.verify("correct hors".to_owned(), Some(hash)).await);
        assert!(!hasher.verify("correct horse".to_owned(), None).await);
        assert!(!hasher.verify("correct horse".to_owned(), Some("nonsense".to_owned())).await);
    }

    #[test]
    fn a_hash_that_would_take_too_much_to_check_is_not_taken() {
        let hash = |cost: &str| format!("$argon2id$v=19${cost}$c2FsdHNhbHQ$MTIzNDU2Nzg5MDEyMzQ1Ng");
        assert!(known_hash(&hash("m=19456,t=2,p=1")).is_ok());
        for dear in ["m=4194304,t=2,p=1", "m=19456,t=1000,p=1", "m=19456,t=2,p=200"] {
            assert!(known_hash(&hash(dear)).is_err(), "{dear}");
        }
        assert!(known_hash("5f4dcc3b5aa765d61d8327deb882cf99").is_err());
        assert!(known_hash("$scrypt$ln=16,r=8,p=1$c2FsdHNhbHQ$MTIzNDU2Nzg5MDEyMzQ1Ng").is_err());
    }
}
