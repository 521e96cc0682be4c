//! Addresses of this portal: what they lead to is known here, so nobody is asked.
//!
//! Must hold: a preview says nothing that not everybody in the message's chat may see: only open chats, where no guest
//! reads, and files behind public links.

use lately_model::url::Page;
use lately_model::{Chat, DialogId};
use lately_store::Snapshot;

use crate::Error;

/// What stands before the dialog in the page's own addresses.
const DIALOG: &str = "/#/dialog/";

/// What stands before the code in public links of files.
const FILE: &str = "/~";

/// The part of an address after the portal's own base; `None` if it leads elsewhere.
pub(super) fn within<'a>(base: &str, address: &'a str) -> Option<&'a str> {
    let (start, rest) = address.split_at_checked(base.len())?;
    let ours = !base.is_empty() && start.eq_ignore_ascii_case(base);
    (ours && (rest.is_empty() || rest.starts_with(['/', '?', '#']))).then_some(rest)
}

/// What is at this place of the portal, as everybody in `chat` may see it.
pub(super) fn page(snapshot: &Snapshot<'_>, chat: &Chat, place: &str) -> Result<Option<Page>, Error> {
    if let Some(dialog) = place.strip_prefix(DIALOG) {
        let Some(DialogId::Chat(id)) = DialogId::parse(dialog) else { return Ok(None) };
        let found = snapshot.chat(id)?.filter(|found| found.kind.is_open() && !chat.extranet);
        return Ok(found.and_then(|found| Page::new(&found.title, &found.description, "")));
    }
    let Some(code) = place.strip_prefix(FILE) else { return Ok(None) };
    let Some(file) = snapshot.public_file(code)? else { return Ok(None) };
    Ok(snapshot.file(file)?.and_then(|file| Page::new(&file.name, "", "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_begins_with_the_whole_base_is_ours() {
        let base = "https://portal.test";
        for (address, place) in [
            ("https://portal.test/#/dialog/chat1", Some("/#/dialog/chat1")),
            ("HTTPS://Portal.Test", Some("")),
            ("https://portal.test:8443/", None),
            ("https://portal.test.evil/", None),
            ("https://portal", None),
        ] {
            assert_eq!(within(base, address), place, "{address}");
        }
        assert_eq!(within("", "https://a.test"), None);
    }
}
