//! `im.dialog.messages.search`: messages of a chat by their words, in any script, and by their dates.

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::{NOW, Stage, assert_shape, chat, ids};

async fn found(client: &Client, chat: i64, params: Value) -> Vec<i64> {
    let mut params = params;
    params["CHAT_ID"] = json!(chat);
    ids(&client.ok("im.dialog.messages.search", params).await["messages"])
}

async fn words(client: &Client, chat: i64, text: &str) -> Vec<i64> {
    found(client, chat, json!({ "SEARCH_MESSAGE": text })).await
}

/// Chat 70 of alice and bob with these texts as messages 1, 2..., a minute apart, by alice.
async fn told(texts: &[&str]) -> Stage {
    let stage = Stage::set().await;
    stage.import_chat(70, "C", json!({})).await;
    let noon: jiff::Timestamp = NOW.parse().unwrap();
    let begun = noon - jiff::SignedDuration::from_mins(texts.len() as i64);
    let line = |(place, text): (i64, &&str)| {
        let date = begun + jiff::SignedDuration::from_mins(place);
        json!({ "type": "message", "id": place, "chat": 70, "author": 1, "date": date, "text": text })
            .to_string()
    };
    let lines: Vec<_> = (1..).zip(texts).map(line).collect();
    stage.portal.import(&lines.join("\n")).await;
    stage
}

/// The chat's words are kept from now on.
async fn prepared(stage: &Stage) -> usize {
    stage.portal.damage("INSERT INTO message_search (chat_id, upto, wanted) VALUES (70, 0, 1)");
    stage.portal.messenger().prepare_searches().await.unwrap()
}

#[tokio::test]
async fn words_are_found_in_any_script_whether_or_not_they_are_kept() {
    let texts = [
        "The budget for March",
        "Отчёт за март готов",
        "明日の会議は三時からです",
        "Straße nach ZÜRICH",
        "[b]Budgets[/b] are [url=https://example.com/secret]here[/url]",
        "התקציב למרץ",
        "회의는 내일입니다",
        "unbelievably long word",
    ];
    let stage = told(&texts).await;
    for kept in [false, true] {
        if kept {
            assert_eq!(prepared(&stage).await, texts.len());
        }
        for (text, expected) in [
            ("budget", vec![5, 1]),
            ("BUDGET march", vec![1]),
            ("отчет", vec![]),
            ("ОТЧЁТ", vec![2]),
            ("мар", vec![2]),
            ("会議は", vec![3]),
            ("三時か", vec![3]),
            ("内日本", vec![]),
            ("strasse", vec![4]),
            ("zürich", vec![4]),
            ("תקציב", vec![]),
            ("התקציב", vec![6]),
            ("내일입", vec![7]),
            ("unbelievabl", vec![8]),
            ("unbelieving", vec![]),
            ("udget", vec![]),
            ("secret", vec![]),
            ("!!!", vec![]),
        ] {
            assert_eq!(words(&stage.bob, 70, text).await, expected, "{text}, kept: {kept}");
        }
        stage.check().await;
    }
}

#[tokio::test]
async fn a_message_that_changes_is_found_by_what_it_says_now() {
    let stage = told(&["the first draft", "the second draft"]).await;
    for kept in [false, true] {
        if kept {
            prepared(&stage).await;
        }
        let id = stage.alice.say(chat(70), "a draft about apples").await;
        if kept {
            stage.portal.damage("UPDATE message_search SET wanted = 1");
            assert_eq!(stage.portal.messenger().prepare_searches().await.unwrap(), 1);
        }
        assert_eq!(words(&stage.bob, 70, "draft").await, [id, 2, 1]);
        stage
            .alice
            .ok("im.message.update", json!({ "MESSAGE_ID": id, "MESSAGE": "something about pears" }))
            .await;
        assert_eq!(words(&stage.bob, 70, "apples").await, [0; 0]);
        assert_eq!(words(&stage.bob, 70, "about pears").await, [id]);
        stage.alice.ok("im.message.delete", json!({ "MESSAGE_ID": id })).await;
        assert_eq!(words(&stage.bob, 70, "pears").await, [0; 0]);
        assert_eq!(words(&stage.bob, 70, "deleted").await, [0; 0], "nor by what stands in its place");
        stage.check().await;
    }
}

