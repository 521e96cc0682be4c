//! `imbot.v2.*`: bots whose programs ask what happened, and what they hear and do not hear.

mod joint;
mod telling;

use lately_testkit::Client;
use serde_json::{Value, json};

use crate::stage::Stage;

/// The word by which the bots' owner is known.
const TOKEN: &str = "shop";

/// Three people and Marta, a bot whose program asks.
struct Bots {
    stage: Stage,
    marta: i64,
}

impl Bots {
    async fn set() -> Self {
        let stage = Stage::set().await;
        let marta = register(&stage.alice, "marta", json!({})).await;
        Self { stage, marta }
    }

    /// What Marta was told and has not confirmed, in short.
    async fn told(&self) -> Vec<Value> {
        told(&get(&self.stage.alice, self.marta, json!({})).await)
    }

    /// The same; then all of it is confirmed.
    async fn heard(&self) -> Vec<Value> {
        let page = get(&self.stage.alice, self.marta, json!({})).await;
        get(&self.stage.alice, self.marta, json!({ "offset": page["nextOffset"] })).await;
        told(&page)
    }

    async fn command(&self, name: &str, more: Value) -> i64 {
        let mut fields = json!({ "command": name, "title": { "en": "Says it again" } });
        merge(&mut fields, more);
        let params = json!({ "botId": self.marta, "botToken": TOKEN, "fields": fields });
        let made = self.stage.alice.ok("imbot.v2.Command.register", params).await;
        made["command"]["id"].as_i64().expect("a number")
    }
}

async fn register(client: &Client, code: &str, more: Value) -> i64 {
    let mut fields = json!({ "code": code, "botToken": TOKEN, "properties": { "name": code } });
    merge(&mut fields, more);
    let made = client.ok("imbot.v2.Bot.register", json!({ "fields": fields })).await;
    made["bot"]["id"].as_i64().expect("a number")
}

async fn get(client: &Client, bot: i64, more: Value) -> Value {
    let mut params = json!({ "botId": bot, "botToken": TOKEN });
    merge(&mut params, more);
    client.ok("imbot.v2.Event.get", params).await
}

fn merge(params: &mut Value, more: Value) {
    for (key, value) in more.as_object().expect("a map") {
        params[key] = value.clone();
    }
}

/// What each event tells, in short.
fn told(page: &Value) -> Vec<Value> {
    let short = |event: &Value| {
        let data = &event["data"];
        let kind = event["type"].as_str().expect("a text").trim_start_matches("ONIMBOTV2");
        let user = &data["user"]["id"];
        match kind {
            "MESSAGEADD" | "MESSAGEUPDATE" => json!([kind, data["message"]["text"], user]),
            "MESSAGEDELETE" => json!([kind, data["messageId"], user]),
            "REACTIONCHANGE" => json!([kind, data["action"], user]),
            "COMMANDADD" => {
                let command = &data["command"];
                json!([kind, command["command"], command["params"], command["context"], user])
            }
            "CONTEXTGET" => json!([kind, data["context"], data["dialogId"], user]),
            _ => json!([kind, data["dialogId"], user]),
        }
    };
    page["events"].as_array().expect("a list").iter().map(short).collect()
}

#[tokio::test]
async fn a_hidden_bot_is_not_offered_to_people_who_look_for_somebody() {
    let Bots { stage, marta } = Bots::set().await;
    let find = json!({ "FIND": "marta" });
    let found = stage.bob.ok("im.search.user.list", find.clone()).await;
    assert_eq!(found[marta.to_string()]["name"], "marta");
    let hide = |hidden: Value| json!({ "botId": marta, "botToken": TOKEN, "fields": { "isHidden": hidden, "backgroundId": "mint" } });
    let shown = stage.alice.ok("imbot.v2.Bot.update", hide(json!("Y"))).await;
    assert_eq!((&shown["bot"]["isHidden"], &shown["bot"]["backgroundId"]), (&json!(true), &json!("mint")));
    assert_eq!(stage.bob.ok("im.search.user.list", find.clone()).await, json!([]));
    let user = stage.bob.ok("im.user.get", json!({ "ID": marta })).await;
    let data = &user["bot_data"];
    assert_eq!((&data["is_hidden"], &data["background_id"]), (&json!(true), &json!("mint")));
    // A name that looks like what is kept of hidden ones hides nobody.
    let sly =
        json!({ "properties": { "name": "Sly", "lastName": "\"hidden\":true" }, "code": "\"hidden\":true" });
    let sly = register(&stage.alice, "sly", sly).await;
    let found = stage.bob.ok("im.search.user.list", json!({ "FIND": "sly" })).await;
    assert_eq!(found[sly.to_string()]["id"], sly);
    stage.alice.ok("imbot.v2.Bot.update", hide(json!(false))).await;
    let found = stage.bob.ok("im.search.user.list", find).await;
    assert_eq!(found[marta.to_string()]["name"], "marta");
    stage.check().await;
}

