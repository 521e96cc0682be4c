//! Records of what applications are told, and of feeds.

use lately_model::app::is_address;
use lately_model::handler::LONGEST_PAUSE;
use lately_model::occasion::known;
use lately_model::{AppId, BacklogEntry, BacklogId, Handler, Moment, UserId};
use lately_store::FeedOwner;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::none;

/// See [`lately_store::FeedOwner`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of FeedOwner")]
pub struct FeedRecord {
    pub user: UserId,
    #[serde(default, skip_serializing_if = "none")]
    pub app: AppId,
}

/// See [`lately_model::Handler`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of Handler")]
pub struct HandlerRecord {
    pub app: AppId,
    pub event: String,
    #[serde(default, skip_serializing_if = "none")]
    pub url: String,
    #[serde(default, skip_serializing_if = "none")]
    pub user: UserId,
    #[serde(default, skip_serializing_if = "none")]
    pub offline: bool,
    #[serde(default, skip_serializing_if = "none")]
    pub connector: String,
    #[serde(default)]
    pub pause: i64,
}

/// See [`lately_model::BacklogEntry`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of BacklogEntry")]
pub struct BacklogRecord {
    pub app: AppId,
    pub event: String,
    pub thing: String,
    pub date: Moment,
    pub data: Value,
    #[serde(default, skip_serializing_if = "none")]
    pub more: Option<Value>,
    #[serde(default, skip_serializing_if = "none")]
    pub connector: String,
    #[serde(default, skip_serializing_if = "none")]
    pub process: String,
    #[serde(default, skip_serializing_if = "none")]
    pub failed: bool,
}

impl From<FeedOwner> for FeedRecord {
    fn from(FeedOwner { user, app }: FeedOwner) -> Self {
        Self { user, app }
    }
}

impl From<FeedRecord> for FeedOwner {
    fn from(FeedRecord { user, app }: FeedRecord) -> Self {
        Self { user, app }
    }
}

impl From<Handler> for HandlerRecord {
    fn from(handler: Handler) -> Self {
        let Handler { app, event, url, user, offline, connector, pause, .. } = handler;
        Self { app, event, url, user, offline, connector, pause }
    }
}

impl TryFrom<HandlerRecord> for Handler {
    type Error = String;

    fn try_from(record: HandlerRecord) -> Result<Self, String> {
        let event = known(&record.event).ok_or_else(|| format!("there is no event {:?}", record.event))?;
        if record.offline != record.url.is_empty() || !(record.offline || is_address(&record.url)) {
            return Err("a handler has an address in \"url\", or is \"offline\"".to_owned());
        }
        let HandlerRecord { app, url, user, offline, connector, pause, .. } = record;
        let pause = pause.clamp(0, LONGEST_PAUSE);
        Ok(Self { app, event, url, user, offline, connector, pause, ..Self::default() })
    }
}

impl From<BacklogEntry> for BacklogRecord {
    fn from(entry: BacklogEntry) -> Self {
        Self {
            app: entry.app,
            event: entry.event,
            thing: entry.thing,
            date: entry.date,
            data: serde_json::from_str(&entry.data).unwrap_or_default(),
            more: serde_json::from_str(&entry.more).ok(),
            connector: entry.connector,
            process: entry.process,
            failed: entry.failed,
        }
    }
}

impl From<BacklogRecord> for BacklogEntry {
    fn from(record: BacklogRecord) -> Self {
        Self {
            id: BacklogId(0),
            app: record.app,
            event: record.event,
            thing: record.thing,
            date: record.date,
            data: record.data.to_string(),
            more: record.more.map(|more| more.to_string()).unwrap_or_default(),
            connector: record.connector,
            process: record.process,
            failed: record.failed,
        }
    }
}
