//! `im.counters.get`: what is unread, in sum and by chat.

use serde_json::{Value, json};

use crate::stage::{NOW, Stage, chat};

async fn counters(stage: &Stage) -> Value {
    stage.bob.ok("im.counters.get", json!({})).await
}

fn nothing() -> Value {
    json!({
        "TYPE": {
            "ALL": 0, "NOTIFY": 0, "CHAT": 0, "LINES": 0, "DIALOG": 0, "COPILOT": 0, "COLLAB": 0, "MESSENGER": 0,
            "TASKS_TASK": 0,
        },
        "CHAT": [], "DIALOG": [], "COLLAB": [], "LINES": [], "COPILOT": [], "TASKS_TASK": [], "CHAT_MUTED": [],
        "CHANNEL_COMMENT": [], "CHAT_UNREAD": [], "DIALOG_UNREAD": [], "COLLAB_UNREAD": [], "COPILOT_UNREAD": [],
        "TASKS_TASK_UNREAD": [],
    })
}

/// One chat of every kind with bob in it, numbered from 70; alice wrote as many messages as the chat's place says.
async fn one_of_each() -> Stage {
    let stage = Stage::set().await;
    let nothing = json!({});
    let line = json!({ "entity_type": "LINES", "entity_id": "web|1|1" });
    let task = json!({ "entity_type": "TASKS_TASK", "entity_id": "5" });
    let thread = json!({ "parent_chat": 72, "parent_message": 1 });
    let kinds = [
        ("C", &nothing),
        ("O", &nothing),
        ("N", &nothing),
        ("L", &line),
        ("A", &nothing),
        ("B", &nothing),
        ("X", &task),
        ("T", &thread),
    ];
    for (place, (kind, more)) in kinds.into_iter().enumerate() {
        let id = 70 + i64::try_from(place).unwrap();
        stage.import_chat(id, kind, more.clone()).await;
        for _ in 0..=place {
            stage.alice.say(chat(id), "New").await;
        }
    }
    for _ in 0..9 {
        stage.alice.say(2, "New").await;
    }
    stage
}

#[tokio::test]
async fn with_nothing_unread_every_map_is_an_empty_list() {
    let stage = Stage::set().await;
    assert_eq!(counters(&stage).await, nothing());
}

#[tokio::test]
async fn every_group_has_its_map_and_its_sum() {
    let stage = one_of_each().await;
    let expected = json!({
        "TYPE": {
            "ALL": 45, "NOTIFY": 0, "CHAT": 6, "LINES": 4, "DIALOG": 9, "COPILOT": 5, "COLLAB": 6, "MESSENGER": 45,
            "TASKS_TASK": 7,
        },
        "CHAT": { "70": 1, "71": 2, "72": 3 },
        "DIALOG": { "1": 9 },
        "COLLAB": { "75": 6 },
        "LINES": { "73": 4 },
        "COPILOT": { "74": 5 },
        "TASKS_TASK": { "76": 7 },
        "CHAT_MUTED": [],
        "CHANNEL_COMMENT": { "72": { "77": 8 } },
        "CHAT_UNREAD": [], "DIALOG_UNREAD": [], "COLLAB_UNREAD": [], "COPILOT_UNREAD": [], "TASKS_TASK_UNREAD": [],
    });
    assert_eq!(counters(&stage).await, expected);
    stage.check().await;
}

#[tokio::test]
async fn silenced_dialogs_are_told_apart_by_chat_and_add_to_no_sum() {
    let stage = one_of_each().await;
    let private = stage.bob.row(1).await.unwrap()["chat_id"].clone();
    for dialog in ["1", "chat71"] {
        stage.bob.ok("im.chat.mute", json!({ "DIALOG_ID": dialog })).await;
    }
    let counters = counters(&stage).await;
    assert_eq!(counters["CHAT_MUTED"], json!({ "71": 2, (private.to_string()): 9 }));
    assert_eq!((&counters["CHAT"], &counters["DIALOG"]), (&json!({ "70": 1, "72": 3 }), &json!([])));
    let sums = ["ALL", "MESSENGER", "CHAT", "DIALOG"].map(|key| counters["TYPE"][key].as_i64().unwrap());
    assert_eq!(sums, [34, 34, 4, 0]);
    stage.check().await;
}

