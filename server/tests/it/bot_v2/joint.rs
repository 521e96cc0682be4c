//! What a bot and its caller hear, in one row.

use lately_model::Revision;
use lately_testkit::{Client, Person};
use serde_json::{Value, json};

use super::{Bots, TOKEN, get, merge, register};
use crate::stage::chat;

async fn subscribe(reader: &Client) {
    assert_eq!(reader.ok("im.v2.Event.subscribe", json!({})).await, true);
}

/// The events of a page, each as its number and type.
fn row(page: &Value) -> Vec<(i64, String)> {
    let event = |event: &Value| {
        (event["eventId"].as_i64().expect("a number"), event["type"].as_str().expect("a text").to_owned())
    };
    page["events"].as_array().expect("a list").iter().map(event).collect()
}

/// What both sides have, put in order by hand.
async fn naive(reader: &Client, bot: i64) -> Vec<(i64, String)> {
    let all = json!({ "limit": 1000 });
    let mut both = row(&get(reader, bot, all.clone()).await);
    both.extend(row(&reader.ok("im.v2.Event.get", all).await));
    both.sort();
    both
}

async fn joint(reader: &Client, bot: i64, more: Value) -> Value {
    let mut params = json!({ "withUserEvents": true });
    merge(&mut params, more);
    get(reader, bot, params).await
}

#[tokio::test]
async fn many_events_of_both_sides_are_told_once_and_in_order_page_by_page() {
    let bots = Bots::set().await;
    let stage = &bots.stage;
    let spy = register(&stage.alice, "spy", json!({ "type": "supervisor" })).await;
    let boss = register(&stage.alice, "boss", json!({ "type": "supervisor" })).await;
    let readers = [(&stage.alice, bots.marta, 1), (&stage.bob, spy, 2), (&stage.carol, boss, 7)];
    for (reader, ..) in readers {
        subscribe(reader).await;
    }
    let dave = stage.portal.client(Person::Dave).await;
    let group = stage.group(&dave, &[1, 2, 3, bots.marta, spy, boss]).await;
    let quiet = stage.group(&dave, &[1, 2]).await;
    for step in 0..40 {
        let said = match step % 8 {
            0 => dave.say(chat(group), "for all").await,
            1 => dave.say(chat(quiet), "for two people").await,
            2 => dave.say(bots.marta, "for one bot").await,
            3 => dave.say(spy, "for another bot").await,
            4 => dave.say(3, "for carol").await,
            5 => dave.say(chat(group), &format!("[USER={}]marta[/USER] you too", bots.marta)).await,
            6 => stage.bob.say(chat(group), "own").await,
            _ => dave.say(boss, "for the boss").await,
        };
        if step % 5 == 0 {
            dave.call("im.message.like", json!({ "MESSAGE_ID": said, "ACTION": "plus" })).await;
        }
        if step % 7 == 3 {
            dave.call("im.message.delete", json!({ "MESSAGE_ID": said })).await;
        }
    }
    for (reader, bot, limit) in readers {
        let wanted = naive(reader, bot).await;
        let sides = ["ONIMBOTV2", "ONIMV2"];
        assert!(
            sides.iter().all(|side| wanted.iter().filter(|(_, kind)| kind.starts_with(side)).count() > 9)
        );
        let (mut found, mut page) = (Vec::new(), joint(reader, bot, json!({ "limit": limit })).await);
        loop {
            let told = row(&page);
            assert!(told.len() <= limit);
            found.extend(told);
            let next = json!({ "limit": limit, "offset": page["nextOffset"] });
            if page["hasMore"] == false {
                let end = joint(reader, bot, next).await;
                assert_eq!((&end["events"], &end["hasMore"]), (&json!([]), &json!(false)));
                break;
            }
            page = joint(reader, bot, next).await;
        }
        assert_eq!(found, wanted, "limit {limit}");
        assert_eq!(naive(reader, bot).await, [], "one offset confirmed both");
        let later = dave.say(chat(group), &format!("[USER={bot}]x[/USER] later")).await;
        let page = joint(reader, bot, json!({ "offset": page["nextOffset"] })).await;
        let told: Vec<&Value> = page["events"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|event| &event["data"]["message"]["id"])
            .collect();
        assert_eq!(told, [later, later], "the caller's own first, then the bot's");
    }
    stage.check().await;
}

