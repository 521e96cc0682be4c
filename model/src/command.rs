//! Commands of bots: `/echo what`.
//!
//! Must hold: a command is found in a text wherever a line begins with it, and every one that is found is given once.

use serde::{Deserialize, Serialize};

use crate::{CommandId, UserId};

/// How many commands a bot has at most.
pub const PER_BOT: i64 = 500;

/// How many characters the name of a command has at most.
pub const NAME_CHARS: usize = 100;

/// How many characters each phrase about a command has at most.
pub const PHRASE_CHARS: usize = 1000;

/// In how many languages a command is called at most.
pub const LANGUAGES: usize = 100;

/// With what a mention ends.
const MENTION_END: &str = "[/user]";

/// How many commands of one text are given.
const PER_TEXT: usize = 20;

/// What a command is called in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandPhrase {
    /// The language: `en`.
    pub language: String,
    /// What it does.
    pub title: String,
    /// What may stand behind it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub params: String,
}

/// A command that a bot knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BotCommand {
    /// The number.
    pub id: CommandId,
    /// Whose it is.
    pub bot: UserId,
    /// What it is called, without the slash, in small letters.
    pub name: String,
    /// Where a bot of the first dialect is told of it.
    pub url: String,
    /// Whether it can be given where the bot is not.
    pub common: bool,
    /// Whether it is not offered.
    pub hidden: bool,
    /// Whether guests from outside can give it.
    pub extranet: bool,
    /// What it is called.
    pub phrases: Vec<CommandPhrase>,
}

impl BotCommand {
    /// What it is called in a language, else in English, else in the first one.
    pub fn phrase(&self, language: &str) -> Option<&CommandPhrase> {
        let said = |wanted: &str| self.phrases.iter().find(|phrase| phrase.language == wanted);
        said(language).or_else(|| said("en")).or(self.phrases.first())
    }
}

/// A name as it is kept: without the slash, in small letters. `None` when that is no name of one word.
pub fn name(written: &str) -> Option<String> {
    let name = written.trim();
    let name = name.strip_prefix('/').unwrap_or(name).to_lowercase();
    let good = !name.is_empty()
        && name.chars().count() <= NAME_CHARS
        && !name.chars().any(|letter| letter.is_whitespace() || letter.is_control() || letter == '/');
    good.then_some(name)
}

/// The commands of a text, by name, with what stands behind each, in order. A mention of somebody may stand before one.
pub fn given(said: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for line in said.lines() {
        let line = after_mention(line.trim());
        let Some(command) = line.strip_prefix('/') else { continue };
        let (word, params) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let one = !word.starts_with('/') && found.len() < PER_TEXT;
        if let Some(name) = name(word).filter(|_| one) {
            found.push((name, params.trim().to_owned()));
        }
    }
    found
}

/// The line after a mention at its begin, and the punctuation that people put behind one.
fn after_mention(line: &str) -> &str {
    // Small letters of other alphabets may be longer, those of tags are not.
    let small = line.to_ascii_lowercase();
    if !small.starts_with("[user=") {
        return line;
    }
    let Some(end) = small.find(MENTION_END) else { return line };
    line.get(end + MENTION_END.len()..).unwrap_or_default().trim_start_matches([',', ':', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(found: Vec<(String, String)>) -> Vec<String> {
        found.into_iter().map(|(name, params)| format!("{name}|{params}")).collect()
    }

    #[test]
    fn commands_stand_at_the_begin_of_lines() {
        assert_eq!(pairs(given("/echo  two words ")), ["echo|two words"]);
        assert_eq!(pairs(given("Look:\n/Help\n  /echo a\nand/or /nothing")), ["help|", "echo|a"]);
        assert_eq!(pairs(given("[USER=7]Marta[/USER], /помощь тема")), ["помощь|тема"]);
        assert_eq!(pairs(given("[user=7]Marta[/user] /echo x")), ["echo|x"]);
        for said in ["", "/", "/ echo", "//echo", "/a/b", "echo", "[USER=7 /echo"] {
            assert!(given(said).is_empty(), "{said}");
        }
        assert_eq!(given(&"/echo\n".repeat(100)).len(), PER_TEXT);
    }

    #[test]
    fn a_name_is_one_word() {
        assert_eq!(name(" /Echo "), Some("echo".to_owned()));
        for written in ["", "/", "two words", "a/b", "a\0"] {
            assert_eq!(name(written), None, "{written:?}");
        }
        assert_eq!(name(&"x".repeat(101)), None);
    }

    #[test]
    fn a_command_is_called_as_its_reader_speaks() {
        let phrase = |language: &str, title: &str| CommandPhrase {
            language: language.to_owned(),
            title: title.to_owned(),
            params: String::new(),
        };
        let command = BotCommand {
            phrases: vec![phrase("de", "Hilfe"), phrase("en", "Help")],
            ..BotCommand::default()
        };
        let title = |language: &str| command.phrase(language).map(|phrase| phrase.title.as_str());
        assert_eq!((title("de"), title("ru"), title("en")), (Some("Hilfe"), Some("Help"), Some("Help")));
        assert_eq!(BotCommand::default().phrase("en"), None);
    }
}
