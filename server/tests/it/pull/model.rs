//! Whatever is cut, repeated or delayed, the list that a client keeps by events equals a fresh `im.recent.get`.
//!
//! Four people act at random, as in the test of the recent list. Each keeps their list by what they hear, the way a client
//! does; now and then their line is cut, and they come back to where they were, or to an earlier place, and hear some of it
//! twice; they read what they hear late. `LATELY_SEED` plays other histories.

use std::collections::BTreeMap;

use lately_model::{Revision, User};
use lately_testkit::TestPortal;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::follower::Follower;
use crate::recent_model::history::{Act, PAIRS, Place, history};

/// How many people act.
const PEOPLE: usize = 4;

/// How many histories are played.
const HISTORIES: u32 = 160;

/// What happens to somebody's line after an act.
#[derive(Debug, Clone, Copy)]
enum Line {
    /// It is cut.
    Cut(usize),
    /// They come back to where they were.
    Back(usize),
    /// They come back to the event so many before.
    Earlier(usize, usize),
    /// They read one of the things that wait.
    Read(usize),
}

fn line() -> impl Strategy<Value = Option<Line>> {
    let who = 0..PEOPLE;
    prop_oneof![
        4 => Just(None),
        2 => who.clone().prop_map(|who| Some(Line::Cut(who))),
        2 => who.clone().prop_map(|who| Some(Line::Back(who))),
        1 => (who.clone(), 1..8_usize).prop_map(|(who, back)| Some(Line::Earlier(who, back))),
        2 => who.prop_map(|who| Some(Line::Read(who))),
    ]
}

struct Play<'a> {
    portal: &'a TestPortal,
    people: Vec<Follower>,
    group: i64,
    /// What was said at each place, and by whom.
    said: BTreeMap<usize, Vec<(i64, usize)>>,
}

fn number(place: Place) -> usize {
    match place {
        Place::Group => PAIRS.len(),
        Place::Private(pair) => pair,
    }
}

impl<'a> Play<'a> {
    async fn begin(portal: &'a TestPortal) -> Self {
        let mut people = Vec::new();
        for place in 0..PEOPLE {
            let user = User { active: true, first_name: format!("P{place}"), ..User::default() };
            let id = portal.messenger().add_user(None, user).await.unwrap();
            let client = portal.client_with(id.0, "all", Revision::R33).await;
            people.push(Follower::new(client));
        }
        let users = json!([people[1].client.user, people[2].client.user]);
        let made = people[0].client.ok("im.chat.add", json!({ "TITLE": "Group", "USERS": users })).await;
        let mut play = Self { portal, people, group: made.as_i64().unwrap(), said: BTreeMap::new() };
        for who in 0..PEOPLE {
            play.people[who].shown.rows = play.people[who].fresh_rows().await;
            let ear = portal.ear(&play.people[who].client).await;
            play.people[who].ear = Some(ear);
        }
        play
    }

    fn dialog(&self, who: usize, place: Place) -> Value {
        match place {
            Place::Group => json!(format!("chat{}", self.group)),
            Place::Private(pair) => {
                let (one, other) = PAIRS[pair];
                let peer = if one == who { other } else { one };
                json!(self.people[peer].client.user.to_string())
            }
        }
    }

    fn nth(&self, place: Place, back: usize) -> Option<(i64, usize)> {
        self.said.get(&number(place))?.iter().rev().nth(back).copied()
    }

