//! Addresses of pages that a text names, and what is known of such a page.
//!
//! Must hold: for any text the time is linear in it; only `http` and `https` count; what stands within a block of code or
//! is a picture is no address of a page. Never looks anything up.

/// The schemes of pages, as they begin an address.
pub const SCHEMES: [&str; 2] = ["https://", "http://"];

/// How many addresses of one text are looked at.
pub const MOST: usize = 3;

/// The longest address that is looked at, in bytes.
const LONGEST: usize = 2048;

/// What is passed over whole, with its end.
const WHOLE: [(&str, &str); 2] = [("[img", "[/img]"), ("[code", "[/code]")];

/// The most characters of a page's title that are kept.
pub const TITLE_MAX_CHARS: usize = 255;

/// The most characters of a page's description that are kept.
pub const DESCRIPTION_MAX_CHARS: usize = 500;

/// What is known of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// What it is called; never empty.
    pub title: String,
    /// What it is about, or empty.
    pub description: String,
    /// The address of its picture, or empty.
    pub picture: String,
}

impl Page {
    /// A page by what was found of it, in one line each and not too long. `None` without a title.
    pub fn new(title: &str, description: &str, picture: &str) -> Option<Self> {
        let title = crate::text::clip(&one_line(title), TITLE_MAX_CHARS);
        let picture = if picture.len() <= LONGEST && has_scheme(picture) { picture } else { "" };
        (!title.is_empty()).then(|| Self {
            title,
            description: crate::text::clip(&one_line(description), DESCRIPTION_MAX_CHARS),
            picture: picture.to_owned(),
        })
    }
}

