//! `im.chat.*`: group chats made, found, joined, left, renamed, recoloured, handed over, silenced.

mod avatar;
mod color;
mod member;

use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use crate::stage::{Stage, chat};

async fn page(reader: &Client, id: i64) -> Value {
    reader.ok("im.dialog.get", json!({ "DIALOG_ID": chat(id) })).await
}

/// The messages of a chat, oldest first.
async fn told(reader: &Client, id: i64) -> Vec<Value> {
    let params = json!({ "DIALOG_ID": chat(id), "FIRST_ID": 0, "LIMIT": 50 });
    reader.ok("im.dialog.messages.get", params).await["messages"].as_array().unwrap().clone()
}

async fn texts(reader: &Client, id: i64) -> Vec<String> {
    told(reader, id).await.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

async fn members(reader: &Client, id: i64) -> Value {
    reader.ok("im.chat.user.list", json!({ "CHAT_ID": id })).await
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_chat_needs_nothing_and_belongs_to_its_maker() {
    let stage = Stage::set().await;
    assert_eq!(stage.bob.ok("im.chat.add", json!({})).await, 1);
    let page = page(&stage.bob, 1).await;
    for (key, value) in [
        ("name", json!("Red chat No. 1")),
        ("color", json!("#df532d")),
        ("type", json!("chat")),
        ("message_type", json!("C")),
        ("owner", json!(2)),
        ("role", json!("owner")),
        ("manager_list", json!([2])),
        ("user_counter", json!(1)),
    ] {
        assert_eq!(page[key], value, "{key}");
    }
    assert_eq!(stage.bob.row("chat1").await.unwrap()["title"], "Red chat No. 1");
    stage.check().await;
}

#[tokio::test]
async fn what_a_new_chat_is_told_comes_in_order_and_only_the_makers_words_count() {
    let stage = Stage::set().await;
    let made = json!({
        "TITLE": " Plan ", "DESCRIPTION": "About the plan", "MESSAGE": "Welcome[BR]all", "USERS": [2, "3", 2, 1, 999],
        "COLOR": "MINT",
    });
    let id = stage.alice.ok("im.chat.add", made).await.as_i64().unwrap();
    let told = told(&stage.bob, id).await;
    let seen: Vec<_> =
        told.iter().map(|one| (one["author_id"].as_i64().unwrap(), one["text"].as_str().unwrap())).collect();
    let expected = [
        (0, "[USER=1 REPLACE]Alice Adams[/USER] created the chat"),
        (0, "Welcome to the new chat!"),
        (
            0,
            "[USER=1 REPLACE]Alice Adams[/USER] invited [USER=2 REPLACE]Bob Brown[/USER], [USER=3 REPLACE]Carol Clark[/USER] to the chat",
        ),
        (1, "About the plan"),
        (1, "Welcome\nall"),
    ];
    assert_eq!(seen, expected);
    assert_eq!(told[1]["params"], json!({ "COMPONENT_ID": "ChatCreationMessage" }));
    assert_eq!(told[2]["params"], json!({ "CODE": ["CHAT_JOIN"], "NOTIFY": "N" }));
    for (reader, counter) in [(&stage.alice, 0), (&stage.bob, 2), (&stage.carol, 2)] {
        let row = reader.row(chat(id)).await.unwrap();
        assert_eq!((&row["title"], &row["counter"]), (&json!("Plan"), &json!(counter)));
        assert_eq!(row["avatar"], json!({ "url": "", "color": "#4ba984" }));
    }
    let page = page(&stage.bob, id).await;
    assert_eq!((&page["description"], &page["user_counter"]), (&json!("About the plan"), &json!(3)));
    stage.check().await;
}

#[tokio::test]
async fn a_chat_made_for_an_entity_is_not_welcomed() {
    let stage = Stage::set().await;
    let made = json!({ "ENTITY_TYPE": "TASKS", "ENTITY_ID": "17", "USERS": [2] });
    let id = stage.alice.ok("im.chat.add", made).await.as_i64().unwrap();
    let texts = texts(&stage.bob, id).await;
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("invited"));
    let page = page(&stage.bob, id).await;
    let entity = (&page["type"], &page["entity_type"], &page["entity_id"]);
    assert_eq!(entity, (&json!("tasks"), &json!("TASKS"), &json!("17")));
}

#[tokio::test]
async fn only_the_exact_word_opens_a_chat() {
    let stage = Stage::set().await;
    for (place, (kind, letter)) in
        [("OPEN", "O"), ("CHAT", "C"), ("open", "C"), ("Q", "C")].into_iter().enumerate()
    {
        let id = stage.alice.ok("im.chat.add", json!({ "TYPE": kind })).await.as_i64().unwrap();
        assert_eq!(id, 1 + i64::try_from(place).unwrap());
        assert_eq!(page(&stage.alice, id).await["message_type"], letter, "{kind}");
    }
}

#[tokio::test]
async fn automatic_titles_count_the_chats_of_one_colour_and_colours_go_round() {
    let stage = Stage::set().await;
    let mut made = Vec::new();
    for color in ["", "", "ORANGE", "mint", "MINT", "MINT", "GRAPHITE", "COPILOT"] {
        let id = stage.alice.ok("im.chat.add", json!({ "COLOR": color })).await.as_i64().unwrap();
        let page = page(&stage.alice, id).await;
        made.push((page["name"].as_str().unwrap().to_owned(), page["color"].as_str().unwrap().to_owned()));
    }
    let expected = [
        ("Red chat No. 1", "#df532d"),
        ("Green chat No. 1", "#64a513"),
        ("Mint chat No. 1", "#4ba984"),
        ("Light blue chat No. 1", "#4ba5c3"),
        ("Mint chat No. 2", "#4ba984"),
        ("Mint chat No. 3", "#4ba984"),
        ("Graphite chat No. 1", "#5e5f5e"),
        ("Pink chat No. 1", "#f76187"),
    ];
    assert_eq!(made, expected.map(|(name, color)| (name.to_owned(), color.to_owned())));
}

#[tokio::test]
async fn a_title_has_up_to_255_characters() {
    let stage = Stage::set().await;
    let id = stage.alice.ok("im.chat.add", json!({ "TITLE": "é".repeat(300) })).await.as_i64().unwrap();
    assert_eq!(page(&stage.alice, id).await["name"], "é".repeat(255));
}

#[tokio::test]
async fn the_people_to_invite_come_as_a_list_a_map_or_json_text() {
    let stage = Stage::set().await;
    for users in [json!([2, 3]), json!({ "a": 2, "b": "3" }), json!("[2,3]"), json!(["2", "3"])] {
        let id = stage.alice.ok("im.chat.add", json!({ "USERS": users })).await.as_i64().unwrap();
        assert_eq!(members(&stage.alice, id).await, json!([1, 2, 3]), "{users}");
    }
    for none in [json!([]), json!(""), json!(null)] {
        let id = stage.alice.ok("im.chat.add", json!({ "USERS": none })).await.as_i64().unwrap();
        assert_eq!(members(&stage.alice, id).await, json!([1]), "{none}");
    }
    for bad in [json!([[2]]), json!([{ "id": 2 }]), json!("bob and carol"), json!([null])] {
        let answer = stage.alice.refused("im.chat.add", json!({ "USERS": bad })).await;
        assert_eq!(answer, refused(400, "INVALID_FORMAT"), "{bad}");
    }
    stage.check().await;
}

#[tokio::test]
async fn a_guest_from_outside_makes_neither_open_chats_nor_chats_for_entities() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[2, 5]).await;
    let erin = stage.portal.client(Person::Erin).await;
    let made = json!({ "TYPE": "OPEN", "ENTITY_TYPE": "CRM", "ENTITY_ID": "LEAD|1", "USERS": [2, 3] });
    let id = erin.ok("im.chat.add", made).await.as_i64().unwrap();
    let page = page(&erin, id).await;
    assert_eq!((&page["message_type"], &page["entity_type"]), (&json!("C"), &json!("")));
    assert_eq!(page["extranet"], true);
    assert_eq!(members(&erin, id).await, json!([2, 5]), "carol shares no chat with her");
    stage.check().await;
}

