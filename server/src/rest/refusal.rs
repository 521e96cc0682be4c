//! The one table from what went wrong to what a client sees: code, status, text.
//!
//! Must hold: it is exhaustive, and nothing else in the server names a status of an error. Where the reference gives
//! several statuses for one code, docs/compatibility.md says which was taken and why.

mod bot;

use axum::http::StatusCode;
use lately_messenger::{Error, Refusal};
use lately_model::password::Weak;
use serde_json::{Map, Value, json};

use super::call::Failure;
use super::params::DecodeError;
use super::schema::Shape;
use crate::observe::request_id::RequestId;

/// What the transport refuses, whatever the method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SystemError {
    /// There is no such method.
    MethodNotFound,
    /// No credential was offered.
    NoAuth,
    /// The webhook is unknown, expired, or its secret is wrong.
    BadWebhook,
    /// The access token is unknown.
    BadToken,
    /// A request for tokens lacks this, or it is not known.
    GrantMalformed(&'static str),
    /// The access token's time is over.
    TokenExpired,
    /// The access token's user was dismissed.
    TokenOfNobody,
    /// The access token's application is not installed yet.
    NotInstalled,
    /// The session is over, or its token does not go with it.
    BadSession,
    /// Too many attempts to sign in.
    TooManyAttempts,
    /// The credential does not cover the method.
    InsufficientScope,
    /// Plain HTTP where HTTPS is required.
    HttpsRequired,
    /// The request cannot be read.
    Unreadable(DecodeError),
    /// The body is larger than this many bytes.
    TooLarge(usize),
    /// The HTTP verb is neither GET nor POST.
    VerbNotAllowed,
    /// The body did not arrive.
    BodyLost,
    /// The leaky bucket is full.
    TooManyRequests,
    /// The method used up its operating time.
    OperatingTime,
    /// This method cannot be part of a batch.
    NotInBatch,
    /// The batch is longer than 50 commands.
    BatchTooLong,
    /// A reference inserts more than a command may hold.
    ReferenceTooLarge,
    /// The method needs an application, or must not be called by one.
    WrongAuthType,
    /// The database is away; the same may be asked again in a moment.
    Unavailable,
    /// The portal's own failure.
    Internal,
}

impl SystemError {
    /// All that any method may answer, whatever it declares. What an error carries is left empty.
    pub const ANY: &[Self] = &[
        Self::MethodNotFound,
        Self::NoAuth,
        Self::BadWebhook,
        Self::BadToken,
        Self::TokenExpired,
        Self::TokenOfNobody,
        Self::NotInstalled,
        Self::BadSession,
        Self::InsufficientScope,
        Self::HttpsRequired,
        Self::Unreadable(DecodeError::TooDeep),
        Self::Unreadable(DecodeError::TooMany),
        Self::Unreadable(DecodeError::Utf8),
        Self::TooLarge(0),
        Self::VerbNotAllowed,
        Self::BodyLost,
        Self::TooManyRequests,
        Self::OperatingTime,
        Self::NotInBatch,
        Self::BatchTooLong,
        Self::ReferenceTooLarge,
        Self::WrongAuthType,
        Self::Unavailable,
        Self::Internal,
    ];
}

/// An error as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireError {
    /// The HTTP status.
    pub status: StatusCode,
    /// `error`.
    pub code: String,
    /// `error_description`.
    pub text: String,
    /// `argument`: the name of a bad parameter.
    pub argument: Option<&'static str>,
}

/// [`WireError::body`].
pub const ERROR: Shape = Shape::Named(
    "Error",
    &Shape::Object(&[
        ("error", Shape::Text),
        ("error_description", Shape::Text),
        ("argument", Shape::Sometimes(&Shape::Text)),
    ]),
);