#[tokio::test]
async fn a_mark_adds_one_only_where_nothing_is_unread() {
    let stage = Stage::set().await;
    let quiet = stage.group(&stage.alice, &[2]).await;
    let busy = stage.group(&stage.alice, &[2]).await;
    let silenced = stage.group(&stage.alice, &[2]).await;
    stage.alice.say(chat(busy), "One").await;
    stage.alice.say(chat(busy), "Two").await;
    let talk = stage.alice.say(2, "Hi").await;
    stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": 1, "MESSAGE_ID": talk })).await;
    stage.bob.ok("im.chat.mute", json!({ "CHAT_ID": silenced })).await;
    for dialog in [chat(quiet), chat(busy), "1".to_owned()] {
        stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": dialog })).await;
    }
    let before = counters(&stage).await;
    assert_eq!((&before["CHAT_UNREAD"], &before["DIALOG_UNREAD"]), (&json!([quiet, busy]), &json!([1])));
    assert_eq!((&before["CHAT"], &before["DIALOG"]), (&json!({ "2": 2 }), &json!([])));
    let sums = ["ALL", "CHAT", "DIALOG"].map(|key| before["TYPE"][key].as_i64().unwrap());
    assert_eq!(sums, [4, 3, 1]);
    stage.bob.ok("im.recent.unread", json!({ "DIALOG_ID": chat(silenced) })).await;
    assert_eq!(counters(&stage).await["TYPE"], before["TYPE"], "not where it is silenced");
    stage.check().await;
}

#[tokio::test]
async fn the_numbers_are_exact_beyond_a_hundred() {
    let stage = Stage::set().await;
    stage.import_chat(70, "C", json!({})).await;
    let line =
        |id: i64| json!({ "type": "message", "id": id, "chat": 70, "author": 1, "date": NOW, "text": "New" });
    let lines: Vec<_> = (1..=250).map(|id| line(id).to_string()).collect();
    stage.portal.import(&lines.join("\n")).await;
    let counters = counters(&stage).await;
    assert_eq!((&counters["TYPE"]["ALL"], &counters["CHAT"]), (&json!(250), &json!({ "70": 250 })));
    stage.check().await;
}

#[tokio::test]
async fn ones_own_words_and_those_taken_back_do_not_count() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    let oops = stage.alice.say(chat(id), "Oops").await;
    stage.alice.say(chat(id), "Right").await;
    stage.alice.ok("im.message.delete", json!({ "MESSAGE_ID": oops })).await;
    assert_eq!(counters(&stage).await["CHAT"], json!({ "1": 1 }));
    stage.bob.say(chat(id), "Mine").await;
    assert_eq!(counters(&stage).await, nothing());
    stage.check().await;
}

#[tokio::test]
async fn the_exact_word_json_asks_for_camel_case() {
    let stage = one_of_each().await;
    let expected = json!({
        "type": {
            "all": 45, "notify": 0, "chat": 6, "lines": 4, "dialog": 9, "copilot": 5, "collab": 6, "messenger": 45,
            "tasksTask": 7,
        },
        "chat": { "70": 1, "71": 2, "72": 3 },
        "dialog": { "1": 9 },
        "collab": { "75": 6 },
        "lines": { "73": 4 },
        "copilot": { "74": 5 },
        "tasksTask": { "76": 7 },
        "chatMuted": [],
        "channelComment": { "72": { "77": 8 } },
        "chatUnread": [], "dialogUnread": [], "collabUnread": [], "copilotUnread": [], "tasksTaskUnread": [],
    });
    assert_eq!(stage.bob.ok("im.counters.get", json!({ "JSON": "Y" })).await, expected);
    for other in
        [json!({ "json": "Y" }), json!({ "JSON": "y" }), json!({ "JSON": true }), json!({ "JSON": "N" })]
    {
        assert!(stage.bob.ok("im.counters.get", other.clone()).await.get("TYPE").is_some(), "{other}");
    }
}

#[tokio::test]
async fn only_the_sums_come_when_asked_for() {
    let stage = one_of_each().await;
    for yes in [json!("Y"), json!("N"), json!(1), json!(true), json!("false"), json!([1])] {
        let sums = stage.bob.ok("im.counters.get", json!({ "ONLY_COUNTER": yes })).await;
        assert_eq!(sums.as_object().unwrap().keys().collect::<Vec<_>>(), ["TYPE"], "{yes}");
        assert_eq!(sums["TYPE"]["ALL"], 45);
    }
    for no in [
        json!({ "ONLY_COUNTER": "" }),
        json!({ "ONLY_COUNTER": "0" }),
        json!({ "ONLY_COUNTER": 0 }),
        json!({ "ONLY_COUNTER": [] }),
        json!({ "only_counter": "Y" }),
    ] {
        assert!(stage.bob.ok("im.counters.get", no.clone()).await.get("CHAT").is_some(), "{no}");
    }
    let both = stage.bob.ok("im.counters.get", json!({ "ONLY_COUNTER": "Y", "JSON": "Y" })).await;
    assert_eq!(both.as_object().unwrap().keys().collect::<Vec<_>>(), ["type"]);
}
