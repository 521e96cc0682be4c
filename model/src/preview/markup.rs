//! The markup of a message text as a flat list of tokens.
//!
//! Owns which bracketed words are tags, which openings belong to which closings, and what a rule of hyphens is.
//! Must hold: the `raw` parts joined give the text back; the time is linear in the text whatever it holds; nothing
//! recurses. Never decides what a reader gets to see.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::UserId;

/// The fewest hyphens in a row that begin or end a quote block.
const RULE_HYPHENS: usize = 54;

/// The attributes a tag may carry after its value; each ends the one before it.
const ATTRIBUTES: [&str; 5] = ["format", "height", "size", "title", "width"];

/// The tags that come in pairs.
const PAIRS: [(&str, Tag, Value); 17] = [
    ("b", Tag::Wrapper("b"), Value::Forbidden),
    ("i", Tag::Wrapper("i"), Value::Forbidden),
    ("u", Tag::Wrapper("u"), Value::Forbidden),
    ("s", Tag::Strike, Value::Forbidden),
    ("code", Tag::Code, Value::Forbidden),
    ("url", Tag::Wrapper("url"), Value::Optional),
    ("send", Tag::Wrapper("send"), Value::Optional),
    ("put", Tag::Wrapper("put"), Value::Optional),
    ("call", Tag::Wrapper("call"), Value::Optional),
    ("img", Tag::Image, Value::Optional),
    ("user", Tag::User, Value::Required),
    ("dialog", Tag::Wrapper("dialog"), Value::Required),
    ("context", Tag::Wrapper("context"), Value::Required),
    ("chat", Tag::Wrapper("chat"), Value::Required),
    ("pch", Tag::Wrapper("pch"), Value::Required),
    ("size", Tag::Wrapper("size"), Value::Required),
    ("color", Tag::Wrapper("color"), Value::Required),
];

/// One piece of a text.
#[derive(Debug)]
pub(super) struct Token<'a> {
    /// The piece as it was written.
    pub raw: &'a str,
    /// What the piece is.
    pub what: What<'a>,
    /// Whether an opening has its closing, or a closing its opening; one that has not is plain text.
    pub paired: bool,
}

#[derive(Debug)]
pub(super) enum What<'a> {
    /// Words, and everything within a `[CODE]` block, its tags included.
    Text,
    /// The opening of a pair, `[USER=...]` apart.
    Open(Tag),
    /// The opening `[USER=...]`.
    Mention(Who),
    Close(Tag),
    Single(Single<'a>),
    /// The line of hyphens before and after a quote.
    Rule,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Tag {
    Strike,
    Image,
    User,
    Code,
    /// A tag that only dresses or links its content; the name tells one from another.
    Wrapper(&'static str),
}

/// Whom a `[USER=...]` means.
#[derive(Clone, Copy, Debug)]
pub(super) enum Who {
    User(UserId),
    Everyone,
}

/// A tag that has no closing.
#[derive(Debug)]
pub(super) enum Single<'a> {
    Break,
    Rating,
    Attachment,
    File,
    Icon { title: &'a str },
    Timestamp { at: Timestamp, format: &'a str },
}

enum Value {
    Forbidden,
    Optional,
    Required,
}

/// Splits a text into tokens and finds the pairs.
pub(super) fn parse(text: &str) -> Vec<Token<'_>> {
    let mut tokens = split(text);
    keep_code(&mut tokens);
    pair(&mut tokens);
    tokens
}

fn split(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut pending = text;
    let mut read = 0;
    while let Some(found) = pending.get(read..).and_then(|rest| rest.find(['[', '-'])) {
        let start = read + found;
        let (before, rest) = pending.split_at(start);
        let (what, length) = special(rest);
        read = start + length;
        let Some(what) = what else { continue };
        push_text(&mut tokens, before);
        let (raw, after) = rest.split_at(length);
        tokens.push(Token { raw, what, paired: false });
        pending = after;
        read = 0;
    }
    push_text(&mut tokens, pending);
    tokens
}

fn push_text<'a>(tokens: &mut Vec<Token<'a>>, raw: &'a str) {
    if !raw.is_empty() {
        tokens.push(Token { raw, what: What::Text, paired: false });
    }
}

/// What begins here, if anything does, and how many bytes are settled by that.
fn special(rest: &str) -> (Option<What<'_>>, usize) {
    let hyphens = rest.bytes().take_while(|byte| *byte == b'-').count();
    if hyphens > 0 {
        return ((hyphens >= RULE_HYPHENS).then_some(What::Rule), hyphens);
    }
    match closing(rest).or_else(|| opening(rest)) {
        Some((what, length)) => (Some(what), length),
        None => (None, 1),
    }
}

fn closing(rest: &str) -> Option<(What<'_>, usize)> {
    let (name, after) = name(rest.strip_prefix("[/")?);
    let (_, tag, _) = paired(name)?;
    after.starts_with(']').then_some((What::Close(*tag), "[/]".len() + name.len()))
}

fn opening(rest: &str) -> Option<(What<'_>, usize)> {
    let (name, after) = name(rest.strip_prefix('[')?);
    if name.is_empty() {
        return None;
    }
    // A value ends at the next bracket of either kind, so that no stretch of text is looked through twice.
    let end = after.find(['[', ']'])?;
    let (inside, after) = after.split_at(end);
    if !after.starts_with(']') {
        return None;
    }
    let what = meaning(name, inside)?;
    Some((what, "[]".len() + name.len() + inside.len()))
}

/// The letters at the beginning, no more than the longest tag has, and the rest.
fn name(text: &str) -> (&str, &str) {
    let longest = "timestamp".len();
    let letters = text.bytes().take(longest).take_while(u8::is_ascii_alphabetic).count();
    text.split_at(letters)
}

fn paired(name: &str) -> Option<&'static (&'static str, Tag, Value)> {
    PAIRS.iter().find(|(known, ..)| name.eq_ignore_ascii_case(known))
}

