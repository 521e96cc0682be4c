//! Absences: people are away on the days that were said, and not a second longer.

use jiff::civil::Date;
use lately_model::absence::AbsenceKind;
use lately_model::{Absence, AbsenceId, UserId};
use lately_testkit::{Client, Person, TestPortal};
use serde_json::{Value, json};

use crate::process::{Process, colleagues, ok, run};
use crate::stage::Stage;

/// Days on which bob is away.
async fn away(portal: &TestPortal, from: &str, until: &str) -> AbsenceId {
    let day = |text: &str| text.parse::<Date>().unwrap();
    let absence = Absence {
        id: AbsenceId(0),
        user_id: UserId(2),
        from: day(from),
        until: day(until),
        kind: AbsenceKind::Vacation,
    };
    portal.messenger().add_absence(absence).await.unwrap()
}

/// Until when alice sees bob away: by his own page, in her list, and in today's list.
async fn seen(alice: &Client) -> Value {
    let page = alice.ok("im.user.get", json!({ "ID": 2 })).await["absent"].clone();
    let row = alice.row(2).await.unwrap()["user"]["absent"].clone();
    let list = alice.ok("im.recent.list", json!({})).await["items"][0]["user"]["absent"].clone();
    assert_eq!((&page, &page), (&row, &list));
    page
}

#[tokio::test]
async fn somebody_is_away_from_the_first_day_to_the_end_of_the_last() {
    let stage = Stage::set().await;
    stage.alice.say(2, "hello").await;
    away(&stage.portal, "2026-03-04", "2026-03-05").await;
    let back = json!("2026-03-06T00:00:00+00:00");
    for (now, until) in [
        ("2026-03-02T10:00:00Z", json!(false)),
        ("2026-03-03T23:59:59Z", json!(false)),
        ("2026-03-04T00:00:00Z", back.clone()),
        ("2026-03-05T23:59:59Z", back),
        ("2026-03-06T00:00:00Z", json!(false)),
        ("2026-03-20T00:00:00Z", json!(false)),
    ] {
        stage.portal.clock.set(now);
        assert_eq!(seen(&stage.alice).await, until, "{now}");
    }
    stage.check().await;
}

#[tokio::test]
async fn an_absence_that_has_begun_counts_at_once_and_ends_at_once_when_it_is_taken_back() {
    let stage = Stage::set().await;
    stage.alice.say(2, "hello").await;
    let mut ear = stage.portal.ear(&stage.alice).await;
    assert_eq!(seen(&stage.alice).await, false);
    let short = away(&stage.portal, "2026-03-01", "2026-03-03").await;
    assert_eq!(ear.heard("userUpdate").await["user"]["absent"], "2026-03-04T00:00:00+00:00");
    assert_eq!(seen(&stage.alice).await, "2026-03-04T00:00:00+00:00");
    let long = away(&stage.portal, "2026-03-02", "2026-03-08").await;
    assert_eq!(seen(&stage.alice).await, "2026-03-09T00:00:00+00:00", "the later one counts");
    assert_eq!(away(&stage.portal, "2026-03-02", "2026-03-08").await, long, "the same again is the same");
    let messenger = stage.portal.messenger();
    assert!(messenger.remove_absence(long).await.unwrap());
    assert_eq!(seen(&stage.alice).await, "2026-03-04T00:00:00+00:00");
    assert!(messenger.remove_absence(short).await.unwrap());
    assert_eq!(seen(&stage.alice).await, false);
    assert!(!messenger.remove_absence(short).await.unwrap());
    stage.check().await;
}

#[tokio::test]
async fn whoever_listens_hears_of_the_beginning_and_of_the_end() {
    let stage = Stage::set().await;
    stage.alice.say(2, "hello").await;
    away(&stage.portal, "2026-03-03", "2026-03-03").await;
    let mut ear = stage.portal.ear(&stage.alice).await;
    for (now, until) in
        [("2026-03-03T00:00:00Z", json!("2026-03-04T00:00:00+00:00")), ("2026-03-04T00:00:00Z", json!(false))]
    {
        stage.portal.clock.set(now);
        stage.portal.messenger().follow_absences().await;
        let heard = ear.heard("userUpdate").await;
        assert_eq!((&heard["user"]["id"], &heard["user"]["absent"]), (&json!(2), &until));
    }
}

