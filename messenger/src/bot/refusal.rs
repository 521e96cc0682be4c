//! Why the owner of a bot is refused, in the words of the use case. The two generations of methods have their own codes.

/// See the module. Some have a code in one generation only; those that the other cannot meet have the nearest there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BotRefusal {
    /// Whoever calls says neither by a token nor by a word whose bots they mean.
    OwnerUnknown,
    /// The number of the bot is missing.
    IdMissing,
    /// There is no such bot.
    NotFound,
    /// The bot is somebody else's.
    NotOwned,
    /// Neither a number nor a code was given.
    NumberAndCodeMissing,
    /// The code is missing.
    CodeMissing,
    /// The name is missing.
    NameMissing,
    /// Somebody else's bot has this code.
    CodeTaken,
    /// There is no such kind of bot.
    NoSuchKind,
    /// There is no such way to be told.
    NoSuchMode,
    /// The bot wants to be called and does not say where.
    WebhookMissing,
    /// An address is missing or none: the name of its parameter.
    BadUrl(&'static str),
    /// The owner has as many bots as may be.
    TooMany,
    /// The picture is none.
    NotAPicture,
    /// The new word collides with another, or is empty.
    WordTaken,
    /// The word is too long.
    WordTooLong,
    /// There is nothing to change.
    NothingToChange,
    /// The bot is not in the chat, or may not do this there.
    NoAccess,
    /// The bot may not change the picture of the chat.
    MayNotPicture,
    /// The message has neither text nor attachment.
    MessageEmpty,
    /// The message could not be sent.
    NotSent,
    /// There is no such reaction.
    NoSuchReaction,
    /// The bot has reacted so already.
    ReactionSet,
    /// Bots of this kind may not read.
    KindMayNot,
    /// There is no such message, or the bot may not see it.
    NoSuchMessage,
    /// The bot is not in the chat of the message, or cannot see so far back.
    MessageHidden,
    /// No users were named.
    UsersMissing,
    /// The name of a command is missing.
    CommandMissing,
    /// The new name of a command is empty.
    CommandNameless,
    /// What is given as the name of a command is none.
    CommandMalformed,
    /// A command that is offered has no title.
    TitleMissing,
    /// The bot knows too many commands.
    TooManyCommands,
    /// There is no such command, or it is somebody else's.
    NoSuchCommand,
    /// The bot has a command of this name.
    CommandTaken,
    /// The command was not given about this message.
    NotGiven,
    /// There is no such file, or the bot may not have it.
    NoSuchFile,
    /// The bot may not have the file.
    FileHidden,
    /// A file has no name or no content.
    FileEmpty,
    /// The content of a file is not base64.
    FileMalformed,
    /// The file could not be kept.
    FileNotKept,
    /// The file was kept, and its message not sent.
    FileNotSent,
    /// The file has more bytes than it may.
    FileTooLarge,
    /// The credential lacks the scope of the caller's own events.
    ScopeMissing,
    /// The caller's own events are not kept.
    NotSubscribed,
}
