//! Drives: everybody's own, the company's, and the folders of chats; their files, and who may do what to them.
//!
//! Must hold: what a person finds in a chat's folder is what they find in the chat: files posted before they could see
//! it are not there, nor are files that others brought and have not posted.

use lately_model::right::{Act, Verdict, verdict};
use lately_model::{
    AppId, File, FileId, FileKind, Folder, FolderId, Language, Moment, Owner, User, UserId, file,
};
use lately_store::{Received, Snapshot, Tx};

use crate::dialog::role_in;
use crate::link::{Pass, Signer};
use crate::upload::{Content, Kept, Unkept};
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

/// How many things of one folder are looked at.
const MOST: usize = 100_000;

/// How many are read at a time.
const STEP: i64 = 500;

/// How many numbers are tried for a name that is taken.
const NAMES: i64 = 10_000;

/// One thing in a folder.
#[derive(Debug, Clone)]
pub enum Thing {
    /// A folder.
    Folder(Folder),
    /// A file, and the number of the storage that it is in.
    File(Box<File>, FolderId),
}

impl Messenger {
    /// `disk.storage.getList`: the drives that the caller may read, made as needed.
    pub async fn storages(&self, user: UserId) -> Result<Vec<Folder>, Error> {
        let (now, language) = (self.now(), self.language());
        let known = self.store.read(move |snapshot| {
            let actor = acting(snapshot, user)?;
            let known = owners(&actor).into_iter().map(|owner| snapshot.folder_of(owner));
            Ok::<_, Error>(known.collect::<Result<Option<Vec<_>>, _>>()?)
        });
        if let Some(known) = known.await? {
            return Ok(known);
        }
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                owners(&actor).into_iter().map(|owner| folder_for(tx, &actor, owner, language, now)).collect()
            })
            .await
    }

    /// `disk.storage.getForApp`: the drive of an application, made as needed. Only administrators open it.
    pub async fn app_storage(&self, user: UserId, app: AppId) -> Result<Folder, Error> {
        let now = self.now();
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                if !actor.admin {
                    return Err(Error::from(Refusal::ObjectForbidden));
                }
                let app = tx.app(app)?.ok_or(Refusal::NoSuchObject)?;
                Ok(tx.folder_for(Owner::App(app.id), &app.client_id, user, now)?)
            })
            .await
    }

    /// `disk.storage.get`: one storage.
    pub async fn storage(&self, user: UserId, id: FolderId) -> Result<Folder, Error> {
        let folder = self.folder(user, id).await?;
        if folder.parent_id.is_none() { Ok(folder) } else { Err(Refusal::NoSuchObject.into()) }
    }

    /// `disk.folder.get`: one folder.
    pub async fn folder(&self, user: UserId, id: FolderId) -> Result<Folder, Error> {
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, user)?;
                readable_folder(snapshot, &actor, id)
            })
            .await
    }

    /// `disk.folder.getChildren` and `disk.storage.getChildren`: what the caller finds in a folder.
    pub async fn children(&self, user: UserId, id: FolderId, storage: bool) -> Result<Vec<Thing>, Error> {
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, user)?;
                let folder = readable_folder(snapshot, &actor, id)?;
                if storage && !folder.parent_id.is_none() {
                    return Err(Refusal::NoSuchObject.into());
                }
                children(snapshot, &actor, &folder)
            })
            .await
    }

    /// `disk.file.get`: one file, with the number of its storage, and links to it.
    pub async fn disk_file(&self, user: UserId, id: FileId) -> Result<(File, FolderId), Error> {
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, user)?;
                let file = snapshot.file(id)?.ok_or(Refusal::NoSuchObject)?;
                if !may_read(snapshot, &actor, &file)? {
                    return Err(Error::from(Refusal::ObjectForbidden));
                }
                with_storage(snapshot, file)
            })
            .await
    }

    /// Whether the caller may bring files into a folder. With `storage` it must be one.
    pub async fn may_add_to(&self, user: UserId, id: FolderId, storage: bool) -> Result<(), Error> {
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, user)?;
                let folder = snapshot.folder(id)?.filter(|folder| !storage || folder.parent_id.is_none());
                if may_add(snapshot, &actor, &folder.ok_or(Refusal::NoSuchObject)?)? {
                    Ok(())
                } else {
                    Err(Refusal::ObjectForbidden.into())
                }
            })
            .await
    }

    /// The first half of `disk.folder.uploadFile`: a link, for one file, by which it is brought.
    pub async fn upload_link(&self, user: UserId, folder: FolderId, rename: bool) -> Result<String, Error> {
        self.may_add_to(user, folder, false).await?;
        self.sign_once(user, &Pass::Bring { folder, rename }).await
    }

    /// The second half: what came by a link. Answers the file, its storage, and whose links to sign.
    pub async fn bring(
        &self,
        token: &str,
        name: &str,
        received: Received,
    ) -> Result<(File, FolderId, Signer), Error> {
        let link = self.link(token).await?;
        let (Pass::Bring { folder, rename }, Some(nonce)) = (link.pass, link.nonce) else {
            return Err(Refusal::BadLink.into());
        };
        let used = Some((nonce, link.expires_at));
        let (file, storage) = self.add_object(link.user, folder, name, received, rename, used).await?;
        Ok((file, storage, self.signer(link.user).await?))
    }

    /// `disk.folder.uploadFile` and `disk.storage.uploadFile` with the bytes in the call.
    pub async fn upload_object(
        &self,
        user: UserId,
        folder: FolderId,
        name: &str,
        content: Content,
        rename: bool,
    ) -> Result<(File, FolderId), Error> {
        file::good_name(name).ok_or(Refusal::ObjectNameEmpty)?;
        let received = self.receive(content).await.map_err(not_kept)?;
        self.add_object(user, folder, name, received, rename, None).await
    }

    async fn add_object(
        &self,
        user: UserId,
        folder: FolderId,
        name: &str,
        received: Received,
        rename: bool,
        used: Option<(String, Moment)>,
    ) -> Result<(File, FolderId), Error> {
        let name = file::good_name(name).ok_or(Refusal::ObjectNameEmpty)?.to_owned();
        let kept = self.keep(received).await.map_err(not_kept)?;
        let now = self.now();
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let folder = tx.folder(folder)?.ok_or(Refusal::NoSuchObject)?;
                if !may_add(tx, &actor, &folder)? {
                    return Err(Error::from(Refusal::ObjectForbidden));
                }
                if let Some((nonce, expires_at)) = &used
                    && !tx.use_link(nonce, *expires_at)?
                {
                    return Err(Refusal::BadLink.into());
                }
                let file = put_into(tx, &actor, &folder, &name, &kept, rename, now)?;
                Ok((file, folder.storage_id))
            })
            .await
    }

    /// `disk.file.uploadVersion`: other bytes for a file, and perhaps another name.
    pub async fn upload_version(
        &self,
        user: UserId,
        id: FileId,
        name: &str,
        content: Content,
    ) -> Result<(File, FolderId), Error> {
        self.store.read(move |snapshot| editable(snapshot, user, id).map(drop)).await?;
        let wrong = |why: &str| Refusal::VersionNotKept(why.to_owned());
        let name = match name {
            "" => None,
            name => Some(file::good_name(name).ok_or_else(|| wrong("The name has a path in it"))?.to_owned()),
        };
        let kept = async { self.keep(self.receive(content).await?).await };
        let kept = kept.await.map_err(|unkept| match unkept {
            Unkept::Fault(error) => error,
            Unkept::TooLarge(most) => Refusal::VersionTooLarge(most).into(),
            Unkept::Malformed => wrong("The content is not base64").into(),
            Unkept::Failed => wrong("The file could not be kept; try again").into(),
        })?;
        let now = self.now();
        self.store
            .write(move |tx| {
                let before = editable(tx, user, id)?;
                let name = name.clone().filter(|name| *name != before.name);
                if let Some(name) = &name
                    && tx.name_taken(before.folder_id, name)?
                {
                    return Err(Refusal::ObjectNameTaken.into());
                }
                let file = File { name: name.unwrap_or_else(|| before.name.clone()), ..before };
                tx.replace_file(&filled(file, &kept), user, now)?;
                let file = tx.file(id)?.ok_or(Refusal::NoSuchObject)?;
                with_storage(tx, file)
            })
            .await
    }

    /// `disk.file.getExternalLink`: the code of the link by which anybody may fetch a file; the same each time.
    pub async fn publish(&self, user: UserId, id: FileId) -> Result<String, Error> {
        let (fresh, now) = (self.dice.secret(32), self.now());
        self.store
            .write(move |tx| {
                let actor = acting(tx, user)?;
                let file = tx.file(id)?.ok_or(Refusal::NoSuchObject)?;
                if !may_read(tx, &actor, &file)? {
                    return Err(Error::from(Refusal::ObjectForbidden));
                }
                Ok(tx.publish_file(id, &fresh, user, now)?)
            })
            .await
    }
}

