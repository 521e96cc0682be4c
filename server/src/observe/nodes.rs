//! The servers of the portal, as they tell each other over the bus how they are.
//!
//! Must hold: what is told may be lost, so a server that was not heard of for a while counts as silent, and not as gone;
//! who says that it stops is believed. Nothing depends on any of it but what is shown.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use lately_model::Moment;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// What starts every note of a server about itself.
const NOTE: &[u8] = b"node ";

/// How often a server tells how it is.
const EVERY: Duration = Duration::from_secs(5);

/// After how many seconds without a word a server is silent.
const SILENT: i64 = 15;

/// After how many seconds without a word it is forgotten.
const FORGOTTEN: i64 = 3600;

/// How many servers are known at a time.
const KNOWN: usize = 100;

/// What a server says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// What tells it from others; new with each start.
    pub id: String,
    /// Where it answers.
    pub address: String,
    /// Its version.
    pub version: String,
    /// When it started.
    pub started: i64,
    /// Up to which transaction it knows all.
    pub position: i64,
    /// Whether its database answers.
    pub available: bool,
    /// Whether it stops.
    pub stopping: bool,
    /// People connected to it.
    pub people: i64,
    /// Requests that it answered in the last minute.
    pub requests: i64,
}

/// How a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It works.
    Well,
    /// Its database does not answer.
    Cut,
    /// It stops.
    Stopping,
    /// Nothing was heard of it for a while.
    Silent,
}

impl State {
    /// The word for the page.
    pub fn word(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Cut => "cut",
            Self::Stopping => "stopping",
            Self::Silent => "silent",
        }
    }
}

/// The other servers of the portal.
#[derive(Debug, Default)]
pub struct Nodes {
    heard: Mutex<BTreeMap<String, (Node, Moment)>>,
    notes: OnceLock<mpsc::Sender<Bytes>>,
}

impl Nodes {
    /// From now on others are told.
    pub fn share(&self, notes: mpsc::Sender<Bytes>) {
        drop(self.notes.set(notes));
    }

    /// Another server told something. False when it is not about itself.
    pub fn hear(&self, note: &[u8], now: Moment) -> bool {
        let Some(note) = note.strip_prefix(NOTE) else { return false };
        let Ok(node) = serde_json::from_slice::<Node>(note) else { return true };
        let mut heard = self.heard.lock();
        heard.retain(|_, (node, at)| now.0 - at.0 < if node.stopping { SILENT } else { FORGOTTEN });
        // A server that was started again answers where it did before.
        heard.retain(|id, (known, _)| {
            *id == node.id || known.address != node.address || known.address.is_empty()
        });
        if heard.len() < KNOWN || heard.contains_key(&node.id) {
            heard.insert(node.id.clone(), (node, now));
        }
        true
    }

    /// The others, each with how it is and when it was heard of.
    pub fn others(&self, now: Moment) -> Vec<(Node, State, Moment)> {
        let heard = self.heard.lock();
        let there =
            heard.values().filter(|(node, at)| now.0 - at.0 < if node.stopping { SILENT } else { FORGOTTEN });
        there.map(|(node, at)| (node.clone(), state(node, now.0 - at.0), *at)).collect()
    }

    /// Tells the others how this server is.
    pub fn tell(&self, node: &Node) {
        let Some(notes) = self.notes.get() else { return };
        let Ok(text) = serde_json::to_vec(node) else { return };
        drop(notes.try_send([NOTE, &text].concat().into()));
    }
}

/// How a server is that said this so many seconds ago.
pub fn state(node: &Node, silent: i64) -> State {
    match node {
        _ if node.stopping => State::Stopping,
        _ if silent >= SILENT => State::Silent,
        _ if !node.available => State::Cut,
        _ => State::Well,
    }
}

/// Tells the others now and then how this server is, until it begins to stop.
pub async fn tell(nodes: Arc<Nodes>, own: impl Fn() -> Node + Send, stopping: CancellationToken) {
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stopping.run_until_cancelled(tick.tick()).await.is_some() {
        nodes.tell(&own());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(node: &Node) -> Vec<u8> {
        [NOTE, &serde_json::to_vec(node).unwrap()].concat()
    }

    fn node(id: &str, address: &str) -> Node {
        let (id, address) = (id.to_owned(), address.to_owned());
        Node { id, address, available: true, ..Node::default() }
    }

    fn states(nodes: &Nodes, now: i64) -> Vec<(String, State)> {
        nodes.others(Moment(now)).into_iter().map(|(node, state, _)| (node.id, state)).collect()
    }

    #[test]
    fn a_server_is_well_then_silent_then_forgotten() {
        let nodes = Nodes::default();
        assert!(nodes.hear(&note(&node("a", "http://a")), Moment(100)));
        assert!(!nodes.hear(b"push {}", Moment(100)) && nodes.hear(b"node nonsense", Moment(100)));
        let one = |state| vec![("a".to_owned(), state)];
        assert_eq!(states(&nodes, 114), one(State::Well));
        assert_eq!(states(&nodes, 115), one(State::Silent));
        assert_eq!(states(&nodes, 100 + FORGOTTEN), []);
        nodes.hear(&note(&Node { available: false, ..node("a", "http://a") }), Moment(200));
        assert_eq!(states(&nodes, 200), one(State::Cut));
    }

    #[test]
    fn who_stops_is_soon_gone_and_who_started_again_stands_once() {
        let nodes = Nodes::default();
        nodes.hear(&note(&Node { stopping: true, ..node("a", "http://a") }), Moment(0));
        assert_eq!(states(&nodes, 1), [("a".to_owned(), State::Stopping)]);
        assert_eq!(states(&nodes, SILENT), []);
        nodes.hear(&note(&node("b", "http://b")), Moment(20));
        nodes.hear(&note(&node("c", "http://b")), Moment(21));
        assert_eq!(states(&nodes, 21), [("c".to_owned(), State::Well)]);
        for number in 0..2 * KNOWN {
            nodes.hear(&note(&node(&format!("n{number}"), "")), Moment(22));
        }
        assert_eq!(nodes.others(Moment(22)).len(), KNOWN);
    }
}