#[tokio::test]
async fn what_a_bot_says_is_not_liked_if_it_wants_no_reactions() {
    let bots = Bots::set().await;
    let marta = bots.marta;
    let command = bots.command("help", json!({})).await;
    let asked = bots.stage.bob.say(marta, "/help").await;
    let answer = json!({
        "botId": marta, "botToken": TOKEN, "commandId": command, "messageId": asked, "dialogId": "2",
        "fields": { "message": "Here it is" },
    });
    bots.stage.alice.ok("imbot.v2.Command.answer", answer).await;
    let page = bots.stage.bob.ok("im.dialog.messages.get", json!({ "DIALOG_ID": marta })).await;
    let answer = &page["messages"][0];
    assert_eq!((&answer["text"], &answer["author_id"]), (&json!("Here it is"), &json!(marta)));
    let like = |action: &str| json!({ "MESSAGE_ID": answer["id"], "ACTION": action });
    bots.stage.bob.ok("im.message.like", like("plus")).await;
    let unliked = |enabled: bool| json!({ "botId": marta, "botToken": TOKEN, "fields": { "isReactionsEnabled": enabled } });
    bots.stage.alice.ok("imbot.v2.Bot.update", unliked(false)).await;
    bots.stage.bob.ok("im.message.like", like("minus")).await;
    let refused = bots.stage.bob.refused("im.message.like", like("plus")).await;
    assert_eq!(refused, (400, "WITHOUT_CHANGES".to_owned()));
    bots.stage.bob.ok("im.message.like", json!({ "MESSAGE_ID": asked, "ACTION": "plus" })).await;
    bots.stage.alice.ok("imbot.v2.Bot.update", unliked(true)).await;
    bots.stage.bob.ok("im.message.like", like("plus")).await;
    bots.stage.check().await;
}

#[tokio::test]
async fn another_token_kills_the_old_one_at_once() {
    let bots = Bots::set().await;
    bots.stage.bob.say(bots.marta, "kept").await;
    let alice = &bots.stage.alice;
    let change = |old: &str, new: Value| json!({ "botId": bots.marta, "botToken": old, "fields": { "botToken": new } });
    let refused = |token: &str| json!({ "botId": bots.marta, "botToken": token });
    for (word, code) in [
        (json!(""), "BOT_TOKEN_ROTATION_FAILED"),
        (json!(["a"]), "BOT_TOKEN_ROTATION_FAILED"),
        (json!("x".repeat(41)), "BOT_TOKEN_INVALID_LENGTH"),
    ] {
        assert_eq!(alice.refused("imbot.v2.Bot.update", change(TOKEN, word)).await, (400, code.to_owned()));
    }
    register(alice, "stock", json!({ "botToken": "taken" })).await;
    let same = json!({ "code": "marta", "botToken": "taken", "properties": { "name": "Other" } });
    let refused_code = alice.refused("imbot.v2.Bot.register", json!({ "fields": same })).await;
    assert_eq!(refused_code, (400, "BOT_CODE_ALREADY_TAKEN".to_owned()));
    alice.ok("imbot.v2.Bot.update", change(TOKEN, json!("new"))).await;
    for method in ["imbot.v2.Event.get", "imbot.v2.Command.list", "imbot.v2.Bot.unregister"] {
        let answer = alice.refused(method, refused(TOKEN)).await;
        assert_eq!(answer, (403, "BOT_OWNERSHIP_ERROR".to_owned()), "{method}");
    }
    assert_eq!(alice.ok("imbot.v2.Bot.list", json!({ "botToken": TOKEN })).await["bots"], json!([]));
    let page = alice.ok("imbot.v2.Event.get", refused("new")).await;
    assert_eq!(told(&page), [json!(["JOINCHAT", "2", 2]), json!(["MESSAGEADD", "kept", 2])]);
    let short = alice.ok("imbot.v2.Bot.get", refused(TOKEN)).await;
    assert_eq!(short["bot"].get("eventMode"), None, "whoever is not the owner is told less");
    let long = alice.ok("imbot.v2.Bot.get", refused("new")).await;
    assert_eq!(long["bot"]["eventMode"], "fetch");
    bots.stage.check().await;
}