/// How a refusal of a drive says why bytes were not kept.
pub fn not_kept(unkept: Unkept) -> Error {
    let why = match unkept {
        Unkept::Fault(error) => return error,
        Unkept::TooLarge(most) => format!("The file is larger than {most} bytes"),
        Unkept::Malformed => "The content is not base64".to_owned(),
        Unkept::Failed => "The file could not be kept; try again".to_owned(),
    };
    Refusal::ObjectNotKept(why).into()
}

/// The drives that somebody has to read.
fn owners(actor: &User) -> Vec<Owner> {
    let company = (!actor.is_extranet()).then_some(Owner::Company);
    [Owner::User(actor.id)].into_iter().chain(company).collect()
}

/// The folder of this owner, made as needed.
pub(crate) fn folder_for(
    tx: &mut Tx<'_>,
    actor: &User,
    owner: Owner,
    language: Language,
    now: Moment,
) -> Result<Folder, Error> {
    if let Some(folder) = tx.folder_of(owner)? {
        return Ok(folder);
    }
    if owner.storage() != owner {
        folder_for(tx, actor, owner.storage(), language, now)?;
    }
    let name = match owner {
        Owner::User(user) if user == actor.id => actor.name(),
        other => other.usual_name(language),
    };
    Ok(tx.folder_for(owner, &name, actor.id, now)?)
}

