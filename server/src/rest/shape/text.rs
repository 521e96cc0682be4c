//! A message's text as its readers get it: bare links are marked as links (behaviour.md G, "im.dialog.messages.get").
//!
//! Must hold: nothing but `[URL]` and `[/URL]` is put in, and nothing within a tag, a link that is marked already, a
//! picture or a block of code is touched. The time is linear in the text.

use std::borrow::Cow;

use lately_model::url::{self, SCHEMES};

/// What is passed over whole, with its end.
const WHOLE: [(&str, &str); 3] = [("[url", "[/url]"), ("[img", "[/img]"), ("[code", "[/code]")];

/// The text with each bare `http://` or `https://` address as `[URL]address[/URL]`.
pub fn linked(text: &str) -> Cow<'_, str> {
    let folded = text.to_ascii_lowercase();
    if !SCHEMES.iter().any(|scheme| folded.contains(scheme)) {
        return Cow::Borrowed(text);
    }
    let mut marked = String::with_capacity(text.len() + 16);
    let mut endless = [false; WHOLE.len()];
    let mut rest = 0;
    let mut at = 0;
    while let Some(found) = folded.get(at..).and_then(|tail| tail.find(['[', 'h'])) {
        at += found;
        let tail = folded.get(at..).unwrap_or_default();
        let link = url::length(tail, text.get(..at).unwrap_or_default());
        if link == 0 {
            at += tag_length(tail, &mut endless);
            continue;
        }
        marked.push_str(text.get(rest..at).unwrap_or_default());
        rest = at + link;
        marked.push_str(&format!("[URL]{}[/URL]", text.get(at..rest).unwrap_or_default()));
        at = rest;
    }
    marked.push_str(text.get(rest..).unwrap_or_default());
    Cow::Owned(marked)
}

/// How many bytes to pass over at the beginning of `tail`: a whole block, a tag, or one sign. `endless` keeps in mind
/// which blocks have no end any more.
fn tag_length(tail: &str, endless: &mut [bool; WHOLE.len()]) -> usize {
    for ((begin, end), endless) in WHOLE.iter().zip(endless) {
        if *endless || !tail.starts_with(begin) {
            continue;
        }
        match tail.find(end) {
            Some(place) => return place + end.len(),
            None => *endless = true,
        }
    }
    let inside = tail.strip_prefix('[').unwrap_or_default();
    match inside.find(['[', ']']) {
        Some(place) if inside.get(place..).is_some_and(|end| end.starts_with(']')) => place + 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bare_addresses_are_marked() {
        for (text, expected) in [
            ("https://a.test", "[URL]https://a.test[/URL]"),
            ("HTTP://A.test/X", "[URL]HTTP://A.test/X[/URL]"),
            ("(https://a.test).", "([URL]https://a.test[/URL])."),
            ("https://a.test/a_(b)", "[URL]https://a.test/a_(b)[/URL]"),
            ("ß https://ß.test/ß\nend", "ß [URL]https://ß.test/ß[/URL]\nend"),
            ("[b]https://a.test[/b]", "[b][URL]https://a.test[/URL][/b]"),
            ("[https://a.test", "[[URL]https://a.test[/URL]"),
        ] {
            assert_eq!(linked(text), expected, "{text}");
        }
    }

    #[test]
    fn everything_else_stays() {
        for text in [
            "",
            "hello [b]you[/b]",
            "https://",
            "https://.",
            "xhttps://a.test",
            "[URL]https://a.test[/URL]",
            "[url=https://a.test]https://a.test[/url]",
            "[IMG SIZE=small]https://a.test/a.png[/IMG]",
            "[CODE]https://a.test[/CODE]",
            "[ICON=https://a.test/a.png title=A]",
        ] {
            assert_eq!(linked(text), text);
        }
    }

    #[test]
    fn a_block_without_end_hides_nothing() {
        assert_eq!(linked("[code] https://a.test"), "[code] [URL]https://a.test[/URL]");
    }

    proptest! {
        #[test]
        fn nothing_but_marks_is_put_in(text in "(https?://|a\\.test|\\[/?(url|code|img|b)=?\\]?|[ .,()ßh\\[\\]]){0,30}") {
            let plain = |text: &str| text.to_lowercase().replace("[url]", "").replace("[/url]", "");
            prop_assert_eq!(plain(&linked(&text)), plain(&text));
        }
    }
}