impl WireError {
    fn new(status: StatusCode, code: &str, text: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), text: text.into(), argument: None }
    }

    /// Each code once with a status; what it says for one reason stands beside what it says for another.
    pub fn grouped(errors: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut grouped: Vec<Self> = Vec::new();
        for error in errors {
            let same = |known: &&mut Self| (&known.code, known.status) == (&error.code, error.status);
            match grouped.iter_mut().find(same) {
                None => grouped.push(error),
                Some(known) if known.text.is_empty() || error.text.is_empty() => known.text += &error.text,
                Some(known) if known.text.split(" / ").any(|text| text == error.text) => {}
                Some(known) => {
                    known.text += " / ";
                    known.text += &error.text;
                }
            }
        }
        grouped
    }

    /// All that any method may answer, grouped.
    pub fn of_any_method() -> Vec<Self> {
        let denied = std::iter::once(Self::from(Refusal::AppNotInstalled));
        Self::grouped(SystemError::ANY.iter().cloned().map(Self::from).chain(denied))
    }

    /// `{error, error_description}` and perhaps `argument`.
    pub fn body(&self) -> Value {
        let mut body = Map::new();
        body.insert("error".to_owned(), json!(self.code));
        body.insert("error_description".to_owned(), json!(self.text));
        if let Some(argument) = self.argument {
            body.insert("argument".to_owned(), json!(argument));
        }
        Value::Object(body)
    }
}

impl WireError {
    /// What became of a call of `method`. A fault is logged here, once, with its chain and the number of the request
    /// that met it; the client gets a generic text.
    pub fn of(failure: Failure, method: &str, request: &RequestId) -> Self {
        match failure {
            Failure::System(error) => error.into(),
            Failure::Messenger(Error::Refused(refusal)) => refusal.into(),
            // Logged by the store, once for all who wait.
            Failure::Messenger(Error::Fault(fault)) if fault.passes() => SystemError::Unavailable.into(),
            Failure::Messenger(Error::Fault(fault)) => {
                let fault: &dyn std::error::Error = &fault;
                let chain: Vec<String> = std::iter::successors(Some(fault), |error| error.source())
                    .map(ToString::to_string)
                    .collect();
                tracing::error!(
                    request = request.as_str(),
                    method,
                    fault = chain.join(": "),
                    "a call failed"
                );
                SystemError::Internal.into()
            }
        }
    }
}

