//! Finding by words: what of a text is found by, and when a word is found.
//!
//! Must hold: what is kept of a text and what is asked for go through the same folding, so that letters differ only by
//! what they are: neither by case, in whatever script, nor by how they were composed. A word is found by how it begins.
//! Scripts that put no spaces between words are found by any part.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// The shortest text that is looked for, in characters.
pub const SHORTEST: usize = 2;

/// How many characters of a word are looked at.
const WORD_CHARS: usize = 64;

/// How many words of one thing are kept.
const WORDS: usize = 300;

/// How many words of a question are looked for.
const ASKED: usize = 16;

/// A thing's words, to be found by.
pub type Words = BTreeSet<String>;

/// The words by which a thing with these texts is found.
pub fn words<'a>(texts: impl IntoIterator<Item = &'a str>) -> Words {
    let mut words = Words::new();
    for text in texts {
        for word in split(text) {
            for part in beginnings(&word) {
                if words.len() >= WORDS {
                    return words;
                }
                words.insert(part);
            }
        }
    }
    words
}

/// The words that a question asks for: each must begin a word of what is found. Those beyond the sixteenth are not
/// looked at.
pub fn asked(text: &str) -> Vec<String> {
    let mut asked: Vec<String> = split(text).take(ASKED).map(|word| clip(word.chars())).collect();
    asked.sort_unstable();
    asked.dedup();
    asked
}

/// Whether a thing with these words is what is asked for. Nothing asked finds nothing.
pub fn finds(words: &Words, asked: &[String]) -> bool {
    let begins = |word: &String| {
        words.range::<String, _>(word..).next().is_some_and(|found| found.starts_with(word.as_str()))
    };
    !asked.is_empty() && asked.iter().all(begins)
}

/// How many signs of a word's beginning are kept of a message. Longer words are told apart by looking at the message.
const STEM: usize = 6;

/// How many beginnings are kept of one message.
const STEMS: usize = 20_000;

/// The beginnings by which a message with this text may be found; each that [`holds`] is among them.
pub fn stems(text: &str) -> Words {
    let parts = split(text).flat_map(|word| beginnings(&word).collect::<Vec<_>>());
    parts.take(STEMS).map(|part| part.chars().take(STEM).collect()).collect()
}

/// What a message must have among its [`stems`] to be found by a word that is asked for: the lowest such beginning, and
/// the first above all of them.
pub fn stem_range(asked: &str) -> (String, String) {
    let low: String = asked.chars().take(STEM).collect();
    // A whole stem is followed by nothing but itself; a shorter one by all that it begins.
    let high = if asked.chars().count() >= STEM { '\u{1}' } else { '\u{10ffff}' };
    (low.clone(), format!("{low}{high}"))
}

/// Whether a text has all the words that are asked for, each at the beginning of one of its own. Nothing asked is held
/// by nothing.
pub fn holds(text: &str, asked: &[String]) -> bool {
    let mut missing: Vec<&String> = asked.iter().collect();
    for word in split(text) {
        for part in beginnings(&word) {
            missing.retain(|asked| !part.starts_with(asked.as_str()));
            if missing.is_empty() {
                return !asked.is_empty();
            }
        }
    }
    false
}

