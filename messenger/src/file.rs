//! Files in dialogs: brought, posted with a message, saved to one's own drive, deleted, fetched.
//!
//! Must hold: a file and the message that it is posted with appear in one transaction, and go in one.

use lately_model::right::{Act, Verdict, verdict};
use lately_model::{
    Chat, ChatId, DialogId, File, FileId, FileKind, Folder, FolderId, MessageId, Moment, Owner, Phrase, User,
    UserId, file, text,
};
use lately_store::{Deletion, NewMessage, Snapshot, Tx};
use serde_json::{Map, Value, json};

use crate::dialog::{self, role_in};
use crate::disk::{folder_for, free_name, may_read, put_into};
use crate::link::{Links, Part, Pass, Signer};
use crate::upload::{Content, Unkept};
use crate::user::{acting, may_meet};
use crate::{Error, Messenger, Refusal};

/// How many files one message can carry.
pub const FILES_MOST: usize = 100;

/// A file as it is shown: with its author's name and signed links.
#[derive(Debug, Clone, Default)]
pub struct ShownFile {
    /// The file.
    pub file: File,
    /// Who brought it.
    pub author: String,
    /// The links to it.
    pub links: Links,
}

/// Which files are posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sources {
    /// Those that the caller brought into the chat's folder.
    Uploads(Vec<FileId>),
    /// Any that the caller may read; those from elsewhere are copied into the chat's folder.
    Disk(Vec<FileId>),
}

/// A message that carries files.
#[derive(Debug, Clone)]
pub struct Posted {
    /// Its chat.
    pub chat_id: ChatId,
    /// Its number.
    pub message_id: MessageId,
    /// The storage of its files.
    pub storage_id: FolderId,
    /// Its files.
    pub files: Vec<ShownFile>,
}

/// What is posted beside the files.
#[derive(Debug, Clone, Default)]
pub struct Wording {
    /// The text of the message.
    pub text: String,
    /// Whether pictures are shown as plain files.
    pub as_files: bool,
}

impl Messenger {
    /// Signs links to files that `user` is shown. Where there are none, nothing is asked for.
    pub(crate) async fn link_files(&self, user: UserId, files: &mut [ShownFile]) -> Result<(), Error> {
        if files.is_empty() {
            return Ok(());
        }
        let signer = self.signer(user).await?;
        for shown in files {
            shown.links = signer.links(&shown.file);
        }
        Ok(())
    }

