//! Large files inside a call: taken out of the body as it comes, in every encoding.

use lately_testkit::{Client, Person, Reply, TestPortal};
use serde_json::{Value, json};

use super::{base64, fetch, folder, page};
use crate::stage::Stage;

/// Three megabytes in which every letter of base64 comes up.
fn large() -> Vec<u8> {
    let mut state = 7_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..3_000_001).map(next).collect()
}

async fn post(client: &Client, kind: &str, method: &str, body: String) -> Reply {
    client.send(client.post(method).header("content-type", kind).body(body)).await
}

fn form(name: &str, value: &str) -> String {
    let escaped = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
    format!("{name}={escaped}")
}

#[tokio::test]
async fn a_file_above_the_limit_of_bodies_comes_whole_in_each_encoding() {
    let portal = TestPortal::with(|config| config.rest.body_limit_bytes = 100_000).await;
    let (alice, bob) = (portal.client(Person::Alice).await, portal.client(Person::Bob).await);
    let (bytes, text) = (large(), base64(large()));
    let plain =
        json!({ "dialogId": "2", "fields": { "name": "a.bin", "content": text, "message": "plain" } })
            .to_string();
    let slashed = plain.replace('/', "\\/");
    assert!(slashed.len() > plain.len());
    let lower = form("fields[content]", &text).replace("%2B", "%2b").replace("%3D", "%3d");
    let part = |name: &str, value: &str| {
        format!("--b0\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let parts =
        [part("dialogId", "2"), part("fields[content]", &text), part("fields[name]", "d.bin")].concat();
    for (kind, body) in [
        ("application/json", plain),
        ("application/json; charset=utf-8", slashed),
        ("application/x-www-form-urlencoded", format!("dialogId=2&fields[name]=c.bin&{lower}")),
        (
            "application/x-www-form-urlencoded",
            format!("dialogId=2&fields[name]=f.bin&{}", lower.replace("%3d", "=")),
        ),
        ("multipart/form-data; boundary=b0", format!("{parts}--b0--\r\n")),
    ] {
        let reply = post(&alice, kind, "im.v2.File.upload", body).await;
        assert_eq!(reply.result()["file"]["size"], 3_000_001, "{kind}");
        let shown = page(&bob, "1").await["files"][0].clone();
        assert!(fetch(&portal, &shown["urlDownload"]).await == (200, bytes.clone()), "{kind}");
    }
    assert_eq!(super::sweep::kept(portal.data()), 1);
    let id = folder(&alice, "2").await;
    let inline = json!({ "id": id, "data": { "NAME": "e.bin" }, "fileContent": ["e.bin", text] });
    let file = alice.ok("disk.folder.uploadFile", inline).await;
    let version = json!({ "id": file["ID"], "fileContent": ["e.bin", base64(&bytes[..2_000_000])] });
    assert_eq!(alice.ok("disk.file.uploadVersion", version).await["SIZE"], "2000000");
    portal.assert_exact().await;
}

#[tokio::test]
async fn what_is_too_large_broken_or_elsewhere_is_refused_and_leaves_nothing() {
    let portal = TestPortal::with(|config| {
        config.rest.body_limit_bytes = 100_000;
        config.files.largest_bytes = 2_000_000;
    })
    .await;
    let alice = portal.client(Person::Alice).await;
    let text = base64(large());
    let upload = |fields: Value| json!({ "dialogId": "2", "fields": fields });
    let small = base64(&large()[..1_500_000]);
    let broken = format!("{small}=={small}");
    for (fields, code) in [
        (json!({ "name": "a.bin", "content": text }), "FILE_TOO_LARGE"),
        (json!({ "name": "a.bin", "content": broken }), "FILE_INVALID_CONTENT"),
        (json!({ "name": "a.bin", "content": format!("{small}!") }), "FILE_INVALID_CONTENT"),
        (json!({ "name": "a.bin", "content": "YQ==", "message": small }), "FILE_INVALID_CONTENT"),
        (json!({ "name": "../a.bin", "content": small }), "FILE_EMPTY"),
    ] {
        let refused = alice.refused("im.v2.File.upload", upload(fields)).await;
        assert_eq!(refused, (400, code.to_owned()));
    }
    let wordy = upload(json!({ "name": "a.bin", "content": small, "message": "many words ".repeat(20_000) }));
    assert_eq!(alice.refused("im.v2.File.upload", wordy).await, (413, "INVALID_REQUEST".to_owned()));
    let good = upload(json!({ "name": "a.bin", "content": small }));
    let elsewhere = alice.refused("im.message.add", good.clone()).await;
    assert_eq!(elsewhere, (413, "INVALID_REQUEST".to_owned()), "other methods take no files");
    let stranger = Client::new(format!("{}/rest/1/wrong/", portal.origin()), 1, portal.http().clone());
    assert_eq!(
        stranger.refused("im.v2.File.upload", good).await,
        (413, "INVALID_REQUEST".to_owned()),
        "nor do strangers send any"
    );
    assert_eq!(page(&alice, "2").await["files"], json!([]));
    assert_eq!(std::fs::read_dir(portal.data().join("files/.incoming")).unwrap().count(), 0);
    portal.assert_exact().await;
}

#[tokio::test]
async fn a_long_body_without_a_file_is_what_it_was() {
    let stage = Stage::set().await;
    let words = "two words, ".repeat(120_000);
    let params =
        json!({ "dialogId": "2", "fields": { "name": "a.txt", "content": "YQ==", "message": words } });
    stage.alice.ok("im.v2.File.upload", params).await;
    let shown = page(&stage.bob, "1").await["messages"][0]["text"].as_str().unwrap().to_owned();
    assert!(shown.starts_with("two words, two words, ") && shown.ends_with(" (...)"));
    stage.check().await;
}
