//! `im.chat.*`: group chats and their members.

use lately_messenger::Refusal;
use lately_messenger::chat::ChatDraft;
use lately_model::{DialogId, UserId};
use serde_json::{Value, json};

use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::params::text_of;
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "im.chat.add",
        scope: "im",
        about: "Makes a group chat; the caller owns it",
        caller: Caller::Anyone,
        params: &[
            Param::optional("USERS", Kind::List, ""),
            Param::optional("TYPE", Kind::Text, "CHAT"),
            Param::optional("TITLE", Kind::Text, "automatic"),
            Param::optional("DESCRIPTION", Kind::Text, ""),
            Param::optional("COLOR", Kind::Text, "automatic"),
            Param::optional("MESSAGE", Kind::Text, ""),
            Param::optional("AVATAR", Kind::Text, ""),
            Param::optional("ENTITY_TYPE", Kind::Text, ""),
            Param::optional("ENTITY_ID", Kind::Text, ""),
        ],
        errors: &[Refusal::ListMalformed, Refusal::NotAPicture, Refusal::FileNotKept],
        result: Shape::Int,
        handler: |call| Box::pin(add(call)),
    },
    Method {
        name: "im.chat.get",
        scope: "im",
        about: "The chat that was made for an entity",
        caller: Caller::Anyone,
        params: &[Param::required("ENTITY_TYPE", Kind::Text), Param::required("ENTITY_ID", Kind::Text)],
        errors: &[],
        result: Shape::OrNull(&Shape::Object(&[("ID", Shape::Int)])),
        handler: |call| Box::pin(get(call)),
    },
    Method {
        name: "im.chat.leave",
        scope: "im",
        about: "Leaves a chat",
        caller: Caller::Anyone,
        params: &[Param::required("CHAT_ID", Kind::Int)],
        errors: &[
            Refusal::ChatIdEmpty,
            Refusal::DialogIdEmpty,
            Refusal::NoAccess,
            Refusal::MayNotKick,
            Refusal::OwnerMayNotLeave,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(leave(call)),
    },
    Method {
        name: "im.chat.mute",
        scope: "im",
        about: "Silences a chat, or lets it speak again",
        caller: Caller::Anyone,
        params: &[
            Param::optional("CHAT_ID", Kind::Int, "DIALOG_ID"),
            Param::optional("DIALOG_ID", Kind::Dialog, "CHAT_ID"),
            Param::optional("MUTE", Kind::Flag, "Y"),
        ],
        errors: &[Refusal::ChatIdEmpty, Refusal::DialogIdEmpty, Refusal::NoAccess],
        result: Shape::Bool,
        handler: |call| Box::pin(mute(call)),
    },
    Method {
        name: "im.chat.updateTitle",
        scope: "im",
        about: "Renames a chat",
        caller: Caller::Anyone,
        params: &[
            Param::optional("CHAT_ID", Kind::Int, "DIALOG_ID"),
            Param::optional("DIALOG_ID", Kind::Dialog, "CHAT_ID"),
            Param::required("TITLE", Kind::Text),
        ],
        errors: &[Refusal::ChatIdEmpty, Refusal::DialogIdEmpty, Refusal::TitleEmpty, Refusal::NoAccess],
        result: Shape::Bool,
        handler: |call| Box::pin(update_title(call)),
    },
    Method {
        name: "im.chat.updateColor",
        scope: "im",
        about: "Gives a chat another colour",
        caller: Caller::Anyone,
        params: &[
            Param::optional("CHAT_ID", Kind::Int, "DIALOG_ID"),
            Param::optional("DIALOG_ID", Kind::Dialog, "CHAT_ID"),
            Param::required("COLOR", Kind::Text),
        ],
        errors: &[
            Refusal::ChatIdEmpty,
            Refusal::DialogIdEmpty,
            Refusal::NoSuchColor,
            Refusal::NoAccess,
            Refusal::WrongRequest,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(update_color(call)),
    },
    Method {
        name: "im.chat.updateAvatar",
        scope: "im",
        about: "Gives a chat another picture",
        caller: Caller::Anyone,
        params: &[
            Param::optional("CHAT_ID", Kind::Int, "DIALOG_ID"),
            Param::optional("DIALOG_ID", Kind::Dialog, "CHAT_ID"),
            Param::required("AVATAR", Kind::Text),
        ],
        errors: &[
            Refusal::ChatIdEmpty,
            Refusal::DialogIdEmpty,
            Refusal::MayNotPicture,
            Refusal::NoPictureHere,
            Refusal::NotAPicture,
            Refusal::FileNotKept,
            Refusal::WrongRequest,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(update_avatar(call)),
    },
    Method {
        name: "im.chat.user.add",
        scope: "im",
        about: "Invites people",
        caller: Caller::Anyone,
        params: &[
            Param::required("CHAT_ID", Kind::Int),
            Param::required("USERS", Kind::List),
            Param::optional("HIDE_HISTORY", Kind::Flag, "Y"),
        ],
        errors: &[
            Refusal::ChatIdEmpty,
            Refusal::DialogIdEmpty,
            Refusal::ListMalformed,
            Refusal::NoAccess,
            Refusal::MayNotExtend,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(user_add(call)),
    },
    Method {
        name: "im.chat.user.delete",
        scope: "im",
        about: "Removes somebody",
        caller: Caller::Anyone,
        params: &[Param::required("CHAT_ID", Kind::Int), Param::required("USER_ID", Kind::Int)],
        errors: &[
            Refusal::ChatIdEmpty,
            Refusal::DialogIdEmpty,
            Refusal::UserIdEmpty,
            Refusal::NoAccess,
            Refusal::MayNotKick,
            Refusal::OwnerMayNotLeave,
            Refusal::NoSuchUser,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(user_delete(call)),
    },
    Method {
        name: "im.chat.user.list",
        scope: "im",
        about: "The numbers of a chat's members",
        caller: Caller::Anyone,
        params: &[Param::required("CHAT_ID", Kind::Int)],
        errors: &[Refusal::ChatIdEmpty, Refusal::DialogIdEmpty, Refusal::NoAccess],
        result: Shape::List(&Shape::Int),
        handler: |call| Box::pin(user_list(call)),
    },
    Method {
        name: "im.chat.setOwner",
        scope: "im",
        about: "Hands a chat to another member",
        caller: Caller::Anyone,
        params: &[
            Param::optional("CHAT_ID", Kind::Int, "DIALOG_ID"),
            Param::optional("DIALOG_ID", Kind::Dialog, "CHAT_ID"),
            Param::required("USER_ID", Kind::Int),
        ],
        errors: &[
            Refusal::ChatIdEmpty,
            Refusal::DialogIdEmpty,
            Refusal::UserIdEmpty,
            Refusal::NoAccess,
            Refusal::WrongRequest,
        ],
        result: Shape::Bool,
        handler: |call| Box::pin(set_owner(call)),
    },
];

async fn add(call: &Call) -> Result<Answer, Failure> {
    let text = |name: &str| call.params.text(name).unwrap_or_default();
    let users = if call.params.has("USERS") && call.params.text("USERS").as_deref() != Some("") {
        call.numbers("USERS")?.into_iter().map(UserId).collect()
    } else {
        Vec::new()
    };
    let avatar = match text("AVATAR") {
        base64 if base64.is_empty() => String::new(),
        base64 => call.messenger().keep_avatar(&base64).await?,
    };
    let draft = ChatDraft {
        open: text("TYPE") == "OPEN",
        title: text("TITLE"),
        description: text("DESCRIPTION"),
        color: text("COLOR"),
        message: text("MESSAGE"),
        users,
        entity_type: text("ENTITY_TYPE"),
        entity_id: text("ENTITY_ID"),
        avatar,
        owner: None,
    };
    let chat = call.messenger().add_chat(call.user(), draft).await?;
    Ok(Answer::tree(chat.0))
}

async fn get(call: &Call) -> Result<Answer, Failure> {
    let entity_type = call.params.text("ENTITY_TYPE").unwrap_or_default();
    let entity_id = call.params.text("ENTITY_ID").unwrap_or_default();
    if entity_type.is_empty() || entity_id.is_empty() {
        return Ok(Answer::tree(Value::Null));
    }
    let chat = call.messenger().chat_by_entity(entity_type, entity_id).await?;
    Ok(Answer::tree(chat.map_or(Value::Null, |chat| json!({ "ID": chat.0 }))))
}

async fn leave(call: &Call) -> Result<Answer, Failure> {
    call.messenger().leave(call.user(), call.group()?).await?;
    Ok(Answer::tree(true))
}

async fn mute(call: &Call) -> Result<Answer, Failure> {
    let dialog =
        if call.params.has("DIALOG_ID") { call.dialog()? } else { call.chat().map(DialogId::Chat)? };
    let name = if call.params.has("ACTION") { "ACTION" } else { "MUTE" };
    call.messenger().mute(call.user(), dialog, !call.params.no(name)).await?;
    Ok(Answer::tree(true))
}

async fn update_title(call: &Call) -> Result<Answer, Failure> {
    let title = call.params.text("TITLE").unwrap_or_default();
    call.messenger().rename(call.user(), call.group()?, title).await?;
    Ok(Answer::tree(true))
}

async fn update_color(call: &Call) -> Result<Answer, Failure> {
    let code = call.params.text("COLOR").unwrap_or_default();
    call.messenger().recolor(call.user(), call.group()?, code).await?;
    Ok(Answer::tree(true))
}

async fn update_avatar(call: &Call) -> Result<Answer, Failure> {
    let (chat, picture) = (call.group()?, call.params.text("AVATAR").unwrap_or_default());
    call.messenger().picture_chat(call.user(), chat, &picture).await?;
    Ok(Answer::tree(true))
}

async fn user_add(call: &Call) -> Result<Answer, Failure> {
    let chat = call.group()?;
    let users = call.numbers("USERS")?.into_iter().map(UserId).collect();
    call.messenger().invite(call.user(), chat, users, hides_history(call)).await?;
    Ok(Answer::tree(true))
}

/// Hidden unless `N`, `0` or nothing is said in so many words (behaviour.md G).
pub(super) fn hides_history(call: &Call) -> bool {
    let Some(value) = call.params.get("HIDE_HISTORY") else { return true };
    !matches!(text_of(value).as_deref(), Some("N" | "0" | ""))
}

async fn user_delete(call: &Call) -> Result<Answer, Failure> {
    let chat = call.group()?;
    call.messenger().kick(call.user(), chat, call.target_user()?).await?;
    Ok(Answer::tree(true))
}

async fn user_list(call: &Call) -> Result<Answer, Failure> {
    let chat = match call.group()? {
        DialogId::Chat(chat) => chat,
        _ => return Err(Refusal::ChatIdEmpty.into()),
    };
    let users = call.messenger().chat_users(call.user(), chat).await?;
    Ok(Answer::tree(json!(users)))
}

async fn set_owner(call: &Call) -> Result<Answer, Failure> {
    let chat = call.group()?;
    call.messenger().set_owner(call.doer(), chat, call.target_user()?).await?;
    Ok(Answer::tree(true))
}