    /// `im.disk.folder.get`: the folder of a dialog's files, made as needed. For its members.
    pub async fn dialog_folder(&self, user: UserId, dialog: DialogId) -> Result<FolderId, Error> {
        let (now, language) = (self.now(), self.language());
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let chat = dialog::open(tx, &actor, dialog, now)?;
                tx.member(chat.id, user)?.ok_or(Refusal::NoAccess)?;
                Ok(folder_for(tx, &actor, Owner::Chat(chat.id), language, now)?.id)
            })
            .await
    }

    /// `im.disk.file.commit`: posts files with a message.
    pub async fn post_files(
        &self,
        user: UserId,
        dialog: DialogId,
        sources: Sources,
        wording: Wording,
    ) -> Result<Posted, Error> {
        let (signer, now, language) = (self.signer(user).await?, self.now(), self.language());
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let chat = writable(tx, &actor, dialog, now)?;
                let folder = folder_for(tx, &actor, Owner::Chat(chat.id), language, now)?;
                let files = gathered(tx, &actor, &folder, &sources, now)?;
                post(tx, chat, &folder, files, &wording, &signer, user, now)
            })
            .await
    }

    /// `im.v2.File.upload`: brings a file and posts it, in one call.
    pub async fn send_file(
        &self,
        user: UserId,
        dialog: DialogId,
        name: &str,
        content: Content,
        wording: Wording,
    ) -> Result<Posted, Error> {
        let name = file::good_name(name).ok_or(Refusal::FileEmpty)?.to_owned();
        // Whoever may not is told before the file costs anything; it is looked at again when it counts.
        self.store.read(move |snapshot| may_send(snapshot, user, dialog)).await?;
        let kept = async { self.keep(self.receive(content).await?).await };
        let kept = kept.await.map_err(|unkept| match unkept {
            Unkept::Fault(error) => error,
            Unkept::TooLarge(most) => Refusal::FileTooLarge(most).into(),
            Unkept::Malformed => Refusal::FileNotBase64.into(),
            Unkept::Failed => Refusal::FileNotKept.into(),
        })?;
        let (signer, now, language) = (self.signer(user).await?, self.now(), self.language());
        self.store
            .write(move |tx| {
                may_send(tx, user, dialog)?;
                let actor = acting(tx, user)?;
                let chat = writable(tx, &actor, dialog, now)?;
                let folder = folder_for(tx, &actor, Owner::Chat(chat.id), language, now)?;
                let file = put_into(tx, &actor, &folder, &name, &kept, true, now)?;
                post(tx, chat, &folder, vec![file], &wording, &signer, user, now)
            })
            .await
    }

    /// `im.v2.File.download`: a link, for one use, to a file of a dialog.
    pub async fn file_link(&self, user: UserId, dialog: DialogId, id: FileId) -> Result<String, Error> {
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, user)?;
                let chat = dialog::find(snapshot, user, dialog)?.ok_or(Refusal::NoAccessToFile)?;
                let role = role_in(snapshot, &chat, user)?;
                if verdict(&actor, role, &chat, Act::Read) != Verdict::Allowed {
                    return Err(Error::from(Refusal::NoAccessToFile));
                }
                let file = snapshot.file(id)?.filter(|file| file.chat_id == chat.id && there(file));
                match file {
                    Some(file) if may_read(snapshot, &actor, &file)? => Ok(()),
                    _ => Err(Refusal::NoSuchFile.into()),
                }
            })
            .await?;
        self.sign_once(user, &Pass::Fetch { part: Part::Whole, file: id }).await
    }

    /// `imbot.v2.File.download`: a link, for one use, to a file of whatever dialog.
    pub async fn any_file_link(&self, user: UserId, id: FileId) -> Result<String, Error> {
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, user)?;
                let file = snapshot.file(id)?.filter(|file| !file.chat_id.is_none() && there(file));
                let file = file.ok_or(Refusal::NoSuchFile)?;
                let inside = snapshot.member(file.chat_id, user)?.is_some();
                let reads = inside && may_read(snapshot, &actor, &file)?;
                if reads { Ok(()) } else { Err(Error::from(Refusal::NoAccessToFile)) }
            })
            .await?;
        self.sign_once(user, &Pass::Fetch { part: Part::Whole, file: id }).await
    }

    /// `im.disk.file.delete`: the caller's own file goes, and with it its place in the message; a message that said
    /// nothing else is taken back. False if the caller cannot see such a file there; somebody else's stays.
    pub async fn delete_file(&self, user: UserId, chat: ChatId, id: FileId) -> Result<bool, Error> {
        let (now, words) = (self.now(), self.language().say(&Phrase::MessageDeleted));
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let member = tx.member(chat, user)?;
                let file = tx.file(id)?.filter(|file| file.chat_id == chat && member.is_some());
                let Some(file) = file else { return Ok::<_, Error>(false) };
                if !may_read(tx, &actor, &file)? {
                    return Ok(false);
                }
                if file.author_id == user {
                    take_away(tx, &file, &words, now)?;
                }
                Ok(true)
            })
            .await
    }

    /// `im.disk.file.save`: copies a file into the caller's folder for what they saved.
    pub async fn save_file(&self, user: UserId, id: FileId) -> Result<(Folder, File), Error> {
        let (now, language) = (self.now(), self.language());
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let file = tx.file(id)?.filter(there).ok_or(Refusal::FileNotSavable)?;
                if !may_read(tx, &actor, &file)? {
                    return Err(Error::from(Refusal::FileNotSavable));
                }
                let folder = folder_for(tx, &actor, Owner::Saved(user), language, now)?;
                let file = copied(tx, &actor, &folder, file, now)?;
                Ok((folder, file))
            })
            .await
    }
}

/// Whether its bytes are kept here.
fn there(file: &File) -> bool {
    !file.blob_id.is_none()
}

/// The chat behind an address, if `actor` may write there.
fn writable(tx: &mut Tx<'_>, actor: &User, dialog: DialogId, now: Moment) -> Result<Chat, Error> {
    let chat = dialog::open(tx, actor, dialog, now)?;
    let role = role_in(tx, &chat, actor.id)?;
    if verdict(actor, role, &chat, Act::Post) == Verdict::Allowed {
        Ok(chat)
    } else {
        Err(Refusal::NoAccess.into())
    }
}

/// What `im.v2.File.upload` refuses before it looks at the file.
fn may_send(snapshot: &Snapshot<'_>, user: UserId, dialog: DialogId) -> Result<(), Error> {
    let actor = acting(snapshot, user)?;
    let Some(chat) = dialog::find(snapshot, user, dialog)? else {
        let DialogId::User(peer) = dialog else { return Err(Refusal::NoDialogForFile.into()) };
        let peer = snapshot.user(peer)?.ok_or(Refusal::NoDialogForFile)?;
        let meets = may_meet(snapshot, &actor, &peer)?;
        return if meets { Ok(()) } else { Err(Refusal::NoAccessToFile.into()) };
    };
    let role = role_in(snapshot, &chat, user)?;
    if verdict(&actor, role, &chat, Act::Read) != Verdict::Allowed {
        return Err(Refusal::NoAccessToFile.into());
    }
    match verdict(&actor, role, &chat, Act::Post) {
        Verdict::Allowed => Ok(()),
        _ => Err(Refusal::FileNotSent.into()),
    }
}

