//! What a page says of itself in its head.
//!
//! Must hold: nothing of it is run, and nothing it names is fetched. The time is linear in the bytes.

use encoding_rs::{Encoding, UTF_8};
use html5gum::{DefaultEmitter, Token, Tokenizer};
use lately_messenger::url::Page;
use reqwest::Url;

/// In how many bytes at its beginning a page may name its encoding (the standard of HTML says so).
const PRESCAN: usize = 1024;

/// The end of what is looked at.
const HEAD_END: &[u8] = b"</head";

/// Whether this `Content-Type` is that of a page.
pub(super) fn is_html(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("text/html") || kind.eq_ignore_ascii_case("application/xhtml+xml")
}

/// Whether the head of a page has ended within the last `fresh` bytes.
pub(super) fn has_whole_head(bytes: &[u8], fresh: usize) -> bool {
    let from = bytes.len().saturating_sub(fresh + HEAD_END.len());
    let tail = bytes.get(from..).unwrap_or_default();
    tail.windows(HEAD_END.len()).any(|window| window.eq_ignore_ascii_case(HEAD_END))
}

/// What a page at this address says of itself: by Open Graph, by Twitter's words, or by its title and description.
pub(super) fn page(bytes: &[u8], kind: &str, url: &Url) -> Option<Page> {
    let text = decoded(bytes, kind);
    let head = Head::read(&text);
    let picture = head.picture.first().and_then(|written| url.join(written.trim()).ok());
    let title = head.title.first().or(head.heading.as_ref())?;
    let description = head.description.first().map_or("", String::as_str);
    Page::new(title, description, picture.as_ref().map_or("", Url::as_str))
}

/// The bytes as text: by their own mark, by what the server says, by what the page says, or as UTF-8.
fn decoded(bytes: &[u8], kind: &str) -> String {
    let said = kind.split(';').skip(1).find_map(|part| {
        let (name, label) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| label.trim().trim_matches('"').to_owned())
    });
    let encoding = said.and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = encoding.or_else(|| named(bytes)).unwrap_or(UTF_8);
    encoding.decode(bytes).0.into_owned()
}

/// The encoding that a page names at its beginning. One in which it could not have been named is UTF-8.
fn named(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..PRESCAN).unwrap_or(bytes);
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    let (_, rest) = start.split_once("charset")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let label: String =
        rest.chars().take_while(|sign| sign.is_ascii_alphanumeric() || "-_.:".contains(*sign)).collect();
    let encoding = Encoding::for_label(label.as_bytes())?;
    Some(if encoding.is_ascii_compatible() { encoding } else { UTF_8 })
}

/// What was found, the best of each first.
#[derive(Debug, Default)]
struct Head {
    title: Ranked,
    description: Ranked,
    picture: Ranked,
    /// The text of the title element.
    heading: Option<String>,
}

/// Values with a rank; the first of the lowest rank counts.
#[derive(Debug, Default)]
struct Ranked(Option<(usize, String)>);

impl Ranked {
    fn offer(&mut self, rank: usize, value: &str) {
        let better = self.0.as_ref().is_none_or(|(best, _)| rank < *best);
        if better && !value.trim().is_empty() {
            self.0 = Some((rank, value.to_owned()));
        }
    }

    fn first(&self) -> Option<&String> {
        self.0.as_ref().map(|(_, value)| value)
    }
}

impl Head {
    fn read(text: &str) -> Self {
        let mut head = Self::default();
        let mut emitter = DefaultEmitter::default();
        // So that what stands in titles, scripts and styles is text.
        emitter.naively_switch_states(true);
        let mut titled = false;
        for token in Tokenizer::new_with_emitter(text, emitter).flatten() {
            match token {
                Token::StartTag(tag) => {
                    let attribute =
                        |name: &str| tag.attributes.get(name.as_bytes()).map(|value| lossy(value));
                    match tag.name.as_slice() {
                        b"meta" => {
                            let name =
                                attribute("property").or_else(|| attribute("name")).unwrap_or_default();
                            head.say(
                                &name.trim().to_ascii_lowercase(),
                                &attribute("content").unwrap_or_default(),
                            );
                        }
                        b"title" => titled = head.heading.is_none(),
                        b"body" => break,
                        _ => {}
                    }
                }
                Token::String(text) if titled => {
                    head.heading.get_or_insert_default().push_str(&lossy(&text));
                }
                Token::EndTag(tag) => match tag.name.as_slice() {
                    b"title" => titled = false,
                    b"head" => break,
                    _ => {}
                },
                _ => {}
            }
        }
        head
    }

