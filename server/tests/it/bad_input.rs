//! What bad input gets: a clear answer, never a 500, never a lost connection, and nothing written.

mod attack;
mod bot;

use std::io::Write;
use std::sync::{Arc, Mutex};

use lately_testkit::{Client, Person, Reply, TestPortal};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One proper envelope, of success or of failure, and never the portal's own fault.
fn assert_proper(reply: &Reply, what: &str) {
    assert!(reply.status < 500, "{what} answered {} {}", reply.status, reply.text);
    let body =
        reply.body.as_object().unwrap_or_else(|| panic!("{what} answered {} {}", reply.status, reply.text));
    if reply.status == 200 {
        assert!(body.contains_key("result") && body["time"].is_object(), "{what} answered {}", reply.text);
        assert!(!body.contains_key("error"), "{what} answered {}", reply.text);
    } else {
        assert!(body["error"].is_string() && body["error_description"].is_string(), "{what}: {}", reply.text);
        let known = ["error", "error_description", "argument"];
        assert!(body.keys().all(|key| known.contains(&key.as_str())), "{what} answered {}", reply.text);
    }
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{what}");
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("lines").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything the portal knows, as records.
async fn records(portal: &TestPortal) -> Vec<Value> {
    let lines = Lines::default();
    portal.messenger().export(lines.clone(), |_| {}).await.expect("an export");
    let bytes = lines.0.lock().expect("lines").clone();
    let text = String::from_utf8(bytes).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("a record")).collect()
}

/// What the portal knows of some chats: their members, messages, read positions.
async fn known_of(portal: &TestPortal, chats: &[i64]) -> Vec<Value> {
    let mut kept = records(portal).await;
    let messages: Vec<Value> = kept
        .iter()
        .filter(|record| {
            record["type"] == "message" && record["chat"].as_i64().is_some_and(|chat| chats.contains(&chat))
        })
        .map(|record| record["id"].clone())
        .collect();
    kept.retain(|record| {
        let chat = if record["type"] == "chat" { &record["id"] } else { &record["chat"] };
        let seen = record["type"] == "view" && messages.contains(&record["message"]);
        seen || chat.as_i64().is_some_and(|chat| chats.contains(&chat))
    });
    kept
}

/// A portal whose first chats and messages are none of Bob's business.
struct Town {
    portal: TestPortal,
    bob: Client,
    /// Carol's and Dave's group, and their private chat.
    foreign: [i64; 2],
    /// A message in the foreign group.
    foreign_message: i64,
    /// Bob's group with Carol.
    own: i64,
    /// Bob's message there.
    own_message: i64,
    /// Bob's bot. Whoever knows the word `hello` may have it do anything.
    bot: i64,
    /// Its group with Bob and Carol.
    bots: i64,
    /// Its message there.
    bots_message: i64,
}

impl Town {
    async fn build() -> Self {
        let portal = TestPortal::start().await;
        let carol = portal.client(Person::Carol).await;
        let dave = portal.client(Person::Dave).await;
        let bob = portal.client(Person::Bob).await;
        let group = carol
            .ok("im.chat.add", json!({ "TITLE": "Secrets", "USERS": [4] }))
            .await
            .as_i64()
            .expect("a chat");
        let foreign_message = carol.say(format!("chat{group}"), "for two").await;
        dave.say(3, "for one").await;
        dave.ok("im.message.like", json!({ "MESSAGE_ID": foreign_message })).await;
        let private =
            dave.ok("im.dialog.get", json!({ "DIALOG_ID": 3 })).await["id"].as_i64().expect("a chat");
        let own =
            bob.ok("im.chat.add", json!({ "TITLE": "Team", "USERS": [3] })).await.as_i64().expect("a chat");
        let own_message = bob.say(format!("chat{own}"), "hello").await;
        assert!(group == 1 && private < own, "the low numbers are foreign");
        let bot = json!({
            "CODE": "marta", "TYPE": "S", "CLIENT_ID": "hello", "EVENT_HANDLER": "https://bot.example/",
            "PROPERTIES": { "NAME": "Marta" },
        });
        let bot = bob.ok("imbot.register", bot).await.as_i64().expect("a bot");
        let bots = json!({ "CLIENT_ID": "hello", "TITLE": "Bots", "USERS": [2, 3] });
        let bots = bob.ok("imbot.chat.add", bots).await.as_i64().expect("a chat");
        let said = json!({ "CLIENT_ID": "hello", "DIALOG_ID": format!("chat{bots}"), "MESSAGE": "hello" });
        let bots_message = bob.ok("imbot.message.add", said).await.as_i64().expect("a message");
        let foreign = [group, private];
        Self { portal, bob, foreign, foreign_message, own, own_message, bot, bots, bots_message }
    }