/// The meaning of an opening from its name and from what stands between the name and the bracket.
fn meaning<'a>(name: &str, inside: &'a str) -> Option<What<'a>> {
    let value = inside.strip_prefix('=');
    let Some((_, tag, rule)) = paired(name) else {
        return single(name, inside, value).map(What::Single);
    };
    let known = match rule {
        Value::Forbidden => inside.is_empty(),
        Value::Required => value.is_some(),
        Value::Optional => inside.is_empty() || value.is_some() || has_attributes(*tag, inside),
    };
    match tag {
        _ if !known => None,
        Tag::User => who(value?).map(What::Mention),
        tag => Some(What::Open(*tag)),
    }
}

fn has_attributes(tag: Tag, inside: &str) -> bool {
    tag == Tag::Image && inside.starts_with(|first: char| first.is_ascii_whitespace())
}

fn single<'a>(name: &str, inside: &str, value: Option<&'a str>) -> Option<Single<'a>> {
    let is = |known| name.eq_ignore_ascii_case(known);
    if is("br") {
        return inside.is_empty().then_some(Single::Break);
    }
    let value = value?;
    if is("icon") {
        return Some(Single::Icon { title: attribute(value, "title") });
    }
    if is("timestamp") {
        return timestamp(value);
    }
    match digits(value) {
        true if is("rating") => Some(Single::Rating),
        true if is("attach") => Some(Single::Attachment),
        true if is("disk") => Some(Single::File),
        _ => None,
    }
}

fn who(value: &str) -> Option<Who> {
    let (id, option) = value.split_once(|sign: char| sign.is_ascii_whitespace()).unwrap_or((value, ""));
    let option = option.trim();
    if !option.is_empty() && !option.eq_ignore_ascii_case("replace") {
        return None;
    }
    if id.eq_ignore_ascii_case("all") {
        return Some(Who::Everyone);
    }
    if !digits(id) {
        return None;
    }
    id.parse().ok().map(|id| Who::User(UserId(id)))
}

fn timestamp(value: &str) -> Option<Single<'_>> {
    let seconds = value.split_ascii_whitespace().next()?;
    let at = Timestamp::from_second(seconds.parse().ok()?).ok()?;
    Some(Single::Timestamp { at, format: attribute(value, "format") })
}

