//! Previews of pages that messages name: found out after the message was acknowledged, and hung on it.
//!
//! Must hold: nobody waits for a page. What waits is bounded, what does not fit gets no preview, and what a page was found
//! to be is kept for a day, so that one page is asked once however often it is named. A message that was changed
//! meanwhile keeps what it has. Without a [`Finder`] only the portal's own addresses have previews; these never leave it.
//!
//! Never asks the network itself.

mod own;

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use lately_model::moment::DAY;
use lately_model::url::{addresses, is_only};
use lately_model::{Message, MessageId, Moment};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

pub use lately_model::url::Page;

use crate::{Error, Messenger};

/// How many messages wait at most.
const WAITING: usize = 1024;

/// How many messages are worked on at once.
const AT_ONCE: usize = 4;

/// Of how many pages it is remembered what they are.
const KNOWN: usize = 2000;

/// For how many seconds a page that was found is not asked again, and one that was not.
const GOOD_FOR: i64 = DAY;
const BAD_FOR: i64 = 600;

/// A page, once it was looked for.
pub type Finding<'a> = Pin<Box<dyn Future<Output = Option<Page>> + Send + 'a>>;

/// Finds out what is at an address. Must answer in bounded time and memory whatever the address leads to.
pub trait Finder: Debug + Send + Sync {
    /// What is there; `None` when that is no page, cannot be reached, or may not be asked.
    fn find<'a>(&'a self, address: &'a str) -> Finding<'a>;
}

/// The messages that wait, and the pages that are known.
#[derive(Debug)]
pub(crate) struct Urls {
    finder: Option<Arc<dyn Finder>>,
    /// The portal's own base.
    base: String,
    wanted: mpsc::Sender<MessageId>,
    /// Taken by whoever works on it.
    queue: Mutex<Option<mpsc::Receiver<MessageId>>>,
    known: Mutex<FxHashMap<String, Known>>,
}

#[derive(Debug, Clone)]
struct Known {
    until: Moment,
    page: Option<Page>,
}

impl Urls {
    pub(crate) fn new(finder: Option<Arc<dyn Finder>>, base: String) -> Self {
        let (wanted, queue) = mpsc::channel(WAITING);
        Self { finder, base, wanted, queue: Mutex::new(Some(queue)), known: Mutex::default() }
    }

    /// This message is to show what its addresses lead to. One too many gets no preview.
    pub(crate) fn want(&self, message: MessageId, text: &str) {
        let known = |address: &String| self.finder.is_some() || own::within(&self.base, address).is_some();
        if !addresses(text).iter().any(known) {
            return;
        }
        if self.wanted.try_send(message).is_err() {
            tracing::debug!(message = message.0, "too many messages wait for previews of what they link to");
        }
    }

    fn recall(&self, address: &str, now: Moment) -> Option<Option<Page>> {
        let known = self.known.lock();
        known.get(address).filter(|known| now < known.until).map(|known| known.page.clone())
    }

    fn remember(&self, address: &str, page: Option<&Page>, now: Moment) {
        let until = now.plus(if page.is_some() { GOOD_FOR } else { BAD_FOR });
        let mut known = self.known.lock();
        if known.len() >= KNOWN {
            known.retain(|_, known| now < known.until);
        }
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(address.to_owned(), Known { until, page: page.cloned() });
    }
}

impl Messenger {
    /// Finds out what the addresses in new messages lead to, for as long as it is let. Only the first call does.
    pub async fn preview_urls(&self) {
        let Some(queue) = self.urls.queue.lock().take() else { return };
        let wanted = stream::unfold(queue, async |mut queue| queue.recv().await.map(|id| (id, queue)));
        let work = wanted.for_each_concurrent(AT_ONCE, async |id| {
            if let Err(error) = self.preview_urls_of(id).await {
                tracing::warn!(%error, message = id.0, "a message got no preview of what it links to");
            }
        });
        work.await;
    }

    async fn preview_urls_of(&self, id: MessageId) -> Result<(), Error> {
        let base = self.urls.base.clone();
        let read = self.store.read(move |snapshot| {
            let Some(message) = snapshot.message(id)?.filter(|message| !message.deleted) else {
                return Ok(None);
            };
            let Some(chat) = snapshot.chat(message.chat_id)? else { return Ok(None) };
            let mut leads = Vec::new();
            for address in addresses(&message.text) {
                let known = match own::within(&base, &address) {
                    Some(place) => Some(own::page(snapshot, &chat, place)?),
                    None => None,
                };
                leads.push((address, known));
            }
            Ok::<_, Error>(Some((message, leads)))
        });
        let Some((before, leads)) = read.await? else { return Ok(()) };
        let mut found = Vec::new();
        for (address, known) in leads {
            let page = match known {
                Some(page) => page,
                None => self.page(&address).await,
            };
            found.extend(page.map(|page| (address, page)));
        }
        if found.is_empty() {
            return Ok(());
        }
        let now = self.now();
        self.store
            .write(move |tx| {
                let Some(mut message) = tx.message(id)? else { return Ok(()) };
                let same = message.text == before.text && decided(&message) == decided(&before);
                if message.deleted || !same {
                    return Ok(());
                }
                undress(&mut message.params);
                dress(&mut message, &found);
                if message.params == before.params {
                    return Ok(());
                }
                Ok::<_, Error>(tx.dress_message(&message, now)?)
            })
            .await
    }

    async fn page(&self, address: &str) -> Option<Page> {
        if let Some(known) = self.urls.recall(address, self.now()) {
            return known;
        }
        let page = self.urls.finder.as_ref()?.find(address).await;
        self.urls.remember(address, page.as_ref(), self.now());
        page
    }
}

