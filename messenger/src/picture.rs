//! Pictures: how large they are, a small one for lists of messages, and one for an avatar.
//!
//! Must hold: what a picture would take in memory is known and bounded before it is decoded; one is decoded at a time.
//! What cannot be decoded is no picture, and no error either.

use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

/// A side of a preview, in pixels.
const PREVIEW: u32 = 640;

/// A picture that is no larger than a preview, and has no more bytes than this, is its own preview.
const LIGHT: u64 = 200 * 1024;

/// A side of an avatar, in pixels.
const AVATAR: u32 = 400;

/// A side of what may become an avatar (the contract's limit).
const AVATAR_MOST: u32 = 5000;

/// How many pixels a picture may have to be decoded: those of the cameras of telephones.
const PIXELS: u64 = 50_000_000;

/// How many bytes it may take then.
const MEMORY: u64 = 256 << 20;

/// The quality of small pictures without transparency.
const QUALITY: u8 = 85;

/// What a picture shows of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// Pixels, as it is to be shown.
    pub(crate) width: u32,
    /// Pixels, as it is to be shown.
    pub(crate) height: u32,
    /// A smaller one; none if it is its own, or cannot be made.
    pub(crate) preview: Option<Vec<u8>>,
    /// Whether it can be shown in place of its preview.
    pub(crate) light: bool,
}

/// Looks at a file. `None` if it is no picture of a kind that is shown. May take seconds.
pub(crate) fn look(path: &Path) -> Option<Look> {
    let size = std::fs::metadata(path).ok()?.len();
    let (width, height) = reader(path)?.into_dimensions().ok()?;
    if u64::from(width) * u64::from(height) > PIXELS {
        return Some(Look { width, height, ..Look::default() });
    }
    // A header alone is no picture: what breaks later must not be announced as one.
    let picture = decode(path).ok()?;
    let (width, height) = (picture.width(), picture.height());
    let light = width <= PREVIEW && height <= PREVIEW && size <= LIGHT;
    let preview = if light { None } else { encode(&picture.thumbnail(PREVIEW, PREVIEW)) };
    Some(Look { width, height, preview, light })
}

/// A picture for a chat or a person out of a file; `None` if it is no picture, or too large.
pub(crate) fn avatar(path: &Path) -> Option<Vec<u8>> {
    let (width, height) = reader(path)?.into_dimensions().ok()?;
    if width > AVATAR_MOST || height > AVATAR_MOST {
        return None;
    }
    let picture = decode(path).ok()?;
    let small = picture.width() <= AVATAR && picture.height() <= AVATAR;
    encode(&if small { picture } else { picture.thumbnail(AVATAR, AVATAR) })
}

/// A reader for one of the kinds that are shown, whatever the file's name says.
fn reader(path: &Path) -> Option<ImageReader<BufReader<File>>> {
    let reader = ImageReader::open(path).ok()?.with_guessed_format().ok()?;
    let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP];
    known.contains(&reader.format()?).then_some(reader)
}

/// Upright, as its camera says.
fn decode(path: &Path) -> Result<DynamicImage, ImageError> {
    let unknown = || ImageError::IoError(std::io::Error::other("no picture"));
    let mut reader = reader(path).ok_or_else(unknown)?;
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if decoder.total_bytes() > MEMORY || u64::from(width) * u64::from(height) > PIXELS {
        return Err(unknown());
    }
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// With its transparency if it has any, otherwise without the bytes that this would take.
fn encode(picture: &DynamicImage) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoded = if picture.color().has_alpha() {
        picture.to_rgba8().write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
    } else {
        picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))
    };
    encoded.ok().map(|()| bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    fn file(name: &str, picture: &DynamicImage) -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        picture.save(&path).unwrap();
        (dir, path)
    }

    fn plain(width: u32, height: u32) -> DynamicImage {
        RgbImage::from_pixel(width, height, Rgb([200, 30, 30])).into()
    }

    #[test]
    fn a_large_picture_has_a_smaller_one_and_a_small_one_is_its_own() {
        for name in ["a.png", "a.jpg", "a.gif", "a.webp"] {
            let (_dir, path) = file(name, &plain(1300, 650));
            let seen = look(&path).unwrap();
            assert_eq!((seen.width, seen.height), (1300, 650), "{name}");
            let preview = image::load_from_memory(&seen.preview.unwrap()).unwrap();
            assert_eq!((preview.width(), preview.height()), (640, 320), "{name}");
        }
        let (_dir, path) = file("a.png", &plain(72, 61));
        assert_eq!(look(&path), Some(Look { width: 72, height: 61, preview: None, light: true }));
    }

    #[test]
    fn transparency_stays() {
        let clear: DynamicImage = RgbaImage::from_pixel(800, 800, Rgba([1, 2, 3, 0])).into();
        let (_dir, path) = file("a.png", &clear);
        let made = image::load_from_memory(&avatar(&path).unwrap()).unwrap();
        assert_eq!((made.width(), made.to_rgba8().get_pixel(10, 10).0[3]), (400, 0));
    }

    #[test]
    fn what_is_broken_or_too_large_is_not_decoded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("bomb.png");
        let mut bomb = Vec::new();
        plain(1, 1).write_to(&mut Cursor::new(&mut bomb), ImageFormat::Png).unwrap();
        // Width and height as the header says, with a checksum that fits.
        bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let sum = checksum(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        std::fs::write(&path, &bomb).unwrap();
        let seen = look(&path).unwrap();
        assert_eq!((seen.width, seen.height, seen.preview, seen.light), (60_000, 60_000, None, false));
        assert_eq!(avatar(&path), None);
        let (_dir, whole) = file("a.png", &plain(700, 700));
        let bytes = std::fs::read(&whole).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert_eq!(look(&path), None);
        std::fs::write(&path, "<svg xmlns='http://www.w3.org/2000/svg'/>").unwrap();
        assert_eq!((look(&path), avatar(&path)), (None, None));
    }

    /// The checksum of PNG's chunks.
    fn checksum(bytes: &[u8]) -> u32 {
        let step = |sum: u32, byte: &u8| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 }
            })
        };
        !bytes.iter().fold(u32::MAX, step)
    }
}