#[tokio::test]
async fn the_two_generations_see_each_others_bots_and_each_bot_hears_in_its_own() {
    let Bots { stage, marta } = Bots::set().await;
    let first = json!({
        "CODE": "old", "CLIENT_ID": TOKEN, "EVENT_HANDLER": "https://old.example/",
        "PROPERTIES": { "NAME": "Old" },
    });
    let old = stage.alice.ok("imbot.register", first).await.as_i64().expect("a number");
    let listed = stage.alice.ok("imbot.v2.Bot.list", json!({ "botToken": TOKEN })).await;
    let modes: Vec<Value> = listed["bots"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|bot| json!([bot["id"], bot["code"], bot["eventMode"]]))
        .collect();
    assert_eq!(modes, [json!([marta, "marta", "fetch"]), json!([old, "old", "webhook"])]);
    let listed = stage.alice.ok("imbot.bot.list", json!({ "CLIENT_ID": TOKEN })).await;
    assert_eq!(listed[marta.to_string()]["CODE"], "marta");
    for mode in ["fetch", "webhook"] {
        let params = json!({ "botId": old, "botToken": TOKEN, "fields": { "eventMode": mode } });
        let shown = stage.alice.ok("imbot.v2.Bot.update", params).await;
        assert_eq!(shown["bot"]["eventMode"], "webhook", "it goes on as it was registered");
    }
    stage.bob.say(old, "hello").await;
    stage.bob.say(marta, "hello").await;
    assert_eq!(get(&stage.alice, old, json!({})).await["events"], json!([]));
    assert_eq!(told(&get(&stage.alice, marta, json!({})).await).len(), 2);
    stage.alice.ok("imbot.unregister", json!({ "BOT_ID": marta, "CLIENT_ID": TOKEN })).await;
    let gone = stage.alice.refused("imbot.v2.Event.get", json!({ "botId": marta, "botToken": TOKEN })).await;
    assert_eq!(gone, (400, "BOT_NOT_FOUND".to_owned()));
    stage.check().await;
}

#[tokio::test]
async fn what_waits_can_still_be_fetched_by_a_bot_that_is_called_from_now_on() {
    let Bots { stage, marta } = Bots::set().await;
    stage.bob.say(marta, "before").await;
    let change = |fields: Value| json!({ "botId": marta, "botToken": TOKEN, "fields": fields });
    let refused = stage.alice.refused("imbot.v2.Bot.update", change(json!({ "eventMode": "webhook" }))).await;
    assert_eq!(refused, (400, "BOT_INVALID_CALLBACK".to_owned()), "it has no address");
    let only =
        stage.alice.ok("imbot.v2.Bot.update", change(json!({ "webhookUrl": "https://a.example/" }))).await;
    assert_eq!(only["bot"]["eventMode"], "fetch", "an address alone changes nothing for a bot that fetches");
    let fields = json!({ "eventMode": "webhook", "webhookUrl": "https://a.example/" });
    let shown = stage.alice.ok("imbot.v2.Bot.update", change(fields)).await;
    assert_eq!(shown["bot"]["eventMode"], "webhook");
    stage.bob.say(marta, "called").await;
    let heard = told(&get(&stage.alice, marta, json!({})).await);
    assert_eq!(heard, [json!(["JOINCHAT", "2", 2]), json!(["MESSAGEADD", "before", 2])]);
    let shown = stage.alice.ok("imbot.v2.Bot.update", change(json!({ "eventMode": "fetch" }))).await;
    assert_eq!(shown["bot"]["eventMode"], "fetch");
    stage.bob.say(marta, "after").await;
    assert_eq!(told(&get(&stage.alice, marta, json!({})).await).len(), 3);
    stage.check().await;
}