/// Folded words of letters and digits.
fn split(text: &str) -> impl Iterator<Item = String> {
    let folded: String = text.nfkc().flat_map(fold).filter(|sign| !is_no_sign(*sign)).collect();
    let words = folded.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// By way of the capital, so that letters with two small forms or none are one: `ß` is `ss`, `ς` is `σ`.
fn fold(sign: char) -> impl Iterator<Item = char> {
    sign.to_uppercase().flat_map(char::to_lowercase)
}

/// Marks that no composed letter took up, as the dot that a Turkish capital leaves, and what no database keeps.
fn is_no_sign(sign: char) -> bool {
    sign == '\0' || ('\u{300}'..='\u{36f}').contains(&sign)
}

/// The word itself, and the rest of it from each place where another word may begin.
fn beginnings(word: &str) -> impl Iterator<Item = String> {
    let mut unspaced = true;
    let begins = move |(place, sign): (usize, char)| {
        let begins = unspaced || is_unspaced(sign) || place == 0;
        unspaced = is_unspaced(sign);
        begins.then_some(place)
    };
    word.char_indices().filter_map(begins).map(|place| clip(word.get(place..).unwrap_or_default().chars()))
}

fn clip(signs: impl Iterator<Item = char>) -> String {
    signs.take(WORD_CHARS).collect()
}

/// Scripts whose words stand together: Thai to Khmer, Chinese, Japanese, Korean.
fn is_unspaced(sign: char) -> bool {
    matches!(sign,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, question: &str) -> bool {
        finds(&words([text]), &asked(question))
    }

    #[test]
    fn what_a_message_holds_is_among_its_stems() {
        for (text, question) in [
            ("Отчёт за март готов", "ОТЧЁТ мар"),
            ("明日の会議は三時から", "会議 三時"),
            ("会議室", "議室"),
            ("Straße nach Zürich", "STRASSE zür"),
            ("unbelievably long", "unbelievabl"),
            ("ab", "ab"),
            ("abcdef", "abcdef"),
        ] {
            let asked = asked(question);
            assert!(holds(text, &asked), "{text} {question}");
            let stems = stems(text);
            for word in &asked {
                let (low, high) = stem_range(word);
                assert!(stems.range(low..high).next().is_some(), "{text} {word}");
            }
        }
        for (text, question) in
            [("unbelievably", "unbelieving"), ("a report", "port"), ("one", "one two"), ("", "x"), ("x", "")]
        {
            assert!(!holds(text, &asked(question)), "{text} {question}");
        }
    }

    #[test]
    fn a_word_is_found_by_how_it_begins_whatever_its_case() {
        for (text, question) in [
            ("Alice Adams", "al"),
            ("Alice Adams", "ADAMS ali"),
            ("Anna-Maria", "mar"),
            ("Ольга Светлогор", "ОЛЬ"),
            ("ОЛЬГА СВЕТЛОГОР", "светло ольга"),
            ("Οδυσσεύς", "ΟΔΥΣΣΕΎΣ"),
            ("Straße", "STRASSE"),
            ("STRASSE", "straße"),
            ("İstanbul", "istan"),
            ("Zoe\u{308}", "zoë"),
            ("ＡＢＣ", "abc"),
            ("Ⅳ. Etage", "iv"),
            ("R&D", "d"),
            ("Plan 2026", "20"),
            ("nul\0nul", "nulnul"),
        ] {
            assert!(found(text, question), "{question} in {text}");
        }
    }

    #[test]
    fn scripts_without_spaces_are_found_by_any_part() {
        for (text, question) in [
            ("田中太郎", "田中"),
            ("田中太郎", "太郎"),
            ("霧沢ひなた", "ひな"),
            ("김철수", "철수"),
            ("สมชาย", "ชาย"),
            ("田中Team", "team"),
            ("Team田中", "田"),
        ] {
            assert!(found(text, question), "{question} in {text}");
        }
        assert!(!found("田中太郎", "郎太"));
    }

    #[test]
    fn other_things_are_not_found() {
        for (text, question) in [
            ("Alice", "lice"),
            ("Alice", "alicex"),
            ("Alice Adams", "alice bob"),
            ("Alice", ""),
            ("Alice", "--"),
            ("", "a"),
            ("100% sure", "%"),
            ("a_b", "a%c"),
        ] {
            assert!(!found(text, question), "{question} in {text}");
        }
    }

    #[test]
    fn what_is_kept_and_asked_is_bounded() {
        let many: String = (0..5000).map(|number| format!("w{number} ")).collect();
        assert_eq!(words([many.as_str()]).len(), WORDS);
        assert_eq!(asked(&many).len(), ASKED);
        let long = "漢".repeat(20_000);
        assert!(words([long.as_str()]).iter().all(|word| word.chars().count() <= WORD_CHARS));
        assert!(found(&"x".repeat(500), &"X".repeat(400)));
    }
}
