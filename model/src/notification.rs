//! A notification: what a message in somebody's chat of notifications has beside a message.
//!
//! Owns the kinds, what a tag looks like to clients, which notifications a search takes, and the list of events that the
//! portal notifies of. Must hold: a notification is read or not by itself, whatever is before and after it.

use serde::{Deserialize, Serialize};

use crate::{Message, MessageId, Moment, Phrase, UserId};

/// The longest tag, module or event, in characters.
pub const TAG_MAX_CHARS: usize = 255;

/// The shortest text that is searched for, in characters.
pub const SEARCH_MIN_CHARS: usize = 3;

/// What a notification wants of its reader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NotificationKind {
    /// To choose one of its buttons.
    Confirm,
    /// To be read; it comes from a person.
    Personal,
    /// To be read; it comes from the portal or a program.
    #[default]
    System,
}

impl NotificationKind {
    const TABLE: [(Self, i64); 3] = [(Self::Confirm, 1), (Self::Personal, 2), (Self::System, 4)];

    /// `notify_type` on the wire and in the store.
    pub fn number(self) -> i64 {
        Self::TABLE.into_iter().find(|(kind, _)| *kind == self).map_or(4, |(_, number)| number)
    }

    /// Reads [`Self::number`] back.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::TABLE.into_iter().find(|(_, known)| *known == number).map(|(kind, _)| kind)
    }

    /// What a message without a word about it is.
    pub fn of_author(author: UserId) -> Self {
        if author.is_none() { Self::System } else { Self::Personal }
    }
}

/// A button of a notification that wants to be confirmed, as it is stored and shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE", deny_unknown_fields)]
pub struct Button {
    /// What stands on it.
    pub title: String,
    /// What choosing it says.
    pub value: String,
    /// How it looks: `accept`, `cancel` or nothing.
    #[serde(rename = "TYPE", default)]
    pub look: String,
}

/// One notification, beside the message that carries its text, author and date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notification {
    /// The message.
    pub message_id: MessageId,
    /// What it wants.
    pub kind: NotificationKind,
    /// Which module tells.
    pub module: String,
    /// Of what.
    pub event: String,
    /// The program that made it; within it tags are unique. Empty for the portal itself.
    pub app: String,
    /// A word under which it is replaced and deleted; empty for none.
    pub tag: String,
    /// A word that several may share, to be deleted together; empty for none.
    pub sub_tag: String,
    /// What stands above the text.
    pub title: String,
    /// The choices, if it wants to be confirmed.
    pub buttons: Vec<Button>,
    /// Whether it was not read yet.
    pub unread: bool,
}

impl Notification {
    /// The tag as clients see it.
    pub fn shown_tag(&self) -> String {
        shown_tag(&self.app, &self.tag)
    }

    /// The sub tag as clients see it.
    pub fn shown_sub_tag(&self) -> String {
        shown_tag(&self.app, &self.sub_tag)
    }

    /// `module|event`, by which people would switch it off.
    pub fn setting(&self) -> String {
        format!("{}|{}", self.module, self.event)
    }

    /// The button with this value.
    pub fn button(&self, value: &str) -> Option<&Button> {
        self.buttons.iter().find(|button| button.value == value)
    }

    fn carries(&self, tag: &str) -> bool {
        [&self.tag, &self.sub_tag].into_iter().any(|carried| !carried.is_empty() && carried == tag)
            || [self.shown_tag(), self.shown_sub_tag()].iter().any(|shown| !shown.is_empty() && shown == tag)
    }
}

/// Tags of programs are told apart by the program.
fn shown_tag(app: &str, tag: &str) -> String {
    match (app, tag) {
        (_, "") | ("", _) => tag.to_owned(),
        _ => format!("MP|{app}|{tag}"),
    }
}

/// Which notifications a search takes; what is not set takes all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// A part of text or title, whatever its case.
    pub text: Option<String>,
    /// Any of these modules, each with one of its events or with all.
    pub events: Vec<(String, Option<String>)>,
    /// Not before.
    pub from: Option<Moment>,
    /// Not after.
    pub to: Option<Moment>,
    /// By any of these people.
    pub authors: Vec<UserId>,
    /// With this tag or sub tag.
    pub tag: Option<String>,
}

impl Search {
    /// Whether it takes everything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Makes the text ready to be compared. Call it once, before [`Self::takes`].
    pub fn folded(self) -> Self {
        Self { text: self.text.map(|text| text.to_lowercase()), ..self }
    }

