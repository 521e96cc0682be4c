//! Tags: the same one replaces, and a program removes what it tagged and nothing else; and removal by number.

use lately_testkit::Client;
use serde_json::{Value, json};

use super::{page, personal, shown, unread};
use crate::stage::Stage;

async fn tagged(from: &Client, to: i64, more: Value) -> i64 {
    let mut params = json!({ "USER_ID": to, "MESSAGE": "Tagged" });
    for (key, value) in more.as_object().unwrap() {
        params[key] = value.clone();
    }
    from.ok("im.notify.system.add", params).await.as_i64().expect("a number")
}

async fn delete(client: &Client, params: Value) -> Value {
    client.ok("im.notify.delete", params).await
}

#[tokio::test]
async fn the_same_tag_of_the_same_program_replaces() {
    let stage = Stage::set().await;
    let shop = json!({ "TAG": "DEAL_1", "SUB_TAG": "DEAL", "CLIENT_ID": "shop" });
    let first = tagged(&stage.alice, 2, shop.clone()).await;
    let other = tagged(&stage.alice, 2, json!({ "TAG": "DEAL_1", "CLIENT_ID": "stock" })).await;
    let carols = tagged(&stage.alice, 3, shop.clone()).await;
    let plain = personal(&stage.alice, 2, "Plain").await;
    assert_eq!(shown(&stage.bob).await, [plain, other, first]);
    let second = tagged(&stage.carol, 2, shop).await;
    assert_eq!(shown(&stage.bob).await, [second, plain, other]);
    assert_eq!(shown(&stage.carol).await, [carols], "of the same reader");
    assert_eq!(unread(&stage.bob).await, 3);
    stage.check().await;
}

#[tokio::test]
async fn replacing_one_that_was_read_makes_one_unread() {
    let stage = Stage::set().await;
    let tag = json!({ "TAG": "T", "CLIENT_ID": "shop" });
    let first = tagged(&stage.alice, 2, tag.clone()).await;
    personal(&stage.alice, 2, "Plain").await;
    stage.bob.ok("im.notify.read", json!({ "ID": first, "ONLY_CURRENT": "Y" })).await;
    assert_eq!(unread(&stage.bob).await, 1);
    tagged(&stage.alice, 2, tag).await;
    assert_eq!(unread(&stage.bob).await, 2);
    stage.check().await;
}

#[tokio::test]
async fn tags_are_shown_with_the_program_that_made_them_and_without_its_name() {
    let stage = Stage::set().await;
    tagged(&stage.alice, 2, json!({ "TAG": "A", "SUB_TAG": "B", "CLIENT_ID": "secret shop" })).await;
    tagged(&stage.alice, 2, json!({ "TAG": "A" })).await;
    let page = page(&stage.bob).await;
    let tags = |place: usize| {
        let notification = &page["notifications"][place];
        ["notify_tag", "notify_sub_tag"].map(|key| notification[key].as_str().unwrap().to_owned())
    };
    assert_eq!(tags(0), ["MP|user1|A", ""]);
    let [tag, sub_tag] = tags(1);
    let program = tag.strip_prefix("MP|").and_then(|rest| rest.strip_suffix("|A")).expect("a program");
    assert_eq!(sub_tag, format!("MP|{program}|B"));
    assert!(program.len() == 32 && !page.to_string().contains("secret shop"));
}

#[tokio::test]
async fn without_a_program_a_tag_belongs_to_whom_the_webhook_acts_for() {
    let stage = Stage::set().await;
    let tag = json!({ "TAG": "T" });
    let alices = tagged(&stage.alice, 2, tag.clone()).await;
    let carols = tagged(&stage.carol, 2, tag.clone()).await;
    let again = tagged(&stage.alice, 2, tag).await;
    assert_eq!(shown(&stage.bob).await, [again, carols]);
    assert!(again > alices);
    stage.check().await;
}

#[tokio::test]
async fn a_program_removes_everybodys_that_it_tagged() {
    let stage = Stage::set().await;
    let mine = json!({ "TAG": "T", "SUB_TAG": "S", "CLIENT_ID": "shop" });
    for to in [2, 3] {
        tagged(&stage.alice, to, mine.clone()).await;
    }
    let foreign = tagged(&stage.alice, 2, json!({ "TAG": "T", "CLIENT_ID": "stock" })).await;
    let own = tagged(&stage.alice, 2, json!({ "TAG": "T" })).await;
    let other = tagged(&stage.alice, 2, json!({ "TAG": "S", "CLIENT_ID": "shop" })).await;
    assert_eq!(delete(&stage.carol, json!({ "TAG": "T", "CLIENT_ID": "shop" })).await, true);
    assert_eq!(shown(&stage.bob).await, [other, own, foreign]);
    assert_eq!((unread(&stage.bob).await, unread(&stage.carol).await), (3, 0));
    assert_eq!(delete(&stage.carol, json!({ "TAG": "T", "CLIENT_ID": "shop" })).await, false, "once");
    stage.check().await;
}

