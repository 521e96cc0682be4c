//! `im.dialog.messages.get`: the messages of a dialog, window by window.

use serde_json::{Value, json};

use super::{history, messages, read_upto};
use crate::stage::{NOW, Stage, assert_shape, chat, ids};

#[tokio::test]
async fn messages_are_answered_as_they_are_documented() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    let uuid = "0c3c5ad6-a1b8-4d4d-9234-f137ef862a77";
    let sent = json!({ "DIALOG_ID": chat(id), "MESSAGE": "[b]One[/b][BR]two", "TEMPLATE_ID": uuid });
    let said = stage.alice.ok("im.message.add", sent).await;
    stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": said })).await;
    let page = stage.bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": chat(id) })).await;
    let message = |id: i64, author: i64, text: &str, params: Value| {
        json!({
            "id": id, "chat_id": 1, "author_id": author, "date": NOW, "text": text, "unread": true, "uuid": null,
            "replaces": [], "params": params, "disappearing_date": null,
        })
    };
    let mut newest = message(4, 1, "[b]One[/b]\ntwo", json!({ "LIKE": [2] }));
    newest["uuid"] = json!(uuid);
    let alice = "[USER=1 REPLACE]Alice Adams[/USER]";
    let joined = json!({ "CODE": ["CHAT_JOIN"], "NOTIFY": "N" });
    let expected = json!([
        newest,
        message(3, 0, &format!("{alice} invited [USER=2 REPLACE]Bob Brown[/USER] to the chat"), joined),
        message(2, 0, "Welcome to the new chat!", json!({ "COMPONENT_ID": "ChatCreationMessage" })),
        message(1, 0, &format!("{alice} created the chat"), json!([])),
    ]);
    assert_eq!(page["chat_id"], 1);
    assert_eq!(page["messages"], expected);
    assert_eq!(ids(&page["users"]), [1], "the system is nobody");
    assert_eq!(page["files"], json!([]));
    assert_shape(&page["users"][0], &crate::user::example());
    stage.check().await;
}

#[tokio::test]
async fn files_of_the_page_come_with_it() {
    let stage = Stage::set().await;
    stage.import_chat(70, "C", json!({})).await;
    let file = |id: i64, name: &str, kind: &str| {
        json!({
            "type": "file", "id": id, "chat": 70, "author": 1, "date": NOW, "name": name, "kind": kind,
            "size": 2144, "width": 72, "height": 61,
        })
    };
    let message = |id: i64, files: &[i64]| {
        let params = json!({ "FILE_ID": files });
        json!({ "type": "message", "id": id, "chat": 70, "author": 1, "date": NOW, "text": "", "params": params })
    };
    let lines =
        [file(5, "scan.png", "image"), file(6, "notes.txt", "file"), message(10, &[5]), message(11, &[6])];
    stage.portal.import(&lines.map(|line| line.to_string()).join("\n")).await;
    let page = stage.bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": "chat70" })).await;
    assert_eq!(page["messages"][0]["params"], json!({ "FILE_ID": [6] }));
    assert_eq!(ids(&page["files"]), [6, 5], "in the order of their messages");
    let expected = json!({
        "id": 5, "chatId": 70, "date": NOW, "type": "image", "name": "scan.png", "extension": "png", "size": 2144,
        "image": { "height": 61, "width": 72 }, "status": "done", "progress": 100, "authorId": 1,
        "authorName": "Alice Adams",
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&page["files"][1][key], value, "{key}");
    }
    for key in ["isTranscribable", "isVideoNote", "isVoiceNote"] {
        assert_eq!(page["files"][1][key], false, "{key}");
    }
    assert_eq!(page["files"][0]["image"], false);
    stage.check().await;
}

fn down(from: i64, to: i64) -> Vec<i64> {
    (to..=from).rev().collect()
}

async fn page_ids(stage: &Stage, mut params: Value) -> Vec<i64> {
    params["DIALOG_ID"] = json!("chat70");
    ids(&messages(&stage.bob, params).await)
}

#[tokio::test]
async fn a_window_goes_down_from_the_last_id_and_up_from_the_first() {
    let stage = history(120).await;
    read_upto(&stage, 120).await;
    let page = |params| page_ids(&stage, params);
    assert_eq!(page(json!({})).await, down(120, 101), "the newest twenty");
    assert_eq!(page(json!({ "LAST_ID": 0 })).await, down(120, 101), "zero is the end");
    assert_eq!(page(json!({ "LAST_ID": 101 })).await, down(100, 81));
    assert_eq!(page(json!({ "LAST_ID": "5" })).await, down(4, 1));
    assert_eq!(page(json!({ "LAST_ID": 1 })).await, [0; 0]);
    assert_eq!(page(json!({ "FIRST_ID": 0 })).await, (1..=20).collect::<Vec<_>>(), "from the very first");
    assert_eq!(page(json!({ "FIRST_ID": "118" })).await, [119, 120]);
    assert_eq!(page(json!({ "FIRST_ID": 120 })).await, [0; 0]);
    assert_eq!(page(json!({ "FIRST_ID": 999 })).await, [0; 0]);
    assert_eq!(page(json!({ "FIRST_ID": 118, "LAST_ID": 3 })).await, [119, 120], "the first one wins");
    stage.check().await;
}

