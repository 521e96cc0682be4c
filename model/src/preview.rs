//! A message text as others show it: the one line of a recent row, and the stored text with people named.
//!
//! Must hold for any input: the line has no line breaks, is trimmed and never empty; the time is linear in the text
//! and the names put in. Never shortens a text, never touches what is stored, never looks a name up by itself.

mod html;
mod markup;

use std::collections::BTreeSet;

use jiff::Timestamp;
use markup::{Single, Tag, Token, What, Who};

use crate::{Language, Phrase, UserId};

pub use html::html;

/// The parts of a message its preview is made from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The stored text, with its markup.
    pub text: &'a str,
    /// What is attached besides files.
    pub attach: Attach<'a>,
    /// Whether the message has a file.
    pub file: bool,
}

/// What a message has attached besides files: blocks, or the rich preview of a link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Attach<'a> {
    /// Nothing.
    None,
    /// Something that does not say what it is.
    Plain,
    /// Something with a description, which may have markup; an empty one counts as [`Attach::Plain`].
    Described(&'a str),
}

/// The line a recent row shows for a message: one space for each line break, no markup, words in brackets for what
/// cannot be shown (contract: behaviour, "message.text preview").
///
/// Tags without their other half and `[CODE]` blocks stay as they were written. `names` gives the full name of the
/// person with that id, `None` if there is no such person; it is asked for the ids of [`mentioned_users`] only.
pub fn preview(source: &Source<'_>, language: Language, names: &dyn Fn(UserId) -> Option<String>) -> String {
    let mut line = plain(source.text, language, names);
    match source.attach {
        Attach::None => {}
        Attach::Described(description) if !description.trim().is_empty() => {
            line.push(' ');
            line.push_str(&plain(description, language, names));
        }
        Attach::Plain | Attach::Described(_) => push_word(&mut line, language, &Phrase::Attachment),
    }
    let line = line.replace("\r\n", " ").replace(['\r', '\n'], " ");
    let line = line.trim();
    match (line.is_empty(), source.file) {
        (true, true) => language.say(&Phrase::File),
        (true, false) => language.say(&Phrase::MessageDeleted),
        (false, true) => format!("{line} {}", language.say(&Phrase::File)),
        (false, false) => line.to_owned(),
    }
}

