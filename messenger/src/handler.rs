//! Handlers: applications say what they want to be told of.

use lately_model::app::is_address;
use lately_model::handler::{CONNECTOR_CHARS, PER_APP};
use lately_model::{
    App, AppId, Handler, HandlerId, Language, Moment, Occasion, User, UserId, errand, occasion,
};
use lately_store::Tx;
use serde_json::{Map, Value, json};

use crate::occasion::{Happening, Origin};
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

/// What an application wants, as it says it.
#[derive(Debug, Clone, Default)]
pub struct NewHandler {
    /// On what occasion.
    pub event: String,
    /// What address to call; nothing for the backlog.
    pub url: String,
    /// As whom it wants to answer.
    pub user: Option<UserId>,
    /// Whether it is noted in the backlog.
    pub offline: bool,
    /// From which source its own changes come.
    pub connector: String,
    /// For how many seconds at least it does not want to be told more of its backlog.
    pub pause: i64,
}

/// Which handlers are meant. What is not said does not matter.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// The occasion.
    pub event: String,
    /// The address.
    pub url: Option<String>,
    /// As whom the application answers.
    pub user: Option<UserId>,
    /// Whether they are noted in the backlog.
    pub offline: bool,
}

impl Messenger {
    /// `event.bind`. The same once more changes nothing but the pause.
    pub async fn bind_handler(&self, caller: UserId, app: AppId, new: NewHandler) -> Result<(), Error> {
        let event = occasion::known(&new.event).ok_or(Refusal::EventUnknown)?;
        if !new.offline && !is_address(&new.url) {
            return Err(wrong("handler", "An address that begins with http:// or https:// is needed"));
        }
        if new.connector.chars().count() > CONNECTOR_CHARS {
            return Err(wrong("auth_connector", "The name of a source has at most 100 characters"));
        }
        self.store
            .write(move |tx| {
                let actor = acting(tx, caller)?;
                let user = answering(tx, &actor, new.user, new.offline)?;
                let handler = Handler {
                    id: HandlerId(0),
                    app,
                    event: event.clone(),
                    url: if new.offline { String::new() } else { new.url.clone() },
                    user: user.unwrap_or_default(),
                    offline: new.offline,
                    connector: new.connector.clone(),
                    pause: new.pause,
                    told_at: Moment::default(),
                };
                tx.put_handler(&handler)?;
                if i64::try_from(tx.handlers_of(app)?.len()).unwrap_or(PER_APP) >= PER_APP {
                    return Err(wrong("handler", "The application has too many handlers"));
                }
                Ok(())
            })
            .await
    }

    /// `event.unbind`. Answers how many were removed.
    pub async fn unbind_handlers(&self, caller: UserId, app: AppId, which: Which) -> Result<usize, Error> {
        self.store
            .write(move |tx| {
                let actor = acting(tx, caller)?;
                // Of those who are no administrators, nobody touches what is told to others.
                let user = match (actor.admin, which.user) {
                    (true, user) => user,
                    (false, user) => answering(tx, &actor, user, which.offline)?,
                };
                let mut found = tx.handlers_of(app)?;
                found.retain(|known| {
                    known.offline == which.offline
                        && known.event.eq_ignore_ascii_case(which.event.trim())
                        && which.url.as_ref().is_none_or(|url| *url == known.url)
                        && user.is_none_or(|user| user == known.user)
                });
                for handler in &found {
                    tx.remove_handler(handler)?;
                }
                Ok(found.len())
            })
            .await
    }

    /// `event.get`: all of the application's for administrators, their own for others.
    pub async fn handlers(&self, caller: UserId, app: AppId) -> Result<Vec<Handler>, Error> {
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, caller)?;
                let mut handlers = snapshot.handlers_of(app)?;
                handlers.retain(|handler| actor.admin || handler.user == caller);
                Ok(handlers)
            })
            .await
    }

    /// `event.test`: tells the application what it wants to be told.
    pub async fn test_handlers(
        &self,
        caller: UserId,
        app: AppId,
        query: Map<String, Value>,
    ) -> Result<(), Error> {
        let query = if query.is_empty() { json!([]) } else { Value::Object(query) };
        let data = json!({ "QUERY": query, "LANGUAGE_ID": self.language().code() });
        if data.to_string().len() > errand::DATA_BYTES {
            return Err(wrong("QUERY", "An event has at most 65536 bytes"));
        }
        let now = self.now();
        self.store
            .write(move |tx| {
                acting(tx, caller)?;
                Happening::of_app(Occasion::AppTest, app, Some(caller), data.clone(), now).raise(tx)
            })
            .await
    }
}

/// As whom an application answers: whoever is no administrator answers for themselves alone.
fn answering(
    tx: &Tx<'_>,
    actor: &User,
    wanted: Option<UserId>,
    offline: bool,
) -> Result<Option<UserId>, Error> {
    if !actor.admin {
        let other = wanted.is_some_and(|wanted| !wanted.is_none() && wanted != actor.id);
        return if other || offline {
            Err(Refusal::EventsOfAdministrators.into())
        } else {
            Ok(Some(actor.id))
        };
    }
    let wanted = wanted.filter(|wanted| !wanted.is_none());
    if let Some(wanted) = wanted
        && tx.user(wanted)?.is_none()
    {
        return Err(wrong("auth_type", "There is no such user"));
    }
    Ok(wanted)
}

fn wrong(argument: &'static str, text: &str) -> Error {
    Refusal::Argument(argument, text.to_owned()).into()
}

/// What is told with the end of an installation: an application without pages hears of it where it said, with tokens; those
/// with pages as they asked.
pub(crate) fn installed(
    tx: &mut Tx<'_>,
    app: &App,
    by: Option<UserId>,
    (now, language): (Moment, Language),
) -> Result<(), Error> {
    let data = json!({
        "VERSION": app.version,
        "ACTIVE": "Y",
        "INSTALLED": "Y",
        "LANGUAGE_ID": language.code(),
    });
    let happening = Happening::of_app(Occasion::AppInstall, app.id, by, data, now);
    if app.api_only && !app.install_url.is_empty() {
        let somebody = [by.unwrap_or_default(), app.created_by];
        let somebody = somebody.into_iter().find(|user| !user.is_none());
        let user = match somebody {
            Some(user) => user,
            None => tx.first_administrator()?.unwrap_or_default(),
        };
        crate::occasion::send(tx, &happening.errand(app, HandlerId(0), &app.install_url, user))?;
    }
    happening.raise(tx)
}

/// What is told when an application is removed: what it asked for, and nothing else that waited.
pub(crate) fn removed(
    tx: &mut Tx<'_>,
    app: &App,
    by: Option<UserId>,
    clean: bool,
    (now, language): (Moment, Language),
) -> Result<(), Error> {
    let data = json!({ "LANGUAGE_ID": language.code(), "CLEAN": i64::from(clean) });
    let origin = Origin { doer: by.into(), app: app.id, connector: String::new() };
    let occasion = Occasion::AppUninstall;
    let happening = Happening { occasion, thing: app.id.to_string(), data, only: app.id, origin, now };
    let handlers = happening.handlers(tx)?;
    tx.remove_handlers_of(app.id)?;
    for handler in handlers.iter().filter(|handler| !handler.offline && app.installed) {
        happening.call(tx, app, handler)?;
    }
    Ok(())
}