/// What an author decides about a message's parameters: all but who likes it.
fn decided(message: &Message) -> Map<String, Value> {
    let mut params = message.params.clone();
    params.remove("LIKE");
    params
}

/// The number of an address: the same in every portal.
fn number(address: &str) -> u64 {
    let hash = Sha256::digest(address.as_bytes());
    // Six bytes: every client can hold such a number exactly.
    hash.iter().take(6).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Hangs pages on a message: one attachment each, and their numbers.
fn dress(message: &mut Message, found: &[(String, Page)]) {
    let params = &mut message.params;
    let mut attach = match params.remove("ATTACH") {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    };
    for (address, page) in found {
        let mut link = json!({ "NAME": page.title, "LINK": address, "DESC": page.description });
        if let (Value::Object(link), false) = (&mut link, page.picture.is_empty()) {
            link.insert("PREVIEW".to_owned(), json!(page.picture));
        }
        attach.push(json!({ "ID": number(address), "BLOCKS": [{ "RICH_LINK": [link] }] }));
    }
    let numbers: Vec<_> = found.iter().map(|(address, _)| number(address)).collect();
    params.insert("URL_ID".to_owned(), json!(numbers));
    params.insert("ATTACH".to_owned(), Value::Array(attach));
    if is_only(&message.text) {
        params.insert("URL_ONLY".to_owned(), json!("Y"));
    }
}

/// Takes off what [`dress`] hung on. What somebody attached stays.
pub(crate) fn undress(params: &mut Map<String, Value>) {
    params.remove("URL_ONLY");
    let Some(numbers) = params.remove("URL_ID") else { return };
    let ours = |attach: &Value| {
        let id = attach.get("ID").filter(|id| numbers.as_array().is_some_and(|all| all.contains(id)));
        let blocks = attach.get("BLOCKS").and_then(Value::as_array);
        id.is_some() && blocks.is_some_and(|all| all.iter().all(|block| block.get("RICH_LINK").is_some()))
    };
    let left = params.get_mut("ATTACH").and_then(Value::as_array_mut).map(|list| {
        list.retain(|attach| !ours(attach));
        list.len()
    });
    if left == Some(0) {
        params.remove("ATTACH");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(title: &str, picture: &str) -> Page {
        Page::new(title, "About it", picture).unwrap()
    }

    #[test]
    fn what_was_hung_on_comes_off_and_what_was_attached_stays() {
        let attached = json!([{ "ID": 7, "BLOCKS": [{ "MESSAGE": "a" }] }]);
        let mut message = Message { text: "https://a.test".to_owned(), ..Message::default() };
        message.params.insert("ATTACH".to_owned(), attached.clone());
        dress(&mut message, &[("https://a.test".to_owned(), page("A", "https://a.test/a.png"))]);
        let id = number("https://a.test");
        let link = json!({ "NAME": "A", "LINK": "https://a.test", "DESC": "About it", "PREVIEW": "https://a.test/a.png" });
        let rich = json!({ "ID": id, "BLOCKS": [{ "RICH_LINK": [link] }] });
        let expected = json!({ "URL_ID": [id], "ATTACH": [attached[0], rich], "URL_ONLY": "Y" });
        assert_eq!(Value::Object(message.params.clone()), expected);
        undress(&mut message.params);
        assert_eq!(Value::Object(message.params), json!({ "ATTACH": attached }));
    }

    #[test]
    fn a_page_is_known_for_a_day_and_its_absence_for_ten_minutes() {
        let urls = Urls::new(None, "https://portal.test".to_owned());
        urls.remember("https://a.test", Some(&page("A", "")), Moment(0));
        urls.remember("https://b.test", None, Moment(0));
        assert_eq!(urls.recall("https://a.test", Moment(DAY - 1)), Some(Some(page("A", ""))));
        assert_eq!(urls.recall("https://a.test", Moment(DAY)), None);
        assert_eq!(urls.recall("https://b.test", Moment(BAD_FOR - 1)), Some(None));
        assert_eq!(urls.recall("https://b.test", Moment(BAD_FOR)), None);
    }

    #[test]
    fn no_more_pages_are_known_than_fit() {
        let urls = Urls::new(None, "https://portal.test".to_owned());
        for place in 0..3 * KNOWN {
            urls.remember(&place.to_string(), None, Moment(0));
            assert!(urls.known.lock().len() <= KNOWN);
        }
    }

    #[test]
    fn what_is_too_much_does_not_wait() {
        let urls = Urls::new(None, "https://portal.test".to_owned());
        (0..2 * WAITING).for_each(|_| urls.want(MessageId(1), "https://portal.test/"));
        assert_eq!(urls.wanted.capacity(), 0);
    }

    #[test]
    fn without_a_finder_only_what_leads_into_the_portal_waits() {
        let urls = Urls::new(None, "https://portal.test".to_owned());
        urls.want(MessageId(1), "https://a.test");
        assert_eq!(urls.wanted.capacity(), WAITING);
        urls.want(MessageId(1), "https://portal.test/#/dialog/chat1");
        assert_eq!(urls.wanted.capacity(), WAITING - 1);
    }

    proptest! {
        #[test]
        fn whatever_is_found_stands_in_the_text(text in "(https?://|a\\.test|\\[/?(url|code|img|b)=?\\]?|[ .,()ßİ\\[\\]]){0,30}") {
            for address in addresses(&text) {
                prop_assert!(text.contains(&address));
            }
        }
    }
}
