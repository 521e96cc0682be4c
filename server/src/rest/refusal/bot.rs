//! The part of the table that owners of bots see. The two generations of methods have their own codes for one thing.

use axum::http::StatusCode;
use lately_messenger::bot::BotRefusal;
use lately_model::Dialect;

const BAD: StatusCode = StatusCode::BAD_REQUEST;
const NO: StatusCode = StatusCode::FORBIDDEN;

/// Status, code and text.
pub(super) fn row(dialect: Dialect, refusal: BotRefusal) -> (StatusCode, &'static str, &'static str) {
    match dialect {
        Dialect::V1 => first(refusal),
        Dialect::V2 => second(refusal),
    }
}

/// `imbot.*`. What only the second generation can meet has the code of what is like it.
fn first(refusal: BotRefusal) -> (StatusCode, &'static str, &'static str) {
    use BotRefusal as R;
    match refusal {
        R::OwnerUnknown => (NO, "ACCESS_DENIED", "Bots belong to an application: pass CLIENT_ID"),
        R::IdMissing | R::NotFound | R::NumberAndCodeMissing => (BAD, "BOT_ID_ERROR", "Bot not found"),
        R::NotOwned => (BAD, "APP_ID_ERROR", "The bot belongs to another application"),
        R::CodeMissing => (BAD, "CODE_ERROR", "Bot code isn't specified"),
        R::NameMissing => (BAD, "NAME_ERROR", "Bot name isn't specified"),
        R::BadUrl(code) => (BAD, code, "A handler URL is missing, or is none"),
        R::TooMany => (BAD, "MAX_COUNT_ERROR", "The application has as many bots as it may"),
        R::NoAccess => (NO, "ACCESS_ERROR", "The bot does not have access to the specified dialog"),
        R::MayNotPicture => (NO, "ACCESS_DENIED", "The bot may not change the picture of this chat"),
        R::MessageEmpty => (BAD, "MESSAGE_EMPTY", "Message can't be empty"),
        R::NoSuchMessage | R::MessageHidden => (BAD, "MESSAGE_ID_ERROR", "Message not found"),
        R::ReactionSet => (BAD, "WITHOUT_CHANGES", "Action already set"),
        R::CommandMissing | R::CommandNameless | R::CommandMalformed => {
            (BAD, "COMMAND_ERROR", "Command isn't specified")
        }
        R::TitleMissing => (BAD, "LANG_ERROR", "Language set is empty, or has no titles"),
        R::NoSuchCommand => (BAD, "COMMAND_ID_ERROR", "Command not found"),
        R::NoSuchFile | R::FileHidden => (BAD, "FILE_NOT_FOUND", "File not found"),
        R::ScopeMissing => (NO, "SCOPE_ERROR", "The scope im is needed"),
        R::CodeTaken
        | R::NoSuchKind
        | R::NoSuchMode
        | R::WebhookMissing
        | R::NotAPicture
        | R::WordTaken
        | R::WordTooLong
        | R::NothingToChange
        | R::NotSent
        | R::NoSuchReaction
        | R::KindMayNot
        | R::UsersMissing
        | R::TooManyCommands
        | R::CommandTaken
        | R::NotGiven
        | R::FileEmpty
        | R::FileMalformed
        | R::FileNotKept
        | R::FileNotSent
        | R::FileTooLarge
        | R::NotSubscribed => (BAD, "WRONG_REQUEST", "The request cannot be done"),
    }
}

