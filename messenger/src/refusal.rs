//! What callers hear instead of an answer: a refusal (their doing) or a fault (ours).
//!
//! Must hold: the list of refusals is closed; what each looks like on the wire stands in one table of the server.

use lately_model::Dialect;
use lately_model::password::Weak;
use lately_store::StoreError;

use crate::bot::BotRefusal;

/// Why a use case did not end well.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's doing.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The portal's fault.
    #[error(transparent)]
    Fault(#[from] StoreError),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Everything that a caller can be refused for. Named after what is wrong, not after the wire code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such login, or the password is another.
    SignInWrong,
    /// What was written is no login.
    LoginMalformed,
    /// Somebody else signs in under this login.
    LoginTaken,
    /// The password is not good enough.
    PasswordWeak(Weak),
    /// This user is no person of the portal who may sign in.
    MayNotSignIn,
    /// The invitation is unknown, used, or its time is over.
    InvitationUnknown,
    /// There is no application of this public name.
    ClientUnknown,
    /// The secret of the application is another.
    ClientSecretWrong,
    /// The code or the refresh token is unknown, was used, or is too old.
    GrantUnknown,
    /// The application asks for more than it was made with.
    ScopeBeyond,
    /// The installation of the application is not finished.
    AppNotInstalled,
    /// On behalf of somebody who is no administrator, an application tells nobody but them.
    OthersOfApplication,
    /// What is no name of a module.
    ModuleMalformed,
    /// What is no name of a command.
    EventNameMalformed,
    /// The parameters of an event are no map, or too large.
    ParamsMalformed,
    /// Only administrators let an application send texts.
    PushOfAdministrators,
    /// The text that an application sends is empty.
    PushTextEmpty,
    /// The application has no name in which it could send something.
    AppNameless,
    /// A name is missing.
    NameEmpty,
    /// Somebody would take the portal's last administrator from it.
    LastAdministrator,
    /// Only an employee administers the portal.
    NoEmployee,
    /// Somebody changes their own role and did not say that they mean it.
    OwnRole,
    /// The caller may not invite anybody.
    MayNotInvite,
    /// A setting cannot be this, and why.
    BadSetting(String),
    /// The dialog id is missing or malformed.
    DialogIdEmpty,
    /// The chat id is missing, not positive, or written with its prefix.
    ChatIdEmpty,
    /// The user id is missing or not positive.
    UserIdEmpty,
    /// The message id is missing or not positive.
    MessageIdEmpty,
    /// The caller has no access.
    NoAccess,
    /// The caller has no access to the row they want to pin.
    NoAccessToPin,
    /// Only employees see the structure of the company.
    NoAccessToStructure,
    /// The caller may not write there.
    MayNotPost,
    /// There is no such chat to write to.
    NoSuchChat,
    /// There is no such user to write to, or the user is not in the chat.
    NoSuchUser,
    /// The profile asked for does not exist.
    UserNotExists,
    /// The profile number is not positive.
    UserNumberEmpty,
    /// A guest from outside asked for somebody they share nothing with.
    StrangerToGuest,
    /// Neither a dialog nor a chat nor a user was named.
    NoTarget,
    /// The message has neither text nor attachment.
    MessageEmpty,
    /// The number of a notification is missing or not positive.
    NotificationIdEmpty,
    /// The answer to a notification has no text.
    AnswerEmpty,
    /// No button of a notification was chosen.
    ChoiceEmpty,
    /// What to do is not said: no list, no number, no tag.
    NothingNamed,
    /// Tags belong to programs, and the one that calls does not say which it is.
    ProgramUnknown,
    /// Of the two halves of a page's place only one was given.
    PlaceInHalf,
    /// What is searched for is too short, and nothing else narrows the search.
    SearchTooShort,
    /// The attachment is malformed.
    AttachMalformed,
    /// The attachment is too large.
    AttachTooLarge,
    /// The keyboard is malformed.
    KeyboardMalformed,
    /// The keyboard is too large.
    KeyboardTooLarge,
    /// The menu is malformed.
    MenuMalformed,
    /// The menu of an edited message is malformed; the reference spells this code differently.
    MenuMalformedOnEdit,
    /// The menu is too large.
    MenuTooLarge,
    /// The message replied to cannot be read by the caller.
    ReplyNoAccess,
    /// The message replied to is in another chat.
    ReplyFromOtherChat,
    /// The message is foreign, gone, or too old to change.
    MayNotEdit,
    /// A message cannot be made into what was asked for: there is nothing of the kind here.
    NotShareable,
    /// What the owner of a bot is refused for, by a method of this generation.
    Bot(Dialect, BotRefusal),
    /// The number of a bot is missing or not positive, or it is no bot of the message's chat.
    NoSuchBot,
    /// The number of the message that is answered is missing.
    MessageNumberEmpty,
    /// What somebody brings along to a bot is no map, or too large.
    ContextMalformed,
    /// The command is missing, or the bot does not know it.
    NoSuchCommand,
    /// What goes with a command is no text.
    CommandMalformed,
    /// The reaction is already as asked for.
    WithoutChanges,
    /// A lower message bound is not a number.
    FirstIdNotNumber,
    /// An upper message bound is not a number.
    LastIdNotNumber,
    /// The title is empty.
    TitleEmpty,
    /// The caller may not add members.
    MayNotExtend,
    /// The caller may not remove members, or is not a member who could leave.
    MayNotKick,
    /// The owner of this kind of chat may not leave it.
    OwnerMayNotLeave,
    /// The request does not fit the chat's state.
    WrongRequest,
    /// A list is not a list of numbers.
    ListMalformed,
    /// A list of numbers is missing or malformed, where the reference has a code of its own for that.
    NumbersEmpty,
    /// The text to look for is missing or too short.
    FindShort,
    /// The chat cannot have this colour.
    NoSuchColor,
    /// There is nothing to keep.
    OptionsEmpty,
    /// Options belong to an application, and none was named.
    NoApplication,
    /// Only administrators change what an application keeps for everybody.
    OptionsOfAdministrators,
    /// There is no such status.
    NoSuchStatus,
    /// A required code is missing.
    CodeEmpty,
    /// The number of a file is missing or not positive.
    FileIdEmpty,
    /// No file was named that could be posted.
    NoFileNamed,
    /// A file cannot be posted: unknown, foreign, or posted already elsewhere.
    FileNotPostable,
    /// A file cannot be saved: unknown or foreign.
    FileNotSavable,
    /// A file to be sent has no name, a name that leads elsewhere, or no bytes.
    FileEmpty,
    /// A file to be sent is not base64.
    FileNotBase64,
    /// A file to be sent has more bytes than it may.
    FileTooLarge(u64),
    /// A file to be sent could not be kept.
    FileNotKept,
    /// A file was kept, and its message may not be posted.
    FileNotSent,
    /// There is no such dialog to send a file to.
    NoDialogForFile,
    /// The caller has no access to the dialog of a file.
    NoAccessToFile,
    /// There is no such file in the dialog.
    NoSuchFile,
    /// There is no such thing on any drive.
    NoSuchObject,
    /// The caller may not do this to a thing on a drive.
    ObjectForbidden,
    /// A file for a drive has no name, or one that leads elsewhere.
    ObjectNameEmpty,
    /// There is a file of this name.
    ObjectNameTaken,
    /// A file for a drive could not be kept, and why.
    ObjectNotKept(String),
    /// New bytes of a file could not be kept, and why.
    VersionNotKept(String),
    /// New bytes of a file are more than it may have.
    VersionTooLarge(u64),
    /// A link is wrong, has ended, was used, or leads to what the person may not have.
    BadLink,
    /// What a link leads to is not there any more.
    BytesGone,
    /// The caller may not change the picture of the chat.
    MayNotPicture,
    /// This kind of chat has no picture of its own, or does not let it be changed.
    NoPictureHere,
    /// What should become a picture is none, or too large.
    NotAPicture,
    /// There is no event of this name of which this application could be told.
    EventUnknown,
    /// Only administrators deal with backlogs, and with what others are told.
    EventsOfAdministrators,
    /// A profile field is missing or bad: its name, and what is wrong.
    Argument(&'static str, String),
    /// The portal refuses for the reason given.
    Core(String),
}
