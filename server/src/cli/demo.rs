//! `lately demo`: a portal full of made-up people, with a webhook for each, ready to be called; served by this process, or
//! by several behind it.
//!
//! Must hold: a portal that has people keeps them; webhooks stay the same from start to start; `portal.json` is there
//! from the moment when everything in it is true.

mod cluster;
mod ground;
mod offer;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use futures_util::future::try_join_all;
use lately_messenger::webhook::NewWebhook;
use lately_messenger::{Dice, Messenger, SystemDice};
use lately_model::{Revision, Scopes, User, UserId};

use super::failure::Failure;
use super::settings::Settings;
use super::signals::Signals;
use super::{print, serve};
use crate::config::Overrides;
use crate::demo;
use crate::tls::CA_FILE;
use offer::{Bases, OFFER_FILE, Offer};

/// How many letters the password has that people of a demo share.
const PASSWORD_LENGTH: usize = 16;

/// Serve a portal full of made-up people, ready to be called.
///
/// Makes a portal in ./portal, or in --data, with users of all kinds, chats and messages, and serves it to this machine
/// over HTTP and HTTPS. There is a webhook for each active user; all of it is printed, and written to DIR/portal.json
/// for programs to read. The web page signs in as any of them with one click. User 1 is an administrator, user 2 an ordinary employee. HTTPS has a certificate of the
/// portal's own CA, DIR/ca.pem.
///
/// What is there already stays: started again, it goes on with the same people, messages and webhooks. Not for people to
/// live in: everybody on this machine can act as everybody in the portal.
///
/// With --cluster N the portal lives in PostgreSQL, in DIR/postgres, and N servers answer behind a load balancer; NATS
/// carries what they tell each other. PostgreSQL and NATS must be installed. The servers keep their logs in
/// DIR/node1/log.txt and so on.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately demo
  lately demo --fresh --port 0 --tls-port 0        from the beginning, on free ports
  lately demo --cluster 3 --data ./cluster         three servers, PostgreSQL and NATS
  curl \"$(jq -r '.users[0].webhook.http' portal/portal.json)im.recent.get\"")]
pub(super) struct Demo {
    /// Port for HTTP on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,
    /// Port for HTTPS on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 8443)]
    tls_port: u16,
    /// Delete the portal that is there first: its database, its CA, its portal.json
    #[arg(long)]
    fresh: bool,
    /// Serve with so many servers behind a load balancer, over PostgreSQL and NATS
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=16))]
    cluster: Option<u8>,
}

impl Demo {
    /// Serves until a signal comes.
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let config = settings.load(self.overrides())?;
        let data = config.data.clone();
        if self.fresh {
            ground::clear(&data)?;
        }
        if let Some(nodes) = self.cluster {
            return cluster::run(config, settings.config.as_deref(), nodes).await;
        }
        let mut signals = Signals::watch()?;
        let server = serve::start(config).await?;
        let revision = server.messenger().portal_settings().await?.revision;
        let bases = Bases::new(&server.http, &server.https);
        let people = People::bring(server.messenger(), &data, revision).await?;
        let offer = Offer::new(&bases, &ca_file(&data)?, &people);
        let value = offer.value()?;
        ground::write_offer(&data, &value)?;
        server.offer_demo(value);
        print::line(&offer.told(&data.join(OFFER_FILE)))?;
        print::line(&serve::ready(&server))?;
        signals.next().await;
        serve::stop(server, signals).await
    }

    fn overrides(&self) -> Overrides {
        let here = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)).to_string();
        let mut flags = Overrides::default();
        flags.set("data", "portal");
        flags.set("http.listen", here(self.port));
        flags.set("https.listen", here(self.tls_port));
        flags.set("https.local_ca", "true");
        flags.set("https.certificate", "");
        flags.set("https.key", "");
        flags
    }
}

/// Everybody in the portal, a secret for each active user, and how they sign in.
struct People {
    users: Vec<User>,
    secrets: BTreeMap<UserId, String>,
    logins: BTreeMap<UserId, String>,
    password: String,
}

impl People {
    /// Brings people into an empty portal, and webhooks and a password to whoever has none.
    async fn bring(messenger: &Messenger, data: &Path, revision: Revision) -> Result<Self, Failure> {
        let known = ground::take_known_secrets(data)?;
        let mut users = messenger.find_users(|_| true).await?;
        if users.is_empty() {
            demo::seed(messenger, messenger.now()).await?;
            users = messenger.find_users(|_| true).await?;
        }
        let active = users.iter().filter(|user| user.active);
        let webhooks = &known.webhooks;
        let secrets = try_join_all(active.map(|user| secret(messenger, user, webhooks, revision))).await?;
        let password = known.password.unwrap_or_else(|| SystemDice.secret(PASSWORD_LENGTH));
        messenger.lend_password(password.clone()).await?;
        let numbers: Vec<UserId> = users.iter().map(|user| user.id).collect();
        let logins = numbers.iter().copied().zip(messenger.logins(numbers.clone()).await?);
        let logins = logins.filter_map(|(user, login)| Some((user, login?))).collect();
        Ok(Self { users, secrets: secrets.into_iter().collect(), logins, password })
    }
}

/// The secret that is known for this user, if it is still good, or a new one.
async fn secret(
    messenger: &Messenger,
    user: &User,
    known: &BTreeMap<UserId, String>,
    revision: Revision,
) -> Result<(UserId, String), Failure> {
    if let Some(secret) = known.get(&user.id)
        && messenger.recognise(user.id, secret).await?.is_some()
    {
        return Ok((user.id, secret.clone()));
    }
    let new = NewWebhook {
        user: user.id,
        scopes: Scopes::all(),
        secret: None,
        revision,
        expires_at: None,
        title: "demo".to_owned(),
    };
    let (_, secret) = messenger.add_webhook(new).await?;
    Ok((user.id, secret))
}

fn ca_file(data: &Path) -> Result<PathBuf, Failure> {
    let file = data.join(CA_FILE);
    file.canonicalize().map_err(|error| Failure::file(&file, &error))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lately_messenger::{Settings as Use, SystemClock};
    use lately_store::Database;

    use super::*;

    #[test]
    fn the_demo_serves_this_machine_only_with_its_own_ca() {
        let demo = Demo { port: 8080, tls_port: 0, fresh: false, cluster: None };
        let config = crate::config::load(None, std::iter::empty(), &demo.overrides()).unwrap();
        assert_eq!(config.data, Path::new("portal"));
        assert_eq!(config.http.listen, ["127.0.0.1:8080".parse().unwrap()]);
        assert_eq!(config.https.listen, ["127.0.0.1:0".parse().unwrap()]);
        assert!(config.https.local_ca);
    }

    #[tokio::test]
    async fn a_known_secret_is_kept_while_it_is_good() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(SystemClock::default());
        let messenger = Messenger::open(
            Database::Embedded(dir.path().to_owned()),
            Use::default(),
            clock,
            Arc::new(SystemDice),
        )
        .unwrap();
        let alice = User { active: true, first_name: "Alice".to_owned(), ..User::default() };
        let id = messenger.add_user(None, alice.clone()).await.unwrap();
        let alice = User { id, ..alice };
        let (_, made) = secret(&messenger, &alice, &BTreeMap::new(), Revision::R29).await.unwrap();
        let known = BTreeMap::from([(id, made.clone())]);
        assert_eq!(secret(&messenger, &alice, &known, Revision::R29).await.unwrap().1, made);
        let stale = BTreeMap::from([(id, "stale".to_owned())]);
        assert_ne!(secret(&messenger, &alice, &stale, Revision::R29).await.unwrap().1, "stale");
    }
}