#[tokio::test]
async fn a_page_has_up_to_fifty_messages() {
    let stage = history(120).await;
    read_upto(&stage, 120).await;
    for (limit, length) in
        [(json!(1), 1), (json!("35"), 35), (json!(50), 50), (json!(51), 50), (json!(9999), 50)]
    {
        for window in ["LAST_ID", "FIRST_ID", "NEITHER"] {
            let page = page_ids(&stage, json!({ window: 0, "LIMIT": limit })).await;
            assert_eq!(page.len(), length, "{window} {limit}");
        }
    }
    for odd in [json!(0), json!(-5), json!("many"), json!("")] {
        assert_eq!(page_ids(&stage, json!({ "LIMIT": odd })).await.len(), 20, "{odd}");
    }
}

#[tokio::test]
async fn paging_back_meets_every_message_once() {
    let stage = history(120).await;
    read_upto(&stage, 120).await;
    let mut met = page_ids(&stage, json!({ "LIMIT": 50 })).await;
    loop {
        let page = page_ids(&stage, json!({ "LIMIT": 50, "LAST_ID": met.last() })).await;
        if page.is_empty() {
            break;
        }
        met.extend(page);
    }
    assert_eq!(met, down(120, 1));
}

#[tokio::test]
async fn unread_messages_make_the_newest_page_longer() {
    let stage = history(120).await;
    read_upto(&stage, 113).await;
    assert_eq!(page_ids(&stage, json!({})).await, down(120, 94), "7 unread and 20 more");
    read_upto(&stage, 100).await;
    assert_eq!(page_ids(&stage, json!({})).await, down(120, 94), "reading never goes back");
    assert_eq!(page_ids(&stage, json!({ "LAST_ID": 0 })).await, down(120, 101), "a window stays as it is");
}

#[tokio::test]
async fn many_unread_messages_begin_where_reading_ended() {
    let stage = history(120).await;
    read_upto(&stage, 60).await;
    let page = messages(&stage.bob, json!({ "DIALOG_ID": "chat70" })).await;
    assert_eq!(ids(&page), down(80, 41), "20 unread ones and 20 before them");
    for message in page.as_array().unwrap() {
        assert_eq!(message["unread"], message["id"].as_i64().unwrap() > 60);
    }
    read_upto(&stage, 100).await;
    assert_eq!(page_ids(&stage, json!({})).await, down(120, 81), "exactly a page of them");
}

#[tokio::test]
async fn hidden_history_is_not_there_for_a_new_member() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    stage.alice.say(chat(id), "Before").await;
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": id, "USERS": [3] })).await;
    let after = stage.alice.say(chat(id), "After").await;
    for window in [json!({}), json!({ "FIRST_ID": 0 }), json!({ "LAST_ID": 0 })] {
        let mut params = window.clone();
        params["DIALOG_ID"] = json!(chat(id));
        let page = messages(&stage.carol, params).await;
        let mut seen = ids(&page);
        seen.sort_unstable();
        assert_eq!(seen, [after - 1, after], "the invitation and what follows: {window}");
    }
    let page = stage.carol.ok("im.dialog.get", json!({ "DIALOG_ID": chat(id) })).await;
    assert_eq!((&page["message_count"], &page["counter"]), (&json!(2), &json!(1)));
    assert_eq!(
        messages(&stage.carol, json!({ "DIALOG_ID": chat(id), "LAST_ID": after - 1 })).await,
        json!([])
    );
    stage.check().await;
}

#[tokio::test]
async fn messages_can_be_asked_for_by_chat_number() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[]).await;
    assert_eq!(messages(&stage.alice, json!({ "CHAT_ID": id })).await[0]["chat_id"], id);
}

#[tokio::test]
async fn bare_links_are_wrapped_and_written_ones_stay() {
    let stage = Stage::set().await;
    for (said, read) in [
        (
            "see https://a.test/x?y=1&z, or http://b.test.",
            "see [URL]https://a.test/x?y=1&z[/URL], or [URL]http://b.test[/URL].",
        ),
        (
            "[URL]https://a.test[/URL] [url=https://b.test]b[/url]",
            "[URL]https://a.test[/URL] [url=https://b.test]b[/url]",
        ),
        (
            "[CODE]https://a.test[/CODE] [b]https://b.test[/b]",
            "[CODE]https://a.test[/CODE] [b][URL]https://b.test[/URL][/b]",
        ),
        ("no link: https://", "no link: https://"),
    ] {
        stage.bob.say(2, said).await;
        assert_eq!(messages(&stage.bob, json!({ "DIALOG_ID": 2, "LIMIT": 1 })).await[0]["text"], read);
    }
}

#[tokio::test]
async fn bounds_are_digits_and_nothing_else() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[]).await;
    for bad in ["", "x", "-1", "1x", " 1", "+1", "1.0"] {
        for (name, code) in [("FIRST_ID", "FIRST_ID_STRING"), ("LAST_ID", "LAST_ID_STRING")] {
            let params = json!({ "DIALOG_ID": "chat1", name: bad });
            let refused = stage.alice.refused("im.dialog.messages.get", params).await;
            assert_eq!(refused, (400, code.to_owned()), "{name}={bad}");
        }
    }
}

#[tokio::test]
async fn messages_without_address_or_access_are_refused() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[]).await;
    let refused = |params: Value| stage.bob.refused("im.dialog.messages.get", params);
    assert_eq!(refused(json!({})).await, (400, "DIALOG_ID_EMPTY".to_owned()));
    assert_eq!(refused(json!({ "DIALOG_ID": "room" })).await, (400, "DIALOG_ID_EMPTY".to_owned()));
    for closed in ["chat1", "chat999", "999"] {
        assert_eq!(
            refused(json!({ "DIALOG_ID": closed })).await,
            (403, "ACCESS_ERROR".to_owned()),
            "{closed}"
        );
    }
}
