//! What becomes of a text before it is stored: messages and titles.
//!
//! Must hold: lengths are counted in characters (Unicode scalar values), normalising twice changes nothing.
//! Never refuses a text and never looks at its markup, line breaks apart.

/// The longest message, in characters, that is stored as it came.
pub const MESSAGE_MAX_CHARS: usize = 20_006;

/// How many characters are kept of a message longer than [`MESSAGE_MAX_CHARS`].
pub const MESSAGE_KEPT_CHARS: usize = 20_000;

/// What is put after the kept part of a message that was too long.
pub const CUT_MARK: &str = " (...)";

/// The longest title of a chat, in characters.
pub const TITLE_MAX_CHARS: usize = 255;

/// A message text as it is stored: line breaks of every spelling (`[BR]`, `[br]`, `#BR#`, CRLF, lone CR) become line
/// feeds, control characters other than line feed and tab go, the outer white space goes, and a text longer than
/// [`MESSAGE_MAX_CHARS`] is cut to [`MESSAGE_KEPT_CHARS`] and [`CUT_MARK`] (contract: behaviour, "im.message.add").
///
/// The answer is empty when nothing but white space and controls came.
pub fn normalise(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text: String = text.chars().filter(|sign| is_kept(*sign)).collect();
    let text = text.replace("[BR]", "\n").replace("[br]", "\n").replace("#BR#", "\n");
    let text = text.trim();
    if char_start(text, MESSAGE_MAX_CHARS).is_none() {
        return text.to_owned();
    }
    let mut kept = clip(text, MESSAGE_KEPT_CHARS);
    kept.push_str(CUT_MARK);
    kept
}

/// The first `max_chars` characters of a text, which is all of it if it has no more.
pub fn clip(text: &str, max_chars: usize) -> String {
    let end = char_start(text, max_chars).unwrap_or(text.len());
    text.get(..end).unwrap_or(text).to_owned()
}

/// The byte at which the character with this index begins; `None` if the text has no such character.
fn char_start(text: &str, index: usize) -> Option<usize> {
    text.char_indices().nth(index).map(|(start, _)| start)
}

fn is_kept(sign: char) -> bool {
    sign >= ' ' || sign == '\n' || sign == '\t'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_line_break_becomes_a_line_feed() {
        for (text, stored) in [
            ("a[BR]b", "a\nb"),
            ("a[br]b", "a\nb"),
            ("a#BR#b", "a\nb"),
            ("a\r\nb", "a\nb"),
            ("a\rb", "a\nb"),
            ("a\n\r\n\rb", "a\n\n\nb"),
            ("a[BR][br]#BR#b", "a\n\n\nb"),
            ("a#BR#BR#b", "a\nBR#b"),
            ("a[Br]b #br# [BR b", "a[Br]b #br# [BR b"),
        ] {
            assert_eq!(normalise(text), stored, "{text:?}");
        }
    }

    #[test]
    fn outer_white_space_and_control_characters_go() {
        for (text, stored) in [
            ("  alice\t\n", "alice"),
            ("[BR]alice[BR]", "alice"),
            ("\u{3000}alice\u{a0}", "alice"),
            ("a\0l\u{1}i\u{8}c\u{1b}e\u{1f}", "alice"),
            ("a\tb\nc", "a\tb\nc"),
            ("a[B\0R]b", "a\nb"),
            ("\0 alice \0", "alice"),
            ("\0\r\n[BR] \u{b}", ""),
            ("", ""),
            ("📈 [b]ß[/b] \u{7f}\u{200b}", "📈 [b]ß[/b] \u{7f}\u{200b}"),
        ] {
            assert_eq!(normalise(text), stored, "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut_by_characters() {
        for sign in ["x", "ß", "📈"] {
            let fits = sign.repeat(MESSAGE_MAX_CHARS);
            assert_eq!(normalise(&fits), fits);
            let cut = normalise(&sign.repeat(MESSAGE_MAX_CHARS + 1));
            assert_eq!(cut, format!("{} (...)", sign.repeat(MESSAGE_KEPT_CHARS)));
            assert_eq!(cut.chars().count(), MESSAGE_MAX_CHARS);
        }
    }

    #[test]
    fn only_the_stored_characters_count_towards_the_length() {
        let text = format!("  {}[BR] ", "x\0[BR]".repeat(MESSAGE_MAX_CHARS / 2));
        assert_eq!(normalise(&text), "x\n".repeat(MESSAGE_MAX_CHARS / 2).trim_end());
    }

    #[test]
    fn normalising_twice_changes_nothing() {
        let long = "a [BR] ".repeat(30_000);
        for text in ["a[BR]#BR#[br]b", "\r\0\n x \r", "[B[BR]R] #B#BR#R#", &long, &"\u{a0}x".repeat(20_007)] {
            let once = normalise(text);
            assert_eq!(normalise(&once), once);
        }
    }

    #[test]
    fn a_clipped_text_has_no_more_characters_than_allowed() {
        for (text, max, clipped) in
            [("alice", 5, "alice"), ("alice", 4, "alic"), ("alice", 0, ""), ("", 3, ""), ("ß📈e", 2, "ß📈")]
        {
            assert_eq!(clip(text, max), clipped);
        }
        assert_eq!(clip(&"é".repeat(300), TITLE_MAX_CHARS), "é".repeat(255));
    }
}
