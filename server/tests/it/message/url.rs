//! Previews of pages that messages name, from a web server of the test's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lately_testkit::{Ear, Person, TestPortal};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{LATER, add, read};
use crate::file::send;
use crate::pull::follower::Follower;
use crate::stage::{Stage, chat};

/// A web server with a page at each path but `/none`; counts who asked.
struct Site {
    origin: String,
    asked: Arc<AtomicUsize>,
}

impl Site {
    async fn open() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", socket.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = socket.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let mut request = [0; 4096];
                let length = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default();
                let status = if path == "/none" { "404 Not Found" } else { "200 OK" };
                let html = format!(
                    "<title>No</title><meta property=og:title content='Page {path}'>\
                     <meta name=description content='About {path}'><meta property=og:image content=/pic.png>"
                );
                let head =
                    format!("HTTP/1.1 {status}\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n");
                drop(stream.write_all(format!("{head}{html}").as_bytes()).await);
            }
        });
        Self { origin, asked }
    }

    fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.origin)
    }

    fn link(&self, path: &str) -> Value {
        json!({
            "NAME": format!("Page /{path}"), "LINK": self.at(path), "DESC": format!("About /{path}"),
            "PREVIEW": self.at("pic.png"),
        })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A portal that may ask this machine.
async fn stage() -> Stage {
    let portal = TestPortal::with(|config| {
        config.links.fetch = true;
        config.links.private_addresses = true;
    })
    .await;
    let alice = portal.client(Person::Alice).await;
    let bob = portal.client(Person::Bob).await;
    let carol = portal.client(Person::Carol).await;
    Stage { portal, alice, bob, carol }
}

/// The next change of what hangs on a message; other events are passed over.
async fn dressed(ear: &mut Ear) -> Value {
    loop {
        let (command, params) = ear.next().await;
        if command == "messageParamsUpdate" {
            return params;
        }
    }
}

#[tokio::test]
async fn a_page_is_shown_below_the_message_that_names_it_and_everybody_hears_of_it() {
    let (site, stage) = (Site::open().await, stage().await);
    let mut ears = [stage.portal.ear(&stage.alice).await, stage.portal.ear(&stage.bob).await];
    stage.portal.clock.step(60);
    let id = stage.alice.say(2, &format!("see {}, please", site.at("a"))).await;
    let heard = dressed(&mut ears[0]).await;
    assert_eq!(dressed(&mut ears[1]).await["dialogId"], "1");
    let message = read(&stage.bob, "1", id).await;
    let params = &message["params"];
    let number = params["URL_ID"][0].clone();
    let attach = json!([{ "ID": number, "BLOCKS": [{ "RICH_LINK": [site.link("a")] }] }]);
    assert!(number.is_u64());
    assert_eq!(params, &json!({ "URL_ID": [number], "ATTACH": attach }));
    let chat_id = message["chat_id"].clone();
    let expected = json!({
        "id": id, "type": "private", "chatId": chat_id, "dialogId": "2", "params": params,
        "fromUserId": 1, "toUserId": 2,
    });
    assert_eq!(heard, expected);
    let row = stage.bob.row(1).await.unwrap();
    assert_eq!((&row["message"]["attach"], &row["date_update"]), (&json!(true), &json!(LATER)));
    assert_eq!(row["message"]["text"], format!("see {}, please [Attachment]", site.at("a")));
    assert_eq!(row["counter"], 1);
    stage.check().await;
}

#[tokio::test]
async fn a_message_of_one_address_says_so_and_of_many_the_first_three_are_shown_beside_what_was_attached() {
    let (site, stage) = (Site::open().await, stage().await);
    let group = stage.group(&stage.alice, &[2]).await;
    let mut ear = stage.portal.ear(&stage.bob).await;
    let only = stage.alice.say(chat(group), &format!("[URL]{}[/URL]", site.at("a"))).await;
    let heard = dressed(&mut ear).await;
    assert_eq!((&heard["type"], &heard["senderId"]), (&json!("chat"), &json!(1)));
    assert_eq!((&heard["id"], &heard["params"]["URL_ONLY"]), (&json!(only), &json!("Y")));
    let text = ["a", "none", "b", "c"].map(|path| site.at(path)).join(" ");
    let own = json!({ "BLOCKS": [{ "MESSAGE": "mine" }] });
    let many = json!({ "DIALOG_ID": chat(group), "MESSAGE": text, "ATTACH": [own] });
    let many = add(&stage.alice, many).await;
    let heard = dressed(&mut ear).await;
    assert_eq!(heard["id"], many);
    let attach = heard["params"]["ATTACH"].as_array().unwrap();
    let links: Vec<_> = attach.iter().skip(1).map(|one| &one["BLOCKS"][0]["RICH_LINK"][0]["NAME"]).collect();
    assert_eq!((&attach[0], links), (&own, vec![&json!("Page /a"), &json!("Page /b")]));
    assert_eq!(heard["params"]["URL_ID"].as_array().unwrap().len(), 2);
    stage.check().await;
}

#[tokio::test]
async fn url_preview_turns_it_off_and_what_is_known_is_not_asked_again() {
    let (site, stage) = (Site::open().await, stage().await);
    let mut ear = stage.portal.ear(&stage.bob).await;
    let text = site.at("a");
    let off = json!({ "DIALOG_ID": 2, "MESSAGE": text, "URL_PREVIEW": "N" });
    let off = add(&stage.alice, off).await;
    for _ in 0..2 {
        let id = stage.alice.say(2, &text).await;
        assert_eq!(dressed(&mut ear).await["id"], id);
    }
    assert_eq!(read(&stage.bob, "1", off).await["params"], json!([]));
    assert_eq!(site.asked(), 1);
    stage.portal.clock.step(86_400);
    stage.alice.say(2, &text).await;
    dressed(&mut ear).await;
    assert_eq!(site.asked(), 2, "after a day it may be another page");
    stage.check().await;
}

#[tokio::test]
async fn an_edit_shows_the_pages_of_the_new_text() {
    let (site, stage) = (Site::open().await, stage().await);
    let mut ear = stage.portal.ear(&stage.bob).await;
    let id = stage.alice.say(2, &site.at("a")).await;
    dressed(&mut ear).await;
    let update = async |params: Value| {
        let mut params = params;
        params["MESSAGE_ID"] = json!(id);
        stage.alice.ok("im.message.update", params).await;
    };
    update(json!({ "MESSAGE": format!("now {}", site.at("b")) })).await;
    let edited = ear.heard("messageUpdate").await;
    assert_eq!((&edited["params"]["URL_ID"], &edited["params"]["ATTACH"]), (&json!([]), &json!([])));
    let heard = dressed(&mut ear).await;
    assert_eq!(heard["params"]["ATTACH"][0]["BLOCKS"][0]["RICH_LINK"], json!([site.link("b")]));
    assert_eq!((&heard["params"]["URL_ONLY"], &heard["params"]["IS_EDITED"]), (&json!(null), &json!("Y")));
    update(json!({ "KEYBOARD": [{ "TEXT": "Yes" }] })).await;
    let edited = ear.heard("messageUpdate").await;
    assert_eq!(edited["params"]["URL_ID"], heard["params"]["URL_ID"], "what it links to is the same");
    update(json!({ "URL_PREVIEW": "N", "KEYBOARD": "N" })).await;
    ear.heard("messageUpdate").await;
    assert_eq!(read(&stage.bob, "1", id).await["params"], json!({ "IS_EDITED": "Y" }));
    assert_eq!(stage.bob.row(1).await.unwrap()["message"]["attach"], false);
    update(json!({ "MESSAGE": "no page" })).await;
    ear.heard("messageUpdate").await;
    let last = stage.alice.say(2, &site.at("c")).await;
    assert_eq!(dressed(&mut ear).await["id"], last);
    assert_eq!(read(&stage.bob, "1", id).await["params"], json!({ "IS_EDITED": "Y" }));
    stage.check().await;
}

#[tokio::test]
async fn whoever_follows_the_events_shows_the_page_as_a_fresh_client_does() {
    let (site, stage) = (Site::open().await, stage().await);
    let group = stage.group(&stage.alice, &[2]).await;
    stage.alice.say(2, "Hi").await;
    let mut ear = stage.portal.ear(&stage.carol).await;
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": group, "USERS": [3] })).await;
    let mut bob = Follower::open(&stage.portal, stage.bob.clone()).await;
    let id = stage.alice.say(chat(group), &format!("see {}", site.at("a"))).await;
    dressed(&mut ear).await;
    bob.hear_all().await;
    assert_eq!(bob.difference().await, None);
    stage.alice.ok("im.message.update", json!({ "MESSAGE_ID": id, "MESSAGE": "see it" })).await;
    bob.hear_all().await;
    assert_eq!(bob.difference().await, None);
}

#[tokio::test]
async fn whatever_an_address_leads_to_the_message_stands_and_the_next_is_served() {
    let (site, stage) = (Site::open().await, stage().await);
    let mut ear = stage.portal.ear(&stage.bob).await;
    let texts = [
        site.at("none"),
        "http://127.0.0.1:1/".to_owned(),
        "http://[::".to_owned(),
        "https://..../x".to_owned(),
    ];
    let mut ids = Vec::new();
    for text in &texts {
        ids.push((stage.alice.say(2, text).await, text));
    }
    let good = stage.alice.say(2, &site.at("a")).await;
    assert_eq!(dressed(&mut ear).await["id"], good);
    for (id, text) in ids {
        let message = read(&stage.bob, "1", id).await;
        assert_eq!(message["params"], json!([]), "{text}");
    }
    stage.check().await;
}

#[tokio::test]
async fn links_into_the_portal_show_what_everybody_there_may_see_without_asking_anybody() {
    let stage = Stage::set().await;
    let open = json!({ "TYPE": "OPEN", "TITLE": "Canteen", "DESCRIPTION": "What there is" });
    let open = stage.alice.ok("im.chat.add", open).await.as_i64().unwrap();
    let closed = stage.group(&stage.alice, &[2]).await;
    let guests = stage.group(&stage.alice, &[2, 5]).await;
    let file = send(&stage.alice, &chat(closed), "menu.txt", "soup").await.0["id"].clone();
    let public = stage.alice.ok("disk.file.getExternalLink", json!({ "id": file })).await;
    let link = |dialog: String| format!("https://portal.lately.test/#/dialog/{dialog}");
    let mut ear = stage.portal.ear(&stage.bob).await;
    let mut plain = Vec::new();
    for (text, to) in [
        (link(chat(closed)), chat(closed)),
        (link(chat(999)), chat(closed)),
        (link("2".to_owned()), chat(closed)),
        (link(chat(open)), chat(guests)),
        ("https://portal.lately.test/~nothing".to_owned(), chat(closed)),
        ("https://portal.lately.test/".to_owned(), chat(closed)),
    ] {
        plain.push((to.clone(), stage.alice.say(to, &text).await, text));
    }
    for (text, name, about) in [
        (link(chat(open)), "Canteen", "What there is"),
        (public.as_str().unwrap().to_owned(), "menu.txt", ""),
    ] {
        let id = stage.alice.say(chat(closed), &text).await;
        let heard = dressed(&mut ear).await;
        let shown = json!([{ "NAME": name, "LINK": text, "DESC": about }]);
        assert_eq!(
            (&heard["id"], &heard["params"]["ATTACH"][0]["BLOCKS"][0]["RICH_LINK"]),
            (&json!(id), &shown)
        );
    }
    for (dialog, id, text) in plain {
        assert_eq!(read(&stage.alice, &dialog, id).await["params"], json!([]), "{text}");
    }
    stage.check().await;
}

#[tokio::test]
async fn nothing_is_asked_unless_the_settings_say_so_and_no_private_machine_ever() {
    let site = Site::open().await;
    for fetch in [false, true] {
        let portal = TestPortal::with(|config| config.links.fetch = fetch).await;
        let alice = portal.client(Person::Alice).await;
        let id = alice.say(2, &site.at("a")).await;
        let bob = portal.client(Person::Bob).await;
        portal.messenger().catch_up().await.unwrap();
        assert_eq!(read(&bob, "1", id).await["params"], json!([]));
        portal.stop().await;
        assert_eq!(site.asked(), 0, "{fetch}");
    }
}
