//! Phrases: every text that the portal writes itself, in the portal's language.
//!
//! Owns which phrases there are, which places each has, and how places are filled. One file beside this one is one
//! language; a third language is a third file and a line in [`Language::TABLE`]. Must hold: every language has every
//! phrase with all of its places (the compiler and the tests see to it), and what is put into a place is never read as
//! a place itself. Never decides when something is said, and knows no key of an answer.

mod en;
mod ru;

use serde::{Deserialize, Serialize};

use crate::User;
use crate::user::Gender;

/// A language that the portal can speak.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}

/// One language: its texts, the names of the palette, and the titles of the fields of records.
struct Tongue {
    words: fn(&Phrase<'_>) -> Words,
    colors: &'static [(&'static str, &'static str)],
    titles: &'static [(&'static str, &'static str)],
}

impl Language {
    /// Every language with its code.
    const TABLE: [(Self, &'static str, &'static Tongue); 2] =
        [(Self::En, "en", &en::TONGUE), (Self::Ru, "ru", &ru::TONGUE)];

    fn row(self) -> (Self, &'static str, &'static Tongue) {
        Self::TABLE.into_iter().find(|(language, ..)| *language == self).unwrap_or((self, "en", &en::TONGUE))
    }

    /// Two small letters.
    pub fn code(self) -> &'static str {
        self.row().1
    }

    /// Reads [`Self::code`] back.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::TABLE.into_iter().find(|(_, known, _)| *known == code).map(|(language, ..)| language)
    }

    /// The codes of all languages.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        Self::TABLE.into_iter().map(|(_, code, _)| code)
    }

    /// A phrase in this language.
    pub fn say(self, phrase: &Phrase<'_>) -> String {
        let Words { he, she } = (self.row().2.words)(phrase);
        let text = if phrase.actor().is_some_and(|actor| actor.she) { she } else { he };
        let mut said = String::with_capacity(text.len() + 32);
        let mut rest = text;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
        {
            said.push_str(before);
            match phrase.place(self, name) {
                Some(value) => said.push_str(&value),
                None => said.push_str(&format!("{{{name}}}")),
            }
            rest = after;
        }
        said.push_str(rest);
        said
    }

    /// The name of a colour of the palette; of what is none, the code itself.
    pub fn color(self, code: &str) -> String {
        named(self.row().2.colors, code).unwrap_or(code).to_owned()
    }

    /// The title of a field of a record, `NAME` of a user's or `department.NAME`; of one without a title, its name.
    pub fn title(self, field: &str) -> String {
        let name = field.rsplit('.').next().unwrap_or(field);
        named(self.row().2.titles, field).unwrap_or(name).to_owned()
    }
}

fn named(table: &'static [(&'static str, &'static str)], key: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == key).map(|(_, name)| *name)
}

impl TryFrom<String> for Language {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        let known = || Self::codes().map(|code| format!("\"{code}\"")).collect::<Vec<_>>().join(" or ");
        Self::from_code(&code).ok_or_else(|| format!("\"{code}\": write {}", known()))
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.code().to_owned()
    }
}

/// The text of a phrase, with its places in braces: of what a man or somebody unknown does, and of what a woman does.
#[derive(Debug, Clone, Copy)]
struct Words {
    he: &'static str,
    she: &'static str,
}

/// A text that says the same of everybody.
const fn all(text: &'static str) -> Words {
    Words { he: text, she: text }
}

/// Who does what a phrase tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    id: crate::UserId,
    she: bool,
}

impl From<&User> for Actor {
    fn from(user: &User) -> Self {
        Self { id: user.id, she: user.gender == Some(Gender::F) }
    }
}

impl Actor {
    /// The person as messages name them.
    pub fn mention(self) -> String {
        mention(self.id)
    }
}

/// A person as messages name them, whatever they are called when the message is read.
pub fn mention(user: crate::UserId) -> String {
    format!("[USER={user}][/USER]")
}