/// The people a text names by an empty `[USER=n][/USER]` only, ascending, each once: those whose names
/// [`preview`] and [`expand_user_names`] ask for. A described attachment is a text of its own.
pub fn mentioned_users(text: &str) -> Vec<UserId> {
    let tokens = markup::parse(text);
    let users = tokens.iter().enumerate().filter_map(|(at, token)| match token.what {
        What::Mention(Who::User(id)) if is_empty_mention(&tokens, at) => Some(id),
        _ => None,
    });
    users.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The stored text as message lists give it: an empty `[USER=n][/USER]` becomes `[USER=n REPLACE]Name[/USER]`, all
/// else stays byte for byte, as does a mention of someone `names` does not know (contract: behaviour,
/// "im.dialog.messages.get").
pub fn expand_user_names(text: &str, names: &dyn Fn(UserId) -> Option<String>) -> String {
    let tokens = markup::parse(text);
    let mut expanded = String::with_capacity(text.len());
    for (at, token) in tokens.iter().enumerate() {
        let name = match token.what {
            What::Mention(Who::User(id)) if is_empty_mention(&tokens, at) => names(id).map(|name| (id, name)),
            _ => None,
        };
        match name {
            Some((UserId(id), name)) => expanded.push_str(&format!("[USER={id} REPLACE]{name}")),
            None => expanded.push_str(token.raw),
        }
    }
    expanded
}

/// The people whom a text names by `[USER=n]...[/USER]`, ascending, each once.
pub fn named_users(text: &str) -> Vec<UserId> {
    let tokens = markup::parse(text);
    let users = tokens.iter().filter_map(|token| match token.what {
        What::Mention(Who::User(id)) if token.paired => Some(id),
        _ => None,
    });
    users.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The text with the tags around the names of these people taken off; all else stays byte for byte.
pub fn unwrap_users(text: &str, hidden: &[UserId]) -> String {
    let mut open = Vec::new();
    let mut left = String::with_capacity(text.len());
    for token in markup::parse(text) {
        let gone = match token.what {
            What::Mention(who) if token.paired => {
                let gone = matches!(who, Who::User(id) if hidden.contains(&id));
                open.push(gone);
                gone
            }
            What::Close(Tag::User) if token.paired => open.pop().unwrap_or_default(),
            _ => false,
        };
        if !gone {
            left.push_str(token.raw);
        }
    }
    left
}

/// The text without the mentions of somebody, their names included; all else stays byte for byte.
pub fn without_mentions(text: &str, user: UserId) -> String {
    let (mut open, mut inside) = (Vec::new(), 0);
    let mut left = String::with_capacity(text.len());
    for token in markup::parse(text) {
        match token.what {
            What::Mention(who) if token.paired => {
                let gone = matches!(who, Who::User(id) if id == user);
                open.push(gone);
                inside += usize::from(gone);
            }
            What::Close(Tag::User) if token.paired && open.pop().unwrap_or_default() => {
                inside -= 1;
                continue;
            }
            _ => {}
        }
        if inside == 0 {
            left.push_str(token.raw);
        }
    }
    left
}

/// What of a text is looked at when somebody searches: what is shown of it, without its markup. Always as in English,
/// since words are kept by which messages are found, whatever the portal speaks later.
pub fn bare(text: &str) -> String {
    plain(text, Language::En, &|_| None)
}

/// The text without its markup, line breaks and outer spaces still as they were.
fn plain(text: &str, language: Language, names: &dyn Fn(UserId) -> Option<String>) -> String {
    let mut tokens = markup::parse(text);
    pair_rules(&mut tokens);
    let mut out = String::with_capacity(text.len());
    let mut hidden = 0_usize;
    let mut quoting = false;
    for (at, token) in tokens.iter().enumerate() {
        let shown = hidden == 0 && !quoting;
        match &token.what {
            What::Rule if token.paired => {
                quoting = !quoting;
                if quoting {
                    push_word(&mut out, language, &Phrase::Quote);
                    out.push(' ');
                }
            }
            What::Open(tag) if token.paired => {
                if shown && *tag == Tag::Image {
                    push_word(&mut out, language, &Phrase::Image);
                }
                hidden += usize::from(hides(*tag));
            }
            What::Close(tag) if token.paired => hidden -= usize::from(hides(*tag)),
            _ if !shown => {}
            What::Mention(who) if is_empty_mention(&tokens, at) => {
                out.push_str(&full_name(*who, language, names))
            }
            What::Mention(_) if token.paired => {}
            What::Single(single) => push_single(&mut out, single, language),
            What::Text | What::Open(_) | What::Mention(_) | What::Close(_) | What::Rule => {
                out.push_str(token.raw);
            }
        }
    }
    out
}

/// Pairs the rules of quote blocks; a rule within something hidden is none.
fn pair_rules(tokens: &mut [Token<'_>]) {
    let mut open = None;
    let mut hidden = 0_usize;
    for at in 0..tokens.len() {
        let Some(token) = tokens.get_mut(at) else { return };
        match token.what {
            What::Open(tag) if token.paired => hidden += usize::from(hides(tag)),
            What::Close(tag) if token.paired => hidden -= usize::from(hides(tag)),
            What::Rule if hidden == 0 => {
                let Some(start) = open.take() else {
                    open = Some(at);
                    continue;
                };
                token.paired = true;
                if let Some(first) = tokens.get_mut(start) {
                    first.paired = true;
                }
            }
            _ => {}
        }
    }
}

/// Whether the content of the pair is not to be seen.
fn hides(tag: Tag) -> bool {
    matches!(tag, Tag::Strike | Tag::Image)
}

/// Whether the mention at this place is closed at once, so that it stands for the person's name.
fn is_empty_mention(tokens: &[Token<'_>], at: usize) -> bool {
    tokens.get(at + 1).is_some_and(|next| matches!(next.what, What::Close(Tag::User)))
}

fn full_name(who: Who, language: Language, names: &dyn Fn(UserId) -> Option<String>) -> String {
    match who {
        Who::Everyone => language.say(&Phrase::Everyone),
        Who::User(id) => {
            names(id).unwrap_or_else(|| language.say(&Phrase::SomeUser { id: &id.0.to_string() }))
        }
    }
}

fn push_word(out: &mut String, language: Language, word: &Phrase<'_>) {
    out.push(' ');
    out.push_str(&language.say(word));
}

fn push_single(out: &mut String, single: &Single<'_>, language: Language) {
    let mut word = |word| {
        push_word(out, language, &word);
        out.push(' ');
    };
    match single {
        Single::Rating => word(Phrase::Rating),
        Single::Attachment => word(Phrase::Attachment),
        Single::File => word(Phrase::File),
        Single::Break => out.push(' '),
        Single::Icon { title: "" } => out.push_str(&language.say(&Phrase::Icon)),
        Single::Icon { title } => out.push_str(&format!("({title})")),
        Single::Timestamp { at, format } => out.push_str(&utc(*at, format)),
    }
}

/// A point in time in UTC. The name of the wanted format (`SHORT_TIME_FORMAT`, `LONG_DATE_FORMAT`, ...) only decides
/// whether date, time or both are given.
fn utc(at: Timestamp, format: &str) -> String {
    let format = format.to_ascii_uppercase();
    let form = match (format.contains("DATE"), format.contains("TIME")) {
        (true, false) => "%Y-%m-%d",
        (false, true) => "%H:%M",
        (true, true) | (false, false) => "%Y-%m-%d %H:%M",
    };
    at.strftime(form).to_string()
}

#[cfg(test)]
mod tests;
