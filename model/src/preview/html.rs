//! A message text as HTML, for clients that cannot read its markup.
//!
//! Must hold for any input: nothing of the text becomes HTML by itself; what is opened is closed, in order; links lead
//! to `http` and `https` only; the time is linear in the text.

use super::markup::{self, Tag, Token, What};
use super::push_single;
use crate::Language;

/// Tags that HTML has under the same name.
const SAME: [&str; 3] = ["b", "i", "u"];

/// The text with its markup as HTML: emphasis and links stay, of other tags only the content does, and `[CODE]` blocks
/// are as they were written.
pub fn html(text: &str, language: Language) -> String {
    let tokens = markup::parse(text);
    let mut out = String::with_capacity(text.len() + 16);
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match &token.what {
            What::Open(tag) if token.paired => begin(&mut out, &mut open, *tag, &tokens, at),
            What::Close(tag) if token.paired => end(&mut out, &mut open, *tag),
            What::Mention(_) if token.paired => {}
            What::Single(markup::Single::Break) => out.push_str("<br />"),
            What::Single(single) => {
                let mut words = String::new();
                push_single(&mut words, single, language);
                push_escaped(&mut out, &words);
            }
            _ => push_escaped(&mut out, token.raw),
        }
    }
    for (_, name) in open.iter().rev() {
        push_end(&mut out, name);
    }
    out
}

/// What is open: the tag, and the element that it became if it became one.
type Open = Vec<(Tag, &'static str)>;

fn begin(out: &mut String, open: &mut Open, tag: Tag, tokens: &[Token<'_>], at: usize) {
    let name = match tag {
        Tag::Wrapper("url") => match link(tokens, at) {
            Some(link) if !open.iter().any(|(_, name)| *name == "a") => {
                out.push_str("<a href=\"");
                push_escaped(out, link);
                out.push_str("\" target=\"_blank\" rel=\"noopener\">");
                open.push((tag, "a"));
                return;
            }
            _ => "",
        },
        Tag::Strike => "s",
        Tag::Wrapper(name) => SAME.into_iter().find(|same| *same == name).unwrap_or(""),
        Tag::Code | Tag::Image | Tag::User => "",
    };
    if !name.is_empty() {
        out.push_str(&format!("<{name}>"));
    }
    open.push((tag, name));
}

/// Closes a tag and whatever was opened within it.
fn end(out: &mut String, open: &mut Open, tag: Tag) {
    let Some(place) = open.iter().rposition(|(known, _)| *known == tag) else { return };
    for (_, name) in open.drain(place..).rev() {
        push_end(out, name);
    }
}

fn push_end(out: &mut String, name: &str) {
    if !name.is_empty() {
        out.push_str(&format!("</{name}>"));
    }
}

/// Where a `[URL=...]`, or a `[URL]` around an address, leads.
fn link<'a>(tokens: &[Token<'a>], at: usize) -> Option<&'a str> {
    let raw = tokens.get(at)?.raw;
    let address = match raw.split_once('=') {
        Some((_, value)) => value.trim_end_matches(']'),
        None => tokens.get(at + 1)?.raw,
    };
    let address = address.trim();
    let scheme = address.split("://").next()?.to_ascii_lowercase();
    (matches!(scheme.as_str(), "http" | "https") && !address.contains(char::is_whitespace)).then_some(address)
}

fn push_escaped(out: &mut String, text: &str) {
    for sign in text.chars() {
        match sign {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("<br />"),
            sign => out.push(sign),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Language;

    fn html(text: &str) -> String {
        super::html(text, Language::En)
    }

    #[test]
    fn emphasis_and_links_become_html_and_nothing_else_does() {
        for (text, expected) in [
            ("[b]one[/b]\n[i]two[/i][br][u]three[/u]", "<b>one</b><br /><i>two</i><br /><u>three</u>"),
            ("[s]old[/s] [code][b]x[/b][/code]", "<s>old</s> [code][b]x[/b][/code]"),
            ("<b onclick='x'>&\"", "&lt;b onclick=&#39;x&#39;&gt;&amp;&quot;"),
            (
                "[URL=https://a.test/?a=1&b=2]a[/URL]",
                "<a href=\"https://a.test/?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener\">a</a>",
            ),
            (
                "[url]http://a.test[/url]",
                "<a href=\"http://a.test\" target=\"_blank\" rel=\"noopener\">http://a.test</a>",
            ),
            ("[url=javascript:alert(1)]a[/url]", "a"),
            ("[USER=2]Bob[/USER] [color=#f00]red[/color]", "Bob red"),
            ("[b]never closed", "[b]never closed"),
            ("[b]a[i]b[/b]c[/i]", "<b>a<i>b</i></b>c"),
        ] {
            assert_eq!(html(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_opened_is_closed_in_order() {
        const PIECES: [&str; 11] = [
            "[b]",
            "[/b]",
            "[i]",
            "[/i]",
            "[url=https://a.test]",
            "[/url]",
            "[code]",
            "[/code]",
            "[user=1]",
            "[/user]",
            "<a\" ",
        ];
        let count = PIECES.len();
        for number in 0..count.pow(5) {
            let piece = |place: u32| PIECES[number / count.pow(place) % count];
            let text: String = (0..5).map(piece).collect();
            assert_closed(&html(&text));
        }
    }

    fn assert_closed(html: &str) {
        let mut open = Vec::new();
        for part in html.split('<').skip(1) {
            let tag = part.split('>').next().unwrap();
            let name = tag.trim_start_matches('/').split(' ').next().unwrap();
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "{html}");
            } else {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{html}");
    }
}
