//! Bytes that are kept: which they are, and under which name they lie.
//!
//! Must hold: a name is never used twice, not even for equal bytes that were removed in between; so whoever removes
//! bytes late cannot meet newer ones.

use crate::{BlobId, Moment};

/// For how many seconds bytes that no file has stay, after they came or after the last file let go of them: a day. What
/// is on its way, and a copy of the portal that is just being made, have that long.
pub const GRACE: i64 = 86_400;

/// Kept bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blob {
    /// The number.
    pub id: BlobId,
    /// Their SHA-256, as lower-case hex.
    pub hash: String,
    /// How many they are.
    pub size: i64,
    /// What kind of picture they are, as a media type; empty for everything else.
    pub media: String,
    /// The portal's position when they came; with the hash it makes the name.
    pub born: i64,
    /// When they came, or when a file let go of them last.
    pub claimed_at: Moment,
}

impl Blob {
    /// The name under which the bytes lie: `ab/abcd...-17`. Letters, digits, `/` and `-` only.
    pub fn key(&self) -> String {
        let shelf: String = self.hash.chars().take(2).collect();
        format!("{shelf}/{}-{}", self.hash, self.born)
    }
}

/// How many bytes [`picture_type`] wants to see.
pub const HEAD: usize = 16;

/// The media type of a picture that begins with these bytes, if it is one that is shown; empty otherwise.
pub fn picture_type(head: &[u8]) -> &'static str {
    match head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ => "",
    }
}

/// Whether a text is a SHA-256 as lower-case hex.
pub fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_hash_and_the_position() {
        let blob = Blob { hash: "ab12".to_owned(), born: 17, ..Blob::default() };
        assert_eq!(blob.key(), "ab/ab12-17");
    }

    #[test]
    fn pictures_are_known_by_their_first_bytes() {
        for (head, media) in [
            (b"\x89PNG\r\n\x1a\n....".as_slice(), "image/png"),
            (b"\xff\xd8\xff\xe0", "image/jpeg"),
            (b"GIF89a", "image/gif"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
            (b"<svg xmlns", ""),
            (b"GIF", ""),
            (b"", ""),
        ] {
            assert_eq!(picture_type(head), media);
        }
    }

    #[test]
    fn a_hash_is_hex_in_small_letters() {
        assert!(is_hash(&"0f".repeat(32)));
        for text in ["", "0f", &"0F".repeat(32), &"0g".repeat(32), &"/.".repeat(32)] {
            assert!(!is_hash(text), "{text}");
        }
    }
}