#[tokio::test]
async fn a_chat_is_found_by_its_entity() {
    let stage = Stage::set().await;
    let made = json!({ "ENTITY_TYPE": "CRM", "ENTITY_ID": "DEAL|7" });
    let id = stage.alice.ok("im.chat.add", made.clone()).await;
    assert_eq!(stage.bob.ok("im.chat.get", made).await, json!({ "ID": id }));
    for nothing in [
        json!({}),
        json!({ "ENTITY_TYPE": "CRM" }),
        json!({ "ENTITY_ID": "DEAL|7" }),
        json!({ "ENTITY_TYPE": "CRM", "ENTITY_ID": "DEAL|8" }),
        json!({ "ENTITY_TYPE": [], "ENTITY_ID": "DEAL|7" }),
    ] {
        assert_eq!(stage.bob.ok("im.chat.get", nothing.clone()).await, Value::Null, "{nothing}");
    }
}

#[tokio::test]
async fn a_silenced_chat_counts_apart() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2]).await;
    stage.alice.say(chat(id), "Psst").await;
    for mute in [
        json!({ "CHAT_ID": id }),
        json!({ "DIALOG_ID": chat(id), "MUTE": "Y" }),
        json!({ "CHAT_ID": id, "MUTE": "N", "ACTION": "Y" }),
    ] {
        assert_eq!(stage.bob.ok("im.chat.mute", mute).await, true);
        let row = stage.bob.row(chat(id)).await.unwrap();
        assert_eq!((&row["chat"]["mute_list"], &row["counter"]), (&json!({ "2": true }), &json!(1)));
        assert_eq!(page(&stage.bob, id).await["mute_list"], json!([2]));
        let counters = stage.bob.ok("im.counters.get", json!({})).await;
        assert_eq!((&counters["TYPE"]["ALL"], &counters["CHAT_MUTED"]), (&json!(0), &json!({ "1": 1 })));
        assert_eq!(stage.bob.ok("im.chat.mute", json!({ "CHAT_ID": id, "MUTE": "N" })).await, true);
        assert_eq!(stage.bob.row(chat(id)).await.unwrap()["chat"]["mute_list"], json!([]));
    }
    assert_eq!(
        stage.alice.row(chat(id)).await.unwrap()["chat"]["mute_list"],
        json!([]),
        "nobody else's matter"
    );
    stage.check().await;
}

