//! `imbot.v2.Chat.*`: chats as bots have them.

use lately_messenger::MemberOrder;
use lately_messenger::bot::BotRefusal;
use lately_messenger::chat::{ChatDraft, ChatEdit};
use lately_model::{DialogId, Doer, UserId};
use serde_json::{Map, Value, json};

use super::{DENIED, DONE, bot, dialog, done, no, refused};
use crate::push::flash::Flash;
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::methods::wire;
use crate::rest::params::{int_of, list_of, text_of};
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::{bot_chat, feed};

/// How many members a chat is made with that its maker is shown.
const SHOWN: i64 = 200;

/// For how many seconds at most it is shown what a bot does.
const LONGEST: i64 = 600;

/// What a bot may be seen doing; clients have words for it.
const ACTIONS: [&str; 11] = [
    "IMBOT_AGENT_ACTION_THINKING",
    "IMBOT_AGENT_ACTION_SEARCHING",
    "IMBOT_AGENT_ACTION_GENERATING",
    "IMBOT_AGENT_ACTION_ANALYZING",
    "IMBOT_AGENT_ACTION_PROCESSING",
    "IMBOT_AGENT_ACTION_TRANSLATING",
    "IMBOT_AGENT_ACTION_CONNECTING",
    "IMBOT_AGENT_ACTION_CHECKING",
    "IMBOT_AGENT_ACTION_CALCULATING",
    "IMBOT_AGENT_ACTION_READING_DOCS",
    "IMBOT_AGENT_ACTION_COMPOSING",
];

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "imbot.v2.Chat.add",
        scope: "imbot",
        about: "Makes a group chat; the bot owns it, or somebody else",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::optional("fields", Kind::Object, ""),
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::IdMissing),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            no(BotRefusal::UsersMissing),
            no(BotRefusal::NotAPicture),
            no(BotRefusal::FileNotKept),
        ],
        result: Shape::Object(&[("chat", bot_chat::CHAT), ("users", Shape::List(&feed::PERSON))]),
        handler: |call| Box::pin(add(call)),
    },
    Method {
        name: "imbot.v2.Chat.get",
        scope: "imbot",
        about: "A chat with the bot's place in it",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::required("dialogId", Kind::Dialog),
        ],
        errors: &DENIED,
        result: Shape::Object(&[("chat", bot_chat::CHAT)]),
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "imbot.v2.Chat.update",
        scope: "imbot",
        about: "Changes the name, description, colour or picture of a chat",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::required("dialogId", Kind::Dialog),
            Param::required("fields", Kind::Object),
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::IdMissing),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            no(BotRefusal::NoAccess),
            no(BotRefusal::NothingToChange),
            no(BotRefusal::NotAPicture),
            no(BotRefusal::FileNotKept),
        ],
        result: DONE,
        handler: |call| Box::pin(update(call)),
    },
    Method {
        name: "imbot.v2.Chat.leave",
        scope: "imbot",
        about: "The bot leaves a chat",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::required("dialogId", Kind::Dialog),
        ],
        errors: &DENIED,
        result: DONE,
        handler: |call| Box::pin(leave(call)),
    },
    Method {
        name: "imbot.v2.Chat.setOwner",
        scope: "imbot",
        about: "The bot hands its chat to another member",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::required("dialogId", Kind::Dialog),
            Param::required("userId", Kind::Int),
        ],
        errors: &DENIED,
        result: DONE,
        handler: |call| Box::pin(set_owner(call)),
    },
    Method {
        name: "imbot.v2.Chat.InputAction.notify",
        scope: "imbot",
        about: "Tells the others in a chat what the bot is doing",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::required("dialogId", Kind::Dialog),
            Param::optional("statusMessageCode", Kind::Text, "writing"),
            Param::optional("duration", Kind::Int, "as clients like it"),
        ],
        errors: &DENIED,
        result: DONE,
        handler: |call| Box::pin(notify(call)),
    },
];