#[tokio::test]
async fn only_a_caller_who_subscribed_and_has_the_scope_hears_both() {
    let bots = Bots::set().await;
    let Bots { stage, marta } = &bots;
    let params = |flag: Value| json!({ "botId": marta, "botToken": TOKEN, "withUserEvents": flag });
    stage.bob.say(*marta, "kept").await;
    for flag in [json!(true), json!("Y"), json!("true"), json!(1)] {
        let refused = stage.alice.refused("imbot.v2.Event.get", params(flag.clone())).await;
        assert_eq!(refused, (400, "USER_NOT_SUBSCRIBED".to_owned()), "{flag}");
    }
    for flag in [json!(false), json!("N"), json!("0"), json!(null), json!(["Y"]), json!("maybe")] {
        let page = stage.alice.ok("imbot.v2.Event.get", params(flag.clone())).await;
        assert_eq!(page["events"].as_array().map(Vec::len), Some(2), "{flag}");
    }
    subscribe(&stage.alice).await;
    let narrow = stage.portal.client_with(1, "imbot", Revision::R33).await;
    let refused = narrow.refused("imbot.v2.Event.get", params(json!(true))).await;
    assert_eq!(refused, (403, "SCOPE_ERROR".to_owned()));
    stage.bob.say(1, "for alice").await;
    let mut lost = params(json!(true));
    merge(&mut lost, json!({ "botToken": "wrong", "offset": i64::MAX }));
    let refused = stage.alice.refused("imbot.v2.Event.get", lost).await;
    assert_eq!(refused, (403, "BOT_OWNERSHIP_ERROR".to_owned()));
    let page = joint(&stage.alice, *marta, json!({})).await;
    let kinds: Vec<String> = row(&page).into_iter().map(|(_, kind)| kind).collect();
    assert_eq!(
        kinds,
        ["ONIMBOTV2JOINCHAT", "ONIMBOTV2MESSAGEADD", "ONIMV2MESSAGEADD"],
        "nothing was confirmed"
    );
    stage.alice.ok("im.v2.Event.unsubscribe", json!({})).await;
    stage.bob.say(1, "not kept").await;
    assert_eq!(
        row(&joint(&stage.alice, *marta, json!({})).await),
        row(&page),
        "what was kept can still be read"
    );
    stage.check().await;
}

#[tokio::test]
async fn an_application_hears_its_own_feed() {
    let bots = Bots::set().await;
    let stage = &bots.stage;
    let app = stage.portal.app("im,imbot").await;
    let program = stage.portal.app_client(&app, Person::Alice).await;
    let fields = json!({ "code": "helper", "properties": { "name": "Helper" } });
    let made = program.ok("imbot.v2.Bot.register", json!({ "fields": fields })).await;
    assert_eq!(made["bot"]["appId"].as_str().map(str::is_empty), Some(false));
    let helper = made["bot"]["id"].as_i64().expect("a number");
    subscribe(&program).await;
    stage.bob.say(1, "for alice").await;
    stage.bob.say(helper, "for the bot").await;
    let page = program.ok("imbot.v2.Event.get", json!({ "botId": helper, "withUserEvents": "Y" })).await;
    let kinds: Vec<String> = row(&page).into_iter().map(|(_, kind)| kind).collect();
    assert_eq!(kinds, ["ONIMV2MESSAGEADD", "ONIMBOTV2JOINCHAT", "ONIMBOTV2MESSAGEADD"]);
    let refused =
        stage.alice.refused("imbot.v2.Event.get", json!({ "botId": helper, "botToken": TOKEN })).await;
    assert_eq!(refused, (403, "BOT_OWNERSHIP_ERROR".to_owned()), "no word stands for an application");
    let rename =
        json!({ "botId": helper, "fields": { "botToken": "mine", "properties": { "name": "Same" } } });
    program.ok("imbot.v2.Bot.update", rename).await;
    let kept = program.ok("imbot.v2.Bot.get", json!({ "code": "helper" })).await;
    assert_eq!((&kept["bot"]["eventMode"], &kept["users"][0]["name"]), (&json!("fetch"), &json!("Same")));
    stage.check().await;
}
