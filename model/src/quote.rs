//! A quote: what somebody said, within another message.
//!
//! Must hold: whatever is quoted, one quote comes out, between two rules of hyphens. Never asks who somebody is or what
//! time it is.

/// The line before and after a quote.
pub const RULE: &str = "------------------------------------------------------";

/// How many characters of a message are quoted.
const KEPT: usize = 19_000;

/// What stands after a part of a message.
const CUT: &str = " (...)";

/// A message as a quote: who said it, when, and what. Rules within it would end it, so they go.
pub fn quote(name: &str, date: &str, text: &str) -> String {
    let text = without_rules(text);
    let mut kept = crate::text::clip(text.trim(), KEPT);
    if kept.len() < text.trim().len() {
        kept.push_str(CUT);
    }
    format!("{RULE}\n{name} [{date}]\n{kept}\n{RULE}")
}

/// Runs of hyphens that are long enough to be a rule go; shorter ones stay.
fn without_rules(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('-') {
        let (before, run) = rest.split_at(start);
        kept.push_str(before);
        let length = run.bytes().take_while(|byte| *byte == b'-').count();
        let (hyphens, after) = run.split_at(length);
        if length < RULE.len() {
            kept.push_str(hyphens);
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_stands_between_rules_with_its_author_and_date() {
        let quote = quote("Alice Adams", "2026-03-02 10:00", "Hello\n[b]you[/b] - and --- you");
        let expected =
            format!("{RULE}\nAlice Adams [2026-03-02 10:00]\nHello\n[b]you[/b] - and --- you\n{RULE}");
        assert_eq!(quote, expected);
    }

    #[test]
    fn what_was_quoted_before_does_not_end_a_quote() {
        let inner = quote("Bob", "then", "One");
        let outer = quote("Alice", "now", &format!("{inner}\nTwo {RULE}----"));
        assert_eq!(outer.matches(RULE).count(), 2, "{outer}");
        assert!(outer.contains("Bob [then]\nOne") && outer.contains("Two"));
    }

    #[test]
    fn a_long_text_is_cut_and_the_quote_still_ends() {
        let quote = quote("Alice", "now", &"ß".repeat(20_000));
        assert!(quote.ends_with(&format!("ß (...)\n{RULE}")));
        assert!(quote.chars().count() < crate::text::MESSAGE_MAX_CHARS);
    }
}
