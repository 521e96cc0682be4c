//! Which machines may be asked: public ones, on the ports of the web.
//!
//! Must hold: every address that a name has is judged when the connection is made, and that very address is connected to,
//! so that a name which changes its mind gains nothing. An address written as a number is judged before the request.
//! What is not known to be public is refused.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Decides which addresses and ports may be connected to.
#[derive(Clone, Copy)]
pub(crate) struct Guard {
    address: fn(IpAddr) -> bool,
    port: fn(u16) -> bool,
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}

/// No address of a name may be asked.
#[derive(Debug, thiserror::Error)]
#[error("no public machine has this name")]
struct NotPublic;

impl Guard {
    /// Public machines on the ports of the web.
    pub(crate) fn public() -> Self {
        Self { address: is_public, port: |port| matches!(port, 80 | 443) }
    }

    /// Public machines on any port.
    pub(crate) fn machines() -> Self {
        Self { address: is_public, port: |_| true }
    }

    /// Anything, for tests and for portals that link to what only their own network has.
    pub(super) fn anything() -> Self {
        Self { address: |_| true, port: |_| true }
    }

    /// Machines by a rule of one's own.
    #[cfg(test)]
    pub(super) fn by(address: fn(IpAddr) -> bool) -> Self {
        Self { address, port: |_| true }
    }

    /// Whether this address may be asked, as far as it says itself. Names are judged when they are looked up.
    pub(crate) fn allows(&self, url: &Url) -> bool {
        let scheme = matches!(url.scheme(), "http" | "https");
        let plain = url.username().is_empty() && url.password().is_none();
        let port = url.port_or_known_default().is_some_and(self.port);
        let host = url.host_str().unwrap_or_default();
        let number = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let machine = number.map_or(!host.is_empty(), |ip| (self.address)(ip));
        scheme && plain && port && machine
    }
}

/// Looks names up, and tells of the addresses only that may be asked.
impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.address;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let good: Vec<SocketAddr> = found.filter(|address| allowed(address.ip())).collect();
            if good.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(good.into_iter()) as Addrs)
        })
    }
}

/// Whether this is the address of a machine that everybody can reach.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let private = ip.is_private() || ip.is_loopback() || ip.is_link_local() || (a == 100 && (b & 0xc0) == 64);
    let special = match (a, b, c) {
        (0, ..) | (192, 0, 0) | (192, 88, 99) => true,
        (198, 18 | 19, _) => true,
        _ => ip.is_documentation() || ip.is_multicast() || a >= 240,
    };
    !private && !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    // Only this part is given to machines of everybody; ways to speak to IPv4 through it are not.
    let global = (first & 0xe000) == 0x2000;
    let special = match (first, second) {
        (0x2001, second) if second < 0x0200 => true,
        (0x2001, 0x0db8) | (0x2002, _) | (0x3fff, 0..=0x0fff) => true,
        _ => false,
    };
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_public_is_refused() {
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "3fff::1",
            "100::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "8.8.8.8",
            "100.63.0.1",
            "100.128.0.1",
            "172.32.0.1",
            "198.20.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn addresses_are_judged_however_they_are_written() {
        let allowed = |url: &str| Guard::public().allows(&url.parse().unwrap());
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://[::1]/",
            "http://[::ffff:7f00:1]/",
            "http://169.254.169.254/latest",
            "https://alice:secret@a.test/",
            "https://a.test:22/",
            "https://a.test:8080/",
            "ftp://a.test/",
            "file:///etc/passwd",
        ] {
            assert!(!allowed(url), "{url}");
        }
        for url in ["https://a.test/", "http://a.test:80/x", "https://a.test:443/", "http://8.8.8.8/"] {
            assert!(allowed(url), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_looked_up_for_anybody() {
        let found = Guard::public().resolve("localhost".parse().unwrap()).await;
        assert!(found.is_err());
        let mut found = Guard::anything().resolve("localhost".parse().unwrap()).await.unwrap();
        assert!(found.all(|address| address.ip().is_loopback()));
    }
}
