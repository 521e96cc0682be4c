//! `imbot.v2.File.*`: files that bots bring and fetch.

use lately_messenger::bot::BotRefusal;
use lately_messenger::file::Wording;
use lately_messenger::{Error, Refusal};
use lately_model::{DialogId, FileId};
use serde_json::json;

use super::{bot, no, refused};
use crate::rest::answer::Answer;
use crate::rest::call::{Call, Failure};
use crate::rest::methods::wire;
use crate::rest::params::text_of;
use crate::rest::registry::{Caller, Kind, Method, Param};
use crate::rest::schema::Shape;
use crate::rest::shape::file;

/// The declarations.
pub const METHODS: &[Method] = &[
    Method {
        name: "imbot.v2.File.upload",
        scope: "imbot",
        about: "The bot brings a file and posts it",
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
            no(BotRefusal::FileEmpty),
            no(BotRefusal::FileMalformed),
            no(BotRefusal::FileNotKept),
            no(BotRefusal::FileNotSent),
            no(BotRefusal::FileTooLarge),
        ],
        result: file::SENT,
        handler: |call| Box::pin(upload(call)),
    },
    Method {
        name: "imbot.v2.File.download",
        scope: "imbot",
        about: "A link, for one use, to a file that the bot sees",
        caller: Caller::Anyone,
        params: &[
            Param::required("botId", Kind::Int),
            Param::optional("botToken", Kind::Text, "the application that calls"),
            Param::required("fileId", Kind::Int),
        ],
        errors: &[
            no(BotRefusal::OwnerUnknown),
            no(BotRefusal::IdMissing),
            no(BotRefusal::NotFound),
            no(BotRefusal::NotOwned),
            no(BotRefusal::NoSuchFile),
            no(BotRefusal::FileHidden),
        ],
        result: Shape::Object(&[("downloadUrl", Shape::Text)]),
        handler: |call| Box::pin(download(call)),
    },
];

async fn upload(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let fields = call.params.object("fields").unwrap_or_default();
    let text = |name: &str| fields.get(name).and_then(text_of).unwrap_or_default();
    let (name, content) = (text("name"), text("content"));
    if name.trim().is_empty() || content.is_empty() {
        return Err(no(BotRefusal::FileEmpty).into());
    }
    let sent = call.params.text("dialogId").and_then(|sent| DialogId::parse(&sent));
    let dialog = sent.ok_or(no(BotRefusal::FileNotSent))?;
    let wording = Wording { text: text("message"), as_files: false };
    let content = call.files.content(content);
    let posted = call.messenger().send_file(bot, dialog, &name, content, wording).await.map_err(unsent)?;
    Ok(Answer::tree(file::sent(&posted, dialog, &wire(call))))
}

/// The reference has one word for every place where a bot may not send a file.
fn unsent(error: Error) -> Failure {
    match error {
        Error::Refused(Refusal::NoAccess | Refusal::NoAccessToFile | Refusal::Core(_)) => {
            no(BotRefusal::FileNotSent).into()
        }
        error => refused(error),
    }
}

async fn download(call: &Call) -> Result<Answer, Failure> {
    let bot = bot(call).await?;
    let id = call.positive("fileId").map(FileId).ok_or(no(BotRefusal::NoSuchFile))?;
    let token = call.messenger().any_file_link(bot, id).await.map_err(|error| match error {
        Error::Refused(Refusal::Core(_)) => no(BotRefusal::FileHidden).into(),
        error => refused(error),
    })?;
    Ok(Answer::tree(json!({ "downloadUrl": file::download(&token, &wire(call)) })))
}