fn one_line(text: &str) -> String {
    let words = text.split(|sign: char| sign.is_whitespace() || sign.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn has_scheme(address: &str) -> bool {
    let folded = address.get(..SCHEMES[0].len()).unwrap_or(address).to_ascii_lowercase();
    SCHEMES.iter().any(|scheme| folded.starts_with(scheme))
}

/// The addresses that a message's text names, bare or marked by `[URL]`, each once, up to [`MOST`].
pub fn addresses(text: &str) -> Vec<String> {
    let folded = text.to_ascii_lowercase();
    let mut found: Vec<String> = Vec::new();
    if !SCHEMES.iter().any(|scheme| folded.contains(scheme)) {
        return found;
    }
    let mut endless = [false; WHOLE.len()];
    let mut at = 0;
    while let Some(place) = folded.get(at..).and_then(|tail| tail.find(['[', 'h'])) {
        at += place;
        let tail = folded.get(at..).unwrap_or_default();
        let whole = whole_length(tail, &mut endless);
        if whole > 0 {
            at += whole;
            continue;
        }
        // A tag's own address begins right after its name; that of any other tag is none of a page.
        let marked = tail.strip_prefix("[url=").map(|_| "[url=".len());
        let start = at + marked.unwrap_or(0);
        let tail = folded.get(start..).unwrap_or_default();
        let length = length(tail, if marked.is_some() { "" } else { text.get(..at).unwrap_or_default() });
        let address = text.get(start..start + length).unwrap_or_default();
        if length > 0 && length <= LONGEST && !found.iter().any(|known| known == address) {
            found.push(address.to_owned());
            if found.len() == MOST {
                return found;
            }
        }
        at = start + if length > 0 { length } else { tag_length(tail).max(1) };
    }
    found
}

/// Whether a text is one address and nothing else.
pub fn is_only(text: &str) -> bool {
    let text = text.trim();
    let folded = text.to_ascii_lowercase();
    let inner = folded.strip_prefix("[url]").and_then(|rest| rest.strip_suffix("[/url]")).unwrap_or(&folded);
    !inner.is_empty() && length(inner, "") == inner.len()
}

/// How many bytes belong to the address at the beginning of `tail`, which is in small letters; zero if there is none.
/// `before` is what stands in front of it.
pub fn length(tail: &str, before: &str) -> usize {
    let Some(scheme) = SCHEMES.iter().find(|scheme| tail.starts_with(**scheme)) else { return 0 };
    if before.chars().next_back().is_some_and(char::is_alphanumeric) {
        return 0;
    }
    let ends = |sign: char| sign.is_whitespace() || sign.is_control() || "[]<>\"{}|\\^`".contains(sign);
    let link = tail.split(ends).next().unwrap_or_default();
    let opened = link.contains('(');
    let link = link.trim_end_matches(|sign: char| ".,;:!?'".contains(sign) || (sign == ')' && !opened));
    if link.len() > scheme.len() { link.len() } else { 0 }
}

/// The length of a block that is passed over whole; zero if none begins here. `endless` keeps in mind which blocks have
/// no end any more.
fn whole_length(tail: &str, endless: &mut [bool; WHOLE.len()]) -> usize {
    for ((begin, end), endless) in WHOLE.iter().zip(endless) {
        if *endless || !tail.starts_with(begin) {
            continue;
        }
        match tail.find(end) {
            Some(place) => return place + end.len(),
            None => *endless = true,
        }
    }
    0
}

/// The length of any other tag, whose value is not looked at; one sign if it is no tag.
fn tag_length(tail: &str) -> usize {
    let Some(inside) = tail.strip_prefix('[') else { return 1 };
    match inside.find(['[', ']']) {
        Some(place) if inside.get(place..).is_some_and(|end| end.starts_with(']')) => place + 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_bare_and_marked_each_once() {
        for (text, found) in [
            ("see https://a.test/x, please", vec!["https://a.test/x"]),
            ("HTTP://A.test/X", vec!["HTTP://A.test/X"]),
            (
                "[URL]https://a.test[/URL] and [url=https://b.test/?q=1]here[/url]",
                vec!["https://a.test", "https://b.test/?q=1"],
            ),
            ("[b]https://a.test[/b] https://a.test", vec!["https://a.test"]),
            ("[[url=https://a.test]a[/url]", vec!["https://a.test"]),
            (
                "https://1.test https://2.test https://3.test https://4.test",
                vec!["https://1.test", "https://2.test", "https://3.test"],
            ),
            ("ß https://ß.test/ß\nend", vec!["https://ß.test/ß"]),
        ] {
            assert_eq!(addresses(text), found, "{text}");
        }
    }

    #[test]
    fn code_pictures_and_other_tags_name_no_page() {
        for text in [
            "",
            "hello",
            "https://",
            "xhttps://a.test",
            "ftp://a.test",
            "[code]https://a.test[/code]",
            "[IMG]https://a.test/a.png[/IMG]",
            "[ICON=https://a.test/a.png title=A]",
            "[url=javascript:alert(1)]x[/url]",
        ] {
            assert_eq!(addresses(text), Vec::<String>::new(), "{text}");
        }
        let long = format!("https://a.test/{}", "x".repeat(LONGEST));
        assert_eq!(addresses(&long), Vec::<String>::new());
    }

    #[test]
    fn a_text_may_be_one_address_and_nothing_else() {
        for (text, only) in [
            (" https://a.test/x ", true),
            ("[URL]https://a.test[/URL]", true),
            ("https://a.test.", false),
            ("https://a.test b", false),
            ("[url]b[/url]", false),
            ("", false),
        ] {
            assert_eq!(is_only(text), only, "{text}");
        }
    }

    #[test]
    fn a_page_has_a_title_in_one_line_and_pictures_of_the_web_only() {
        assert_eq!(Page::new(" \n\t ", "b", ""), None);
        let page = Page::new(" A\r\n  page\0 ", &"ß".repeat(600), "javascript:alert(1)").unwrap();
        assert_eq!((page.title.as_str(), page.picture.as_str()), ("A page", ""));
        assert_eq!(page.description.chars().count(), DESCRIPTION_MAX_CHARS);
        assert_eq!(Page::new("A", "", "https://a.test/a.png").unwrap().picture, "https://a.test/a.png");
    }
}