/// A colour that there is not counts as not sent.
async fn add(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let fields = call.params.object("fields").unwrap_or_default();
    let text = |name: &str| fields.get(name).and_then(text_of).unwrap_or_default();
    let users = match fields.get("userIds") {
        None | Some(Value::Null) => Vec::new(),
        Some(sent) => numbers(sent).ok_or(no(BotRefusal::UsersMissing))?,
    };
    let avatar = match text("avatar") {
        base64 if base64.is_empty() => String::new(),
        base64 => call.messenger().keep_avatar(&base64).await.map_err(refused)?,
    };
    let draft = ChatDraft {
        title: text("title"),
        description: text("description"),
        color: color(&text("color")),
        message: text("message"),
        users,
        avatar,
        owner: fields.get("ownerId").and_then(|id| int_of(id).value()).map(UserId),
        ..ChatDraft::default()
    };
    let chat = call.messenger().add_chat(bot, draft).await.map_err(refused)?;
    let dialog = DialogId::Chat(chat);
    let made = call.messenger().bot_chat(bot, dialog).await.map_err(refused)?;
    let order = (MemberOrder::Joined, false);
    let users = call.messenger().bot_members(bot, dialog, order, SHOWN).await.map_err(refused)?;
    let wire = wire(call);
    Ok(Answer::tree(json!({
        "chat": bot_chat::chat(&made, bot, true, &wire),
        "users": users.iter().map(|user| feed::person(user, &wire)).collect::<Vec<_>>(),
    })))
}

/// Numbers of users: a list, or one of them.
fn numbers(sent: &Value) -> Option<Vec<UserId>> {
    if let Some(number) = int_of(sent).value() {
        return Some(vec![UserId(number)]);
    }
    list_of(sent)?.iter().map(|one| int_of(one).value().map(UserId)).collect()
}

/// `lightBlue` is `LIGHT_BLUE`.
fn color(sent: &str) -> String {
    let sent = sent.trim();
    if !sent.contains(|letter: char| letter.is_ascii_lowercase()) {
        return sent.to_owned();
    }
    let mut code = String::with_capacity(sent.len() + 1);
    for letter in sent.chars() {
        if letter.is_ascii_uppercase() {
            code.push('_');
        }
        code.push(letter.to_ascii_uppercase());
    }
    code
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let found = call.messenger().bot_chat(bot, dialog(call)?).await.map_err(refused)?;
    Ok(Answer::tree(json!({ "chat": bot_chat::chat(&found, bot, false, &wire(call)) })))
}

async fn update(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let dialog = dialog(call)?;
    let fields: Map<String, Value> = call.params.object("fields").unwrap_or_default();
    let sent = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => text_of(value).map(Some).ok_or(no(BotRefusal::NothingToChange)),
    };
    let edit = ChatEdit {
        title: sent("title")?,
        description: sent("description")?,
        color: sent("color")?.map(|code| color(&code)),
        picture: sent("avatar")?.filter(|base64| !base64.is_empty()),
    };
    if edit == ChatEdit::default() {
        return Err(no(BotRefusal::NothingToChange).into());
    }
    call.messenger().edit_chat(bot, dialog, edit).await.map_err(refused)?;
    Ok(done())
}

async fn leave(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    call.messenger().leave(bot, dialog(call)?).await.map_err(refused)?;
    Ok(done())
}

async fn set_owner(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let dialog = dialog(call)?;
    let owner = call.positive("userId").map(UserId).ok_or(no(BotRefusal::NoAccess))?;
    let by = Doer { user: Some(bot), ..call.doer() };
    call.messenger().set_owner(by, dialog, owner).await.map_err(refused)?;
    Ok(done())
}

/// What clients have no words for is writing, and so is what lasts too long for as long as they like.
async fn notify(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let chat = call.messenger().writing(bot, dialog(call)?).await.map_err(refused)?;
    let code = call.params.text("statusMessageCode").filter(|code| ACTIONS.contains(&code.as_str()));
    let seconds = call.positive("duration").filter(|seconds| *seconds <= LONGEST);
    call.portal.push.flash(Flash::Acting { chat, bot, code, seconds });
    Ok(done())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_known_by_both_of_their_names() {
        for (sent, code) in [
            ("lightBlue", "LIGHT_BLUE"),
            ("LIGHT_BLUE", "LIGHT_BLUE"),
            ("mint", "MINT"),
            ("", ""),
            ("é", "é"),
        ] {
            assert_eq!(color(sent), code);
        }
    }
}
