//! Pictures among files: their size, and a smaller one to look at.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::json;

use super::{fetch, here, page, send};
use crate::stage::Stage;

/// A red picture.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(width, height, ImageFormat::Png)
}

/// The same in another format.
pub fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture: DynamicImage = RgbImage::from_pixel(width, height, Rgb([200, 30, 30])).into();
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn a_picture_is_shown_with_its_size_and_a_smaller_one() {
    let stage = Stage::set().await;
    for (format, name, media) in [
        (ImageFormat::Png, "a.png", "image/png"),
        (ImageFormat::Jpeg, "b.jpg", "image/jpeg"),
        (ImageFormat::Gif, "c.gif", "image/gif"),
        (ImageFormat::WebP, "d.whatever", "image/webp"),
    ] {
        let bytes = encoded(1300, 650, format);
        send(&stage.alice, "2", name, &bytes).await;
        let file = page(&stage.bob, "1").await["files"][0].clone();
        assert_eq!(
            (&file["type"], &file["image"]),
            (&json!("image"), &json!({ "height": 650, "width": 1300 })),
            "{name}"
        );
        assert_eq!(file["viewerAttrs"]["viewerType"], "image");
        assert_eq!(file["mediaUrl"]["preview"]["250"], file["urlPreview"]);
        let shown = stage.portal.http().get(here(&stage.portal, &file["urlShow"])).send().await.unwrap();
        assert_eq!(shown.headers()["content-type"], media);
        assert!(shown.headers()["content-disposition"].to_str().unwrap().starts_with("inline; "));
        assert_eq!(shown.bytes().await.unwrap(), bytes);
        let (status, preview) = fetch(&stage.portal, &file["urlPreview"]).await;
        let preview = image::load_from_memory(&preview).unwrap();
        assert_eq!((status, preview.width(), preview.height()), (200, 640, 320), "{name}");
    }
    stage.check().await;
}

#[tokio::test]
async fn a_small_picture_is_its_own_preview() {
    let stage = Stage::set().await;
    let bytes = png(72, 61);
    let (file, _) = send(&stage.alice, "2", "image.png", &bytes).await;
    assert_eq!(file["image"], json!({ "height": 61, "width": 72 }));
    assert_eq!(fetch(&stage.portal, &file["urlPreview"]).await, (200, bytes));
    stage.check().await;
}

#[tokio::test]
async fn a_bomb_and_a_broken_picture_are_kept_and_not_decoded() {
    let stage = Stage::set().await;
    let whole = png(700, 700);
    let (file, _) = send(&stage.alice, "2", "half.png", &whole[..whole.len() / 2]).await;
    assert_eq!((&file["type"], &file["urlPreview"]), (&json!("file"), &json!("")));
    let mut bomb = png(1, 1);
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let (file, _) = send(&stage.alice, "2", "bomb.png", &bomb).await;
    assert_eq!(file["urlPreview"], "");
    assert_eq!(fetch(&stage.portal, &file["urlDownload"]).await, (200, bomb));
    stage.check().await;
}
