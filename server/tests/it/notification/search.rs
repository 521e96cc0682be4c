//! `im.notify.history.search`: by text, module, date, author and tag.

use serde_json::{Value, json};

use super::{answer::invited, personal};
use crate::stage::{Stage, ids};

async fn found(stage: &Stage, params: Value) -> Vec<i64> {
    let page = stage.bob.ok("im.notify.history.search", params.clone()).await;
    let ids = ids(&page["notifications"]);
    assert_eq!(page["total_results"], ids.len(), "{params}");
    ids
}

/// What `invited` has (401 from alice, 402 from the portal), and on the next day one from alice and one from carol.
async fn two_days() -> (Stage, i64, i64) {
    let stage = invited().await;
    stage.portal.clock.step(86_400);
    let alices = personal(&stage.alice, 2, "Große Rechnung, backup").await;
    let params = json!({ "USER_ID": 2, "MESSAGE": "100% [b]paid[/b]", "TAG": "DEAL", "SUB_TAG": "MONEY", "CLIENT_ID": "shop" });
    let carols = stage.carol.ok("im.notify.personal.add", params).await.as_i64().unwrap();
    (stage, alices, carols)
}

#[tokio::test]
async fn a_part_of_text_or_title_is_found_whatever_its_case() {
    let (stage, alices, carols) = two_days().await;
    for (text, expected) in [
        ("BACKUP", vec![alices, 402]),
        ("GROSSE", vec![]),
        ("große", vec![alices]),
        ("GROßE RECH", vec![alices]),
        ("invitation", vec![401]),
        ("00%", vec![carols]),
        ("_00", vec![]),
        ("' OR 1=1", vec![]),
    ] {
        assert_eq!(found(&stage, json!({ "SEARCH_TEXT": text })).await, expected, "{text}");
    }
}

#[tokio::test]
async fn a_short_text_needs_another_condition_and_adds_none() {
    let (stage, alices, carols) = two_days().await;
    for params in [
        json!({}),
        json!({ "SEARCH_TEXT": "ba" }),
        json!({ "SEARCH_TEXT": "  ba  " }),
        json!({ "SEARCH_TEXT": ["backup"] }),
        json!({ "SEARCH_TEXT": "ba", "SEARCH_DATE": "no date" }),
        json!({ "SEARCH_TYPES": [], "SEARCH_AUTHORS": ["x"], "GROUP_TAG": "" }),
        json!({ "LAST_ID": 500 }),
    ] {
        let refused = stage.bob.refused("im.notify.history.search", params.clone()).await;
        assert_eq!(refused, (400, "SEARCH_TEXT_ERROR".to_owned()), "{params}");
    }
    let both = json!({ "SEARCH_TEXT": "ba", "SEARCH_AUTHORS": [1, 3] });
    assert_eq!(found(&stage, both).await, [carols, alices, 401]);
}

#[tokio::test]
async fn modules_with_or_without_an_event() {
    let (stage, alices, carols) = two_days().await;
    for (params, expected) in [
        (json!({ "SEARCH_TYPE": "rest" }), vec![carols, alices]),
        (json!({ "SEARCH_TYPE": "rest|rest_notify" }), vec![carols, alices]),
        (json!({ "SEARCH_TYPE": "rest|other" }), vec![]),
        (json!({ "SEARCH_TYPE": "socialnetwork|invite" }), vec![401]),
        (json!({ "SEARCH_TYPES": ["im", "socialnetwork|invite"] }), vec![402, 401]),
        (json!({ "SEARCH_TYPE": "im", "SEARCH_TYPES": { "a": "rest" } }), vec![carols, alices, 402]),
    ] {
        assert_eq!(found(&stage, params.clone()).await, expected, "{params}");
    }
}

