//! `lately user password` and `lately user invite`: how somebody comes to sign in with a browser.

use std::io::Read;

use clap::Args;
use lately_model::{Doer, UserId};

use super::super::failure::Failure;
use super::super::print;
use super::super::session::Session;
use crate::web::invitation;

/// The most bytes that are read of a password.
const LONGEST: u64 = 4096;

/// Set somebody's password, read from standard input, and print their login.
///
/// The first line is the password: 8 to 256 characters. It ends the sessions and open invitations that they had. Without
/// --login the login stays; who had none gets their e-mail address.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately --data /srv/lately user password 7 --login ada < secret.txt
  pass show lately | lately user password 7")]
pub(crate) struct Password {
    /// The number of the user
    #[arg(value_name = "ID")]
    id: i64,
    /// Under which login they sign in from now on; case does not matter
    #[arg(long, value_name = "LOGIN")]
    login: Option<String>,
}

/// Invite somebody to choose a login and a password, and print the address that does it.
///
/// It works once, for seven days. It is shown this once, and whoever has it can sign in as that user: pass it on in
/// private.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  lately --data /srv/lately user invite 7")]
pub(crate) struct Invite {
    /// The number of the user
    #[arg(value_name = "ID")]
    id: i64,
}

impl Password {
    /// Reads and sets it.
    pub(super) async fn run(self, session: Session) -> Result<(), Failure> {
        let mut text = String::new();
        let read = std::io::stdin().take(LONGEST).read_to_string(&mut text);
        read.map_err(|error| {
            Failure::misused(format!("no password can be read: {error}"), "Write it to standard input.")
        })?;
        let password = text.lines().next().unwrap_or_default().to_owned();
        let by = Doer::command("user password");
        let login = session.messenger.set_password(by, UserId(self.id), self.login, password).await?;
        session.finish().await;
        print::line(&login)?;
        print::remark(&format!("user {} signs in as {login}", self.id));
        Ok(())
    }
}

impl Invite {
    /// Makes the invitation.
    pub(super) async fn run(self, session: Session) -> Result<(), Failure> {
        let (_, code) =
            session.messenger.invite_person(Doer::command("user invite"), UserId(self.id)).await?;
        let link = invitation::link(&session.base_url(), &code);
        session.finish().await;
        print::line(&link)
    }
}
