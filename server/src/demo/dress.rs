//! What messages of the demo portal wear besides their text: files, attachments, buttons, likes, quotes, notices.

use lately_model::{File, FileKind, Language, Phrase, UserId};
use serde_json::{Value, json};

use super::chance::Chance;
use super::room::{Dress, MINUTE, Room};
use super::story::{Draft, Names};

/// Files that people send in the middle of a talk.
pub(super) const FILES: [&str; 12] = [
    "photo-workbench.jpg",
    "packing-list.xlsx",
    "frame-drawing.pdf",
    "paint-samples.jpg",
    "squeal.m4a",
    "test-ride.mp4",
    "offer.pdf",
    "minutes.docx",
    "serial-numbers.csv",
    "screenshot.png",
    "colours.zip",
    "label-v2.svg",
];

/// A line of hyphens that begins or ends a quote.
const RULE: &str = "------------------------------------------------------";

/// What surrounds a message.
pub(super) struct Scene<'a> {
    /// Its chat.
    pub room: &'a Room,
    /// Everybody's names.
    pub names: &'a Names,
    /// The messages before it.
    pub before: &'a [Draft],
}

/// Dresses a message.
pub(super) fn put_on(draft: &mut Draft, dress: Dress, scene: &Scene<'_>, chance: &mut Chance) {
    match dress {
        Dress::Plain => {}
        Dress::File(name) => draft.file = Some(file(draft, name, chance)),
        Dress::Attach(description) => set(draft, "ATTACH", attachment(description, chance)),
        Dress::Keyboard => set(draft, "KEYBOARD", keyboard(draft.author)),
        Dress::Liked(count) => like(draft, count, scene, chance),
        Dress::Edited => set(draft, "IS_EDITED", json!("Y")),
        Dress::Deleted => delete(draft, false),
        Dress::Purged => delete(draft, true),
        Dress::Reply => draft.reply = last_said(scene.before).map(|before| before.place),
        Dress::Quote => quote(draft, scene),
        Dress::Notice(code) => notice(draft, code),
        Dress::Change => draft.author = UserId(0),
    }
}

fn set(draft: &mut Draft, key: &str, value: Value) {
    draft.params.insert(key.to_owned(), value);
}

fn delete(draft: &mut Draft, completely: bool) {
    draft.text = Language::En.say(&Phrase::MessageDeleted);
    draft.deleted = true;
    draft.purged = completely;
    set(draft, "IS_DELETED", json!("Y"));
}

/// The system says it; nobody has to read it.
fn notice(draft: &mut Draft, code: &str) {
    draft.author = UserId(0);
    draft.uuid = None;
    draft.counts = false;
    if !code.is_empty() {
        set(draft, "CODE", json!([code]));
        set(draft, "NOTIFY", json!("N"));
    }
}

fn like(draft: &mut Draft, count: usize, scene: &Scene<'_>, chance: &mut Chance) {
    let mut others: Vec<UserId> =
        scene.room.cast.iter().copied().filter(|user| *user != draft.author).collect();
    chance.shuffle(&mut others);
    others.truncate(count);
    others.sort_unstable();
    if !others.is_empty() {
        let ids: Vec<i64> = others.into_iter().map(|user| user.0).collect();
        set(draft, "LIKE", json!(ids));
    }
}

fn quote(draft: &mut Draft, scene: &Scene<'_>) {
    let Some(before) = last_said(scene.before) else { return };
    let name = scene.names.get(&before.author).map_or("", |(name, _)| name.as_str());
    let words = before.text.rsplit(RULE).next().unwrap_or_default().trim();
    draft.text = format!("{RULE}\n{name}\n{words}\n{RULE}\n{}", draft.text);
}

/// The newest message that a person wrote and that can still be read.
fn last_said(before: &[Draft]) -> Option<&Draft> {
    before.iter().rev().find(|draft| !draft.author.is_none() && !draft.deleted && draft.file.is_none())
}

fn file(draft: &Draft, name: &str, chance: &mut Chance) -> File {
    let (kind, width, height, size) = match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "jpg" => (FileKind::Image, 1600, 1200, chance.between(180_000, 900_000)),
        "png" | "svg" => (FileKind::Image, 1280, 800, chance.between(20_000, 400_000)),
        "mp4" => (FileKind::Video, 1920, 1080, chance.between(3_000_000, 40_000_000)),
        "m4a" => (FileKind::Audio, 0, 0, chance.between(60_000, 900_000)),
        _ => (FileKind::File, 0, 0, chance.between(9_000, 2_400_000)),
    };
    File {
        chat_id: draft.chat,
        author_id: draft.author,
        date: draft.date,
        name: name.to_owned(),
        kind,
        size,
        width,
        height,
        version: 1,
        ..File::default()
    }
}

fn attachment(description: Option<&str>, chance: &mut Chance) -> Value {
    let order = format!("HB-{}", chance.between(20_100, 28_900));
    let blocks = json!([
        { "MESSAGE": "[B]What you asked for[/B]" },
        { "DELIMITER": { "SIZE": 200, "COLOR": "#c6c6c6" } },
        { "GRID": [
            { "NAME": "Order", "VALUE": order, "DISPLAY": "LINE", "WIDTH": 120 },
            { "NAME": "Pieces", "VALUE": chance.between(2, 600).to_string(), "DISPLAY": "LINE", "WIDTH": 120 },
        ] },
        { "LINK": { "NAME": "Open the sheet", "LINK": format!("https://hollowbrook.example/orders/{order}") } },
    ]);
    match description {
        Some(words) => json!([{ "ID": 1, "COLOR": "#29619b", "DESCRIPTION": words, "BLOCKS": blocks }]),
        None => json!([{ "ID": 1, "COLOR": "#728f7a", "BLOCKS": blocks }]),
    }
}

fn keyboard(bot: UserId) -> Value {
    let button = |text: &str, command: &str, token: &str| json!({ "TEXT": text, "COMMAND": command, "BOT_ID": bot.0, "BG_COLOR_TOKEN": token, "DISPLAY": "LINE" });
    json!([
        button("Yes", "yes", "primary"),
        button("Later", "later", "secondary"),
        { "TYPE": "NEWLINE" },
        { "TEXT": "More", "LINK": "https://hollowbrook.example/help", "DISPLAY": "LINE" },
    ])
}

/// How long after a message its author noticed a mistake, in seconds.
pub(super) const SECOND_THOUGHT: i64 = 2 * MINUTE;
