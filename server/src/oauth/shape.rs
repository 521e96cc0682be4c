//! What applications are told of their tokens. Only here are the keys known.

use lately_messenger::app_token::{Access, Granted};
use lately_model::App;
use lately_model::app::STATUS;
use serde_json::{Value, json};

use crate::rest::shape::Wire;

/// Where the portal and the address for tokens are, without a slash at their ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The portal.
    pub portal: String,
    /// The authorization host: the portal, unless the settings name another address of it.
    pub authority: String,
}

impl Places {
    /// To which addresses names of methods are appended.
    pub fn client_endpoint(&self) -> String {
        format!("{}/rest/", self.portal)
    }

    /// The same at the authorization host.
    pub fn server_endpoint(&self) -> String {
        format!("{}/rest/", self.authority)
    }

    /// The portal's host, with its port if that is not the usual one.
    pub fn portal_host(&self) -> &str {
        host(&self.portal)
    }

    /// The portal's host without its port, as client libraries compare it.
    pub fn portal_name(&self) -> &str {
        let host = self.portal_host();
        let port = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        port.map_or(host, |(name, _)| name)
    }

    /// The authorization host.
    pub fn authority_host(&self) -> &str {
        host(&self.authority)
    }
}

fn host(address: &str) -> &str {
    address.split_once("://").map_or(address, |(_, host)| host)
}

/// Tokens that were just given.
pub fn tokens(granted: &Granted, member_id: &str, places: &Places) -> Value {
    json!({
        "access_token": granted.access,
        "expires": granted.expires_at.0,
        "expires_in": granted.expires_in,
        "scope": granted.app.scopes.joined(),
        "domain": places.authority_host(),
        "server_endpoint": places.server_endpoint(),
        "status": STATUS,
        "client_endpoint": places.client_endpoint(),
        "member_id": member_id,
        "user_id": granted.user,
        "refresh_token": granted.refresh,
    })
}

/// What the authorization host tells of a token, in its own words: not what `app.info` of the portal tells.
pub fn info(access: &Access, member_id: &str, places: &Places, wire: &Wire<'_>) -> Value {
    let App { client_id, scopes, installed, version, .. } = access.app.as_ref();
    json!({
        "client_id": client_id,
        "scope": scopes.joined(),
        "expires": wire.date(access.expires_at),
        "install": {
            "installed": installed,
            "version": version.to_string(),
            "status": STATUS,
            "scope": scopes.joined(),
            "domain": places.portal_name(),
            "uri": places.portal,
            "client_endpoint": places.client_endpoint(),
            "member_id": member_id,
            "member_type": "self_hosted",
        },
        "user_id": access.user.0.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_a_port_and_a_name_has_none() {
        for (portal, host, name) in [
            ("https://portal.example", "portal.example", "portal.example"),
            ("https://127.0.0.1:8443", "127.0.0.1:8443", "127.0.0.1"),
            ("http://[::1]:8080", "[::1]:8080", "[::1]"),
        ] {
            let places = Places { portal: portal.to_owned(), authority: portal.to_owned() };
            assert_eq!((places.portal_host(), places.portal_name()), (host, name));
        }
    }
}
