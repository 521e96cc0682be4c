//! Any text is stored and shown. Must hold: no panic; a preview is one trimmed line and never empty; only people who
//! are mentioned are asked for; nothing grows beyond a small multiple of what came in; normalising twice is once.
//!
//! Input: a letter for the attachment and its description in the first line, then the text.

#![no_main]

use lately_model::{Language, UserId};
use lately_model::preview::{Attach, Source, expand_user_names, mentioned_users, preview};
use lately_model::text::{CUT_MARK, MESSAGE_MAX_CHARS, normalise};
use libfuzzer_sys::fuzz_target;

const NAME: &str = "Alice Marlow";

fuzz_target!(|input: &[u8]| {
    let input = String::from_utf8_lossy(input);
    let (head, text) = input.split_once('\n').unwrap_or(("", &input));
    let mut letters = head.chars();
    let attach = match letters.next() {
        Some('p') => Attach::Plain,
        Some('d') => Attach::Described(letters.as_str()),
        _ => Attach::None,
    };
    let stored = normalise(text);
    hold_stored(text, &stored);
    for text in [text, &stored] {
        for language in [Language::En, Language::Ru] {
            hold_preview(&Source { text, attach, file: head.len() % 2 == 1 }, language);
        }
        hold_expanded(text);
    }
});

fn hold_stored(text: &str, stored: &str) {
    assert!(stored.len() <= text.len() + CUT_MARK.len());
    assert!(stored.chars().count() <= MESSAGE_MAX_CHARS);
    assert_eq!(stored.trim(), stored);
    assert_eq!(normalise(stored), stored);
}

fn hold_preview(source: &Source<'_>, language: Language) {
    let description = match source.attach {
        Attach::Described(text) => text,
        _ => "",
    };
    let mentioned = [mentioned_users(source.text), mentioned_users(description)].concat();
    let line = preview(source, language, &|user| {
        assert!(mentioned.contains(&user));
        name(user)
    });
    assert!(!line.is_empty() && !line.contains(['\n', '\r']));
    assert_eq!(line.trim(), line);
    assert!(line.len() <= 4 * (source.text.len() + description.len()) + 64);
}

fn hold_expanded(text: &str) {
    let mentioned = mentioned_users(text);
    assert!(mentioned.is_sorted_by(|one, next| one < next));
    let expanded = expand_user_names(text, &|user| {
        assert!(mentioned.binary_search(&user).is_ok());
        name(user)
    });
    assert!(expanded.len() <= 3 * text.len());
    assert_eq!(expand_user_names(text, &|_| None), text);
}

/// Each other person is known.
fn name(UserId(id): UserId) -> Option<String> {
    (id % 2 == 0).then(|| NAME.to_owned())
}
