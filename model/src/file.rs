//! A file: on somebody's drive, or in a chat's folder and posted with a message. What is known about it, not its bytes.

use serde::{Deserialize, Serialize};

use crate::{BlobId, ChatId, FileId, FolderId, MessageId, Moment, UserId};

/// How many characters a name may have.
pub const NAME_MAX_CHARS: usize = 255;

/// How clients show a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// Anything else.
    #[default]
    File,
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A sound.
    Audio,
}

impl FileKind {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
        }
    }

    /// Reads [`Self::word`] back; unknown words are plain files.
    pub fn from_word(word: &str) -> Self {
        [Self::Image, Self::Video, Self::Audio]
            .into_iter()
            .find(|kind| kind.word() == word)
            .unwrap_or_default()
    }

    /// What a name says of films and sounds. Whether something is a picture is seen from its bytes.
    pub fn by_name(name: &str) -> Self {
        match media_type(name).split('/').next() {
            Some("video") => Self::Video,
            Some("audio") => Self::Audio,
            _ => Self::File,
        }
    }
}

/// A file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// The number.
    pub id: FileId,
    /// The chat that it is in; zero on a drive.
    pub chat_id: ChatId,
    /// Who brought it.
    pub author_id: UserId,
    /// When.
    pub date: Moment,
    /// Its name, without folders.
    pub name: String,
    /// How it is shown.
    pub kind: FileKind,
    /// Size in bytes.
    pub size: i64,
    /// Pixels, zero when unknown.
    pub width: i64,
    /// Pixels, zero when unknown.
    pub height: i64,
    /// The folder that it lies in; zero for what came by import without one.
    pub folder_id: FolderId,
    /// The message that it was posted with; zero before that, and on a drive.
    pub message_id: MessageId,
    /// When its bytes were replaced last; zero for never.
    pub updated_at: Moment,
    /// Who replaced them.
    pub updated_by: UserId,
    /// How often it got bytes: 1 for a new file.
    pub version: i64,
    /// Its bytes; zero when only the file is known, as after an import without bytes.
    pub blob_id: BlobId,
    /// A smaller picture of it; zero for none.
    pub preview_id: BlobId,
    /// Whether it was deleted. Its number is not given again.
    pub deleted: bool,
}

impl File {
    /// What follows the last dot of the name, or empty.
    pub fn extension(&self) -> &str {
        self.name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

/// A name that a file can have: any Unicode, but no way into folders, no control characters, and not too long.
pub fn good_name(name: &str) -> Option<&str> {
    let name = name.trim();
    let bad = |sign: char| sign.is_control() || matches!(sign, '/' | '\\');
    let empty = name.is_empty() || name.chars().all(|sign| sign == '.');
    let long = name.chars().count() > NAME_MAX_CHARS;
    (!empty && !long && !name.contains(bad)).then_some(name)
}

/// The same name with a number before its extension: `report (2).pdf`.
pub fn numbered(name: &str, number: i64) -> String {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let tail = format!(" ({number}){extension}");
    let room = NAME_MAX_CHARS.saturating_sub(tail.chars().count());
    let stem: String = stem.chars().take(room).collect();
    format!("{stem}{tail}")
}

/// The media type by which a browser may show a file of this name; `application/octet-stream` for everything that could
/// run in one, or that is not known. Pictures are judged by their bytes instead.
pub fn media_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_lowercase();
    match extension.as_str() {
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "mov" => "video/quicktime",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_be_in_any_script_and_lead_nowhere() {
        for name in
            ["report.pdf", "отчёт за март.docx", "写真 1.png", "👩‍👩‍👧.gif", ".bashrc", "a..b", "no extension"]
        {
            assert_eq!(good_name(name), Some(name), "{name}");
        }
        assert_eq!(good_name("  a.txt "), Some("a.txt"));
        let long = "x".repeat(NAME_MAX_CHARS + 1);
        for name in
            ["", " ", ".", "..", "...", "../a", "a/b", "..\\a", "C:\\a.txt", "a\0b", "a\nb", "a\u{7f}", &long]
        {
            assert_eq!(good_name(name), None, "{name:?}");
        }
    }

    #[test]
    fn a_number_goes_before_the_extension_and_fits() {
        assert_eq!(numbered("report.pdf", 2), "report (2).pdf");
        assert_eq!(numbered("README", 3), "README (3)");
        assert_eq!(numbered(".bashrc", 2), ".bashrc (2)");
        let long = format!("{}.pdf", "я".repeat(NAME_MAX_CHARS - 4));
        let made = numbered(&long, 12);
        assert!(made.ends_with(" (12).pdf") && made.chars().count() == NAME_MAX_CHARS);
    }

    #[test]
    fn what_could_run_in_a_browser_has_no_type() {
        for name in ["a.html", "a.svg", "a.js", "a.xml", "a.pdf", "a", "a.mp4.exe"] {
            assert_eq!(media_type(name), "application/octet-stream", "{name}");
        }
        assert_eq!((media_type("A.MP4"), FileKind::by_name("A.MP4")), ("video/mp4", FileKind::Video));
        assert_eq!(FileKind::by_name("song.mp3"), FileKind::Audio);
        assert_eq!(FileKind::by_name("a.png"), FileKind::File);
    }
}
