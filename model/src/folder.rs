//! Folders: people's drives, the company's drive, those of applications, and the folders in which chats keep their files.
//!
//! Must hold: a folder without a parent is a storage, and its number is the storage's; whoever owns a folder has one of
//! its kind.

use crate::{AppId, ChatId, FolderId, Language, Moment, Phrase, UserId};

/// Whose a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The drive of one person.
    User(UserId),
    /// The folder of one person's drive for what they saved out of chats.
    Saved(UserId),
    /// The drive of all employees.
    Company,
    /// The storage that holds the folders of all chats.
    Chats,
    /// The files of one chat.
    Chat(ChatId),
    /// The drive of one application.
    App(AppId),
}

impl Owner {
    /// The word and the number under which it is kept.
    pub fn parts(self) -> (&'static str, i64) {
        match self {
            Self::User(user) => ("user", user.0),
            Self::Saved(user) => ("saved", user.0),
            Self::Company => ("common", 0),
            Self::Chats => ("im", 0),
            Self::Chat(chat) => ("chat", chat.0),
            Self::App(app) => ("restapp", app.0),
        }
    }

    /// Reads [`Self::parts`] back.
    pub fn from_parts(word: &str, id: i64) -> Option<Self> {
        Some(match word {
            "user" => Self::User(UserId(id)),
            "saved" => Self::Saved(UserId(id)),
            "common" => Self::Company,
            "im" => Self::Chats,
            "chat" => Self::Chat(ChatId(id)),
            "restapp" => Self::App(AppId(id)),
            _ => return None,
        })
    }

    /// The storage that such a folder lies in; itself if it is one.
    pub fn storage(self) -> Self {
        match self {
            Self::Saved(user) => Self::User(user),
            Self::Chat(_) => Self::Chats,
            storage => storage,
        }
    }

    /// What such a folder is called when it is made. Drives of people have their names instead.
    pub fn usual_name(self, language: Language) -> String {
        let id = self.parts().1.to_string();
        language.say(&match self {
            Self::User(_) => Phrase::UserDrive { id: &id },
            Self::Saved(_) => Phrase::SavedFiles,
            Self::Company => Phrase::CompanyDrive,
            Self::Chats => Phrase::ChatsDrive,
            Self::Chat(_) => Phrase::ChatFolder { id: &id },
            Self::App(_) => Phrase::AppDrive { id: &id },
        })
    }
}

/// One folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The number.
    pub id: FolderId,
    /// The folder that it lies in; zero for a storage.
    pub parent_id: FolderId,
    /// The storage that it lies in.
    pub storage_id: FolderId,
    /// Whose it is.
    pub owner: Owner,
    /// What it is called.
    pub name: String,
    /// When it was made.
    pub created_at: Moment,
    /// By whose doing.
    pub created_by: UserId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_read_back() {
        for owner in [
            Owner::User(UserId(7)),
            Owner::Saved(UserId(7)),
            Owner::Company,
            Owner::Chats,
            Owner::Chat(ChatId(9)),
            Owner::App(AppId(3)),
        ] {
            let (word, id) = owner.parts();
            assert_eq!(Owner::from_parts(word, id), Some(owner));
            assert_eq!(owner.storage().storage(), owner.storage());
        }
        assert_eq!(Owner::from_parts("group", 1), None);
    }
}
