//! Signed links: what they lead to, for whom, for how long, how often.

use serde_json::{Value, json};

use super::{bring, fetch, folder, here, page, send, send_form};
use crate::stage::{Stage, chat};

async fn once(stage: &Stage, dialog: &str, file: &Value) -> Value {
    let params = json!({ "dialogId": dialog, "fileId": file });
    stage.bob.ok("im.v2.File.download", params).await["downloadUrl"].clone()
}

#[tokio::test]
async fn a_link_for_one_use_works_once_and_within_an_hour() {
    let stage = Stage::set().await;
    let (file, _) = send(&stage.alice, "2", "a.txt", "once").await;
    let link = once(&stage, "1", &file["id"]).await;
    let head = stage.portal.http().head(here(&stage.portal, &link)).send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.headers()["content-length"].to_str().unwrap()), (200, "4"));
    assert_eq!(fetch(&stage.portal, &link).await, (200, b"once".to_vec()), "looking does not use it");
    let (status, body) = fetch(&stage.portal, &link).await;
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &body["error"]), (403, &json!("ACCESS_DENIED")));
    let other = once(&stage, "1", &file["id"]).await;
    assert_ne!(other, link);
    stage.portal.clock.step(3599);
    assert_eq!(fetch(&stage.portal, &other).await.0, 200);
    let late = once(&stage, "1", &file["id"]).await;
    stage.portal.clock.step(3600);
    assert_eq!(fetch(&stage.portal, &late).await.0, 403);
    stage.check().await;
}

#[tokio::test]
async fn links_of_a_page_last_a_day_and_are_the_same_within_an_hour() {
    let stage = Stage::set().await;
    send(&stage.alice, "2", "a.txt", "more than once").await;
    let link = async || page(&stage.bob, "1").await["files"][0]["urlDownload"].clone();
    let first = link().await;
    stage.portal.clock.step(1800);
    assert_eq!(link().await, first);
    stage.portal.clock.step(86_400 - 1801);
    assert_eq!(fetch(&stage.portal, &first).await.0, 200);
    assert_eq!(fetch(&stage.portal, &first).await.0, 200);
    stage.portal.clock.step(3601);
    assert_eq!(fetch(&stage.portal, &first).await.0, 403);
    assert_eq!(fetch(&stage.portal, &link().await).await.0, 200);
    stage.check().await;
}

#[tokio::test]
async fn a_link_stops_when_its_person_leaves() {
    let stage = Stage::set().await;
    let group = stage.group(&stage.alice, &[2]).await;
    send(&stage.alice, &chat(group), "a.txt", "for members").await;
    let link = page(&stage.bob, &chat(group)).await["files"][0]["urlDownload"].clone();
    assert_eq!(fetch(&stage.portal, &link).await.0, 200);
    stage.alice.ok("im.chat.user.delete", json!({ "CHAT_ID": group, "USER_ID": 2 })).await;
    assert_eq!(fetch(&stage.portal, &link).await.0, 403);
    stage.check().await;
}

#[tokio::test]
async fn a_link_that_was_made_up_leads_nowhere() {
    let stage = Stage::set().await;
    let (file, _) = send(&stage.alice, "2", "a.txt", "x").await;
    let good = file["urlDownload"].as_str().unwrap().to_owned();
    let id = file["id"].as_i64().unwrap();
    let at = |from: &str, to: &str| json!(good.replace(from, to));
    for link in [
        at(&format!("file.{id}."), &format!("file.{}.", id + 1)),
        at("token=file", "token=show"),
        json!(format!("{good}0")),
        at("token=", "nothing="),
        json!("https://portal.lately.test/rest/download.json"),
        json!("https://portal.lately.test/rest/download?token=%FF"),
        json!("https://portal.lately.test/rest/download/?token=a.b.c.d.e.f"),
    ] {
        let status = fetch(&stage.portal, &link).await.0;
        assert!(status == 403 || status == 400, "{link} answered {status}");
    }
    for path in
        ["~nothing", "~", "avatar/00", "avatar/../lately.db", "avatar/%2e%2e%2flately.db", "~../../lately.db"]
    {
        let url = format!("{}/{path}", stage.portal.origin());
        let answer = stage.portal.http().get(&url).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    let upload =
        stage.alice.ok("disk.folder.uploadFile", json!({ "id": folder(&stage.alice, "2").await })).await;
    let crossed = json!(upload["uploadUrl"].as_str().unwrap().replace("upload.json", "download.json"));
    assert_eq!(fetch(&stage.portal, &crossed).await.0, 403, "a link to bring fetches nothing");
    let crossed = json!(good.replace("download.json", "upload.json"));
    assert_eq!(send_form(&stage.portal, &crossed, "a.txt", b"x").await.0, 403, "and the other way round");
    stage.check().await;
}

#[tokio::test]
async fn a_link_to_bring_brings_one_file_in_whatever_form() {
    let stage = Stage::set().await;
    let folder = folder(&stage.alice, "2").await;
    let link = async || {
        let asked = stage.alice.ok("disk.folder.uploadFile", json!({ "id": folder })).await;
        asked["uploadUrl"].clone()
    };
    let first = link().await;
    assert_eq!(send_form(&stage.portal, &first, "a.txt", b"").await.0, 200, "an empty file is one");
    let (status, body) = send_form(&stage.portal, &first, "b.txt", b"b").await;
    assert_eq!((status, &body["error"]), (403, &json!("ACCESS_DENIED")));
    let raw = format!("{}&name=raw%20%E2%9C%93.bin", here(&stage.portal, &link().await));
    let answer = stage.portal.http().post(&raw).body(vec![0, 255, 1]).send().await.unwrap();
    let body: Value = answer.json().await.unwrap();
    assert_eq!((&body["result"]["NAME"], &body["result"]["SIZE"]), (&json!("raw ✓.bin"), &json!("3")));
    let nameless = here(&stage.portal, &link().await);
    for request in [
        stage.portal.http().post(&nameless).body("x"),
        stage.portal.http().post(&nameless).multipart(reqwest::multipart::Form::new().text("other", "x")),
        stage.portal.http().post(&nameless).header("content-type", "multipart/form-data").body("x"),
        stage
            .portal
            .http()
            .post(&nameless)
            .header("content-type", "multipart/form-data; boundary=b")
            .body("--b\r\n"),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 400);
        let body: Value = answer.json().await.unwrap();
        assert!(body["error"].is_string() && body["error_description"].is_string(), "{body}");
    }
    let get = stage.portal.http().get(&nameless).send().await.unwrap();
    assert_eq!(get.status(), 405);
    let asked = stage.portal.http().request(reqwest::Method::OPTIONS, &nameless).send().await.unwrap();
    assert_eq!(
        (asked.status().as_u16(), asked.headers()["access-control-allow-origin"].to_str().unwrap()),
        (204, "*")
    );
    assert_eq!(
        send_form(
            &stage.portal,
            &json!(nameless.replace(&stage.portal.origin(), "https://portal.lately.test")),
            "c.txt",
            b"c"
        )
        .await
        .0,
        200,
        "what was refused did not use it"
    );
    let (late, gone) = (link().await, link().await);
    stage.portal.clock.step(3600);
    assert_eq!(send_form(&stage.portal, &late, "late.txt", b"x").await.0, 403);
    drop(gone);
    stage.check().await;
}

