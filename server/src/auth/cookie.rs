//! The cookie of a session, and the token `sessid` that goes with it.
//!
//! Must hold: no script can read the cookie; the token follows from the cookie's secret, which cannot be found from it;
//! two portals on one machine, on different ports, do not take each other's cookie.

use axum::http::header::{self, HeaderMap, HeaderValue};
use lately_messenger::session::{Begun, token};
use lately_model::{UserId, session};
use subtle::ConstantTimeEq;

use crate::listen::Scheme;

/// The header in which a page may send `sessid` instead of a parameter.
pub const TOKEN_HEADER: &str = "x-bitrix-csrf-token";

const NAME: &str = "lately_session";

/// The value of this portal's cookie, if the request has one.
pub fn of(headers: &HeaderMap) -> Option<&str> {
    let name = name(headers);
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The token that a request brings in a header.
pub fn token_of(headers: &HeaderMap) -> Option<&str> {
    headers.get(TOKEN_HEADER).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
}

/// User and secret in a cookie's value.
pub fn read(value: &str) -> Option<(UserId, &str)> {
    let (user, secret) = value.split_once('.')?;
    Some((super::number(user)?, secret))
}

/// The token that goes with a cookie's value.
pub fn sessid(value: &str) -> String {
    token(read(value).map_or("", |(_, secret)| secret))
}

/// Whether a token goes with a cookie's value.
pub fn proves(value: &str, given: &str) -> bool {
    bool::from(sessid(value).as_bytes().ct_eq(given.as_bytes()))
}

/// The cookie's value for a session that just began.
pub fn value(begun: &Begun) -> String {
    format!("{}.{}", begun.session.user_id, begun.secret)
}

/// The header that sets the cookie; an empty value takes it away.
pub fn set(headers: &HeaderMap, scheme: Scheme, base_url: &str, value: &str) -> Option<HeaderValue> {
    let seconds = if value.is_empty() { 0 } else { session::DAYS * lately_model::moment::DAY };
    let secure = if is_secure(headers, scheme, base_url) { "; Secure" } else { "" };
    let name = name(headers);
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).ok()
}

/// Over TLS, or by the portal's public address behind somebody who speaks TLS for us.
fn is_secure(headers: &HeaderMap, scheme: Scheme, base_url: &str) -> bool {
    scheme == Scheme::Https
        || (!host(headers).is_empty() && base_url.strip_prefix("https://") == Some(host(headers)))
}

/// Browsers keep cookies by host and not by port.
fn name(headers: &HeaderMap) -> String {
    match host(headers).rsplit_once(':') {
        Some((_, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{NAME}_{port}")
        }
        _ => NAME.to_owned(),
    }
}

fn host(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &'static str, cookie: &'static str) -> HeaderMap {
        let host = (header::HOST, HeaderValue::from_static(host));
        HeaderMap::from_iter([host, (header::COOKIE, HeaderValue::from_static(cookie))])
    }

    #[test]
    fn a_cookie_is_found_by_the_name_of_its_port() {
        let both = "lately_session=1.a; lately_session_8080=2.b;x";
        assert_eq!(of(&headers("chat.example", both)), Some("1.a"));
        assert_eq!(of(&headers("127.0.0.1:8080", both)), Some("2.b"));
        assert_eq!(of(&headers("[::1]:8080", both)), Some("2.b"));
        assert_eq!(of(&headers("127.0.0.1:9", both)), None);
        assert_eq!(read("2.b"), Some((UserId(2), "b")));
        for bad in ["", "2", "0.b", "-1.b", "x.b"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn it_is_secure_wherever_the_portal_is_reached_over_tls() {
        let there = headers("chat.example", "");
        let secure =
            |scheme, base| set(&there, scheme, base, "1.a").unwrap().to_str().unwrap().contains("Secure");
        assert!(secure(Scheme::Https, "http://127.0.0.1:8080"));
        assert!(secure(Scheme::Http, "https://chat.example"));
        assert!(!secure(Scheme::Http, "http://chat.example"));
        assert!(!secure(Scheme::Http, "https://other.example"));
    }

    #[test]
    fn a_token_proves_its_own_cookie_only() {
        assert!(proves("1.abc", &sessid("1.abc")) && sessid("1.abc").len() == 32);
        assert!(!proves("1.abd", &sessid("1.abc")) && !proves("1.abc", ""));
    }
}
