//! `im.notify*`: notifications sent, shown, counted; the other parts beside.

pub mod answer;
mod model;
mod moving;
mod reading;
mod search;
mod tag;

use lately_testkit::Client;
use serde_json::{Value, json};

use crate::stage::{NOW, Stage, assert_shape, chat, ids};

/// One notification from a person; answers its number.
async fn personal(from: &Client, to: i64, text: &str) -> i64 {
    let sent = from.ok("im.notify.personal.add", json!({ "USER_ID": to, "MESSAGE": text })).await;
    sent.as_i64().expect("a number")
}

/// The first page of somebody's notifications.
async fn page(client: &Client) -> Value {
    client.ok("im.notify.get", json!({})).await
}

/// The numbers on the first page, as they are shown.
async fn shown(client: &Client) -> Vec<i64> {
    ids(&page(client).await["notifications"])
}

/// How many notifications are unread; told by three methods alike.
async fn unread(client: &Client) -> i64 {
    let counters = client.ok("im.counters.get", json!({})).await["TYPE"].clone();
    let sum = |key: &str| counters[key].as_i64().expect("a sum");
    assert_eq!(sum("ALL"), sum("MESSENGER") + sum("NOTIFY"));
    let page = page(client).await;
    if let Some(unread) = page.get("total_unread_count") {
        assert_eq!(*unread, sum("NOTIFY"));
    }
    sum("NOTIFY")
}

#[tokio::test]
async fn a_personal_notification_is_shown_with_whoever_sent_it() {
    let stage = Stage::set().await;
    let id = personal(&stage.alice, 2, "  Call [USER=3][/USER], see https://a.test  ").await;
    let page = page(&stage.bob).await;
    assert_eq!((&page["total_count"], &page["total_unread_count"]), (&json!(1), &json!(1)));
    assert_eq!(
        page["notifications"],
        json!([{
            "id": id,
            "chat_id": page["chat_id"],
            "author_id": 1,
            "date": NOW,
            "notify_type": 2,
            "notify_module": "rest",
            "notify_event": "rest_notify",
            "notify_tag": "",
            "notify_sub_tag": "",
            "notify_title": "",
            "setting_name": "rest|rest_notify",
            "text": "Call [USER=3 REPLACE]Carol Clark[/USER], see [URL]https://a.test[/URL]",
            "notify_read": "N",
            "params": null,
        }])
    );
    assert_eq!(page["users"].as_array().unwrap().len(), 1);
    assert_shape(&page["users"][0], &stage.bob.ok("im.user.get", json!({ "ID": 1 })).await);
    assert_eq!(page["users"][0]["name"], "Alice Adams");
    stage.check().await;
}

#[tokio::test]
async fn a_system_notification_has_no_author() {
    let stage = Stage::set().await;
    let params = json!({ "USER_ID": 2, "MESSAGE": "Done" });
    let one = stage.alice.ok("im.notify.system.add", params.clone()).await;
    let mut other = params.clone();
    other["TYPE"] = json!("SYSTEM");
    let other = stage.alice.ok("im.notify", other).await;
    let page = page(&stage.bob).await;
    assert_eq!(ids(&page["notifications"]), [other.as_i64().unwrap(), one.as_i64().unwrap()]);
    for notification in page["notifications"].as_array().unwrap() {
        assert_eq!((&notification["notify_type"], &notification["author_id"]), (&json!(4), &json!(0)));
    }
    assert_eq!(page["users"], json!([]));
    stage.check().await;
}

#[tokio::test]
async fn im_notify_speaks_for_the_caller_unless_told_to_speak_for_the_portal() {
    let stage = Stage::set().await;
    for (kind, number) in
        [(json!(null), 2), (json!("USER"), 2), (json!("SYSTEM"), 4), (json!("system"), 2), (json!(7), 2)]
    {
        stage.alice.ok("im.notify", json!({ "USER_ID": 2, "MESSAGE": "Hi", "TYPE": kind })).await;
        assert_eq!(page(&stage.bob).await["notifications"][0]["notify_type"], number, "{kind}");
    }
    stage.check().await;
}

#[tokio::test]
async fn one_may_notify_oneself_and_it_counts() {
    let stage = Stage::set().await;
    personal(&stage.alice, 1, "Do not forget").await;
    assert_eq!(unread(&stage.alice).await, 1);
    stage.check().await;
}

