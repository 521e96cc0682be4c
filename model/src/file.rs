//! A file posted into a chat: what is known about it, not its bytes.

use serde::{Deserialize, Serialize};

use crate::{ChatId, FileId, Moment, UserId};

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
}

/// A file of a chat.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// The number.
    pub id: FileId,
    /// Where it was posted.
    pub chat_id: ChatId,
    /// Who posted it.
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
}

impl File {
    /// What follows the last dot of the name, or empty.
    pub fn extension(&self) -> &str {
        self.name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}