#[tokio::test]
async fn a_sub_tag_removes_several() {
    let stage = Stage::set().await;
    for tag in ["A", "B", ""] {
        tagged(&stage.alice, 2, json!({ "TAG": tag, "SUB_TAG": "S", "CLIENT_ID": "shop" })).await;
    }
    let kept = tagged(&stage.alice, 2, json!({ "TAG": "S", "SUB_TAG": "R", "CLIENT_ID": "shop" })).await;
    assert_eq!(shown(&stage.bob).await.len(), 4);
    assert_eq!(delete(&stage.alice, json!({ "SUB_TAG": "S", "CLIENT_ID": "shop" })).await, true);
    assert_eq!(shown(&stage.bob).await, [kept]);
    assert_eq!(unread(&stage.bob).await, 1);
    stage.check().await;
}

#[tokio::test]
async fn more_than_fit_one_transaction_are_removed_with_one_call() {
    let stage = Stage::set().await;
    for _ in 0..205 {
        tagged(&stage.alice, 2, json!({ "SUB_TAG": "S", "CLIENT_ID": "shop" })).await;
    }
    assert_eq!(unread(&stage.bob).await, 205);
    assert_eq!(delete(&stage.alice, json!({ "SUB_TAG": "S", "CLIENT_ID": "shop" })).await, true);
    assert_eq!((unread(&stage.bob).await, shown(&stage.bob).await), (0, vec![]));
    stage.check().await;
}

#[tokio::test]
async fn long_tags_are_cut_alike_wherever_they_come() {
    let stage = Stage::set().await;
    let long = "ß".repeat(300);
    for _ in 0..2 {
        tagged(&stage.alice, 2, json!({ "TAG": long, "CLIENT_ID": "shop" })).await;
    }
    assert_eq!(unread(&stage.bob).await, 1);
    let tag = page(&stage.bob).await["notifications"][0]["notify_tag"].as_str().unwrap().to_owned();
    assert!(tag.ends_with(&format!("|{}", "ß".repeat(255))));
    assert_eq!(delete(&stage.alice, json!({ "TAG": long, "CLIENT_ID": "shop" })).await, true);
    assert_eq!(unread(&stage.bob).await, 0);
    stage.check().await;
}

#[tokio::test]
async fn one_removes_ones_own_by_number() {
    let stage = Stage::set().await;
    let mut sent = Vec::new();
    for place in 1..=4 {
        sent.push(personal(&stage.alice, 2, &format!("Number {place}")).await);
    }
    personal(&stage.alice, 3, "Other").await;
    stage.bob.ok("im.notify.read", json!({ "ID": sent[1], "ONLY_CURRENT": "Y" })).await;
    assert_eq!(delete(&stage.carol, json!({ "ID": sent[0] })).await, false, "not somebody else's");
    assert_eq!(delete(&stage.alice, json!({ "ID": sent[0] })).await, false, "not as its sender");
    assert_eq!(delete(&stage.bob, json!({ "ID": sent[3] })).await, true, "the newest, unread");
    assert_eq!(delete(&stage.bob, json!({ "ID": sent[1] })).await, true, "in the middle, read");
    assert_eq!(delete(&stage.bob, json!({ "ID": sent[1] })).await, false, "once");
    assert_eq!(shown(&stage.bob).await, [sent[2], sent[0]]);
    assert_eq!(unread(&stage.bob).await, 2);
    let next = personal(&stage.alice, 2, "Next").await;
    assert!(next > sent[3], "a number is never given twice");
    stage.check().await;
}

#[tokio::test]
async fn a_message_is_not_removed_like_a_notification() {
    let stage = Stage::set().await;
    let message = stage.alice.say(2, "Hello").await;
    personal(&stage.alice, 2, "Notified").await;
    assert_eq!(delete(&stage.bob, json!({ "ID": message })).await, false);
    assert_eq!(stage.bob.row(1).await.unwrap()["message"]["text"], "Hello");
    stage.check().await;
}

#[tokio::test]
async fn a_removal_needs_something_named_and_tags_a_program() {
    let stage = Stage::set().await;
    tagged(&stage.alice, 2, json!({ "TAG": "T" })).await;
    for (params, status, code) in [
        (json!({}), 400, "PARAMS_ERROR"),
        (json!({ "CLIENT_ID": "shop" }), 400, "PARAMS_ERROR"),
        (json!({ "ID": 0 }), 400, "PARAMS_ERROR"),
        (json!({ "ID": "x", "TAG": "", "SUB_TAG": null }), 400, "PARAMS_ERROR"),
        (json!({ "TAG": "T" }), 403, "ACCESS_DENIED"),
        (json!({ "SUB_TAG": "T", "CLIENT_ID": "" }), 403, "ACCESS_DENIED"),
    ] {
        let refused = stage.alice.refused("im.notify.delete", params.clone()).await;
        assert_eq!(refused, (status, code.to_owned()), "{params}");
    }
    assert_eq!(unread(&stage.bob).await, 1);
}