    /// Whether it is refused does not matter.
    async fn act(&mut self, act: &Act) -> Option<()> {
        let yes = |on: bool| if on { "Y" } else { "N" };
        let message = |place, back| self.nth(place, back).map(|(id, _)| id);
        let (who, method, params) = match *act {
            Act::Send { who, place } => {
                let params = json!({ "DIALOG_ID": self.dialog(who, place), "MESSAGE": "[b]some[/b] words" });
                let reply = self.people[who].client.call("im.message.add", params).await;
                let id = reply.body["result"].as_i64()?;
                self.said.entry(number(place)).or_default().push((id, who));
                return None;
            }
            // By whoever wrote it, since nobody else may; the newest ones, which rows show.
            Act::Edit { place, back, .. } => {
                let (id, who) = self.nth(place, back / 3)?;
                (who, "im.message.update", json!({ "MESSAGE_ID": id, "MESSAGE": "[i]edited[/i]" }))
            }
            Act::Delete { place, back, .. } => {
                let (id, who) = self.nth(place, back / 3)?;
                (who, "im.message.delete", json!({ "MESSAGE_ID": id }))
            }
            Act::Read { who, place, back } => {
                let mut params = json!({ "DIALOG_ID": self.dialog(who, place) });
                if let Some(back) = back {
                    params["MESSAGE_ID"] = json!(message(place, back)?);
                }
                (who, "im.dialog.read", params)
            }
            Act::ReadAll { who } => (who, "im.dialog.read.all", json!({})),
            Act::Unread { who, place, back } => {
                let params =
                    json!({ "DIALOG_ID": self.dialog(who, place), "MESSAGE_ID": message(place, back)? });
                (who, "im.dialog.unread", params)
            }
            Act::Pin { who, place, on } => {
                (who, "im.recent.pin", json!({ "DIALOG_ID": self.dialog(who, place), "PIN": yes(on) }))
            }
            Act::Mark { who, place, on } => {
                (who, "im.recent.unread", json!({ "DIALOG_ID": self.dialog(who, place), "ACTION": yes(on) }))
            }
            Act::Hide { who, place } => {
                (who, "im.recent.hide", json!({ "DIALOG_ID": self.dialog(who, place) }))
            }
            Act::Mute { who, place, on } => {
                (who, "im.chat.mute", json!({ "DIALOG_ID": self.dialog(who, place), "MUTE": yes(on) }))
            }
            Act::Leave { who } => (who, "im.chat.leave", json!({ "CHAT_ID": self.group })),
            Act::Kick { who, whom } => {
                let params = json!({ "CHAT_ID": self.group, "USER_ID": self.people[whom].client.user });
                (who, "im.chat.user.delete", params)
            }
            Act::Invite { who, whom, hide } => {
                let users = json!([self.people[whom].client.user]);
                let params = json!({ "CHAT_ID": self.group, "USERS": users, "HIDE_HISTORY": yes(hide) });
                (who, "im.chat.user.add", params)
            }
            Act::Rename { who, title } => {
                let params = json!({ "CHAT_ID": self.group, "TITLE": format!("Group {title}") });
                (who, "im.chat.updateTitle", params)
            }
            Act::Clock { .. } => return None,
        };
        self.people[who].client.call(method, params).await;
        None
    }

    async fn back(&mut self, who: usize, earlier: usize) {
        let person = &mut self.people[who];
        // Whoever has heard nothing yet has no place to come back to, and stays.
        let Some(mid) = person.mids.iter().rev().nth(earlier).or(person.mids.first()).cloned() else {
            return;
        };
        if let Some(ear) = person.ear.take() {
            ear.drop_dead();
        }
        person.ear = Some(self.portal.ear_after(&person.client, &mid).await);
    }

    async fn line(&mut self, line: Line) {
        match line {
            Line::Cut(who) => {
                // With something heard, so that there is a place to come back to.
                if !self.people[who].mids.is_empty() {
                    self.people[who].ear = None;
                }
            }
            Line::Back(who) => self.back(who, 0).await,
            Line::Earlier(who, earlier) => self.back(who, earlier).await,
            Line::Read(who) => {
                // A word to oneself, so that there is something to read.
                let person = &mut self.people[who];
                person.client.say(person.client.user, "a note").await;
                person.hear().await;
            }
        }
    }

    async fn settle(&mut self) -> Result<(), TestCaseError> {
        for who in 0..PEOPLE {
            if self.people[who].ear.is_none() {
                self.back(who, 0).await;
            }
            let person = &mut self.people[who];
            person.hear_all().await;
            let heard = person.mids.len();
            prop_assert_eq!(
                &person.shown.rows,
                &person.fresh_rows().await,
                "of {} after {} events",
                who,
                heard
            );
        }
        Ok(())
    }
}

#[test]
fn a_list_that_is_kept_by_events_equals_a_fresh_one() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let portal = runtime.block_on(TestPortal::start());
    let seed = std::env::var("LATELY_SEED").ok().and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&seed.to_le_bytes());
    let config =
        Config { cases: HISTORIES, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let played = runner.run(&(history(), vec(line(), 40)), |(acts, lines)| {
        runtime.block_on(async {
            let mut play = Play::begin(&portal).await;
            for (act, line) in acts.iter().zip(lines) {
                play.act(act).await;
                if let Some(line) = line {
                    play.line(line).await;
                }
            }
            play.settle().await
        })
    });
    if let Err(failure) = played {
        panic!("{failure}");
    }
    runtime.block_on(portal.assert_exact());
}