#[tokio::test]
async fn a_part_of_a_file_can_be_asked_for_and_whether_it_is_still_the_same() {
    let stage = Stage::set().await;
    let (file, _) = send(&stage.alice, "2", "film.mp4", b"0123456789").await;
    assert_eq!(file["type"], "video");
    let url = here(&stage.portal, &file["urlShow"]);
    let asked = async |name: &str, value: &str| {
        stage.portal.http().get(&url).header(name, value).send().await.unwrap()
    };
    let part = asked("range", "bytes=2-4").await;
    assert_eq!(
        (part.status().as_u16(), part.headers()["content-range"].to_str().unwrap()),
        (206, "bytes 2-4/10")
    );
    assert_eq!(part.headers()["content-type"], "video/mp4");
    assert_eq!(part.text().await.unwrap(), "234");
    assert_eq!(asked("range", "bytes=-3").await.text().await.unwrap(), "789");
    let beyond = asked("range", "bytes=10-").await;
    assert_eq!(
        (beyond.status().as_u16(), beyond.headers()["content-range"].to_str().unwrap()),
        (416, "bytes */10")
    );
    let whole = asked("range", "nonsense").await;
    let tag = whole.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!((whole.status().as_u16(), whole.text().await.unwrap()), (200, "0123456789".to_owned()));
    let same = asked("if-none-match", &tag).await;
    assert_eq!((same.status().as_u16(), same.text().await.unwrap()), (304, String::new()));
    let packed = asked("accept-encoding", "gzip").await;
    assert_eq!(packed.headers().get("content-encoding"), None);
    assert_eq!(packed.text().await.unwrap(), "0123456789");
    stage.check().await;
}

#[tokio::test]
async fn what_could_run_in_a_browser_is_only_handed_out_to_be_kept() {
    let stage = Stage::set().await;
    let script = "<script>alert(1)</script>";
    for (name, bytes) in [
        ("page.html", script.as_bytes()),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("picture.png", script.as_bytes()),
        ("run.exe", b"MZ"),
        ("letter.pdf", b"%PDF"),
        ("no extension", b"x"),
    ] {
        let (file, _) = send(&stage.alice, "2", name, bytes).await;
        assert_eq!((&file["type"], &file["image"]), (&json!("file"), &json!(false)), "{name}");
        for link in ["urlShow", "urlDownload"] {
            let answer = stage.portal.http().get(here(&stage.portal, &file[link])).send().await.unwrap();
            let header = |name: &str| answer.headers()[name].to_str().unwrap();
            assert_eq!(header("content-type"), "application/octet-stream", "{name}");
            assert!(header("content-disposition").starts_with("attachment; "), "{name}");
            assert_eq!(header("x-content-type-options"), "nosniff");
            assert!(header("content-security-policy").contains("sandbox"));
            assert_eq!(answer.bytes().await.unwrap(), bytes);
        }
    }
    stage.check().await;
}

#[tokio::test]
async fn a_file_that_is_not_posted_is_its_bringers_alone() {
    let stage = Stage::set().await;
    let dialog = chat(stage.group(&stage.alice, &[2]).await);
    let id = bring(&stage.alice, &dialog, "draft.txt", "draft").await;
    let params = |who: &str| json!({ "dialogId": who, "fileId": id });
    let link = stage.alice.ok("im.v2.File.download", params(&dialog)).await["downloadUrl"].clone();
    assert_eq!(fetch(&stage.portal, &link).await, (200, b"draft".to_vec()));
    assert_eq!(
        stage.bob.refused("im.v2.File.download", params(&dialog)).await,
        (400, "FILE_NOT_FOUND".to_owned())
    );
    assert_eq!(
        stage.bob.refused("disk.file.get", json!({ "id": id })).await,
        (400, "ACCESS_DENIED".to_owned())
    );
    stage.check().await;
}