/// What the portal says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the places of the texts and have their names")]
pub enum Phrase<'a> {
    /// Somebody made a chat.
    ChatCreated { actor: Actor },
    /// What stands in a new chat.
    ChatWelcome,
    /// Somebody joined by themselves.
    ChatJoined { actor: Actor },
    /// Somebody invited people.
    ChatInvited { actor: Actor, people: &'a str },
    /// Somebody left.
    ChatLeft { actor: Actor },
    /// Somebody removed another member.
    ChatKicked { actor: Actor, whom: &'a str },
    /// A chat has another title.
    ChatRenamed { actor: Actor, title: &'a str },
    /// A chat has another colour, by its palette code.
    ChatRecolored { actor: Actor, color: &'a str },
    /// A chat has another picture.
    ChatPictured { actor: Actor },
    /// What somebody who was removed from a chat is notified of.
    RemovedYou { actor: Actor, title: &'a str },
    /// The title of a chat that nobody gave one, by its colour's palette code and a number.
    ChatTitle { color: &'a str, number: &'a str },
    /// The title of a chat of notifications.
    Notifications,
    /// The text of a message that was taken back, or of which nothing can be shown.
    MessageDeleted,
    /// In a preview, a file.
    File,
    /// In a preview, an attachment.
    Attachment,
    /// In a preview, a picture in the text.
    Image,
    /// In a preview, a quotation.
    Quote,
    /// In a preview, a rating.
    Rating,
    /// In a preview, an icon without a title.
    Icon,
    /// All members, when a message names them.
    Everyone,
    /// Somebody who is named and not known.
    SomeUser { id: &'a str },
    /// Who wrote what nobody wrote.
    System,
    /// The messenger, as something that notifies.
    Messenger,
    /// Applications, as something that notifies.
    Applications,
    /// Notifications that say nothing of what they are.
    PlainNotifications,
    /// Notifications of answers.
    AnswerNotifications,
    /// Notifications of choices.
    ChoiceNotifications,
    /// Notifications of having been removed.
    RemovalNotifications,
    /// Notifications of applications.
    ApplicationNotifications,
    /// An answer to a notification went out.
    AnswerSent,
    /// A button of a notification was chosen.
    Chosen { title: &'a str },
    /// Everybody with an account.
    AllAuthorized,
    /// Everybody.
    AllVisitors,
    /// The drive of somebody without a name.
    UserDrive { id: &'a str },
    /// The folder for what somebody saved out of chats.
    SavedFiles,
    /// The drive of the company.
    CompanyDrive,
    /// The storage of the chats' folders.
    ChatsDrive,
    /// The folder of one chat.
    ChatFolder { id: &'a str },
    /// The drive of one application.
    AppDrive { id: &'a str },
    /// The way from a chat to its workgroup.
    GoToGroup,
}

impl Phrase<'_> {
    fn actor(&self) -> Option<Actor> {
        match *self {
            Self::ChatCreated { actor }
            | Self::ChatJoined { actor }
            | Self::ChatInvited { actor, .. }
            | Self::ChatLeft { actor }
            | Self::ChatKicked { actor, .. }
            | Self::ChatRenamed { actor, .. }
            | Self::ChatRecolored { actor, .. }
            | Self::ChatPictured { actor }
            | Self::RemovedYou { actor, .. } => Some(actor),
            _ => None,
        }
    }

    /// What stands in a place; `None` if the phrase has no such place.
    fn place(&self, language: Language, name: &str) -> Option<String> {
        match (self, name) {
            (_, "actor") => self.actor().map(Actor::mention),
            (Self::ChatInvited { people: text, .. }, "people")
            | (Self::ChatKicked { whom: text, .. }, "whom")
            | (
                Self::ChatRenamed { title: text, .. }
                | Self::RemovedYou { title: text, .. }
                | Self::Chosen { title: text },
                "title",
            )
            | (Self::ChatTitle { number: text, .. }, "number")
            | (
                Self::SomeUser { id: text }
                | Self::UserDrive { id: text }
                | Self::ChatFolder { id: text }
                | Self::AppDrive { id: text },
                "id",
            ) => Some((*text).to_owned()),
            (Self::ChatRecolored { color, .. } | Self::ChatTitle { color, .. }, "color") => {
                Some(language.color(color))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
