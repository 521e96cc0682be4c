//! Where portals stand, one after another.
//!
//! Must hold: each finds what the first one found once its people had come, and nothing of those between. Making a database
//! and its people takes far longer than most scenarios, so what the first portal held is kept: on PostgreSQL beside the
//! tables, which are put back; an embedded database as a copy.

use std::fs;

use lately::config::Config;
use lately_testkit::{Ground, TestPortal, database};
use serde_json::{Value, json};

use super::fill::Known;

/// The file of an embedded database.
const FILE: &str = "lately.db";

/// A field for scenarios that are played one after another.
pub struct Field {
    ground: Ground,
    kept: bool,
}

impl Field {
    /// An empty one.
    pub fn find() -> Self {
        Self { ground: Ground::find(), kept: false }
    }

    /// A portal with these settings. The first has nobody in it; call [`Self::keep`] once they have come.
    pub async fn portal(&self, settings: &Value) -> Result<TestPortal, String> {
        let settings = self.named(settings)?;
        let ground = Ground::beside(self.ground.address());
        match self.ground.address() {
            Some(address) if self.kept => database::renew(address),
            None if self.kept => {
                fs::copy(self.ground.path().join(FILE), ground.path().join(FILE)).expect("a copy");
            }
            _ => {}
        }
        Ok(TestPortal::on(ground, |config| set(config, &settings)).await)
    }

    /// Whether there is nothing yet that a portal could begin with.
    pub fn is_new(&self) -> bool {
        !self.kept
    }

    /// Keeps what this portal holds.
    pub fn keep(&mut self, portal: &TestPortal) {
        match self.ground.address() {
            Some(address) => database::keep(address),
            None => {
                let copy = self.ground.path().join(FILE);
                database::run_behind(portal.data(), None, &format!("VACUUM INTO '{}'", copy.display()));
            }
        }
        self.kept = true;
    }

    /// Settings with what they name put in.
    fn named(&self, settings: &Value) -> Result<Value, String> {
        let blocked = self.ground.path().join("blocked");
        fs::write(&blocked, "a file where a folder should be").expect("a file");
        let mut known = Known::new(&[]);
        known.set("blocked", json!(blocked));
        known.fill(settings)
    }
}

/// Sets what is named, and leaves the rest.
fn set(config: &mut Config, settings: &Value) {
    if settings.is_null() {
        return;
    }
    // Its password is not written down.
    let database = config.database.take();
    let mut all = serde_json::to_value(&*config).expect("settings are JSON too");
    put(&mut all, settings);
    *config = serde_json::from_value(all).expect("settings that there are");
    config.database = database;
}

fn put(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            from.iter().for_each(|(key, value)| put(&mut into[key], value));
        }
        (into, from) => *into = from.clone(),
    }
}
