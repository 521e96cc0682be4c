//! Bots where several servers serve one portal.

use lately_testkit::{Person, Receiver, TestPortal};
use serde_json::json;

use super::register;

#[tokio::test]
async fn a_bot_registered_at_one_server_hears_at_once_what_is_said_at_another() {
    let here = TestPortal::start().await;
    let there = here.neighbour(|_| {}).await;
    let (alice, bob) = (here.client(Person::Alice).await, there.client(Person::Bob).await);
    bob.say(1, "nobody's bot hears this").await;
    let mut receiver = Receiver::start().await;
    let marta = register(&alice, &receiver, json!({})).await;
    let told = bob.say(marta, "first").await;
    assert_eq!(receiver.told().await.event(), "ONIMBOTJOINCHAT");
    let message = receiver.told().await;
    assert_eq!(message.data("PARAMS")["MESSAGE_ID"], told.to_string());
    let gone = json!({ "BOT_ID": marta, "CLIENT_ID": "shop" });
    alice.ok("imbot.unregister", gone).await;
    bob.say(marta, "too late").await;
    let again = register(&alice, &receiver, json!({})).await;
    bob.say(again, "second").await;
    let mut events = Vec::new();
    while events.len() < 3 {
        events.push(receiver.told().await.event().to_owned());
    }
    assert_eq!(events, ["ONIMBOTDELETE", "ONIMBOTJOINCHAT", "ONIMBOTMESSAGEADD"]);
    there.stop().await;
    here.assert_exact().await;
}
