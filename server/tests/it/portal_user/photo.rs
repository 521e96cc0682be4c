//! Photos of people: kept by the portal itself, as pictures of chats are.

use image::ImageFormat;
use serde_json::{Value, json};

use crate::file::picture::{encoded, png};
use crate::file::{base64, fetch};
use crate::stage::Stage;

#[tokio::test]
async fn a_photo_is_shown_wherever_the_person_is_in_every_form_it_may_come() {
    let stage = Stage::set().await;
    stage.alice.say(2, "hello").await;
    let forms: [fn(String) -> Value; 4] = [
        |bytes| json!(["bob.png", bytes]),
        |bytes| json!([bytes]),
        |bytes| json!({ "fileData": ["bob.png", bytes] }),
        |bytes| json!(bytes),
    ];
    let mut before = json!("");
    for (form, width) in forms.into_iter().zip([500, 600, 700, 800]) {
        let mut ear = stage.portal.ear(&stage.alice).await;
        let photo = form(base64(encoded(width, 400, ImageFormat::Png)));
        let changed = stage.alice.ok("user.update", json!({ "ID": 2, "PERSONAL_PHOTO": photo })).await;
        assert_eq!(changed, true);
        let user = stage.alice.ok("im.user.get", json!({ "ID": 2 })).await;
        let avatar = user["avatar"].clone();
        assert_ne!(avatar, before);
        let (status, bytes) = fetch(&stage.portal, &avatar).await;
        let picture = image::load_from_memory(&bytes).unwrap();
        assert_eq!((status, picture.width()), (200, 400));
        assert_eq!(user["avatar_hr"], avatar);
        let row = stage.alice.row(2).await.unwrap();
        assert_eq!((&row["avatar"]["url"], &row["user"]["avatar"]), (&avatar, &avatar));
        let record = stage.alice.ok("user.get", json!({ "ID": 2 })).await;
        assert_eq!(record[0]["PERSONAL_PHOTO"], avatar);
        assert_eq!(stage.bob.ok("profile", json!({})).await["PERSONAL_PHOTO"], avatar);
        assert_eq!(ear.heard("userUpdate").await["user"]["avatar"], avatar);
        before = avatar;
    }
    stage.check().await;
}

#[tokio::test]
async fn somebody_new_may_have_a_photo_and_what_is_empty_takes_it_away() {
    let stage = Stage::set().await;
    let photo = json!(["jo.png", base64(png(40, 40))]);
    let made = json!({ "EMAIL": "jo@example.com", "NAME": "Jo", "PERSONAL_PHOTO": photo });
    let id = stage.alice.ok("user.add", made).await;
    let avatar = async || stage.alice.ok("im.user.get", json!({ "ID": id })).await["avatar"].clone();
    let first = avatar().await;
    assert_eq!(fetch(&stage.portal, &first).await.0, 200);
    stage.alice.ok("user.update", json!({ "ID": id, "NAME": "Joan", "PERSONAL_PHOTO": null })).await;
    assert_eq!(avatar().await, first, "nothing was said of it");
    for empty in [json!(""), json!([])] {
        stage.alice.ok("user.update", json!({ "ID": id, "PERSONAL_PHOTO": photo })).await;
        assert_eq!(avatar().await, first);
        stage.alice.ok("user.update", json!({ "ID": id, "PERSONAL_PHOTO": empty })).await;
        assert_eq!(avatar().await, "");
    }
    let record = stage.alice.ok("user.get", json!({ "ID": id })).await;
    assert!(record[0].get("PERSONAL_PHOTO").is_none());
    stage.check().await;
}

#[tokio::test]
async fn a_photo_that_is_none_is_refused_and_nothing_changes() {
    let stage = Stage::set().await;
    for photo in
        [json!(["a.png", "no base64!"]), json!(base64("no picture")), json!({ "fileData": ["a.png", "="] })]
    {
        let params = json!({ "ID": 2, "NAME": "Rob", "PERSONAL_PHOTO": photo });
        assert_eq!(stage.alice.refused("user.update", params).await, (400, "ERROR_CORE".to_owned()));
        let params = json!({ "EMAIL": "jo@example.com", "PERSONAL_PHOTO": photo });
        assert_eq!(stage.alice.refused("user.add", params).await, (400, "ERROR_CORE".to_owned()));
    }
    let photo = json!(["a.png", base64(png(40, 40))]);
    let params = json!({ "ID": 3, "PERSONAL_PHOTO": photo });
    assert_eq!(stage.bob.refused("user.update", params).await, (400, "ERROR_CORE".to_owned()));
    assert_eq!(stage.alice.ok("im.user.get", json!({ "ID": 2 })).await["first_name"], "Bob");
    assert_eq!(stage.alice.ok("im.user.get", json!({ "ID": 3 })).await["avatar"], "");
    let nobody = stage.alice.ok("user.get", json!({ "EMAIL": "jo@example.com" })).await;
    assert_eq!(nobody, json!([]));
}

#[tokio::test]
async fn bytes_stay_while_somebody_has_them_and_go_a_day_after() {
    let stage = Stage::set().await;
    let set = async |user: i64, photo: Value| {
        stage.alice.ok("user.update", json!({ "ID": user, "PERSONAL_PHOTO": photo })).await;
        stage.alice.ok("im.user.get", json!({ "ID": user })).await["avatar"].clone()
    };
    let photo = json!(["a.png", base64(png(40, 40))]);
    let address = set(2, photo.clone()).await;
    assert_eq!(set(3, photo).await, address, "equal pictures are kept once");
    set(2, json!("")).await;
    stage.portal.clock.step(86_401);
    assert_eq!(stage.portal.messenger().sweep().await.unwrap(), 0);
    assert_eq!(fetch(&stage.portal, &address).await.0, 200, "carol has it");
    set(3, json!("")).await;
    assert_eq!(fetch(&stage.portal, &address).await.0, 404);
    assert_eq!(stage.portal.messenger().sweep().await.unwrap(), 0, "a day has not passed");
    stage.portal.clock.step(86_401);
    assert_eq!(stage.portal.messenger().sweep().await.unwrap(), 1);
    stage.check().await;
}