#[tokio::test]
async fn days_are_those_of_the_portals_zone() {
    let portal = TestPortal::with(|config| config.time_zone = "Asia/Tokyo".to_owned()).await;
    let alice = portal.client(Person::Alice).await;
    alice.say(2, "hello").await;
    away(&portal, "2026-03-03", "2026-03-03").await;
    for (now, until) in [
        ("2026-03-02T14:59:59Z", json!(false)),
        ("2026-03-02T15:00:00Z", json!("2026-03-04T00:00:00+09:00")),
        ("2026-03-03T14:59:59Z", json!("2026-03-04T00:00:00+09:00")),
        ("2026-03-03T15:00:00Z", json!(false)),
    ] {
        portal.clock.set(now);
        assert_eq!(seen(&alice).await, until, "{now}");
    }
}

#[tokio::test]
async fn what_was_said_without_days_counts_until_it_is_over() {
    let stage = Stage::set().await;
    stage.alice.say(2, "hello").await;
    let user = json!({
        "type": "user", "id": 2, "first_name": "Bob", "absent_until": "2026-03-02T12:00:00+00:00",
    });
    stage.portal.import(&user.to_string()).await;
    assert_eq!(seen(&stage.alice).await, "2026-03-02T12:00:00+00:00");
    away(&stage.portal, "2026-03-01", "2026-03-01").await;
    assert_eq!(
        seen(&stage.alice).await,
        "2026-03-02T12:00:00+00:00",
        "an absence that is over changes nothing"
    );
    stage.portal.clock.set("2026-03-02T12:00:00Z");
    assert_eq!(seen(&stage.alice).await, false);
    stage.check().await;
}

#[tokio::test]
async fn while_nobody_comes_or_goes_the_database_is_not_asked() {
    let stage = Stage::set().await;
    stage.alice.say(2, "hello").await;
    away(&stage.portal, "2026-03-01", "2026-03-09").await;
    stage.alice.row(2).await.unwrap();
    let before = stage.portal.messenger().store_gauge().work;
    stage.portal.clock.set("2026-03-02T23:59:59Z");
    assert_eq!(stage.alice.row(2).await.unwrap()["user"]["absent"], "2026-03-10T00:00:00+00:00");
    assert_eq!(stage.portal.messenger().store_gauge().work.since(before), lately_store::Work::default());
}

#[tokio::test]
async fn absences_move_with_the_portal_and_are_checked() {
    let stage = Stage::set().await;
    let lines = [
        json!({ "type": "absence", "user": 2, "from": "2026-03-01", "until": "2026-03-09" }),
        json!({ "type": "absence", "user": 2, "from": "2026-03-01", "until": "2026-03-09" }),
        json!({ "type": "absence", "user": 1, "from": "2026-02-01", "until": "2026-02-01", "kind": "trip" }),
    ];
    stage.portal.import(&lines.map(|line| line.to_string()).join("\n")).await;
    let kept = stage.portal.messenger().absences(None).await.unwrap();
    let kept: Vec<_> = kept.iter().map(|one| (one.user_id.0, one.from.to_string(), one.kind)).collect();
    let expected = [
        (2, "2026-03-01".to_owned(), AbsenceKind::Vacation),
        (1, "2026-02-01".to_owned(), AbsenceKind::Trip),
    ];
    assert_eq!(kept, expected);
    assert_eq!(
        stage.alice.ok("im.user.get", json!({ "ID": 2 })).await["absent"],
        "2026-03-10T00:00:00+00:00"
    );
    stage.check().await;
    for (line, reason) in [
        (json!({ "type": "absence", "user": 99, "from": "2026-03-01", "until": "2026-03-02" }), "user 99"),
        (json!({ "type": "absence", "user": 2, "from": "2026-03-02", "until": "2026-03-01" }), "before"),
        (json!({ "type": "absence", "user": 2, "from": "soon", "until": "2026-03-01" }), "not a day"),
        (
            json!({ "type": "absence", "user": 2, "from": "2026-03-01", "until": "2026-03-01", "kind": "x" }),
            "x",
        ),
    ] {
        let text = line.to_string();
        let refused = stage.portal.messenger().import(text.as_bytes(), &mut |_| {}).await.unwrap_err();
        assert!(refused.to_string().contains(reason), "{refused}");
    }
    stage.portal.damage("UPDATE absence SET user_id = 77 WHERE user_id = 1");
    let found = stage.portal.messenger().check(|_, _| {}).await.unwrap();
    assert_eq!((found.len(), found[0].value, found[0].found), (1, "user", 77));
}