#[tokio::test]
async fn days_moments_and_spans() {
    let (stage, alices, carols) = two_days().await;
    let (old, new) = (vec![402, 401], vec![carols, alices]);
    let all = vec![carols, alices, 402, 401];
    for (params, expected) in [
        (json!({ "SEARCH_DATE": "2026-03-02" }), &old),
        (json!({ "SEARCH_DATE": "2026-03-03T23:00:00+00:00" }), &new),
        (json!({ "SEARCH_DATE": "2026-03-04" }), &vec![]),
        (json!({ "SEARCH_DATE_FROM": "2026-03-03T10:00:00+00:00" }), &new),
        (json!({ "SEARCH_DATE_FROM": "2026-03-03T10:00:01+00:00" }), &vec![]),
        (json!({ "SEARCH_DATE_TO": "2026-03-02" }), &old),
        (json!({ "SEARCH_DATE_TO": "2026-03-02T09:59:59+00:00" }), &vec![]),
        (json!({ "SEARCH_DATE_FROM": "2026-03-01", "SEARCH_DATE_TO": "2026-03-03" }), &all),
        (json!({ "SEARCH_DATE": "2026-03-03", "SEARCH_DATE_TO": "2026-03-02" }), &vec![]),
    ] {
        assert_eq!(found(&stage, params.clone()).await, *expected, "{params}");
    }
}

#[tokio::test]
async fn authors_and_tags() {
    let (stage, alices, carols) = two_days().await;
    let shown = stage.bob.ok("im.notify.get", json!({})).await["notifications"].clone();
    let tag = shown.as_array().unwrap().iter().find(|one| one["id"] == carols).unwrap()["notify_tag"].clone();
    for (params, expected) in [
        (json!({ "SEARCH_AUTHORS": [1] }), vec![alices, 401]),
        (json!({ "SEARCH_AUTHORS": ["3", 0] }), vec![carols, 402]),
        (json!({ "SEARCH_AUTHORS": [99] }), vec![]),
        (json!({ "SEARCH_AUTHORS": [1], "SEARCH_TEXT": "backup" }), vec![alices]),
        (json!({ "GROUP_TAG": "DEAL" }), vec![carols]),
        (json!({ "GROUP_TAG": "MONEY" }), vec![carols]),
        (json!({ "GROUP_TAG": tag }), vec![carols]),
        (json!({ "GROUP_TAG": "INVITE|7" }), vec![401]),
        (json!({ "GROUP_TAG": "DE" }), vec![]),
    ] {
        assert_eq!(found(&stage, params.clone()).await, expected, "{params}");
    }
}

#[tokio::test]
async fn the_first_page_alone_tells_how_many_there_are() {
    let stage = Stage::set().await;
    let mut sent = Vec::new();
    for place in 0..5 {
        sent.push(personal(&stage.alice, 2, &format!("Report {place}")).await);
        personal(&stage.alice, 2, "Other").await;
    }
    sent.reverse();
    let first =
        stage.bob.ok("im.notify.history.search", json!({ "SEARCH_TEXT": "report", "LIMIT": 2 })).await;
    assert_eq!((ids(&first["notifications"]), &first["total_results"]), (sent[..2].to_vec(), &json!(5)));
    assert_eq!(first["users"][0]["id"], 1);
    let second = json!({ "SEARCH_TEXT": "report", "LIMIT": 3, "LAST_ID": sent[1] });
    let second = stage.bob.ok("im.notify.history.search", second).await;
    assert_eq!(ids(&second["notifications"]), sent[2..]);
    assert!(second.get("total_results").is_none());
    let zero = json!({ "SEARCH_TEXT": "report", "LAST_ID": 0 });
    assert_eq!(stage.bob.ok("im.notify.history.search", zero).await["total_results"], 5);
    for bad in ["x", "-1", ""] {
        let refused = json!({ "SEARCH_TEXT": "report", "LAST_ID": bad });
        let refused = stage.bob.refused("im.notify.history.search", refused).await;
        assert_eq!(refused, (400, "LAST_ID_STRING".to_owned()), "{bad:?}");
    }
}

#[tokio::test]
async fn nobody_finds_what_is_somebody_elses() {
    let stage = Stage::set().await;
    personal(&stage.alice, 3, "Report").await;
    let nothing = json!({ "chat_id": 0, "notifications": [], "users": [], "total_results": 0 });
    assert_eq!(stage.bob.ok("im.notify.history.search", json!({ "SEARCH_TEXT": "report" })).await, nothing);
    let converted = json!({ "SEARCH_TEXT": "report", "CONVERT_TEXT": "Y" });
    let page = stage.carol.ok("im.notify.history.search", converted).await;
    assert_eq!(page["notifications"][0]["text_converted"], "Report");
}