#[tokio::test]
async fn a_long_chat_gets_words_after_somebody_looked_long_and_answers_the_same() {
    let texts: Vec<String> = (1..=1100)
        .map(|number| format!("line {number} {}", if number % 100 == 7 { "needle" } else { "hay" }))
        .collect();
    let stage = told(&texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let messenger = stage.portal.messenger();
    let needles: Vec<i64> = (0..11).rev().map(|hundred| hundred * 100 + 7).collect();
    assert_eq!(
        found(&stage.bob, 70, json!({ "SEARCH_MESSAGE": "hay", "LIMIT": 3 })).await,
        [1100, 1099, 1098]
    );
    assert_eq!(messenger.prepare_searches().await.unwrap(), 0, "that was short");
    assert_eq!(words(&stage.bob, 70, "needle").await, needles);
    assert_eq!(messenger.prepare_searches().await.unwrap(), 1100);
    assert_eq!(messenger.prepare_searches().await.unwrap(), 0);
    stage.check().await;
    let late = stage.alice.say(chat(70), "one more needle").await;
    let all = [&[late], needles.as_slice()].concat();
    assert_eq!(words(&stage.bob, 70, "needle").await, all);
    let upwards =
        json!({ "SEARCH_MESSAGE": "needle", "ORDER": { "ID": "ASC" }, "LIMIT": 2, "LAST_ID": 1006 });
    assert_eq!(found(&stage.bob, 70, upwards).await, [1007, late], "over the end of what is kept");
    let down = json!({ "SEARCH_MESSAGE": "needle", "LIMIT": 2, "LAST_ID": 1007 });
    assert_eq!(found(&stage.bob, 70, down).await, [907, 807]);

    stage.portal.damage("DELETE FROM message_word WHERE word = 'needle' AND message_id = 7");
    let differs = messenger.check(|_, _| {}).await.unwrap();
    assert_eq!(
        (differs.len(), differs[0].row.as_str(), differs[0].value),
        (1, "chat 70", "wrong search entries")
    );
    assert_eq!(messenger.repair(|_| {}).await.unwrap(), 1);
    assert_eq!(words(&stage.bob, 70, "needle").await, all);
    stage.check().await;
}

#[tokio::test]
async fn dates_order_and_pages_narrow_what_is_found() {
    let stage = told(&["word 1", "word 2", "word 3", "word 4", "word 5"]).await;
    let at = |minute: i64| format!("2026-03-02T09:5{minute}:00+00:00");
    let found = async |params: Value| found(&stage.bob, 70, params).await;
    assert_eq!(found(json!({})).await, [5, 4, 3, 2, 1]);
    assert_eq!(found(json!({ "ORDER": { "ID": "ASC" } })).await, [1, 2, 3, 4, 5]);
    assert_eq!(found(json!({ "ORDER": "{\"id\":\"asc\"}", "LIMIT": 2 })).await, [1, 2]);
    assert_eq!(found(json!({ "LIMIT": 2, "LAST_ID": 4 })).await, [3, 2]);
    assert_eq!(found(json!({ "ORDER": { "ID": "ASC" }, "LAST_ID": 4 })).await, [5]);
    assert_eq!(found(json!({ "DATE_FROM": at(7), "DATE_TO": at(8) })).await, [3, 2]);
    assert_eq!(found(json!({ "DATE_FROM": at(8), "SEARCH_MESSAGE": "word" })).await, [5, 4, 3]);
    assert_eq!(
        found(json!({ "DATE": "2026-03-01T09:58:00+00:00" })).await,
        [2, 1],
        "a day, and not the moment after it"
    );
    assert_eq!(found(json!({ "DATE": "2026-03-02", "DATE_TO": at(6) })).await, [1]);
    assert_eq!(found(json!({ "DATE_FROM": "soon", "DATE_TO": "later" })).await, [5, 4, 3, 2, 1]);
    assert_eq!(
        found(json!({ "SEARCH_MESSAGE": "xx" })).await,
        [5, 4, 3, 2, 1],
        "two signs are not looked for"
    );
    assert_eq!(found(json!({ "SEARCH_MESSAGE": "xxx" })).await, [0; 0]);
    assert_eq!(found(json!({ "LIMIT": 0, "LAST_ID": "x", "ORDER": 7 })).await, [5, 4, 3, 2, 1]);
    stage.check().await;
}

#[tokio::test]
async fn a_page_has_at_most_two_hundred_messages_and_fifty_unless_more_are_asked_for() {
    let texts: Vec<String> = (1..=210).map(|number| format!("message {number}")).collect();
    let stage = told(&texts.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for (limit, length) in [(json!(null), 50), (json!(120), 120), (json!("200"), 200), (json!(9999), 200)] {
        assert_eq!(found(&stage.bob, 70, json!({ "LIMIT": limit })).await.len(), length, "{limit}");
    }
}

#[tokio::test]
async fn only_who_can_read_a_message_finds_it() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let early = stage.alice.say(chat(group), "the secret plan").await;
    stage.alice.ok("im.chat.user.add", json!({ "CHAT_ID": group, "USERS": [3], "HIDE_HISTORY": "Y" })).await;
    let late = stage.alice.say(chat(group), "the public plan").await;
    assert_eq!(words(&stage.bob, group, "plan").await, [late, early]);
    assert_eq!(words(&stage.carol, group, "plan").await, [late]);
    let dave = stage.portal.client(Person::Dave).await;
    let search = |chat: Value| json!({ "CHAT_ID": chat, "SEARCH_MESSAGE": "plan" });
    for (params, status, code) in [
        (search(json!(group)), 403, "ACCESS_ERROR"),
        (search(json!(999)), 403, "ACCESS_ERROR"),
        (search(json!(null)), 400, "CHAT_ID_EMPTY"),
        (search(json!(chat(group))), 400, "CHAT_ID_EMPTY"),
        (search(json!(0)), 400, "CHAT_ID_EMPTY"),
    ] {
        assert_eq!(
            dave.refused("im.dialog.messages.search", params.clone()).await,
            (status, code.to_owned()),
            "{params}"
        );
    }
    stage.check().await;
}

#[tokio::test]
async fn what_is_found_comes_with_its_people_and_files() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    let fields = json!({ "name": "a.txt", "content": "YQ==", "message": "with a file for [USER=3][/USER]" });
    stage.alice.ok("im.v2.File.upload", json!({ "dialogId": chat(group), "fields": fields })).await;
    let page = stage
        .bob
        .ok("im.dialog.messages.search", json!({ "CHAT_ID": group, "SEARCH_MESSAGE": "file" }))
        .await;
    assert_shape(
        &page["messages"][0],
        &json!({
            "id": 1, "chatId": 1, "chat_id": 1, "authorId": 1, "author_id": 1, "date": NOW, "text": "t", "isSystem": false,
            "uuid": null, "forward": null, "params": { "FILE_ID": [1] }, "viewedByOthers": false, "block": null,
            "unread": true, "viewed": false, "viewedCount": 0,
        }),
    );
    assert_eq!(page["messages"][0]["text"], "with a file for [USER=3 REPLACE]Carol Clark[/USER]");
    assert_eq!(
        (&page["messages"][0]["unread"], &page["messages"][0]["viewed"]),
        (&json!(true), &json!(false))
    );
    assert_eq!((ids(&page["users"]), &page["users"][0]["firstName"]), (vec![1], &json!("Alice")));
    assert_eq!(page["users"][0]["externalAuthId"], "default");
    assert!(page["users"][0].get("first_name").is_none());
    assert_eq!(
        crate::file::fetch(&stage.portal, &page["files"][0]["urlDownload"]).await,
        (200, b"a".to_vec())
    );
    for key in ["additionalMessages", "stickers", "reactions", "usersShort"] {
        assert_eq!(page[key], json!([]), "{key}");
    }
    assert_eq!(
        (&page["copilot"], &page["tariffRestrictions"]),
        (&Value::Null, &json!({ "isHistoryLimitExceeded": false }))
    );
    stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": chat(group) })).await;
    let seen = stage
        .alice
        .ok("im.dialog.messages.search", json!({ "CHAT_ID": group, "SEARCH_MESSAGE": "file" }))
        .await;
    assert_eq!(
        (&seen["messages"][0]["viewedByOthers"], &seen["messages"][0]["viewedCount"]),
        (&json!(true), &json!(1))
    );
    stage.check().await;
}
