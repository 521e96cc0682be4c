//! Every language has every phrase, with all of its places.

use std::collections::BTreeSet;

use super::*;
use crate::color::PALETTE;
use crate::{User, UserId};

const ALL: [Language; 2] = [Language::En, Language::Ru];

fn actor(gender: Option<Gender>) -> Actor {
    Actor::from(&User { id: UserId(7), gender, ..User::default() })
}

/// Each phrase once, with the names of its places. The `match` does not compile without a phrase that is new; its line
/// here is the other half.
fn every() -> Vec<(Phrase<'static>, &'static [&'static str])> {
    let actor = actor(None);
    let phrases = vec![
        Phrase::ChatCreated { actor },
        Phrase::ChatWelcome,
        Phrase::ChatJoined { actor },
        Phrase::ChatInvited { actor, people: "x" },
        Phrase::ChatLeft { actor },
        Phrase::ChatKicked { actor, whom: "x" },
        Phrase::ChatRenamed { actor, title: "x" },
        Phrase::ChatRecolored { actor, color: "MINT" },
        Phrase::ChatPictured { actor },
        Phrase::RemovedYou { actor, title: "x" },
        Phrase::ChatTitle { color: "MINT", number: "x" },
        Phrase::Notifications,
        Phrase::MessageDeleted,
        Phrase::File,
        Phrase::Attachment,
        Phrase::Image,
        Phrase::Quote,
        Phrase::Rating,
        Phrase::Icon,
        Phrase::Everyone,
        Phrase::SomeUser { id: "x" },
        Phrase::System,
        Phrase::Messenger,
        Phrase::Applications,
        Phrase::PlainNotifications,
        Phrase::AnswerNotifications,
        Phrase::ChoiceNotifications,
        Phrase::RemovalNotifications,
        Phrase::ApplicationNotifications,
        Phrase::AnswerSent,
        Phrase::Chosen { title: "x" },
        Phrase::AllAuthorized,
        Phrase::AllVisitors,
        Phrase::UserDrive { id: "x" },
        Phrase::SavedFiles,
        Phrase::CompanyDrive,
        Phrase::ChatsDrive,
        Phrase::ChatFolder { id: "x" },
        Phrase::AppDrive { id: "x" },
        Phrase::GoToGroup,
    ];
    phrases.into_iter().map(|phrase| (phrase, places(&phrase))).collect()
}

fn places(phrase: &Phrase<'_>) -> &'static [&'static str] {
    match phrase {
        Phrase::ChatCreated { .. }
        | Phrase::ChatJoined { .. }
        | Phrase::ChatLeft { .. }
        | Phrase::ChatPictured { .. } => &["actor"],
        Phrase::ChatInvited { .. } => &["actor", "people"],
        Phrase::ChatKicked { .. } => &["actor", "whom"],
        Phrase::ChatRenamed { .. } | Phrase::RemovedYou { .. } => &["actor", "title"],
        Phrase::ChatRecolored { .. } => &["actor", "color"],
        Phrase::ChatTitle { .. } => &["color", "number"],
        Phrase::SomeUser { .. }
        | Phrase::UserDrive { .. }
        | Phrase::ChatFolder { .. }
        | Phrase::AppDrive { .. } => &["id"],
        Phrase::Chosen { .. } => &["title"],
        Phrase::ChatWelcome
        | Phrase::Notifications
        | Phrase::MessageDeleted
        | Phrase::File
        | Phrase::Attachment
        | Phrase::Image
        | Phrase::Quote
        | Phrase::Rating
        | Phrase::Icon
        | Phrase::Everyone
        | Phrase::System
        | Phrase::Messenger
        | Phrase::Applications
        | Phrase::PlainNotifications
        | Phrase::AnswerNotifications
        | Phrase::ChoiceNotifications
        | Phrase::RemovalNotifications
        | Phrase::ApplicationNotifications
        | Phrase::AnswerSent
        | Phrase::AllAuthorized
        | Phrase::AllVisitors
        | Phrase::SavedFiles
        | Phrase::CompanyDrive
        | Phrase::ChatsDrive
        | Phrase::GoToGroup => &[],
    }
}

/// The names in braces.
fn braces(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|tail| tail.split('}').next().unwrap()).collect()
}

#[test]
fn every_language_has_every_text_with_every_place() {
    for language in ALL {
        for (phrase, places) in every() {
            let Words { he, she } = (language.row().2.words)(&phrase);
            for text in [he, she] {
                assert!(!text.trim().is_empty(), "{language:?} {phrase:?}");
                let wanted: BTreeSet<_> = places.iter().copied().collect();
                assert_eq!(braces(text), wanted, "{language:?} {phrase:?}");
            }
            assert!(!language.say(&phrase).contains(['{', '}']), "{language:?} {phrase:?}");
        }
    }
}

#[test]
fn every_language_names_every_colour_and_titles_the_same_fields() {
    let fields = |language: Language| -> Vec<_> {
        language.row().2.titles.iter().map(|(field, title)| (*field, title.is_empty())).collect()
    };
    for language in ALL {
        let colors: Vec<_> = language.row().2.colors.iter().map(|(code, _)| *code).collect();
        assert_eq!(colors, PALETTE.map(|(code, _)| code), "{language:?}");
        assert_eq!(fields(language), fields(Language::En), "{language:?}");
    }
    assert_eq!(Language::En.title("TIME_ZONE"), "TIME_ZONE");
    assert_eq!(Language::Ru.title("department.ID"), "ID");
}

#[test]
fn the_number_of_an_automatic_title_stands_at_its_end() {
    for language in ALL {
        let title = |number| language.say(&Phrase::ChatTitle { color: "MINT", number });
        assert_eq!(title("12"), format!("{}12", title("")));
    }
    assert_eq!(Language::En.say(&Phrase::ChatTitle { color: "MINT", number: "3" }), "Mint chat No. 3");
}

#[test]
fn russian_verbs_follow_the_gender_of_whoever_acts() {
    for (gender, said) in [
        (Some(Gender::F), "[USER=7][/USER] создала чат"),
        (Some(Gender::M), "[USER=7][/USER] создал чат"),
        (None, "[USER=7][/USER] создал чат"),
    ] {
        assert_eq!(Language::Ru.say(&Phrase::ChatCreated { actor: actor(gender) }), said);
    }
}

#[test]
fn what_is_put_in_is_no_place_itself() {
    let phrase = Phrase::ChatRenamed { actor: actor(None), title: "{actor} {title} {" };
    assert_eq!(Language::En.say(&phrase), "[USER=7][/USER] changed the chat title to \"{actor} {title} {\"");
}

#[test]
fn languages_are_read_by_their_codes() {
    for language in ALL {
        assert_eq!(Language::try_from(language.code().to_owned()), Ok(language));
    }
    let refused = Language::try_from("de".to_owned()).unwrap_err();
    assert_eq!(refused, "\"de\": write \"en\" or \"ru\"");
}