    async fn secrets(&self) -> Vec<Value> {
        known_of(&self.portal, &self.foreign).await
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused_and_the_next_one_served() {
    let portal = TestPortal::start().await;
    let alice = portal.client(Person::Alice).await;
    let add =
        |kind: &str, body: Vec<u8>| alice.post("im.message.add").header("content-type", kind).body(body);
    let json = |body: &str| add("application/json", body.as_bytes().to_vec());
    let (form, multipart) = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=b0");
    let levels = |open: &str, close: &str| {
        format!("{{\"DIALOG_ID\":2,\"MESSAGE\":\"x\",\"A\":{}1{}}}", open.repeat(100), close.repeat(100))
    };
    let part = "--b0\r\nContent-Disposition: form-data; name=\"DIALOG_ID\"\r\n\r\n2\r\n";
    let requests: Vec<(&str, RequestBuilder)> = vec![
        ("half an object", json("{\"DIALOG_ID\":2,\"MESSAGE\":\"x\"")),
        ("no JSON at all", json("DIALOG_ID=2&MESSAGE=x")),
        ("two objects", json("{\"DIALOG_ID\":2}{\"MESSAGE\":\"x\"}")),
        ("a trailing comma", json("{\"DIALOG_ID\":2,\"MESSAGE\":\"x\",}")),
        ("half a surrogate pair", json("{\"DIALOG_ID\":2,\"MESSAGE\":\"\\ud83d\"}")),
        ("a raw control sign", json("{\"DIALOG_ID\":2,\"MESSAGE\":\"a\0b\"}")),
        ("a number without end", json("{\"DIALOG_ID\":2,\"MESSAGE\":1e999}")),
        ("100 lists", json(&levels("[", "]"))),
        ("100 maps", json(&levels("{\"a\":", "}"))),
        ("100,000 lists", json(&"[".repeat(100_000))),
        ("200,000 numbers", json(&format!("{{\"USERS\":[{}1]}}", "1,".repeat(200_000)))),
        (
            "JSON that is no UTF-8",
            add("application/json", b"{\"DIALOG_ID\":2,\"MESSAGE\":\"\xff\"}".to_vec()),
        ),
        ("a form that is no UTF-8", add(form, b"DIALOG_ID=2&MESSAGE=\xc3\x28".to_vec())),
        ("a form that becomes no UTF-8", add(form, b"DIALOG_ID=2&MESSAGE=%ff".to_vec())),
        ("100 brackets", add(form, format!("DIALOG_ID=2&MESSAGE=x&A{}=1", "[a]".repeat(100)).into_bytes())),
        ("20,000 names", add(form, "DIALOG_ID=2&MESSAGE=x&A[]=1".repeat(20_000).into_bytes())),
        ("multipart without its end", add(multipart, part.as_bytes().to_vec())),
        ("multipart without boundary", add("multipart/form-data", format!("{part}--b0--").into_bytes())),
        (
            "multipart that is no UTF-8",
            add(
                multipart,
                [
                    part.as_bytes(),
                    b"--b0\r\nContent-Disposition: form-data; name=\"MESSAGE\"\r\n\r\n\xff\r\n--b0--\r\n",
                ]
                .concat(),
            ),
        ),
        ("a query that becomes no UTF-8", alice.get("im.message.add?DIALOG_ID=2&MESSAGE=%e2%82")),
        (
            "100 brackets in the query",
            alice.get(&format!("im.message.add?DIALOG_ID=2&MESSAGE=x&A{}=1", "[]".repeat(100))),
        ),
    ];
    for (what, request) in requests {
        let reply = alice.send(request).await;
        assert_eq!(reply.error(), (400, "INVALID_REQUEST"), "{what}");
        assert_proper(&reply, what);
        assert_eq!(alice.call("server.time", json!({})).await.status, 200, "after {what}");
    }
    assert_eq!(alice.recent(json!({})).await, Vec::<Value>::new(), "nothing was written");
}

#[tokio::test]
async fn methods_refuse_what_they_cannot_use() {
    let town = Town::build().await;
    let before = records(&town.portal).await;
    let own = town.own_message;
    let long = json!([{ "MESSAGE": "x".repeat(60_000) }]);
    let cases = [
        ("im.message.add", json!({ "DIALOG_ID": "chat", "MESSAGE": "x" }), 400, "CHAT_ID_EMPTY"),
        ("im.message.add", json!({ "DIALOG_ID": "chat99", "MESSAGE": "x" }), 400, "CHAT_ID"),
        ("im.message.add", json!({ "DIALOG_ID": "99", "MESSAGE": "x" }), 400, "USER_NOT_FOUND"),
        ("im.message.add", json!({ "DIALOG_ID": 1e30, "MESSAGE": "x" }), 400, "USER_ID_EMPTY"),
        ("im.message.add", json!({ "MESSAGE": "x" }), 400, "PARAMS_ERROR"),
        ("im.message.add", json!({ "DIALOG_ID": 3, "MESSAGE": "\u{0}" }), 400, "MESSAGE_EMPTY"),
        ("im.message.add", json!({ "DIALOG_ID": 3, "MESSAGE": ["x"] }), 400, "MESSAGE_EMPTY"),
        ("im.message.add", json!({ "DIALOG_ID": 3, "MESSAGE": "x", "ATTACH": "{" }), 400, "ATTACH_ERROR"),
        ("im.message.add", json!({ "DIALOG_ID": 3, "MESSAGE": "x", "KEYBOARD": 7 }), 400, "KEYBOARD_ERROR"),
        ("im.message.add", json!({ "DIALOG_ID": 3, "MESSAGE": "x", "MENU": [7] }), 400, "MENU_ERROR"),
        ("im.message.add", json!({ "DIALOG_ID": 3, "MESSAGE": "x", "ATTACH": long }), 400, "ATTACH_OVERSIZE"),
        ("im.message.update", json!({ "MESSAGE_ID": own, "ATTACH": long }), 400, "ATTACH_OVERSIZE"),
        ("im.message.update", json!({ "MESSAGE_ID": own, "ATTACH": "x" }), 400, "ATTACH_ERROR"),
        ("im.message.update", json!({ "MESSAGE_ID": own, "KEYBOARD": long }), 400, "KEYBOARD_OVERSIZE"),
        ("im.message.update", json!({ "MESSAGE_ID": own, "KEYBOARD": {} }), 400, "KEYBOARD_ERROR"),
        ("im.message.update", json!({ "MESSAGE_ID": own, "MENU": long }), 400, "MENU_OVERSIZE"),
        ("im.message.update", json!({ "MESSAGE_ID": own, "MENU": 7 }), 400, "menu_ERROR"),
        ("im.message.update", json!({ "MESSAGE_ID": 0, "MESSAGE": "x" }), 400, "MESSAGE_ID_ERROR"),
        ("im.message.update", json!({ "MESSAGE_ID": 9999, "MESSAGE": "x" }), 403, "CANT_EDIT_MESSAGE"),
        ("im.message.delete", json!({ "MESSAGE_ID": "x" }), 400, "MESSAGE_ID_ERROR"),
        ("im.message.like", json!({ "MESSAGE_ID": -1 }), 400, "MESSAGE_ID_ERROR"),
        ("im.message.like", json!({ "MESSAGE_ID": 9999 }), 400, "WITHOUT_CHANGES"),
        ("im.recent.pin", json!({ "DIALOG_ID": "chat99999999999999999999" }), 400, "DIALOG_ID_EMPTY"),
        ("im.recent.hide", json!({ "DIALOG_ID": [] }), 400, "DIALOG_ID_EMPTY"),
        ("im.recent.unread", json!({ "DIALOG_ID": 0 }), 400, "DIALOG_ID_EMPTY"),
        ("im.dialog.get", json!({ "DIALOG_ID": "chat0" }), 400, "DIALOG_ID_EMPTY"),
        ("im.dialog.read", json!({ "DIALOG_ID": null }), 400, "DIALOG_ID_EMPTY"),
        ("im.dialog.unread", json!({ "DIALOG_ID": "", "MESSAGE_ID": 0 }), 400, "MESSAGE_ID_ERROR"),
        ("im.dialog.messages.get", json!({ "DIALOG_ID": 3, "FIRST_ID": "x" }), 400, "FIRST_ID_STRING"),
        ("im.dialog.messages.get", json!({ "DIALOG_ID": 3, "LAST_ID": -1 }), 400, "LAST_ID_STRING"),
        ("im.chat.add", json!({ "USERS": "x" }), 400, "INVALID_FORMAT"),
        ("im.chat.add", json!({ "USERS": [[3]] }), 400, "INVALID_FORMAT"),
        ("im.chat.user.add", json!({ "CHAT_ID": "chat1", "USERS": [3] }), 400, "CHAT_ID_EMPTY"),
        ("im.chat.user.delete", json!({ "CHAT_ID": 1, "USER_ID": 0 }), 400, "USER_ID_EMPTY"),
        ("im.chat.user.list", json!({}), 400, "CHAT_ID_EMPTY"),
        ("im.chat.updateTitle", json!({ "CHAT_ID": 0, "TITLE": "x" }), 400, "CHAT_ID_EMPTY"),
        ("im.chat.updateTitle", json!({ "CHAT_ID": town.own, "TITLE": "" }), 400, "TITLE_EMPTY"),
        ("im.user.get", json!({ "ID": "" }), 400, "ID_EMPTY"),
        ("im.user.get", json!({ "ID": 99 }), 400, "USER_NOT_EXISTS"),
        ("im.user.list.get", json!({ "ID": "bob" }), 400, "INVALID_FORMAT"),
        ("im.user.status.set", json!({ "STATUS": "DND" }), 400, "STATUS_ERROR"),
        ("im.notify", json!({ "USER_ID": 0, "MESSAGE": "x" }), 400, "USER_ID_EMPTY"),
        ("im.notify.personal.add", json!({ "USER_ID": 3, "MESSAGE": {} }), 400, "MESSAGE_EMPTY"),
        (
            "im.notify.system.add",
            json!({ "USER_ID": 3, "MESSAGE": "x", "ATTACH": long }),
            400,
            "ATTACH_OVERSIZE",
        ),
        ("im.notify.get", json!({ "LAST_ID": 1 }), 400, "LAST_ID_AND_LAST_TYPE"),
        ("im.notify.read.list", json!({ "IDS": 7 }), 400, "PARAMS_ERROR"),
        ("im.notify.answer", json!({ "NOTIFY_ID": 7 }), 400, "ANSWER_TEXT_ERROR"),
        ("im.notify.confirm", json!({ "NOTIFY_VALUE": "Y" }), 400, "ID_ERROR"),
        ("im.notify.delete", json!({ "TAG": "x" }), 403, "ACCESS_DENIED"),
        ("im.notify.history.search", json!({}), 400, "SEARCH_TEXT_ERROR"),
        ("feature.get", json!({}), 400, "CODE_EMPTY"),
        ("user.add", json!({ "EMAIL": "new@example.com" }), 400, "ERROR_CORE"),
    ];
    for (method, params, status, code) in cases {
        let reply = town.bob.call(method, params.clone()).await;
        assert_eq!(reply.error(), (status, code), "{method} {params}");
        assert_proper(&reply, method);
    }
    assert_eq!(records(&town.portal).await, before, "nothing was written");
}

#[tokio::test]
async fn dates_that_do_not_exist_are_no_dates() {
    let town = Town::build().await;
    let all = town.bob.recent(json!({})).await;
    assert!(!all.is_empty());
    for date in [
        json!("99999-01-01T00:00:00+00:00"),
        json!("+99999-01-01T00:00:00Z"),
        json!("-99999-01-01"),
        json!("2026-02-30T10:00:00+00:00"),
        json!("2026-03-02T25:61:61+00:00"),
        json!("2026-03-02T10:00:00+99:99"),
        json!("9999-12-31T23:59:59-23:59"),
        json!("yesterday"),
        json!("\u{0}"),
        json!("２０２６-03-02"),
        json!(99999999999999999_i64),
        json!(["2026-03-02"]),
    ] {
        for name in ["LAST_UPDATE", "LAST_SYNC_DATE"] {
            assert_eq!(town.bob.recent(json!({ name: date })).await, all, "{name} {date}");
        }
        let list = town.bob.ok("im.recent.list", json!({ "LAST_MESSAGE_DATE": date })).await;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(all.len()), "{date}");
    }
    let alice = town.portal.client(Person::Alice).await;
    for birthday in ["99999-01-01", "2026-02-30", "é-1-1", "日本日本日本日"] {
        let (status, code) =
            alice.refused("user.update", json!({ "ID": 2, "PERSONAL_BIRTHDAY": birthday })).await;
        assert_eq!((status, code.as_str()), (400, "ERROR_ARGUMENT"), "{birthday}");
    }
}

#[tokio::test]
async fn texts_may_hold_any_sign_but_nul() {
    let town = Town::build().await;
    let dialog = format!("chat{}", town.own);
    for (sent, kept) in [
        ("a\u{0}b", "ab"),
        ("שלום \u{202e}olleh\u{202c}", "שלום \u{202e}olleh\u{202c}"),
        ("👩‍👩‍👧‍👦 🏳️‍🌈", "👩‍👩‍👧‍👦 🏳️‍🌈"),
        ("Z̸̧͉a̴l͝g̵o", "Z̸̧͉a̴l͝g̵o"),
        ("\u{feff}\u{200b}x\u{fffd}\u{10ffff}", "\u{feff}\u{200b}x\u{fffd}\u{10ffff}"),
        ("<script>alert('1')</script> ' OR 1=1 -- %s \\", "<script>alert('1')</script> ' OR 1=1 -- %s \\"),
        ("$result[a][b]", "$result[a][b]"),
    ] {
        let id = town.bob.say(&dialog, sent).await;
        let page = town.bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": dialog, "LIMIT": 1 })).await;
        assert_eq!((&page["messages"][0]["id"], &page["messages"][0]["text"]), (&json!(id), &json!(kept)));
        let row = town.bob.row(&dialog).await.expect("a row");
        assert_eq!(row["message"]["text"], kept);
        let xml = town.bob.call("im.recent.get.xml", json!({})).await;
        assert_eq!(xml.status, 200);
    }
    town.portal.assert_exact().await;
}

#[tokio::test]
async fn nesting_inside_a_text_is_limited_like_nesting_in_the_request() {
    let town = Town::build().await;
    let dialog = format!("chat{}", town.own);
    let fields = [("ATTACH", "ATTACH_ERROR"), ("KEYBOARD", "KEYBOARD_ERROR"), ("MENU", "MENU_ERROR")];
    let add = |name: &str, levels: usize| {
        let deep = format!("[{{\"MESSAGE\":{}{}}}]", "[".repeat(levels), "]".repeat(levels));
        json!({ "DIALOG_ID": dialog, "MESSAGE": "x", name: deep })
    };
    for (name, _) in fields {
        town.bob.ok("im.message.add", add(name, 50)).await;
    }
    let before = records(&town.portal).await;
    for levels in [100, 115, 120, 123, 124, 125, 126, 127, 128, 5000] {
        for (name, code) in fields {
            let reply = town.bob.call("im.message.add", add(name, levels)).await;
            assert_proper(&reply, &format!("{name} of {levels} levels"));
            assert_eq!(reply.body["error"], code, "{name} of {levels} levels was taken");
        }
    }
    assert_eq!(records(&town.portal).await, before, "nothing was written");
    let page = town.bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": dialog, "LIMIT": 50 })).await;
    assert!(page["messages"].is_array());
    let cmd = json!({ "a": format!("im.dialog.messages.get?DIALOG_ID={dialog}") });
    let batch = town.bob.ok("batch", json!({ "cmd": cmd })).await;
    assert!(batch["result"]["a"]["messages"].is_array());
    town.portal.assert_exact().await;
}

#[tokio::test]
async fn other_peoples_chats_are_closed() {
    let town = Town::build().await;
    let before = town.secrets().await;
    let dialog = format!("chat{}", town.foreign[0]);
    let [group, private] = town.foreign;
    let message = town.foreign_message;
    let add = |params: Value| ("im.message.add", params, 400, "ACCESS_ERROR");
    let refused = [
        add(json!({ "DIALOG_ID": dialog, "MESSAGE": "x" })),
        add(json!({ "DIALOG_ID": format!("chat{private}"), "MESSAGE": "x" })),
        add(json!({ "CHAT_ID": group, "MESSAGE": "x" })),
        add(json!({ "CHAT_ID": private, "MESSAGE": "x" })),
        add(json!({ "DIALOG_ID": dialog, "MESSAGE": "x", "SYSTEM": "Y" })),
        ("im.chat.updateTitle", json!({ "CHAT_ID": group, "TITLE": "mine" }), 403, "ACCESS_ERROR"),
        ("im.dialog.get", json!({ "DIALOG_ID": dialog }), 403, "ACCESS_ERROR"),
        ("im.dialog.messages.get", json!({ "DIALOG_ID": dialog }), 403, "ACCESS_ERROR"),
        ("im.dialog.messages.get", json!({ "CHAT_ID": private }), 403, "ACCESS_ERROR"),
        ("im.dialog.writing", json!({ "DIALOG_ID": dialog }), 403, "ACCESS_ERROR"),
        ("im.recent.pin", json!({ "DIALOG_ID": dialog }), 400, "ACCESS_ERROR"),
        ("im.message.update", json!({ "MESSAGE_ID": message, "MESSAGE": "mine" }), 403, "CANT_EDIT_MESSAGE"),
        ("im.message.delete", json!({ "MESSAGE_ID": message }), 403, "CANT_EDIT_MESSAGE"),
        ("im.message.like", json!({ "MESSAGE_ID": message }), 400, "WITHOUT_CHANGES"),
        ("im.chat.user.add", json!({ "CHAT_ID": group, "USERS": [2] }), 403, "ACCESS_DENIED_EXTEND"),
        ("im.chat.user.delete", json!({ "CHAT_ID": group, "USER_ID": 4 }), 403, "ACCESS_DENIED_KICK"),
        ("im.chat.leave", json!({ "CHAT_ID": group }), 403, "ACCESS_DENIED_KICK"),
        ("im.chat.setOwner", json!({ "CHAT_ID": group, "USER_ID": 2 }), 400, "WRONG_REQUEST"),
        ("im.chat.mute", json!({ "CHAT_ID": group }), 403, "ACCESS_ERROR"),
        (
            "im.message.add",
            json!({ "DIALOG_ID": format!("chat{}", town.own), "MESSAGE": "x", "REPLY_ID": message }),
            400,
            "REPLY_ACCESS_ERROR",
        ),
    ];
    for (method, params, status, code) in refused {
        let reply = town.bob.call(method, params.clone()).await;
        assert_eq!(reply.error(), (status, code), "{method} {params}");
        assert!(
            !reply.text.contains("for two") && !reply.text.contains("Secrets"),
            "{method} {}",
            reply.text
        );
    }
    let quiet = [
        ("im.chat.user.list", json!({ "CHAT_ID": group }), json!([])),
        ("im.dialog.read", json!({ "DIALOG_ID": dialog }), json!(false)),
        ("im.dialog.unread", json!({ "DIALOG_ID": dialog, "MESSAGE_ID": message }), json!(true)),
        ("im.recent.hide", json!({ "DIALOG_ID": dialog }), json!(true)),
        ("im.recent.unread", json!({ "DIALOG_ID": dialog }), json!(false)),
    ];
    for (method, params, expected) in quiet {
        assert_eq!(town.bob.ok(method, params).await, expected, "{method}");
    }
    assert_eq!(town.secrets().await, before);
    town.portal.assert_exact().await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_the_client_goes_on() {
    let portal = TestPortal::with(|config| config.rest.body_limit_bytes = 64 * 1024).await;
    let alice = portal.client(Person::Alice).await;
    let sized = |bytes: usize| {
        let frame = r#"{"DIALOG_ID":2,"MESSAGE":""}"#.len();
        alice
            .post("im.message.add")
            .header("content-type", "application/json")
            .body(format!(r#"{{"DIALOG_ID":2,"MESSAGE":"{}"}}"#, "x".repeat(bytes - frame)))
    };
    for bytes in [64 * 1024 + 1, 200_000, 2_000_000, 30_000_000] {
        for _ in 0..5 {
            let reply = alice.send(sized(bytes)).await;
            assert_eq!(reply.error(), (413, "INVALID_REQUEST"), "{bytes}");
            assert_proper(&reply, "too large");
            assert_eq!(alice.call("server.time", json!({})).await.status, 200, "after {bytes}");
        }
    }
    assert_eq!(alice.recent(json!({})).await, Vec::<Value>::new());
    assert_eq!(alice.send(sized(64 * 1024)).await.status, 200, "just at the limit");
}

/// Writes a request by hand and reads until the server closes or the answer is whole.
async fn by_hand(portal: &TestPortal, pieces: &[&[u8]]) -> String {
    let address = portal.server.http.first().expect("an address");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    for piece in pieces {
        stream.write_all(piece).await.expect("the server reads");
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("the server answers");
    String::from_utf8(answer).expect("text")
}

#[tokio::test]
async fn a_body_of_unknown_length_is_measured_as_it_comes() {
    let portal = TestPortal::with(|config| config.rest.body_limit_bytes = 4096).await;
    let alice = portal.client(Person::Alice).await;
    let path = alice.url.trim_start_matches(&portal.origin()).to_owned();
    let head = format!(
        "POST {path}im.message.add HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    let chunk = [b"400\r\n".as_slice(), &[b'x'; 1024], b"\r\n"].concat();
    let mut pieces: Vec<&[u8]> = vec![head.as_bytes()];
    pieces.extend(std::iter::repeat_n(chunk.as_slice(), 5));
    pieces.push(b"0\r\n\r\n");
    let answer = by_hand(&portal, &pieces).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("\"error\":\"INVALID_REQUEST\""), "{answer}");
    assert_eq!(alice.call("server.time", json!({})).await.status, 200);
}

#[tokio::test]
async fn a_client_that_waits_for_leave_to_send_is_told_at_once() {
    let portal = TestPortal::with(|config| config.rest.body_limit_bytes = 4096).await;
    let alice = portal.client(Person::Alice).await;
    let path = alice.url.trim_start_matches(&portal.origin()).to_owned();
    let head = format!(
        "POST {path}im.message.add HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n\r\n"
    );
    let answer = by_hand(&portal, &[head.as_bytes()]).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}
