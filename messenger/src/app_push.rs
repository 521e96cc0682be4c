//! What an application tells people: events to its own clients, and texts to those who are reached in the portal only.
//!
//! Must hold: on behalf of somebody who is no administrator it tells nobody but them.

use lately_model::{App, UserId};

use crate::message::Patch;
use crate::notification::{NotificationDraft, Program};
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

/// How many people one text goes to.
pub const READERS: usize = 100;

impl Messenger {
    /// Whether an application may tell these people something on behalf of the caller; `None` is everybody who listens
    /// to it.
    pub async fn may_tell(&self, caller: UserId, to: Option<Vec<UserId>>) -> Result<(), Error> {
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, caller)?;
                let others = to.iter().flatten().any(|user| *user != caller);
                if others && !actor.admin {
                    return Err(Error::from(Refusal::OthersOfApplication));
                }
                Ok(())
            })
            .await
    }

    /// `pull.application.push.add`: a text of an application to these people, as a notification in its name. Whoever is
    /// unknown, or was dismissed, is passed over.
    pub async fn push_text(
        &self,
        caller: UserId,
        app: &App,
        to: Vec<UserId>,
        text: &str,
    ) -> Result<(), Error> {
        let admin = self.store.read(move |snapshot| Ok::<_, Error>(acting(snapshot, caller)?.admin)).await?;
        if !admin {
            return Err(Refusal::PushOfAdministrators.into());
        }
        if text.trim().is_empty() {
            return Err(Refusal::PushTextEmpty.into());
        }
        if app.title.is_empty() {
            return Err(Refusal::AppNameless.into());
        }
        if to.is_empty() {
            return Err(Refusal::UserIdEmpty.into());
        }
        if to.len() > READERS {
            let text = format!("A text goes to at most {READERS} people");
            return Err(Refusal::Argument("USER_ID", text).into());
        }
        for user in to {
            let draft = NotificationDraft {
                to: user,
                system: true,
                text: format!("[b]{}[/b]: {text}", app.title),
                attach: Patch::Keep,
                tag: String::new(),
                sub_tag: String::new(),
                program: Program::Named(app.client_id.clone()),
            };
            self.notify(caller, draft).await?;
        }
        Ok(())
    }
}