#[tokio::test]
async fn a_private_dialog_is_silenced_by_its_address() {
    let stage = Stage::set().await;
    stage.alice.say(2, "Psst").await;
    assert_eq!(stage.bob.ok("im.chat.mute", json!({ "DIALOG_ID": 1 })).await, true);
    assert_eq!(stage.bob.row(1).await.unwrap()["chat"]["mute_list"], json!({ "2": true }));
    stage.check().await;
}

#[tokio::test]
async fn what_cannot_be_silenced_is_refused() {
    let stage = Stage::set().await;
    stage.group(&stage.alice, &[]).await;
    stage.alice.ok("im.chat.add", json!({ "TYPE": "OPEN" })).await;
    stage.import_chat(70, "C", json!({ "entity_type": "CALL", "entity_id": "1" })).await;
    let mute = |chat: Value| stage.bob.refused("im.chat.mute", chat);
    assert_eq!(mute(json!({})).await, refused(400, "CHAT_ID_EMPTY"));
    assert_eq!(mute(json!({ "CHAT_ID": "chat1" })).await, refused(400, "CHAT_ID_EMPTY"));
    assert_eq!(mute(json!({ "DIALOG_ID": "room" })).await, refused(400, "DIALOG_ID_EMPTY"));
    for closed in [1, 2, 70, 999] {
        assert_eq!(mute(json!({ "CHAT_ID": closed })).await, refused(403, "ACCESS_ERROR"), "{closed}");
    }
}

#[tokio::test]
async fn a_new_title_is_trimmed_told_and_counts_for_the_others() {
    let stage = Stage::set().await;
    let id = stage.group(&stage.alice, &[2, 3]).await;
    let rename = |params: Value| stage.bob.ok("im.chat.updateTitle", params);
    assert_eq!(rename(json!({ "CHAT_ID": id, "TITLE": "  Plan B " })).await, true);
    assert_eq!(stage.carol.row(chat(id)).await.unwrap()["title"], "Plan B");
    let text = "[USER=2 REPLACE]Bob Brown[/USER] changed the chat title to \"Plan B\"";
    assert_eq!(texts(&stage.carol, id).await.last().unwrap(), text);
    for (reader, counter) in [(&stage.alice, 1), (&stage.bob, 0), (&stage.carol, 1)] {
        assert_eq!(reader.row(chat(id)).await.unwrap()["counter"], counter);
    }
    assert_eq!(rename(json!({ "DIALOG_ID": chat(id), "TITLE": "Plan B" })).await, true);
    assert_eq!(stage.carol.row(chat(id)).await.unwrap()["counter"], 1, "the same title is not told again");
    rename(json!({ "DIALOG_ID": chat(id), "TITLE": "é".repeat(300) })).await;
    assert_eq!(page(&stage.carol, id).await["name"], "é".repeat(255));
    stage.check().await;
}

#[tokio::test]
async fn a_title_that_may_not_change_does_not() {
    let stage = Stage::set().await;
    let private = stage.alice.ok("im.dialog.get", json!({ "DIALOG_ID": 2 })).await["id"].clone();
    let closed = stage.group(&stage.bob, &[]).await;
    stage.import_chat(70, "O", json!({ "entity_type": "GENERAL" })).await;
    stage.import_chat(71, "C", json!({ "entity_type": "CRM", "entity_id": "DEAL|7" })).await;
    let rename = |params: Value| stage.alice.refused("im.chat.updateTitle", params);
    for bad in [json!({ "TITLE": "x" }), json!({ "TITLE": "x", "CHAT_ID": "chat1" })] {
        assert_eq!(rename(bad).await, refused(400, "CHAT_ID_EMPTY"));
    }
    for bad in ["2", "room", ""] {
        let params = json!({ "TITLE": "x", "DIALOG_ID": bad });
        assert_eq!(rename(params).await, refused(400, "DIALOG_ID_EMPTY"), "{bad}");
    }
    for empty in [json!(null), json!(""), json!(" \n ")] {
        let params = json!({ "CHAT_ID": 70, "TITLE": empty });
        assert_eq!(rename(params).await, refused(400, "TITLE_EMPTY"), "{empty}");
    }
    for unfit in [private, json!(closed), json!(70), json!(71), json!(999)] {
        let params = json!({ "CHAT_ID": unfit, "TITLE": "x" });
        assert_eq!(rename(params).await, refused(403, "ACCESS_ERROR"), "{unfit}");
    }
    stage.check().await;
}
