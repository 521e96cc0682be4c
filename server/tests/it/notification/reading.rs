//! Notifications read and made unread again, one by one and many at once, in any order.

use serde_json::{Value, json};

use super::{page, personal, unread};
use crate::stage::Stage;

/// Five notifications for bob; their numbers, oldest first.
async fn five(stage: &Stage) -> Vec<i64> {
    let mut ids = Vec::new();
    for place in 1..=5 {
        ids.push(personal(&stage.alice, 2, &format!("Number {place}")).await);
    }
    ids
}

/// Which of these are unread, by place.
async fn unread_places(stage: &Stage, ids: &[i64]) -> Vec<usize> {
    let page = page(&stage.bob).await;
    let notifications = page["notifications"].as_array().unwrap();
    let is_unread = |id: &i64| {
        let found = notifications.iter().find(|one| one["id"] == *id).expect("it is there");
        found["notify_read"] == "N"
    };
    let places: Vec<_> =
        ids.iter().enumerate().filter(|(_, id)| is_unread(id)).map(|(place, _)| place).collect();
    assert_eq!(unread(&stage.bob).await, i64::try_from(places.len()).unwrap());
    stage.check().await;
    places
}

async fn read(stage: &Stage, params: Value) {
    assert_eq!(stage.bob.ok("im.notify.read", params.clone()).await, true, "{params}");
}

#[tokio::test]
async fn reading_takes_one_or_all_from_a_number_on() {
    let stage = Stage::set().await;
    let ids = five(&stage).await;
    assert_eq!(unread_places(&stage, &ids).await, [0, 1, 2, 3, 4]);
    read(&stage, json!({ "ID": ids[1], "ONLY_CURRENT": "Y" })).await;
    assert_eq!(unread_places(&stage, &ids).await, [0, 2, 3, 4], "in the middle");
    read(&stage, json!({ "ID": ids[3] })).await;
    assert_eq!(unread_places(&stage, &ids).await, [0, 2]);
    read(&stage, json!({ "ID": ids[2], "ACTION": "N" })).await;
    assert_eq!(unread_places(&stage, &ids).await, [0, 2, 3, 4]);
    read(&stage, json!({ "ID": ids[4], "ACTION": "Y", "ONLY_CURRENT": "N" })).await;
    assert_eq!(unread_places(&stage, &ids).await, [0, 2, 3]);
    read(&stage, json!({ "ID": 0 })).await;
    assert_eq!(unread_places(&stage, &ids).await, [0_usize; 0]);
}

#[tokio::test]
async fn reading_twice_changes_nothing_more() {
    let stage = Stage::set().await;
    let ids = five(&stage).await;
    for _ in 0..2 {
        read(&stage, json!({ "ID": ids[0], "ONLY_CURRENT": "Y" })).await;
        assert_eq!(unread_places(&stage, &ids).await, [1, 2, 3, 4]);
    }
    for _ in 0..2 {
        read(&stage, json!({ "ID": ids[0], "ONLY_CURRENT": "Y", "ACTION": "N" })).await;
        assert_eq!(unread_places(&stage, &ids).await, [0, 1, 2, 3, 4]);
    }
}

