//! Answers and choices: whoever sent a notification hears of them.

use serde_json::{Value, json};

use super::{page, personal, shown, unread};
use crate::stage::{NOW, Stage};

/// Bob's chat of notifications with one from alice that wants to be confirmed, and an ordinary one that is older.
pub async fn invited() -> Stage {
    invited_by(Stage::set().await).await
}

/// The same on a stage that is set.
pub async fn invited_by(stage: Stage) -> Stage {
    let lines = [
        json!({ "type": "chat", "id": 40, "kind": "S", "owner": 2, "created_at": NOW }),
        json!({ "type": "member", "chat": 40, "user": 2, "joined_at": NOW }),
        json!({ "type": "message", "id": 401, "chat": 40, "author": 1, "date": NOW, "text": "Join [b]Sales[/b]?" }),
        json!({
            "type": "notification", "message": 401, "kind": "confirm", "module": "socialnetwork", "event": "invite",
            "tag": "INVITE|7", "title": "Invitation", "unread": true, "buttons": [
                { "TITLE": "Accept", "VALUE": "Y", "TYPE": "accept" },
                { "TITLE": "Decline", "VALUE": "N", "TYPE": "cancel" },
            ],
        }),
        json!({ "type": "message", "id": 402, "chat": 40, "counts": true, "date": NOW, "text": "Backup done" }),
    ];
    stage.portal.import(&lines.map(|line| line.to_string()).join("\n")).await;
    stage
}

async fn confirm(stage: &Stage, params: Value) -> Value {
    stage.bob.ok("im.notify.confirm", params).await["result_message"].clone()
}

async fn answer(stage: &Stage, params: Value) -> Value {
    stage.bob.ok("im.notify.answer", params).await["result_message"].clone()
}

#[tokio::test]
async fn those_to_confirm_come_first_with_their_buttons() {
    let stage = invited().await;
    let page = page(&stage.bob).await;
    let first = &page["notifications"][0];
    assert_eq!(shown(&stage.bob).await, [401, 402]);
    assert_eq!((&first["notify_type"], &first["notify_title"]), (&json!(1), &json!("Invitation")));
    assert_eq!(
        (&first["notify_tag"], &first["setting_name"]),
        (&json!("INVITE|7"), &json!("socialnetwork|invite"))
    );
    let buttons: Value = serde_json::from_str(first["notify_buttons"].as_str().unwrap()).unwrap();
    assert_eq!(
        buttons,
        json!([
            { "TITLE": "Accept", "VALUE": "Y", "TYPE": "accept" },
            { "TITLE": "Decline", "VALUE": "N", "TYPE": "cancel" },
        ])
    );
    assert!(page["notifications"][1].get("notify_buttons").is_none());
    assert_eq!(unread(&stage.bob).await, 2);
    for (params, expected) in [
        (json!({ "LIMIT": 1 }), vec![401]),
        (json!({ "LIMIT": 1, "LAST_ID": 401, "LAST_TYPE": 1 }), vec![402]),
        (json!({ "LIMIT": 1, "LAST_ID": 402, "LAST_TYPE": 3 }), vec![]),
        (json!({ "LAST_ID": 0, "LAST_TYPE": 3 }), vec![402]),
        (json!({ "LAST_ID": 0, "LAST_TYPE": 1 }), vec![401, 402]),
    ] {
        let page = stage.bob.ok("im.notify.get", params.clone()).await;
        assert_eq!(crate::stage::ids(&page["notifications"]), expected, "{params}");
    }
    stage.check().await;
}

#[tokio::test]
async fn a_choice_is_made_once_and_the_sender_hears_of_it() {
    let stage = invited().await;
    let choice = json!({ "NOTIFY_ID": 401, "NOTIFY_VALUE": "Y" });
    assert_eq!(confirm(&stage, choice.clone()).await, json!(["Your choice: Accept"]));
    assert_eq!(confirm(&stage, choice).await, false, "it is gone");
    assert_eq!((shown(&stage.bob).await, unread(&stage.bob).await), (vec![402], 1));
    let told = page(&stage.alice).await["notifications"].clone();
    assert_eq!(told.as_array().unwrap().len(), 1);
    let told = &told[0];
    assert_eq!((&told["text"], &told["author_id"]), (&json!("Accept"), &json!(2)));
    assert_eq!((&told["notify_title"], &told["setting_name"]), (&json!("Join Sales?"), &json!("im|confirm")));
    assert_eq!(unread(&stage.alice).await, 1);
    stage.check().await;
}

