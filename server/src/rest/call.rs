//! One call of a method: who calls, with what.

use std::net::IpAddr;
use std::sync::Arc;

use lately_messenger::{Error, Messenger, Refusal, Span};
use lately_model::{App, ChatId, DialogId, Doer, Moment, UserId, Way};

use super::Portal;
use super::inline::Files;
use super::params::{Int, Params};
use super::refusal::SystemError;
use crate::auth::Credential;
use crate::observe::request_id::RequestId;

/// A checked call.
pub struct Call {
    /// The portal.
    pub portal: Arc<Portal>,
    /// Who calls.
    pub credential: Credential,
    /// With what.
    pub params: Params,
    /// The `start` parameter, for pages.
    pub start: Option<i64>,
    /// From where.
    pub peer: IpAddr,
    /// The request that it came with, for the log.
    pub request: RequestId,
    /// The files that were taken out of its body.
    pub files: Files,
}

/// Why a call has no answer.
#[derive(Debug)]
pub enum Failure {
    /// The use case refused or failed.
    Messenger(Error),
    /// The transport refused.
    System(SystemError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Messenger(error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Messenger(Error::Refused(refusal))
    }
}

impl From<SystemError> for Failure {
    fn from(error: SystemError) -> Self {
        Self::System(error)
    }
}

impl Call {
    /// The caller.
    pub fn user(&self) -> UserId {
        self.credential.user
    }

    /// The application that calls, if one does.
    pub fn app(&self) -> Option<&App> {
        self.credential.app.as_deref()
    }

    /// The name of the program that calls: the application's, else what `CLIENT_ID` says; empty if it says nothing.
    pub fn program(&self) -> String {
        match self.app() {
            Some(app) => app.client_id.clone(),
            None => self.params.text("CLIENT_ID").unwrap_or_default().replace('\0', ""),
        }
    }

    /// Who does it and how they came, for the log of deeds.
    pub fn doer(&self) -> Doer {
        let (way, tool) = match self.app() {
            _ if self.credential.is_session() => (Way::Page, String::new()),
            Some(app) => (Way::Rest, format!("application {}", app.client_id)),
            None => (Way::Rest, format!("webhook {}", self.credential.id)),
        };
        Doer { user: Some(self.user()), way, tool, peer: Some(self.peer) }
    }

    /// The use cases.
    pub fn messenger(&self) -> &Messenger {
        &self.portal.messenger
    }

    /// `DIALOG_ID`, or the refusal that it is empty.
    pub fn dialog(&self) -> Result<DialogId, Refusal> {
        let text = self.params.text("DIALOG_ID").ok_or(Refusal::DialogIdEmpty)?;
        DialogId::parse(&text).ok_or(Refusal::DialogIdEmpty)
    }

    /// `CHAT_ID`, a plain positive number.
    pub fn chat(&self) -> Result<ChatId, Refusal> {
        self.positive("CHAT_ID").map(ChatId).ok_or(Refusal::ChatIdEmpty)
    }

    /// A group chat by `DIALOG_ID` (never a private dialog) or by `CHAT_ID`.
    pub fn group(&self) -> Result<DialogId, Refusal> {
        if !self.params.has("DIALOG_ID") {
            return self.chat().map(DialogId::Chat);
        }
        match self.dialog()? {
            DialogId::User(_) => Err(Refusal::DialogIdEmpty),
            dialog => Ok(dialog),
        }
    }

    /// `USER_ID`, a positive number.
    pub fn target_user(&self) -> Result<UserId, Refusal> {
        self.positive("USER_ID").map(UserId).ok_or(Refusal::UserIdEmpty)
    }

    /// A positive number, if the parameter is one.
    pub fn positive(&self, name: &str) -> Option<i64> {
        self.params.int(name).value().filter(|number| *number > 0)
    }

    /// A list of numbers given as a list, a map or JSON text; one number stands for a list of one.
    pub fn numbers(&self, name: &str) -> Result<Vec<i64>, Refusal> {
        if let Int::Value(number) = self.params.int(name) {
            return Ok(vec![number]);
        }
        let list = self.params.list_or_json(name).ok_or(Refusal::ListMalformed)?;
        let number =
            |value: &serde_json::Value| super::params::int_of(value).value().ok_or(Refusal::ListMalformed);
        list.iter().map(number).collect()
    }

    /// Which part of a list is asked for: `LIMIT` and `OFFSET`, which `start` replaces. What cannot be read counts as not
    /// sent.
    pub fn span(&self, page: i64, most: i64) -> Span {
        let start = self.start.filter(|start| *start > 0);
        let offset = start.or_else(|| self.positive("OFFSET")).unwrap_or(0);
        Span { offset, limit: self.positive("LIMIT").unwrap_or(page).min(most) }
    }

    /// A date; what cannot be read counts as not sent.
    pub fn moment(&self, name: &str) -> Option<Moment> {
        Moment::parse(&self.params.text(name)?, &self.portal.zone)
    }
}