    fn say(&mut self, name: &str, value: &str) {
        match name {
            "og:title" => self.title.offer(0, value),
            "twitter:title" => self.title.offer(1, value),
            "og:description" => self.description.offer(0, value),
            "twitter:description" => self.description.offer(1, value),
            "description" => self.description.offer(2, value),
            "og:image:secure_url" => self.picture.offer(0, value),
            "og:image" | "og:image:url" => self.picture.offer(1, value),
            "twitter:image" => self.picture.offer(2, value),
            _ => {}
        }
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> Option<Page> {
        page(html.as_bytes(), "text/html", &"https://a.test/x/y".parse().unwrap())
    }

    #[test]
    fn open_graph_goes_before_the_title_and_pictures_are_told_from_the_page() {
        let html = "<!doctype html><html><head><title>Plain</title><meta name=description content=Little>\
            <META PROPERTY='og:title' CONTENT='Bob &amp; &quot;Carol&quot;'><meta property=og:description content='More of it'>\
            <meta property=og:image content='/pic.png'></head><body><title>No</title></body>";
        let expected = Page {
            title: "Bob & \"Carol\"".to_owned(),
            description: "More of it".to_owned(),
            picture: "https://a.test/pic.png".to_owned(),
        };
        assert_eq!(read(html), Some(expected));
    }

    #[test]
    fn a_title_alone_is_enough_and_without_one_there_is_no_page() {
        let page = read("<title> The\n  <b>page</b> &copy; </title>").unwrap();
        assert_eq!((page.title.as_str(), page.description.as_str()), ("The <b>page</b> ©", ""));
        for none in
            ["", "hello", "<title></title>", "<meta name=description content=x>", "<body><title>No</title>"]
        {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn scripts_and_comments_are_not_read_and_broken_pages_are_read_as_far_as_they_go() {
        let html = "<script>'<title>No</title>'</script><style><title>No</title></style><!-- <title>No</title> -->\
            <meta property=og:image content='javascript:alert(1)'><title>Yes";
        let page = read(html).unwrap();
        assert_eq!((page.title.as_str(), page.picture.as_str()), ("Yes", ""));
    }

    #[test]
    fn any_encoding_of_the_web_is_read() {
        let url: Url = "https://a.test".parse().unwrap();
        let title = |bytes: &[u8], kind: &str| page(bytes, kind, &url).unwrap().title;
        assert_eq!(
            title(b"<title>\xcf\xf0\xe8\xe2\xe5\xf2</title>", "text/html; charset=windows-1251"),
            "Привет"
        );
        assert_eq!(title(b"<meta charset='windows-1251'><title>\xcf\xf0</title>", "text/html"), "Пр");
        let old =
            b"<meta http-equiv=content-type content='text/html; charset=koi8-r'><title>\xf0\xd2</title>";
        assert_eq!(title(old, "text/html"), "Пр");
        assert_eq!(
            title("\u{feff}<title>ß</title>".as_bytes(), "text/html; charset=latin1"),
            "ß",
            "its own mark"
        );
        assert_eq!(title(b"<meta charset=utf-16><title>a\xff</title>", "text/html"), "a\u{fffd}");
        assert_eq!(title("<title>ß</title>".as_bytes(), "text/html; charset=none"), "ß");
    }

    #[test]
    fn the_end_of_the_head_is_seen_across_pieces() {
        assert!(has_whole_head(b"<head></HEAD>", 2));
        assert!(!has_whole_head(b"<head></hea", 11));
        assert!(is_html("TEXT/HTML; charset=x") && !is_html("text/plain") && !is_html("image/png"));
    }
}