impl From<SystemError> for WireError {
    fn from(error: SystemError) -> Self {
        use StatusCode as S;
        let (status, code, text) = match error {
            SystemError::MethodNotFound => (S::NOT_FOUND, "ERROR_METHOD_NOT_FOUND", "Method not found!"),
            SystemError::NoAuth => (S::UNAUTHORIZED, "NO_AUTH_FOUND", "Wrong authorization data"),
            SystemError::BadWebhook => {
                (S::UNAUTHORIZED, "INVALID_CREDENTIALS", "Invalid request credentials")
            }
            SystemError::BadToken => (S::UNAUTHORIZED, "invalid_token", "Unable to get application by token"),
            SystemError::GrantMalformed(name) => {
                let text = format!("No \"{name}\" parameter found, or one that is not known");
                return Self::new(S::BAD_REQUEST, "invalid_request", text);
            }
            SystemError::TokenExpired => {
                (S::UNAUTHORIZED, "expired_token", "The access token provided has expired.")
            }
            SystemError::TokenOfNobody => {
                (S::UNAUTHORIZED, "authorization_error", "Unable to authorize user")
            }
            SystemError::NotInstalled => (S::UNAUTHORIZED, "NOT_INSTALLED", "Application not installed"),
            SystemError::BadSession => {
                (S::UNAUTHORIZED, "session_failed", "The session is over, or sessid does not go with it")
            }
            SystemError::TooManyAttempts => (
                S::TOO_MANY_REQUESTS,
                "TOO_MANY_ATTEMPTS",
                "Too many attempts; try again in a quarter of an hour",
            ),
            SystemError::InsufficientScope => (
                S::UNAUTHORIZED,
                "insufficient_scope",
                "The request requires higher privileges than provided by the access token",
            ),
            SystemError::HttpsRequired => (S::BAD_REQUEST, "INVALID_REQUEST", "Https required."),
            SystemError::Unreadable(error) => {
                return Self::new(S::BAD_REQUEST, "INVALID_REQUEST", error.to_string());
            }
            SystemError::TooLarge(0) => {
                (S::PAYLOAD_TOO_LARGE, "INVALID_REQUEST", "The request body is too large")
            }
            SystemError::TooLarge(limit) => {
                let text = format!("The request body is larger than {limit} bytes");
                return Self::new(S::PAYLOAD_TOO_LARGE, "INVALID_REQUEST", text);
            }
            SystemError::VerbNotAllowed => (S::METHOD_NOT_ALLOWED, "INVALID_REQUEST", "Use GET or POST"),
            SystemError::BodyLost => (S::BAD_REQUEST, "INVALID_REQUEST", "The request body did not arrive"),
            SystemError::TooManyRequests => {
                (S::SERVICE_UNAVAILABLE, "QUERY_LIMIT_EXCEEDED", "Too many requests")
            }
            SystemError::OperatingTime => (
                S::TOO_MANY_REQUESTS,
                "OPERATION_TIME_LIMIT",
                "Method is blocked due to operation time limit.",
            ),
            SystemError::NotInBatch => (
                S::METHOD_NOT_ALLOWED,
                "ERROR_BATCH_METHOD_NOT_ALLOWED",
                "Method is not allowed for batch usage",
            ),
            SystemError::BatchTooLong => {
                (S::BAD_REQUEST, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
            }
            SystemError::ReferenceTooLarge => {
                (S::BAD_REQUEST, "ERROR_ARGUMENT", "A reference inserts more data than a command may hold")
            }
            SystemError::WrongAuthType => {
                (S::FORBIDDEN, "WRONG_AUTH_TYPE", "Current authorization type is denied for this method")
            }
            SystemError::Unavailable => (
                S::SERVICE_UNAVAILABLE,
                "OVERLOAD_LIMIT",
                "The portal cannot answer at the moment; try again",
            ),
            SystemError::Internal => {
                (S::INTERNAL_SERVER_ERROR, "INTERNAL_SERVER_ERROR", "Internal server error")
            }
        };
        Self::new(status, code, text)
    }
}

impl From<Refusal> for WireError {
    fn from(refusal: Refusal) -> Self {
        const BAD: StatusCode = StatusCode::BAD_REQUEST;
        const NO: StatusCode = StatusCode::FORBIDDEN;
        let (status, code, text) = match refusal {
            Refusal::SignInWrong => (StatusCode::UNAUTHORIZED, "SIGN_IN_WRONG", "Wrong login or password"),
            Refusal::LoginMalformed => {
                (BAD, "LOGIN_ERROR", "A login has 1 to 100 characters and no spaces among them")
            }
            Refusal::LoginTaken => (BAD, "LOGIN_TAKEN", "Somebody else signs in under this login"),
            Refusal::PasswordWeak(Weak::Short) => {
                (BAD, "PASSWORD_SHORT", "A password has at least 8 characters")
            }
            Refusal::PasswordWeak(Weak::Long) => {
                (BAD, "PASSWORD_LONG", "A password has at most 256 characters")
            }
            Refusal::PasswordWeak(Weak::Obvious) => {
                (BAD, "PASSWORD_OBVIOUS", "The password is the login, or one character again and again")
            }
            Refusal::MayNotSignIn => (NO, "SIGN_IN_FORBIDDEN", "This user may not sign in"),
            Refusal::InvitationUnknown => {
                (BAD, "INVITATION_UNKNOWN", "The link is unknown, was used already, or is too old")
            }
            // With 200, as the authorization host of the reference answers it and SDKs tell it apart.
            Refusal::ClientUnknown => (StatusCode::OK, "wrong_client", "There is no such application"),
            Refusal::ClientSecretWrong => (BAD, "invalid_client", "Wrong client_secret"),
            Refusal::GrantUnknown => {
                (BAD, "invalid_grant", "The code or refresh token is unknown or too old")
            }
            Refusal::ScopeBeyond => (NO, "invalid_scope", "The application has not all of these scopes"),
            Refusal::AppNotInstalled => return SystemError::NotInstalled.into(),
            Refusal::OthersOfApplication => {
                (BAD, "USER_ID_ACCESS_ERROR", "You may send an event to yourself only")
            }
            Refusal::ModuleMalformed => (BAD, "MODULE_ID_ERROR", "Module id format error"),
            Refusal::EventNameMalformed => (BAD, "COMMAND_ERROR", "Command format error"),
            Refusal::ParamsMalformed => (BAD, "PARAMS_ERROR", "Params must be a map of at most 32 KiB"),
            Refusal::PushOfAdministrators => {
                (BAD, "ACCESS_ERROR", "Only administrators may send texts of an application")
            }
            Refusal::PushTextEmpty => (BAD, "TEXT_ERROR", "Text can't be empty"),
            Refusal::AppNameless => (BAD, "EMPTY_APP_NAME", "The application has no name"),
            Refusal::NameEmpty => (BAD, "NAME_EMPTY", "A name is missing"),
            Refusal::LastAdministrator => {
                (BAD, "LAST_ADMINISTRATOR", "The portal would have no administrator any more")
            }
            Refusal::NoEmployee => (BAD, "NOT_AN_EMPLOYEE", "Only an employee can be an administrator"),
            Refusal::OwnRole => {
                (BAD, "CONFIRMATION_NEEDED", "This changes your own role: say that you mean it")
            }
            Refusal::MayNotInvite => (NO, "ACCESS_DENIED", "You may not invite anybody"),
            Refusal::BadSetting(why) => return Self::new(BAD, "SETTING_ERROR", why),
            Refusal::DialogIdEmpty => (BAD, "DIALOG_ID_EMPTY", "Dialog ID can't be empty"),
            Refusal::ChatIdEmpty => (BAD, "CHAT_ID_EMPTY", "Chat ID can't be empty"),
            Refusal::UserIdEmpty => (BAD, "USER_ID_EMPTY", "User ID can't be empty"),
            Refusal::MessageIdEmpty => (BAD, "MESSAGE_ID_ERROR", "Message ID can't be empty"),
            Refusal::NoAccess => (NO, "ACCESS_ERROR", "You do not have access to the specified dialog"),
            Refusal::NoAccessToPin => (BAD, "ACCESS_ERROR", "You do not have access to the specified dialog"),
            Refusal::NoAccessToStructure => {
                (NO, "ACCESS_ERROR", "Only employees may see the structure of the company")
            }
            Refusal::MayNotPost => (BAD, "ACCESS_ERROR", "You may not write to the specified dialog"),
            Refusal::NoSuchChat => (BAD, "CHAT_ID", "The chat does not exist"),
            Refusal::NoSuchUser => (BAD, "USER_NOT_FOUND", "User not found"),
            Refusal::UserNotExists => (BAD, "USER_NOT_EXISTS", "User does not exist"),
            Refusal::UserNumberEmpty => (BAD, "ID_EMPTY", "User ID can't be empty"),
            Refusal::StrangerToGuest => (BAD, "ACCESS_DENIED", "You do not have access to this user"),
            Refusal::NoTarget => (BAD, "PARAMS_ERROR", "Incorrect params: name a dialog, a chat or a user"),
            Refusal::MessageEmpty => (BAD, "MESSAGE_EMPTY", "Message can't be empty"),
            Refusal::NotificationIdEmpty => (BAD, "ID_ERROR", "Notification ID can't be empty"),
            Refusal::AnswerEmpty => (BAD, "ANSWER_TEXT_ERROR", "Answer text can't be empty"),
            Refusal::ChoiceEmpty => (BAD, "NOTIFY_VALUE_ERROR", "Notification value can't be empty"),
            Refusal::NothingNamed => (BAD, "PARAMS_ERROR", "Incorrect params"),
            Refusal::ProgramUnknown => (NO, "ACCESS_DENIED", "Tags need an application: pass CLIENT_ID"),
            Refusal::PlaceInHalf => {
                (BAD, "LAST_ID_AND_LAST_TYPE", "LAST_ID and LAST_TYPE can't be used without each other")
            }
            Refusal::SearchTooShort => {
                (BAD, "SEARCH_TEXT_ERROR", "SEARCH_TEXT must have 3 characters, unless another filter is set")
            }
            Refusal::AttachMalformed => (BAD, "ATTACH_ERROR", "Incorrect attach params"),
            Refusal::AttachTooLarge => (BAD, "ATTACH_OVERSIZE", "The attachment is too large"),
            Refusal::KeyboardMalformed => (BAD, "KEYBOARD_ERROR", "Incorrect keyboard params"),
            Refusal::KeyboardTooLarge => (BAD, "KEYBOARD_OVERSIZE", "The keyboard is too large"),
            Refusal::MenuMalformed => (BAD, "MENU_ERROR", "Incorrect menu params"),
            Refusal::MenuMalformedOnEdit => (BAD, "menu_ERROR", "Incorrect menu params"),
            Refusal::MenuTooLarge => (BAD, "MENU_OVERSIZE", "The menu is too large"),
            Refusal::ReplyNoAccess => (BAD, "REPLY_ACCESS_ERROR", "You can't reply to this message"),
            Refusal::ReplyFromOtherChat => {
                (BAD, "REPLY_FROM_OTHER_CHAT_ERROR", "You can't reply to a message from another chat")
            }
            Refusal::MayNotEdit => {
                (NO, "CANT_EDIT_MESSAGE", "Time has expired for modification or you don't have access")
            }
            Refusal::NotShareable => {
                (BAD, "PARAMS_ERROR", "TYPE must be CHAT: this portal has no tasks, posts or calendar")
            }
            Refusal::Bot(dialect, refusal) => bot::row(dialect, refusal),
            Refusal::NoSuchBot => (BAD, "BOT_ID_ERROR", "There is no such bot in the chat"),
            Refusal::MessageNumberEmpty => (BAD, "MESSAGE_ID_EMPTY", "Message ID can't be empty"),
            Refusal::ContextMalformed => (BAD, "PARAMS_ERROR", "context must be a map of at most 16 KiB"),
            Refusal::NoSuchCommand => (BAD, "COMMAND_ERROR", "The bot does not know this command"),
            Refusal::CommandMalformed => (BAD, "PARAMS_ERROR", "COMMAND_PARAMS must be a text"),
            Refusal::WithoutChanges => (BAD, "WITHOUT_CHANGES", "Action already set"),
            Refusal::FirstIdNotNumber => (BAD, "FIRST_ID_STRING", "FIRST_ID can't be string"),
            Refusal::LastIdNotNumber => (BAD, "LAST_ID_STRING", "LAST_ID can't be string"),
            Refusal::TitleEmpty => (BAD, "TITLE_EMPTY", "Chat title can't be empty"),
            Refusal::MayNotExtend => {
                (NO, "ACCESS_DENIED_EXTEND", "You do not have permission to invite to this chat")
            }
            Refusal::MayNotKick => {
                (NO, "ACCESS_DENIED_KICK", "You do not have permission to remove from this chat")
            }
            Refusal::OwnerMayNotLeave => (NO, "LEAVE_OWNER_FORBIDDEN", "The owner can't leave this chat"),
            Refusal::WrongRequest => {
                (BAD, "WRONG_REQUEST", "You do not have permission, or nothing would change")
            }
            Refusal::ListMalformed => {
                (BAD, "INVALID_FORMAT", "A wrong format is passed: a list of numbers is needed")
            }
            Refusal::NumbersEmpty => (BAD, "ID_EMPTY", "A list of department IDs is needed"),
            Refusal::FindShort => (BAD, "FIND_SHORT", "The search phrase is too short"),
            Refusal::NoSuchColor => (BAD, "WRONG_COLOR", "This color is not available"),
            Refusal::OptionsEmpty => (BAD, "ArgumentNullException", "The argument options is empty"),
            Refusal::NoApplication => (BAD, "AccessException", "Application context required"),
            Refusal::OptionsOfAdministrators => {
                (BAD, "AccessException", "Administrator authorization required")
            }
            Refusal::NoSuchStatus => (BAD, "STATUS_ERROR", "Status is not available"),
            Refusal::CodeEmpty => (BAD, "CODE_EMPTY", "Feature code is empty"),
            Refusal::FileIdEmpty => (BAD, "FILE_ID_EMPTY", "File ID can't be empty"),
            Refusal::NoFileNamed => (BAD, "FILES_ERROR", "Name a file by FILE_ID or UPLOAD_ID"),
            Refusal::FileNotPostable => (BAD, "SAVE_ERROR", "The file is unknown, or not yours to post here"),
            Refusal::FileNotSavable => (BAD, "FILE_SAVE_ERROR", "The file is unknown, or not yours to see"),
            Refusal::FileEmpty => {
                (BAD, "FILE_EMPTY", "A file needs a name without a path in it, and content")
            }
            Refusal::FileNotBase64 => (BAD, "FILE_INVALID_CONTENT", "The content is not base64"),
            Refusal::FileTooLarge(most) => {
                return Self::new(BAD, "FILE_TOO_LARGE", larger(most));
            }
            Refusal::FileNotKept => (BAD, "UPLOAD_FAILED", "The file could not be kept; try again"),
            Refusal::FileNotSent => (BAD, "SEND_FAILED", "You may not write to the specified dialog"),
            Refusal::NoDialogForFile => (BAD, "CHAT_NOT_FOUND", "The dialog does not exist"),
            Refusal::NoAccessToFile => {
                (NO, "ACCESS_DENIED", "You do not have access to the specified dialog")
            }
            Refusal::NoSuchFile => (BAD, "FILE_NOT_FOUND", "There is no such file in the dialog"),
            Refusal::NoSuchObject => (BAD, "ERROR_NOT_FOUND", "Could not find entity with id"),
            Refusal::ObjectForbidden => (BAD, "ACCESS_DENIED", "Access denied"),
            Refusal::ObjectNameEmpty => {
                (BAD, "DISK_BASE_SERVICE_22001", "NAME is missing, or has a path in it")
            }
            Refusal::ObjectNameTaken => (BAD, "DISK_OBJ_22000", "There is a file of this name already"),
            Refusal::ObjectNotKept(why) => return Self::new(BAD, "ERROR_COULD_NOT_SAVE_FILE", why),
            Refusal::VersionNotKept(why) => return Self::new(BAD, "DISK_FILE_22002", why),
            Refusal::VersionTooLarge(most) => return Self::new(BAD, "DISK_FILE_22006", larger(most)),
            Refusal::BadLink => (NO, "ACCESS_DENIED", "The link is wrong, has ended, or was used already"),
            Refusal::BytesGone => {
                (StatusCode::NOT_FOUND, "ERROR_NOT_FOUND", "The file is not there any more")
            }
            Refusal::MayNotPicture => (BAD, "ACCESS_DENIED", "You may not change the picture of this chat"),
            Refusal::NoPictureHere => (BAD, "ACCESS_ERROR", "The picture of this chat cannot be changed"),
            Refusal::NotAPicture => {
                (BAD, "AVATAR_ERROR", "A PNG, JPEG, GIF or WebP picture up to 5000x5000 is needed")
            }
            Refusal::EventUnknown => (BAD, "ERROR_EVENT_NOT_FOUND", "Event not found"),
            Refusal::EventsOfAdministrators => {
                (NO, "ACCESS_DENIED", "Only administrators may do this with events")
            }
            Refusal::Argument(argument, text) => {
                return Self { argument: Some(argument), ..Self::new(BAD, "ERROR_ARGUMENT", text) };
            }
            Refusal::Core(text) => return Self::new(BAD, "ERROR_CORE", text),
        };
        Self::new(status, code, text)
    }
}

/// Zero is no limit: a declaration does not know how much there may be.
fn larger(most: u64) -> String {
    match most {
        0 => "The file is too large".to_owned(),
        most => format!("The file is larger than {most} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_listed_once_with_a_status_and_all_that_it_says() {
        let (bad, no) = (StatusCode::BAD_REQUEST, StatusCode::FORBIDDEN);
        let error = |status, text| WireError::new(status, "ACCESS_ERROR", text);
        let known = [error(bad, "a"), error(no, "b"), error(bad, "c"), error(bad, "a"), error(bad, "")];
        assert_eq!(WireError::grouped(known), [error(bad, "a / c"), error(no, "b")]);
    }

    #[test]
    fn a_declared_size_is_no_limit() {
        assert_eq!(WireError::from(Refusal::FileTooLarge(0)).text, "The file is too large");
        assert_eq!(WireError::from(Refusal::FileTooLarge(7)).text, "The file is larger than 7 bytes");
        assert_eq!(WireError::from(SystemError::TooLarge(0)).text, "The request body is too large");
    }
}
