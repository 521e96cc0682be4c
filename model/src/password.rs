//! A password: under which login somebody signs in, and which logins and passwords are good enough.
//!
//! Must hold: two logins that a person would read as the same are the same.

use crate::{Moment, User, UserId, UserKind};

/// The fewest characters of a password.
pub const SHORTEST: usize = 8;

/// The most characters of a password: more would only make checking it slow.
pub const LONGEST: usize = 256;

/// The most characters of a login.
pub const LONGEST_LOGIN: usize = 100;

/// What the store keeps of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password {
    /// Whose.
    pub user_id: UserId,
    /// The login, as [`login`] gives it.
    pub login: String,
    /// The password's argon2id hash with its parameters and salt.
    pub hash: String,
    /// When it was set.
    pub changed_at: Moment,
}

/// What is wrong with a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weak {
    /// Fewer than [`SHORTEST`] characters.
    Short,
    /// More than [`LONGEST`].
    Long,
    /// One character again and again, or the login itself.
    Obvious,
}

/// A login as it is kept and compared: without the spaces around it, in small letters. `None` if it is empty, too long,
/// or has spaces or control characters in it.
pub fn login(written: &str) -> Option<String> {
    let login = written.trim().to_lowercase();
    let odd = |letter: char| letter.is_whitespace() || letter.is_control();
    let good = !login.is_empty() && login.chars().count() <= LONGEST_LOGIN && !login.chars().any(odd);
    good.then_some(login)
}

/// Whether a password is good enough beside this login.
///
/// # Errors
/// What is wrong with it.
pub fn judge(password: &str, login: &str) -> Result<(), Weak> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Weak::Short);
    }
    if length > LONGEST {
        return Err(Weak::Long);
    }
    let first = password.chars().next();
    if password.to_lowercase() == login || password.chars().all(|letter| Some(letter) == first) {
        return Err(Weak::Obvious);
    }
    Ok(())
}

/// Whether this user is a person who may sign in.
pub fn may_sign_in(user: &User) -> bool {
    user.active && matches!(user.kind, UserKind::Employee | UserKind::Extranet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_the_same_however_it_is_written() {
        assert_eq!(login("  Alice@Example.COM "), Some("alice@example.com".to_owned()));
        assert_eq!(login("Ольга"), Some("ольга".to_owned()));
        for bad in ["", "   ", "a b", "a\u{0}b", &"x".repeat(101)] {
            assert_eq!(login(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_password_is_neither_short_nor_endless_nor_obvious() {
        assert_eq!(judge("пароль12", "alice"), Ok(()));
        assert_eq!(judge("1234567", "alice"), Err(Weak::Short));
        assert_eq!(judge(&"ab".repeat(129), "alice"), Err(Weak::Long));
        assert_eq!(judge("aaaaaaaaaa", "alice"), Err(Weak::Obvious));
        assert_eq!(judge("Alice@example.com", "alice@example.com"), Err(Weak::Obvious));
    }

    #[test]
    fn only_people_of_the_portal_sign_in() {
        let user = |kind, active| User { kind, active, ..User::default() };
        assert!(may_sign_in(&user(UserKind::Employee, true)) && may_sign_in(&user(UserKind::Extranet, true)));
        assert!(!may_sign_in(&user(UserKind::Employee, false)) && !may_sign_in(&user(UserKind::Bot, true)));
    }
}