fn digits(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// What stands between ` name=` and the next attribute, trimmed; empty when there is none.
fn attribute<'a>(value: &'a str, name: &str) -> &'a str {
    let lower = value.to_ascii_lowercase();
    let Some(from) = attribute_end(&lower, 0, name) else { return "" };
    let next = |other: &&str| attribute_end(&lower, from, other).map(|end| end - other.len() - "=".len());
    let until = ATTRIBUTES.iter().filter_map(next).min().unwrap_or(value.len());
    value.get(from..until).unwrap_or_default().trim()
}

/// Where ` name=` ends, looked for from the given byte on.
fn attribute_end(lower: &str, from: usize, name: &str) -> Option<usize> {
    let starts = lower.match_indices(name).map(|(start, _)| start).filter(|start| *start >= from);
    let spaced = |start: &usize| {
        let before = lower.get(..*start).unwrap_or_default();
        before.ends_with(|last: char| last.is_ascii_whitespace())
    };
    let ends = starts.filter(spaced).map(|start| start + name.len());
    ends.filter(|end| lower.get(*end..).unwrap_or_default().starts_with('='))
        .map(|end| end + "=".len())
        .next()
}

/// Makes each `[CODE]` block text as a whole, so that nothing within it means anything.
fn keep_code(tokens: &mut [Token<'_>]) {
    let mut open = None;
    for at in 0..tokens.len() {
        match (tokens.get(at).map(|token| &token.what), open) {
            (Some(What::Open(Tag::Code)), None) => open = Some(at),
            (Some(What::Close(Tag::Code)), Some(start)) => {
                for token in tokens.get_mut(start..=at).unwrap_or_default() {
                    token.what = What::Text;
                }
                open = None;
            }
            _ => {}
        }
    }
}

/// Joins each closing with the nearest free opening of its own kind, so that crossed tags find each other too.
fn pair(tokens: &mut [Token<'_>]) {
    let mut open: BTreeMap<Tag, Vec<usize>> = BTreeMap::new();
    for at in 0..tokens.len() {
        let closed = match tokens.get(at).map(|token| &token.what) {
            Some(What::Open(tag)) => {
                open.entry(*tag).or_default().push(at);
                None
            }
            Some(What::Mention(_)) => {
                open.entry(Tag::User).or_default().push(at);
                None
            }
            Some(What::Close(tag)) => open.get_mut(tag).and_then(Vec::pop),
            _ => None,
        };
        let Some(start) = closed else { continue };
        for end in [start, at] {
            if let Some(token) = tokens.get_mut(end) {
                token.paired = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw_and_paired(text: &str) -> Vec<(&str, bool)> {
        parse(text).iter().map(|token| (token.raw, token.paired)).collect()
    }

    #[test]
    fn the_pieces_joined_are_the_text() {
        let rule = "-".repeat(60);
        for text in
            ["", "plain", "[b]x[/b]", "[[b]]", "a [url=x[b] -- [/url]", "[/b][b]", "é[ü]ß", "[", "]", &rule]
        {
            let joined: String = parse(text).iter().map(|token| token.raw).collect();
            assert_eq!(joined, text);
        }
    }

    #[test]
    fn a_closing_takes_the_nearest_opening_of_its_kind() {
        assert_eq!(
            raw_and_paired("[b][i][b]x[/b][/i]"),
            [("[b]", false), ("[i]", true), ("[b]", true), ("x", false), ("[/b]", true), ("[/i]", true)]
        );
    }

    #[test]
    fn code_is_one_stretch_of_text() {
        assert!(
            parse("[code][b]x[/b][USER=1][/USER][/CODE]")
                .iter()
                .all(|token| matches!(token.what, What::Text))
        );
    }

    #[test]
    fn an_attribute_ends_where_the_next_one_begins() {
        for (value, title) in [
            ("u.png title=Big unicorn size=30", "Big unicorn"),
            ("u.png size=30 TITLE=Big unicorn", "Big unicorn"),
            ("u.png\ntitle=a\theight=1 width=2", "a"),
            ("u.png title=resize=3 entitle=4", "resize=3 entitle=4"),
            ("u.png title= size=3", ""),
            ("title=a", ""),
            ("u.png", ""),
        ] {
            assert_eq!(attribute(value, "title"), title, "{value:?}");
        }
    }
}