#[tokio::test]
async fn what_is_no_choice_changes_nothing() {
    let stage = invited().await;
    let plain = personal(&stage.alice, 2, "Plain").await;
    for params in [
        json!({ "NOTIFY_ID": 401, "NOTIFY_VALUE": "y" }),
        json!({ "NOTIFY_ID": 402, "NOTIFY_VALUE": "Y" }),
        json!({ "NOTIFY_ID": plain, "NOTIFY_VALUE": "Y" }),
        json!({ "NOTIFY_ID": 9999, "NOTIFY_VALUE": "Y" }),
        json!({ "ID": plain, "NOTIFY_VALUE": "Y" }),
    ] {
        assert_eq!(confirm(&stage, params.clone()).await, false, "{params}");
    }
    let foreign = stage.carol.ok("im.notify.confirm", json!({ "NOTIFY_ID": 401, "NOTIFY_VALUE": "Y" })).await;
    assert_eq!(foreign, json!({ "result_message": false }));
    for (params, code) in [
        (json!({ "NOTIFY_VALUE": "Y" }), "ID_ERROR"),
        (json!({ "NOTIFY_ID": 0, "NOTIFY_VALUE": "Y" }), "ID_ERROR"),
        (json!({ "NOTIFY_ID": "x" }), "ID_ERROR"),
        (json!({ "NOTIFY_ID": 401 }), "NOTIFY_VALUE_ERROR"),
        (json!({ "NOTIFY_ID": 401, "NOTIFY_VALUE": "" }), "NOTIFY_VALUE_ERROR"),
        (json!({ "NOTIFY_ID": 401, "NOTIFY_VALUE": ["Y"] }), "NOTIFY_VALUE_ERROR"),
    ] {
        let refused = stage.bob.refused("im.notify.confirm", params.clone()).await;
        assert_eq!(refused, (400, code.to_owned()), "{params}");
    }
    assert_eq!(unread(&stage.bob).await, 3);
    assert_eq!(shown(&stage.alice).await, [0_i64; 0]);
    stage.check().await;
}

#[tokio::test]
async fn an_answer_goes_to_the_sender_and_reads_the_notification() {
    let stage = Stage::set().await;
    let asked = personal(&stage.alice, 2, "Lunch at [b]noon[/b]?").await;
    personal(&stage.alice, 2, "And tomorrow?").await;
    let sent = answer(&stage, json!({ "ID": asked, "ANSWER_TEXT": "  Yes  " })).await;
    assert_eq!(sent, json!(["Your response has been successfully sent."]));
    assert_eq!(unread(&stage.bob).await, 1);
    let told = page(&stage.alice).await;
    let told = &told["notifications"][0];
    assert_eq!(
        (&told["text"], &told["author_id"], &told["notify_type"]),
        (&json!("Yes"), &json!(2), &json!(2))
    );
    assert_eq!(
        (&told["notify_title"], &told["setting_name"]),
        (&json!("Lunch at noon?"), &json!("im|answer"))
    );
    let back = json!({ "NOTIFY_ID": told["id"], "ANSWER_TEXT": "Good" });
    stage.alice.ok("im.notify.answer", back).await;
    assert_eq!(page(&stage.bob).await["notifications"][0]["text"], "Good");
    stage.check().await;
}

#[tokio::test]
async fn where_nobody_is_to_be_answered_nothing_happens() {
    let stage = Stage::set().await;
    let system = stage.alice.ok("im.notify.system.add", json!({ "USER_ID": 2, "MESSAGE": "Done" })).await;
    let own = personal(&stage.bob, 2, "Note").await;
    let carols = personal(&stage.carol, 2, "Bye").await;
    stage.alice.ok("user.update", json!({ "ID": 3, "ACTIVE": false })).await;
    for id in [system, json!(own), json!(carols), json!(9999)] {
        assert_eq!(answer(&stage, json!({ "NOTIFY_ID": id, "ANSWER_TEXT": "Yes" })).await, false, "{id}");
    }
    for (params, code) in [
        (json!({ "ANSWER_TEXT": "Yes" }), "ID_ERROR"),
        (json!({ "NOTIFY_ID": -1, "ANSWER_TEXT": "Yes" }), "ID_ERROR"),
        (json!({ "NOTIFY_ID": own }), "ANSWER_TEXT_ERROR"),
        (json!({ "NOTIFY_ID": own, "ANSWER_TEXT": " \n" }), "ANSWER_TEXT_ERROR"),
        (json!({ "NOTIFY_ID": own, "ANSWER_TEXT": {} }), "ANSWER_TEXT_ERROR"),
    ] {
        let refused = stage.bob.refused("im.notify.answer", params.clone()).await;
        assert_eq!(refused, (400, code.to_owned()), "{params}");
    }
    assert_eq!(unread(&stage.bob).await, 3);
    stage.check().await;
}
