//! Occasions: from what happened to what applications are told of it.
//!
//! Must hold: what is to be told, and what is noted in backlogs, is written in the same transaction as what happened.
//! Applications whose installation is not finished hear of nothing; a change that says from which source it comes is not
//! noted for that source.

use std::collections::BTreeMap;

use lately_model::{
    App, AppId, BacklogEntry, Doer, Errand, Handler, HandlerId, Moment, Occasion, UserId, text,
};
use lately_store::Tx;
use serde_json::{Value, json};

use crate::Error;
use crate::webhook::hash;

/// How many letters the name of a thing in a backlog has.
const THING_CHARS: usize = 32;

/// On whose behalf something happens.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Who acts, and how they came.
    pub doer: Doer,
    /// By which application; none for everything else.
    pub app: AppId,
    /// From which of its sources, so that it need not hear of its own changes; empty for none.
    pub connector: String,
}

/// Something that happened.
#[derive(Debug)]
pub(crate) struct Happening {
    /// What.
    pub occasion: Occasion,
    /// To what, as a word that is the same each time.
    pub thing: String,
    /// What there is to tell.
    pub data: Value,
    /// The one application that is told; none for all.
    pub only: AppId,
    /// Who caused it.
    pub origin: Origin,
    /// When.
    pub now: Moment,
}

impl Happening {
    /// Something that concerns one application alone.
    pub fn of_app(occasion: Occasion, app: AppId, by: Option<UserId>, data: Value, now: Moment) -> Self {
        let origin = Origin { doer: by.into(), app, connector: String::new() };
        Self { occasion, thing: app.to_string(), data, only: app, origin, now }
    }

    /// Tells everybody who asked for it.
    pub fn raise(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let mut apps: BTreeMap<AppId, Option<App>> = BTreeMap::new();
        for handler in self.handlers(tx)? {
            let app = match apps.get(&handler.app) {
                Some(known) => known.clone(),
                None => apps.entry(handler.app).or_insert(tx.app(handler.app)?).clone(),
            };
            let Some(app) = app.filter(|app| app.installed) else { continue };
            if handler.offline {
                self.note(tx, &app, &handler)?;
            } else {
                self.call(tx, &app, &handler)?;
            }
        }
        Ok(())
    }

    /// The handlers for it.
    pub fn handlers(&self, tx: &Tx<'_>) -> Result<Vec<Handler>, Error> {
        let mut handlers = tx.handlers_for(self.occasion.name())?;
        handlers.retain(|handler| self.only.is_none() || handler.app == self.only);
        Ok(handlers)
    }

    /// Has a handler called.
    pub fn call(&self, tx: &mut Tx<'_>, app: &App, handler: &Handler) -> Result<(), Error> {
        let errand = self.errand(app, handler.id, &handler.url, handler.user);
        send(tx, &errand)
    }

    /// The request that tells an application of it.
    pub fn errand(&self, app: &App, handler: HandlerId, url: &str, user: UserId) -> Errand {
        let caused = self.origin.doer.user.unwrap_or_default();
        Errand {
            app: app.id,
            handler,
            event: self.occasion.name().to_owned(),
            url: url.to_owned(),
            user: if user.is_none() { caused } else { user },
            data: self.data.to_string(),
            token: app.application_token.clone(),
            date: self.now,
            due: self.now,
            ..Errand::default()
        }
    }

    fn note(&self, tx: &mut Tx<'_>, app: &App, handler: &Handler) -> Result<(), Error> {
        let Origin { doer, app: by, connector } = &self.origin;
        if !connector.is_empty() && *by == app.id && *connector == handler.connector {
            return Ok(());
        }
        let more = doer.user.map_or_else(String::new, |user| json!({ "user_id": user }).to_string());
        let entry = BacklogEntry {
            app: app.id,
            event: handler.event.clone(),
            thing: text::clip(&hash(&format!("{} {}", handler.event, self.thing)), THING_CHARS),
            date: self.now,
            data: self.data.to_string(),
            more,
            connector: handler.connector.clone(),
            ..BacklogEntry::default()
        };
        let new = tx.note(&entry)?;
        self.tell_of_backlog(tx, app, &entry.event, new)
    }

    /// Tells an application that there is something in its backlog: at once, or when its pause is over. What waits to be
    /// told stands for all that comes until then.
    fn tell_of_backlog(&self, tx: &mut Tx<'_>, app: &App, event: &str, new: bool) -> Result<(), Error> {
        let mut handlers = tx.handlers_of(app.id)?;
        handlers.retain(|handler| !handler.offline && handler.event == Occasion::Offline.name());
        for handler in handlers {
            if tx.errand_waits(app.id, handler.id, self.now)? {
                continue;
            }
            let due = self.now.max(handler.told_at.plus(handler.pause));
            let kind = if new { "add" } else { "update" };
            let data = if due > self.now {
                json!({ "type": kind, "event": event, "handler": handler.url, "minTimeout": handler.pause })
            } else {
                json!({ "type": kind, "event": event, "handler": handler.url })
            };
            let told = self.errand(app, handler.id, &handler.url, handler.user);
            let event = Occasion::Offline.name().to_owned();
            send(tx, &Errand { event, data: data.to_string(), due, ..told })?;
            tx.tell_handler(handler.id, due)?;
        }
        Ok(())
    }
}

/// What cannot be told, since too much waits to be told to the same address, is lost, and that is logged.
pub(crate) fn send(tx: &mut Tx<'_>, errand: &Errand) -> Result<(), Error> {
    if !tx.add_errand(errand)? {
        tracing::warn!(
            app = errand.app.0,
            event = errand.event,
            "an application is not told: too much waits"
        );
    }
    Ok(())
}

/// Somebody was added to the portal.
pub(crate) fn person_added(
    tx: &mut Tx<'_>,
    person: UserId,
    origin: &Origin,
    now: Moment,
) -> Result<(), Error> {
    let (thing, data) = (person.to_string(), json!({ "ID": person }));
    let (occasion, only) = (Occasion::UserAdd, AppId(0));
    Happening { occasion, thing, data, only, origin: origin.clone(), now }.raise(tx)
}