#[tokio::test]
async fn without_a_good_number_nothing_is_read() {
    let stage = Stage::set().await;
    let ids = five(&stage).await;
    for params in [
        json!({}),
        json!({ "ID": -1 }),
        json!({ "ID": "x" }),
        json!({ "ID": null }),
        json!({ "IDS": ids, "ACTION": "Y" }),
        json!({ "ID": i64::MAX }),
        json!({ "ID": 0, "ONLY_CURRENT": "Y" }),
    ] {
        read(&stage, params).await;
    }
    assert_eq!(unread_places(&stage, &ids).await, [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn every_action_but_the_letter_y_makes_unread() {
    let stage = Stage::set().await;
    let ids = five(&stage).await;
    for no in [json!("N"), json!("y"), json!(""), json!(true), json!(0), json!([])] {
        read(&stage, json!({ "ID": 0 })).await;
        read(&stage, json!({ "ID": ids[4], "ACTION": no })).await;
        assert_eq!(unread_places(&stage, &ids).await, [4], "{no}");
        read(&stage, json!({ "ID": 0 })).await;
        stage.bob.ok("im.notify.read.list", json!({ "IDS": [ids[3]], "ACTION": no })).await;
        assert_eq!(unread_places(&stage, &ids).await, [3], "{no}");
    }
}

#[tokio::test]
async fn a_list_is_read_up_to_the_first_that_is_no_number() {
    let stage = Stage::set().await;
    let ids = five(&stage).await;
    for (list, left) in [
        (json!([ids[0], ids[3]]), vec![1, 2, 4]),
        (json!({ "a": ids[0], "b": ids[3].to_string() }), vec![1, 2, 4]),
        (json!([ids[0], 0, ids[3]]), vec![1, 2, 3, 4]),
        (json!([ids[0], -7, ids[3]]), vec![1, 2, 3, 4]),
        (json!([ids[0], "x", ids[3]]), vec![1, 2, 3, 4]),
        (json!([ids[0], [1], ids[3]]), vec![1, 2, 3, 4]),
        (json!([ids[0], 9_999_999, ids[0], ids[3]]), vec![1, 2, 4]),
        (json!([]), vec![0, 1, 2, 3, 4]),
    ] {
        read(&stage, json!({ "ID": 0, "ACTION": "N" })).await;
        assert_eq!(stage.bob.ok("im.notify.read.list", json!({ "IDS": list })).await, true);
        assert_eq!(unread_places(&stage, &ids).await, left, "{list}");
    }
    for bad in [json!({}), json!({ "IDS": null }), json!({ "IDS": "1,2" }), json!({ "IDS": ids[0] })] {
        let refused = stage.bob.refused("im.notify.read.list", bad.clone()).await;
        assert_eq!(refused, (400, "PARAMS_ERROR".to_owned()), "{bad}");
    }
}

#[tokio::test]
async fn a_list_longer_than_a_transaction_is_read_whole() {
    let stage = Stage::set().await;
    let ids = five(&stage).await;
    let mut list: Vec<i64> = (1_000_000..1_001_200).collect();
    list.extend(&ids[1..]);
    stage.bob.ok("im.notify.read.list", json!({ "IDS": list })).await;
    assert_eq!(unread_places(&stage, &ids).await, [0]);
}

#[tokio::test]
async fn reading_everything_answers_the_new_counter() {
    let stage = Stage::set().await;
    assert_eq!(
        stage.bob.ok("im.notify.read.all", json!({})).await,
        json!({ "result": true, "newCounter": 0 })
    );
    let ids = five(&stage).await;
    stage.alice.say(2, "A message").await;
    assert_eq!(
        stage.bob.ok("im.notify.read.all", json!({})).await,
        json!({ "result": true, "newCounter": 0 })
    );
    assert_eq!(unread_places(&stage, &ids).await, [0_usize; 0]);
    let sums = stage.bob.ok("im.counters.get", json!({})).await["TYPE"].clone();
    assert_eq!((&sums["ALL"], &sums["DIALOG"]), (&json!(1), &json!(1)), "messages stay unread");
}

#[tokio::test]
async fn notifications_are_counted_apart_from_the_messenger() {
    let stage = Stage::set().await;
    five(&stage).await;
    stage.alice.say(2, "A message").await;
    let counters = stage.bob.ok("im.counters.get", json!({})).await;
    let sums = ["ALL", "NOTIFY", "MESSENGER", "DIALOG", "CHAT"].map(|key| counters["TYPE"][key].clone());
    assert_eq!(sums, [6, 5, 1, 1, 0].map(|sum| json!(sum)));
    assert_eq!((&counters["DIALOG"], &counters["CHAT"]), (&json!({ "1": 1 }), &json!([])));
}

#[tokio::test]
async fn the_address_notify_reads_all_and_reading_all_dialogs_reads_none() {
    let stage = Stage::set().await;
    let ids = five(&stage).await;
    stage.bob.ok("im.dialog.read.all", json!({})).await;
    assert_eq!(unread_places(&stage, &ids).await, [0, 1, 2, 3, 4]);
    stage.bob.ok("im.dialog.read", json!({ "DIALOG_ID": "notify" })).await;
    assert_eq!(unread_places(&stage, &ids).await, [0_usize; 0]);
}

#[tokio::test]
async fn nobody_reads_for_somebody_else() {
    let stage = Stage::set().await;
    let ids = five(&stage).await;
    personal(&stage.bob, 3, "Mine").await;
    stage.carol.ok("im.notify.read", json!({ "ID": ids[0], "ONLY_CURRENT": "Y" })).await;
    stage.carol.ok("im.notify.read.list", json!({ "IDS": ids })).await;
    stage.carol.ok("im.notify.read", json!({ "ID": 0 })).await;
    assert_eq!(unread(&stage.carol).await, 0);
    assert_eq!(unread_places(&stage, &ids).await, [0, 1, 2, 3, 4]);
}