fn readable_folder(snapshot: &Snapshot<'_>, actor: &User, id: FolderId) -> Result<Folder, Error> {
    let folder = snapshot.folder(id)?.ok_or(Refusal::NoSuchObject)?;
    if may_open(snapshot, actor, &folder)? { Ok(folder) } else { Err(Refusal::ObjectForbidden.into()) }
}

fn children(snapshot: &Snapshot<'_>, actor: &User, folder: &Folder) -> Result<Vec<Thing>, Error> {
    let mut things = Vec::new();
    let mut after = FolderId(0);
    loop {
        let folders = snapshot.folders_in(folder.id, after, STEP)?;
        let Some(last) = folders.last() else { break };
        after = last.id;
        for folder in folders {
            if things.len() < MOST && may_open(snapshot, actor, &folder)? {
                things.push(Thing::Folder(folder));
            }
        }
    }
    let mut after = FileId(0);
    loop {
        let files = snapshot.files_in(folder.id, after, STEP)?;
        let Some(last) = files.last().filter(|_| things.len() < MOST) else { return Ok(things) };
        after = last.id;
        for file in files {
            if may_read(snapshot, actor, &file)? {
                things.push(Thing::File(Box::new(file), folder.storage_id));
            }
        }
    }
}

fn with_storage(snapshot: &Snapshot<'_>, file: File) -> Result<(File, FolderId), Error> {
    let folder = snapshot.folder(file.folder_id)?;
    Ok((file, folder.map_or(FolderId(0), |folder| folder.storage_id)))
}

fn editable(snapshot: &Snapshot<'_>, user: UserId, id: FileId) -> Result<File, Error> {
    let actor = acting(snapshot, user)?;
    let file = snapshot.file(id)?.ok_or(Refusal::NoSuchObject)?;
    let own = file.author_id == user || (actor.admin && file.chat_id.is_none());
    if own && may_read(snapshot, &actor, &file)? { Ok(file) } else { Err(Refusal::ObjectForbidden.into()) }
}