#[tokio::test]
async fn an_absence_said_at_one_server_is_seen_at_the_next() {
    if !lately_testkit::database::on_a_server() {
        return;
    }
    let stage = Stage::set().await;
    let neighbour = stage.portal.neighbour(|_| {}).await;
    stage.alice.say(2, "hello").await;
    let there = Client::new(
        stage.alice.url.replace(&stage.portal.origin(), &neighbour.origin()),
        1,
        neighbour.http().clone(),
    );
    assert_eq!(seen(&there).await, false);
    away(&stage.portal, "2026-03-01", "2026-03-09").await;
    neighbour.messenger().catch_up().await.unwrap();
    assert_eq!(seen(&there).await, "2026-03-10T00:00:00+00:00");
    neighbour.clock.set("2026-03-10T00:00:00Z");
    assert_eq!(seen(&there).await, false);
}

#[tokio::test]
async fn the_command_line_adds_lists_and_takes_back_beside_a_running_server() {
    let dir = tempfile::tempdir().unwrap();
    colleagues(dir.path());
    let process = Process::serve(dir.path());
    let alice = process.client(1);
    alice.say(2, "hello").await;
    let now = alice.ok("server.time", json!({})).await;
    let today: Date = now.as_str().and_then(|now| now.get(..10)).unwrap().parse().unwrap();
    let (from, until) = (today.yesterday().unwrap().to_string(), today.tomorrow().unwrap().to_string());
    let words = ["user", "absence", "add", "2", "--from", &from, "--until", &until, "--kind", "sick"];
    assert_eq!(ok(dir.path(), &words), "1\n");
    let back = today.tomorrow().unwrap().tomorrow().unwrap();
    assert_eq!(seen(&alice).await, format!("{back}T00:00:00+00:00"));
    let listed: Value =
        serde_json::from_str(&ok(dir.path(), &["user", "absence", "list", "--json"])).unwrap();
    assert_eq!(listed, json!([{ "id": 1, "user": 2, "from": from, "until": until, "kind": "sick" }]));
    let table = ok(dir.path(), &["user", "absence", "list", "2"]);
    assert_eq!(table.lines().next().unwrap().split_whitespace().count(), 6);
    assert!(table.contains("sick") && table.contains("now"), "{table}");
    assert_eq!(ok(dir.path(), &["user", "absence", "list", "3"]).lines().count(), 1);
    assert_eq!(ok(dir.path(), &["user", "absence", "remove", "1"]), "removed absence 1\n");
    assert_eq!(seen(&alice).await, false);
    run(dir.path(), &["user", "absence", "remove", "1"]).assert_failed(1, &["there is no absence 1"]);
    let backwards = ["user", "absence", "add", "2", "--from", &until, "--until", &from];
    run(dir.path(), &backwards).assert_failed(2, &["is before"]);
    let nobody = ["user", "absence", "add", "99", "--from", &from, "--until", &until];
    run(dir.path(), &nobody).assert_failed(1, &["there is no user 99"]);
    let unclear = ["user", "absence", "add", "2", "--from", "monday", "--until", &until];
    run(dir.path(), &unclear).assert_failed(2, &["2026-12-31"]);
}