/// The files that are to be posted, each in the chat's folder and not posted yet.
fn gathered(
    tx: &mut Tx<'_>,
    actor: &User,
    folder: &Folder,
    sources: &Sources,
    now: Moment,
) -> Result<Vec<File>, Error> {
    let (ids, copies) = match sources {
        Sources::Uploads(ids) => (ids, false),
        Sources::Disk(ids) => (ids, true),
    };
    let mut files: Vec<File> = Vec::with_capacity(ids.len());
    for id in ids.iter().take(FILES_MOST) {
        let file = tx.file(*id)?.filter(there).ok_or(Refusal::FileNotPostable)?;
        let waits = file.folder_id == folder.id && file.author_id == actor.id && file.message_id.is_none();
        if files.iter().any(|known| known.id == file.id) {
            continue;
        }
        if waits {
            files.push(file);
        } else if copies && may_read(tx, actor, &file)? {
            files.push(copied(tx, actor, folder, file, now)?);
        } else {
            return Err(Refusal::FileNotPostable.into());
        }
    }
    if files.is_empty() { Err(Refusal::FileNotPostable.into()) } else { Ok(files) }
}

/// A file of its own with the same bytes.
pub(crate) fn copied(
    tx: &mut Tx<'_>,
    actor: &User,
    folder: &Folder,
    file: File,
    now: Moment,
) -> Result<File, Error> {
    let chat_id = match folder.owner {
        Owner::Chat(chat) => chat,
        _ => ChatId(0),
    };
    let copy = File {
        id: FileId(0),
        chat_id,
        author_id: actor.id,
        date: now,
        name: free_name(tx, folder.id, &file.name, true)?,
        folder_id: folder.id,
        message_id: MessageId(0),
        updated_at: Moment(0),
        updated_by: UserId(0),
        version: 1,
        ..file
    };
    Ok(File { id: tx.add_file(&copy)?, ..copy })
}

#[expect(clippy::too_many_arguments, reason = "all of it belongs to the one message")]
fn post(
    tx: &mut Tx<'_>,
    chat: Chat,
    folder: &Folder,
    mut files: Vec<File>,
    wording: &Wording,
    signer: &Signer,
    user: UserId,
    now: Moment,
) -> Result<Posted, Error> {
    if wording.as_files {
        for file in files.iter_mut().filter(|file| file.kind != FileKind::File) {
            file.kind = FileKind::File;
            tx.show_file_as(file.id, FileKind::File)?;
        }
    }
    let ids: Vec<i64> = files.iter().map(|file| file.id.0).collect();
    let member = tx.member(chat.id, user)?;
    let chat_id = chat.id;
    let message = NewMessage {
        chat_id,
        author_id: user,
        actor_id: user,
        date: now,
        text: text::normalise(&wording.text),
        params: Map::from_iter([("FILE_ID".to_owned(), json!(ids))]),
        counts: true,
        ..NewMessage::default()
    };
    let message_id = tx.append_to(chat, member, &message)?.id;
    let mut shown = Vec::with_capacity(files.len());
    for file in files {
        tx.post_file(file.id, message_id)?;
        let links = signer.links(&file);
        shown.push(ShownFile { links, ..named(tx, File { message_id, ..file })? });
    }
    Ok(Posted { chat_id, message_id, storage_id: folder.storage_id, files: shown })
}

/// A file with its author's name, and no links yet.
pub(crate) fn named(snapshot: &Snapshot<'_>, file: File) -> Result<ShownFile, Error> {
    let author = snapshot.user(file.author_id)?.map(|user| user.name()).unwrap_or_default();
    Ok(ShownFile { author, links: Links::default(), file })
}

fn take_away(tx: &mut Tx<'_>, file: &File, words: &str, now: Moment) -> Result<(), Error> {
    let message = if file.message_id.is_none() { None } else { tx.message(file.message_id)? };
    let Some(mut message) = message.filter(|message| !message.deleted) else {
        return Ok(tx.delete_file(file, now)?);
    };
    let left: Vec<Value> =
        message.file_ids().into_iter().filter(|id| *id != file.id).map(|id| json!(id.0)).collect();
    if left.is_empty() && message.text.is_empty() && !message.has_attach() {
        return Ok(tx.delete_message(&message, Deletion::Text, words, now)?);
    }
    match left.as_slice() {
        [] => drop(message.params.remove("FILE_ID")),
        _ => drop(message.params.insert("FILE_ID".to_owned(), Value::Array(left))),
    }
    tx.delete_file(file, now)?;
    Ok(tx.edit_message(&message, now)?)
}