#[tokio::test]
async fn an_attachment_comes_back_as_it_is_kept_with_messages() {
    let stage = Stage::set().await;
    let blocks = json!([{ "MESSAGE": "Invoice 7" }]);
    for sent in [blocks.clone(), json!(blocks.to_string()), json!({ "BLOCKS": blocks })] {
        let params = json!({ "USER_ID": 2, "MESSAGE": "See", "ATTACH": sent });
        stage.alice.ok("im.notify.personal.add", params).await;
        let page = page(&stage.bob).await;
        assert_eq!(page["notifications"][0]["params"], json!({ "ATTACH": [{ "BLOCKS": blocks }] }));
    }
    stage.check().await;
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_and_nothing_is_written() {
    let stage = Stage::set().await;
    let long = json!([{ "MESSAGE": "x".repeat(60_000) }]);
    for method in ["im.notify", "im.notify.personal.add", "im.notify.system.add"] {
        for (params, code) in [
            (json!({ "MESSAGE": "x" }), "USER_ID_EMPTY"),
            (json!({ "USER_ID": 0, "MESSAGE": "x" }), "USER_ID_EMPTY"),
            (json!({ "USER_ID": -2, "MESSAGE": "x" }), "USER_ID_EMPTY"),
            (json!({ "USER_ID": "bob", "MESSAGE": "x" }), "USER_ID_EMPTY"),
            (json!({ "USER_ID": 2 }), "MESSAGE_EMPTY"),
            (json!({ "USER_ID": 2, "MESSAGE": " \n " }), "MESSAGE_EMPTY"),
            (json!({ "USER_ID": 2, "MESSAGE": ["x"] }), "MESSAGE_EMPTY"),
            (json!({ "USER_ID": 2, "MESSAGE": "", "ATTACH": [{ "MESSAGE": "x" }] }), "MESSAGE_EMPTY"),
            (json!({ "USER_ID": 2, "MESSAGE": "x", "ATTACH": "no" }), "ATTACH_ERROR"),
            (json!({ "USER_ID": 2, "MESSAGE": "x", "ATTACH": 7 }), "ATTACH_ERROR"),
            (json!({ "USER_ID": 2, "MESSAGE": "x", "ATTACH": long }), "ATTACH_OVERSIZE"),
        ] {
            let refused = stage.alice.refused(method, params.clone()).await;
            assert_eq!(refused, (400, code.to_owned()), "{method} {params}");
        }
    }
    assert_eq!(page(&stage.bob).await, json!({ "chat_id": 0, "notifications": [], "users": [] }));
    stage.check().await;
}

#[tokio::test]
async fn nobody_unknown_dismissed_or_strange_is_notified() {
    let stage = Stage::set().await;
    let carol = json!({ "ID": 3, "ACTIVE": false });
    stage.alice.ok("user.update", carol).await;
    let erin = stage.portal.client(lately_testkit::Person::Erin).await;
    let add = |to: i64| json!({ "USER_ID": to, "MESSAGE": "Hello" });
    for (client, to) in
        [(&stage.bob, 99), (&stage.bob, i64::MAX), (&stage.bob, 3), (&stage.bob, 5), (&erin, 2)]
    {
        for method in ["im.notify.personal.add", "im.notify.system.add"] {
            assert_eq!(client.ok(method, add(to)).await, false, "{method} to {to}");
        }
    }
    stage.group(&stage.bob, &[5]).await;
    assert!(erin.ok("im.notify.personal.add", add(2)).await.is_i64(), "they share a chat");
    assert_eq!(unread(&stage.bob).await, 1);
    stage.check().await;
}

#[tokio::test]
async fn a_long_text_is_cut_like_a_message() {
    let stage = Stage::set().await;
    personal(&stage.alice, 2, &"ß".repeat(20_007)).await;
    let text = page(&stage.bob).await["notifications"][0]["text"].as_str().unwrap().to_owned();
    assert_eq!(text, format!("{} (...)", "ß".repeat(20_000)));
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let stage = Stage::set().await;
    let mut sent = Vec::new();
    for place in 0..7 {
        sent.push(personal(&stage.alice, 2, &format!("Number {place}")).await);
    }
    sent.reverse();
    let mut found = Vec::new();
    let mut params = json!({ "LIMIT": 3 });
    loop {
        let page = stage.bob.ok("im.notify.get", params.clone()).await;
        assert_eq!(page["total_count"], 7);
        let some = ids(&page["notifications"]);
        let Some(last) = some.last() else { break };
        params = json!({ "LIMIT": 3, "LAST_ID": last, "LAST_TYPE": 3 });
        found.extend(some);
    }
    assert_eq!(found, sent);
    for (limit, count) in [(json!(0), 7), (json!(-1), 7), (json!("x"), 7), (json!(1), 1), (json!("2"), 2)] {
        let page = stage.bob.ok("im.notify.get", json!({ "LIMIT": limit })).await;
        assert_eq!(page["notifications"].as_array().unwrap().len(), count, "{limit}");
    }
    for all in [json!({ "LAST_ID": 0, "LAST_TYPE": 3 }), json!({ "LAST_ID": i64::MAX, "LAST_TYPE": 1 })] {
        assert_eq!(ids(&stage.bob.ok("im.notify.get", all.clone()).await["notifications"]), sent, "{all}");
    }
}

#[tokio::test]
async fn a_page_has_fifty_at_most() {
    let stage = Stage::set().await;
    for place in 0..52 {
        personal(&stage.alice, 2, &format!("Number {place}")).await;
    }
    for params in [json!({}), json!({ "LIMIT": 200 })] {
        let page = stage.bob.ok("im.notify.get", params).await;
        assert_eq!(page["notifications"].as_array().unwrap().len(), 50);
        assert_eq!((&page["total_count"], &page["total_unread_count"]), (&json!(52), &json!(52)));
    }
}

#[tokio::test]
async fn half_a_place_or_one_that_is_no_number_is_refused() {
    let stage = Stage::set().await;
    for (params, code) in [
        (json!({ "LAST_ID": 7 }), "LAST_ID_AND_LAST_TYPE"),
        (json!({ "LAST_TYPE": 1 }), "LAST_ID_AND_LAST_TYPE"),
        (json!({ "LAST_ID": "x", "LAST_TYPE": 1 }), "LAST_ID_STRING"),
        (json!({ "LAST_ID": -7, "LAST_TYPE": 3 }), "LAST_ID_STRING"),
        (json!({ "LAST_ID": "", "LAST_TYPE": 3 }), "LAST_ID_STRING"),
        (json!({ "LAST_ID": [7], "LAST_TYPE": 3 }), "LAST_ID_STRING"),
    ] {
        assert_eq!(
            stage.bob.refused("im.notify.get", params.clone()).await,
            (400, code.to_owned()),
            "{params}"
        );
    }
}

#[tokio::test]
async fn a_text_comes_as_html_too_when_asked_for() {
    let stage = Stage::set().await;
    personal(&stage.alice, 2, "[b]Pay[/b] <now>\nhttps://a.test").await;
    let converted = |page: &Value| page["notifications"][0].get("text_converted").cloned();
    let page = stage.bob.ok("im.notify.get", json!({ "CONVERT_TEXT": "Y" })).await;
    let link = "<a href=\"https://a.test\" target=\"_blank\" rel=\"noopener\">https://a.test</a>";
    assert_eq!(converted(&page), Some(json!(format!("<b>Pay</b> &lt;now&gt;<br />{link}"))));
    for no in [json!("y"), json!(true), json!("N"), json!(1)] {
        let page = stage.bob.ok("im.notify.get", json!({ "CONVERT_TEXT": no })).await;
        assert_eq!(converted(&page), None, "{no}");
    }
}

#[tokio::test]
async fn notifications_are_no_dialog_and_no_row() {
    let stage = Stage::set().await;
    let id = personal(&stage.bob, 2, "To myself").await;
    let room = page(&stage.bob).await["chat_id"].as_i64().unwrap();
    assert_eq!(stage.bob.recent(json!({})).await, Vec::<Value>::new());
    assert_eq!(stage.bob.ok("im.recent.list", json!({})).await["items"], json!([]));
    let dialog = json!(chat(room));
    for (method, params, status, code) in [
        ("im.message.add", json!({ "DIALOG_ID": dialog, "MESSAGE": "x" }), 400, "CHAT_ID"),
        ("im.message.add", json!({ "CHAT_ID": room, "MESSAGE": "x" }), 400, "CHAT_ID"),
        ("im.message.update", json!({ "MESSAGE_ID": id, "MESSAGE": "x" }), 403, "CANT_EDIT_MESSAGE"),
        ("im.message.delete", json!({ "MESSAGE_ID": id }), 403, "CANT_EDIT_MESSAGE"),
        ("im.message.like", json!({ "MESSAGE_ID": id }), 400, "WITHOUT_CHANGES"),
        ("im.dialog.get", json!({ "DIALOG_ID": dialog }), 403, "ACCESS_ERROR"),
        ("im.dialog.messages.get", json!({ "DIALOG_ID": dialog }), 403, "ACCESS_ERROR"),
        ("im.recent.pin", json!({ "DIALOG_ID": dialog }), 400, "ACCESS_ERROR"),
        ("im.chat.mute", json!({ "CHAT_ID": room }), 403, "ACCESS_ERROR"),
        ("im.chat.leave", json!({ "CHAT_ID": room }), 403, "ACCESS_DENIED_KICK"),
        ("im.chat.user.add", json!({ "CHAT_ID": room, "USERS": [3] }), 403, "ACCESS_DENIED_EXTEND"),
        ("im.chat.updateTitle", json!({ "CHAT_ID": room, "TITLE": "x" }), 403, "ACCESS_ERROR"),
    ] {
        let refused = stage.bob.refused(method, params).await;
        assert_eq!(refused, (status, code.to_owned()), "{method}");
    }
    for (method, params, answer) in [
        ("im.dialog.read", json!({ "DIALOG_ID": dialog }), false),
        ("im.dialog.unread", json!({ "DIALOG_ID": dialog, "MESSAGE_ID": id }), true),
        ("im.recent.hide", json!({ "DIALOG_ID": dialog }), true),
        ("im.recent.unread", json!({ "DIALOG_ID": dialog }), false),
    ] {
        assert_eq!(stage.bob.ok(method, params).await, answer, "{method}");
    }
    assert_eq!(page(&stage.bob).await["notifications"][0]["text"], "To myself");
    assert_eq!(unread(&stage.bob).await, 1);
    for _ in 0..2 {
        let delta = stage.bob.call("im.recent.get", json!({ "LAST_SYNC_DATE": NOW })).await;
        assert_eq!((delta.result(), &delta.body["removed"]), (&json!([]), &json!([])));
        stage.bob.ok("im.notify.delete", json!({ "ID": id })).await;
    }
    assert_eq!(unread(&stage.bob).await, 0);
    stage.check().await;
}

#[tokio::test]
async fn whoever_is_removed_from_a_chat_is_notified_and_whoever_leaves_is_not() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2, 3]).await;
    stage.alice.ok("im.chat.user.delete", json!({ "CHAT_ID": group, "USER_ID": 2 })).await;
    stage.carol.ok("im.chat.user.delete", json!({ "CHAT_ID": group, "USER_ID": 3 })).await;
    let told = page(&stage.bob).await["notifications"][0].clone();
    assert_eq!(told["text"], "[USER=1 REPLACE]Alice Adams[/USER] removed you from the chat \"Plan\"");
    assert_eq!(
        (&told["author_id"], &told["notify_type"], &told["setting_name"]),
        (&json!(1), &json!(2), &json!("im|removal"))
    );
    assert_eq!((unread(&stage.bob).await, unread(&stage.carol).await), (1, 0));
    stage.check().await;
}

#[tokio::test]
async fn what_the_portal_notifies_of_is_told() {
    let stage = Stage::set().await;
    let schema = stage.bob.ok("im.notify.schema.get", json!({})).await;
    assert_eq!(
        schema["rest"],
        json!({
            "NAME": "Applications",
            "MODULE_ID": "rest",
            "LIST": [{ "ID": "rest|rest_notify", "NAME": "Notifications of applications" }],
        })
    );
    let example = json!({ "NAME": "", "MODULE_ID": "", "LIST": [{ "ID": "", "NAME": "" }] });
    for (id, module) in schema.as_object().unwrap() {
        assert_shape(module, &example);
        assert_eq!(module["MODULE_ID"], *id);
    }
    personal(&stage.alice, 2, "Hi").await;
    let setting = page(&stage.bob).await["notifications"][0]["setting_name"].clone();
    assert_eq!(schema["rest"]["LIST"][0]["ID"], setting, "what is sent is in the schema");
}
