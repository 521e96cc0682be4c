//! What people of the demo portal say: conversations by topic, in the order in which they are spoken.
//!
//! A line that begins with `+` is by whoever spoke before, with `<` by the one who asks and `>` by those who answer;
//! any other by somebody else than before. Words in braces are filled in by [`fill`].

use super::chance::Chance;
use super::{daily, errand, trade};

/// One conversation, line after line.
pub(super) type Conversation = &'static [&'static str];

/// What a chat is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// Making bicycles.
    Workshop,
    /// Life in the building.
    Office,
    /// Shapes and colours.
    Design,
    /// Dealers, deals and fairs.
    Sales,
    /// Computers.
    Machines,
    /// Money and contracts.
    Money,
    /// Two colleagues who like each other.
    Friends,
    /// Russian.
    Russian,
    /// Japanese and Chinese.
    Japanese,
    /// A task's own chat.
    Task,
    /// Posts for everybody.
    News,
    /// A customer and those who help.
    Customer,
    /// The same in Russian.
    RussianCustomer,
    /// The same in Chinese.
    ChineseCustomer,
    /// A colleague and the assistant.
    Assistant,
    /// A bot that tells things.
    Bot,
    /// Notes to oneself.
    Notes,
    /// What the portal notifies of.
    Notices,
}

impl Topic {
    /// Its conversations.
    pub fn conversations(self) -> &'static [Conversation] {
        match self {
            Self::Workshop => trade::WORKSHOP,
            Self::Office => daily::OFFICE,
            Self::Design => trade::DESIGN,
            Self::Sales => trade::SALES,
            Self::Machines => trade::MACHINES,
            Self::Money => trade::MONEY,
            Self::Friends => daily::FRIENDS,
            Self::Russian => daily::RUSSIAN,
            Self::Japanese => daily::JAPANESE,
            Self::Task => trade::TASK,
            Self::News => daily::NEWS,
            Self::Customer => errand::CUSTOMER,
            Self::RussianCustomer => errand::RUSSIAN_CUSTOMER,
            Self::ChineseCustomer => errand::CHINESE_CUSTOMER,
            Self::Assistant => errand::ASSISTANT,
            Self::Bot => errand::BOT,
            Self::Notes => daily::NOTES,
            Self::Notices => errand::NOTICES,
        }
    }
}

/// Words for the braces.
const WORDS: [(&str, &[&str]); 7] = [
    (
        "{part}",
        &[
            "rear hubs",
            "brake levers",
            "fork crowns",
            "saddles",
            "chain guards",
            "spokes",
            "bottom brackets",
            "mudguards",
            "dynamo lights",
            "pedals",
            "rims",
            "cable ties",
        ],
    ),
    (
        "{bike}",
        &["Heron", "Wren", "Magpie Cargo", "Swift 3", "Kingfisher", "Wren Junior", "Heron Step-through"],
    ),
    ("{day}", &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "tomorrow", "next week"]),
    ("{town}", &["Wexley", "Harrow Mill", "Stonebridge", "Portside", "Velora", "Lower Ashby", "Tern Bay"]),
    (
        "{colour}",
        &["moss green", "signal red", "oyster", "night blue", "mustard", "the new grey", "raw steel"],
    ),
    (
        "{shop}",
        &[
            "Wheel & Barrow",
            "Cogsworthy",
            "the Portside shop",
            "Spoke & Sons",
            "Velo Tern",
            "Mill Lane Cycles",
        ],
    ),
    ("{time}", &["9:30", "10:00", "11:15", "13:00", "14:30", "15:45", "16:00", "17:20"]),
];

/// Fills the braces of a line; `{name}` becomes `name`, the others get the same words wherever `conversation` is the
/// same.
pub(super) fn fill(line: &str, name: &str, conversation: i64) -> String {
    let mut text = line.to_owned();
    if !text.contains('{') {
        return text;
    }
    for ((slot, words), place) in WORDS.into_iter().zip(1..) {
        text = text.replace(slot, Chance::of(conversation + place).word(words));
    }
    let mut chance = Chance::of(conversation);
    text = text.replace("{n}", &chance.between(3, 48).to_string());
    text = text.replace("{order}", &format!("HB-{}", chance.between(20_100, 28_900)));
    text.replace("{name}", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_brace_is_filled() {
        let topics = [
            Topic::Workshop,
            Topic::Office,
            Topic::Design,
            Topic::Sales,
            Topic::Machines,
            Topic::Money,
            Topic::Friends,
            Topic::Russian,
            Topic::Japanese,
            Topic::Task,
            Topic::News,
            Topic::Customer,
            Topic::RussianCustomer,
            Topic::ChineseCustomer,
            Topic::Assistant,
            Topic::Bot,
            Topic::Notes,
            Topic::Notices,
        ];
        for line in topics.iter().flat_map(|topic| topic.conversations()).copied().flatten() {
            let text = fill(line, "Carol", 1);
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }
}