    /// Whether it takes a notification.
    pub fn takes(&self, message: &Message, notification: &Notification) -> bool {
        self.from.is_none_or(|from| message.date >= from)
            && self.to.is_none_or(|to| message.date <= to)
            && (self.authors.is_empty() || self.authors.contains(&message.author_id))
            && (self.events.is_empty() || self.events.iter().any(|event| is_event(notification, event)))
            && self.tag.as_deref().is_none_or(|tag| notification.carries(tag))
            && self.text.as_deref().is_none_or(|text| {
                [&message.text, &notification.title].iter().any(|place| place.to_lowercase().contains(text))
            })
    }
}

fn is_event(notification: &Notification, (module, event): &(String, Option<String>)) -> bool {
    notification.module == *module && event.as_deref().is_none_or(|event| notification.event == event)
}

/// A module that notifies: its id, its name, and the id and name of each event.
pub type Module = (&'static str, Phrase<'static>, &'static [(&'static str, Phrase<'static>)]);

/// What a message in a chat of notifications is about if nothing says more.
pub const PLAIN: (&str, &str) = ("im", "default");

/// A person answers a notification.
pub const ANSWER: (&str, &str) = ("im", "answer");

/// A person chooses a button of a notification.
pub const CONFIRM: (&str, &str) = ("im", "confirm");

/// Somebody removes the reader from a chat.
pub const REMOVAL: (&str, &str) = ("im", "removal");

/// A program notifies.
pub const REST: (&str, &str) = ("rest", "rest_notify");

/// Everything that this portal notifies of by itself.
pub const MODULES: [Module; 2] = [
    (
        "im",
        Phrase::Messenger,
        &[
            (PLAIN.1, Phrase::PlainNotifications),
            (ANSWER.1, Phrase::AnswerNotifications),
            (CONFIRM.1, Phrase::ChoiceNotifications),
            (REMOVAL.1, Phrase::RemovalNotifications),
        ],
    ),
    ("rest", Phrase::Applications, &[(REST.1, Phrase::ApplicationNotifications)]),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn invoice() -> (Message, Notification) {
        let message = Message {
            author_id: UserId(2),
            date: Moment(100),
            text: "Große INVOICE".to_owned(),
            ..Message::default()
        };
        let notification = Notification {
            module: "crm".to_owned(),
            event: "paid".to_owned(),
            app: "a1".to_owned(),
            tag: "DEAL".to_owned(),
            title: "Überweisung".to_owned(),
            ..Notification::default()
        };
        (message, notification)
    }

    fn takes(search: Search) -> bool {
        let (message, notification) = invoice();
        search.folded().takes(&message, &notification)
    }

    #[test]
    fn a_search_looks_into_text_and_title_whatever_the_case() {
        for (text, found) in
            [("invoice", true), ("GROSSE", false), ("größe", false), ("überw", true), ("no", false)]
        {
            assert_eq!(takes(Search { text: Some(text.to_owned()), ..Search::default() }), found, "{text}");
        }
    }

    #[test]
    fn every_condition_must_hold() {
        let event = |module: &str, event: Option<&str>| (module.to_owned(), event.map(str::to_owned));
        let good = Search {
            text: Some("invoice".to_owned()),
            events: vec![event("tasks", None), event("crm", Some("paid"))],
            from: Some(Moment(100)),
            to: Some(Moment(100)),
            authors: vec![UserId(1), UserId(2)],
            tag: Some("MP|a1|DEAL".to_owned()),
        };
        assert!(takes(good.clone()));
        assert!(!takes(Search { events: vec![event("crm", Some("lost"))], ..good.clone() }));
        assert!(!takes(Search { from: Some(Moment(101)), ..good.clone() }));
        assert!(!takes(Search { to: Some(Moment(99)), ..good.clone() }));
        assert!(!takes(Search { authors: vec![UserId(3)], ..good.clone() }));
        assert!(!takes(Search { tag: Some("MP|a2|DEAL".to_owned()), ..good.clone() }));
        assert!(takes(Search { tag: Some("DEAL".to_owned()), ..good }));
        assert!(takes(Search::default()));
    }

    #[test]
    fn tags_of_programs_are_shown_with_the_program() {
        let (_, mut notification) = invoice();
        assert_eq!(
            (notification.shown_tag(), notification.shown_sub_tag()),
            ("MP|a1|DEAL".into(), String::new())
        );
        notification.app.clear();
        assert_eq!(notification.shown_tag(), "DEAL");
    }

    #[test]
    fn numbers_come_back_as_kinds() {
        for (kind, number) in NotificationKind::TABLE {
            assert_eq!((kind.number(), NotificationKind::from_number(number)), (number, Some(kind)));
        }
        assert_eq!(NotificationKind::from_number(3), None);
    }
}