/// `imbot.v2.*`.
fn second(refusal: BotRefusal) -> (StatusCode, &'static str, &'static str) {
    use BotRefusal as R;
    match refusal {
        R::OwnerUnknown => (BAD, "BOT_TOKEN_NOT_SPECIFIED", "Bot token not specified"),
        R::IdMissing => (BAD, "BOT_ID_REQUIRED", "Bot ID is required"),
        R::NotFound => (BAD, "BOT_NOT_FOUND", "Bot not found"),
        R::NotOwned => (NO, "BOT_OWNERSHIP_ERROR", "The bot belongs to another application or token"),
        R::NumberAndCodeMissing => (BAD, "PARAMS_REQUIRED", "Either botId or code is required"),
        R::CodeMissing => (BAD, "BOT_CODE_REQUIRED", "Bot code is required"),
        R::NameMissing => (BAD, "BOT_PROPERTIES_REQUIRED", "Bot properties with a name are required"),
        R::CodeTaken => (BAD, "BOT_CODE_ALREADY_TAKEN", "The code is used by another application"),
        R::NoSuchKind => (BAD, "BOT_INVALID_TYPE", "There is no such type of bot"),
        R::NoSuchMode => (BAD, "BOT_INVALID_EVENT_MODE", "eventMode is fetch or webhook"),
        R::WebhookMissing => {
            (BAD, "BOT_WEBHOOK_URL_REQUIRED", "webhookUrl is required with eventMode webhook")
        }
        R::BadUrl(_) => (BAD, "BOT_INVALID_CALLBACK", "webhookUrl is no address"),
        R::TooMany => (BAD, "BOT_LIMIT_EXCEEDED", "An application has 100 bots at most"),
        R::NotAPicture => {
            (BAD, "BOT_AVATAR_INCORRECT_TYPE", "A PNG, JPEG, GIF or WebP picture up to 5000x5000 is needed")
        }
        R::WordTaken => (BAD, "BOT_TOKEN_ROTATION_FAILED", "The token cannot be replaced by this one"),
        R::WordTooLong => (BAD, "BOT_TOKEN_INVALID_LENGTH", "A token has 40 characters at most"),
        R::NoAccess | R::MayNotPicture => (NO, "ACCESS_DENIED", "The bot may not do this here"),
        R::MessageEmpty => (BAD, "EMPTY_MESSAGE", "The message is empty"),
        R::NotSent => (BAD, "SENDING_FAILED", "The message could not be sent"),
        R::NoSuchReaction => (BAD, "REACTION_NOT_FOUND", "There is no such reaction"),
        R::ReactionSet => (BAD, "REACTION_ALREADY_SET", "The bot has set this reaction already"),
        R::KindMayNot => (NO, "BOT_TYPE_NOT_ALLOWED", "Only supervisor and personal bots may do this"),
        R::NoSuchMessage => (BAD, "MESSAGE_NOT_FOUND", "Message not found"),
        R::MessageHidden => (NO, "MESSAGE_ACCESS_DENIED", "The bot cannot see this message"),
        R::UsersMissing => (BAD, "EMPTY_USER_IDS", "userIds are required"),
        R::CommandMissing => (BAD, "COMMAND_REQUIRED", "The command is required"),
        R::CommandNameless => (BAD, "COMMAND_NAME_EMPTY", "The name of the command is empty"),
        R::CommandMalformed => (BAD, "COMMAND_NAME_INVALID", "A command is one word"),
        R::TitleMissing => (BAD, "COMMAND_TITLE_REQUIRED", "A command that is not hidden needs a title"),
        R::TooManyCommands => (BAD, "COMMAND_REGISTER_FAILED", "The bot has as many commands as it may"),
        R::NoSuchCommand => (BAD, "COMMAND_NOT_FOUND", "Command not found"),
        R::CommandTaken => (BAD, "COMMAND_ALREADY_EXISTS", "The bot has a command of this name"),
        R::NotGiven => {
            (BAD, "COMMAND_ANSWER_FAILED", "The answer is empty, or nobody gave the command there")
        }
        R::NoSuchFile => (BAD, "FILE_NOT_FOUND", "File not found"),
        R::FileHidden => (NO, "FILE_ACCESS_ERROR", "The bot may not have this file"),
        R::FileEmpty => (BAD, "FILE_EMPTY", "A file needs a name without a path in it, and content"),
        R::FileMalformed => (BAD, "FILE_INVALID_CONTENT", "The content is not base64"),
        R::FileNotKept => (BAD, "FILE_UPLOAD_FAILED", "The file could not be kept; try again"),
        R::FileNotSent => (BAD, "FILE_SEND_FAILED", "The bot may not write to the specified dialog"),
        R::FileTooLarge => (BAD, "FILE_TOO_LARGE", "The file is too large"),
        R::ScopeMissing => (NO, "SCOPE_ERROR", "withUserEvents needs the scope im"),
        R::NotSubscribed => (BAD, "USER_NOT_SUBSCRIBED", "Call im.v2.Event.subscribe first"),
        R::NothingToChange => (BAD, "WRONG_REQUEST", "Nothing is to be changed"),
    }
}