/// Whether somebody may look into a folder.
fn may_open(snapshot: &Snapshot<'_>, actor: &User, folder: &Folder) -> Result<bool, Error> {
    Ok(match folder.owner {
        Owner::User(user) | Owner::Saved(user) => user == actor.id,
        Owner::Company => !actor.is_extranet(),
        Owner::Chats => true,
        Owner::App(_) => actor.admin,
        Owner::Chat(chat) => match snapshot.chat(chat)? {
            Some(chat) => {
                let role = role_in(snapshot, &chat, actor.id)?;
                verdict(actor, role, &chat, Act::Read) == Verdict::Allowed
            }
            None => false,
        },
    })
}

/// Whether somebody may bring files into a folder.
pub(crate) fn may_add(snapshot: &Snapshot<'_>, actor: &User, folder: &Folder) -> Result<bool, Error> {
    Ok(match folder.owner {
        Owner::Chats => false,
        Owner::Chat(chat) => match snapshot.chat(chat)? {
            Some(chat) => {
                let role = role_in(snapshot, &chat, actor.id)?;
                verdict(actor, role, &chat, Act::Post) == Verdict::Allowed
            }
            None => false,
        },
        _ => may_open(snapshot, actor, folder)?,
    })
}

/// Whether somebody may read a file: in a chat, what is posted where they can see it, and what they brought themselves.
pub(crate) fn may_read(snapshot: &Snapshot<'_>, actor: &User, file: &File) -> Result<bool, Error> {
    if file.chat_id.is_none() {
        let folder = snapshot.folder(file.folder_id)?;
        return folder.map_or(Ok(false), |folder| may_open(snapshot, actor, &folder));
    }
    let Some(chat) = snapshot.chat(file.chat_id)? else { return Ok(false) };
    let role = role_in(snapshot, &chat, actor.id)?;
    if verdict(actor, role, &chat, Act::Read) != Verdict::Allowed {
        return Ok(false);
    }
    let first = snapshot.member(chat.id, actor.id)?.map(|member| member.first_visible_id).unwrap_or_default();
    let posted = !file.message_id.is_none();
    Ok(if posted { file.message_id >= first } else { file.author_id == actor.id })
}

/// Puts kept bytes into a folder as a file of this name, or with a number in it if the name is taken and `rename` says
/// so.
pub(crate) fn put_into(
    tx: &mut Tx<'_>,
    actor: &User,
    folder: &Folder,
    name: &str,
    kept: &Kept,
    rename: bool,
    now: Moment,
) -> Result<File, Error> {
    let name = free_name(tx, folder.id, name, rename)?;
    let chat_id = match folder.owner {
        Owner::Chat(chat) => chat,
        _ => lately_model::ChatId(0),
    };
    let file = File {
        chat_id,
        author_id: actor.id,
        date: now,
        name,
        folder_id: folder.id,
        version: 1,
        ..File::default()
    };
    let file = filled(file, kept);
    Ok(File { id: tx.add_file(&file)?, ..file })
}

/// The same file with these bytes, and what was seen in them.
fn filled(file: File, kept: &Kept) -> File {
    let look = kept.look.clone().unwrap_or_default();
    File {
        kind: if kept.look.is_some() { FileKind::Image } else { FileKind::by_name(&file.name) },
        size: kept.blob.size,
        width: look.width.into(),
        height: look.height.into(),
        blob_id: kept.blob.id,
        preview_id: kept.preview.as_ref().map_or(lately_model::BlobId(0), |preview| preview.id),
        ..file
    }
}

/// A name that no file of a folder has.
pub(crate) fn free_name(
    snapshot: &Snapshot<'_>,
    folder: FolderId,
    name: &str,
    rename: bool,
) -> Result<String, Error> {
    if !snapshot.name_taken(folder, name)? {
        return Ok(name.to_owned());
    }
    if rename {
        // Doubling first, so that a name that is taken a thousand times costs a few questions.
        let mut step = 1;
        while step < NAMES && snapshot.name_taken(folder, &file::numbered(name, step))? {
            step *= 2;
        }
        for number in step / 2 + 1..=step {
            let candidate = file::numbered(name, number);
            if !snapshot.name_taken(folder, &candidate)? {
                return Ok(candidate);
            }
        }
    }
    Err(Refusal::ObjectNameTaken.into())
}
