//! Pictures of chats and people: checked, made small, kept with the bytes of files.
//!
//! Must hold: what is shown as a picture was made here, from one that could be decoded; nobody's own bytes are served
//! under an avatar's address.

use lately_model::right::{Act, Verdict, verdict};
use lately_model::{Blob, Chat, DialogId, User, UserId, blob};
use lately_store::AVATAR_PREFIX;

use crate::chat::look::pictured;
use crate::dialog::{self, role_in};
use crate::link::Delivery;
use crate::upload::Unkept;
use crate::user::{acting, administering};
use crate::{Error, Messenger, Refusal, picture};

impl Messenger {
    /// Keeps a picture that came as base64, made as small as avatars are. Answers its address within this portal.
    pub async fn keep_avatar(&self, base64: &str) -> Result<String, Error> {
        self.small_picture(base64).await.map_err(|unkept| match unkept {
            Unkept::Fault(error) => error,
            Unkept::Failed => Refusal::FileNotKept.into(),
            Unkept::TooLarge(_) | Unkept::Malformed => Refusal::NotAPicture.into(),
        })
    }

    /// The same for a picture of a person, on behalf of an administrator.
    pub async fn keep_portrait(&self, caller: UserId, base64: &str) -> Result<String, Error> {
        // Whoever may not is told before their picture costs anything; it is looked at again when it counts.
        self.store.read(move |snapshot| administering(snapshot, Some(caller))).await?;
        self.small_picture(base64).await.map_err(|unkept| match unkept {
            Unkept::Fault(error) => error,
            Unkept::Failed => Refusal::Core("The photo could not be kept; try again".to_owned()).into(),
            Unkept::TooLarge(_) | Unkept::Malformed => {
                Refusal::Core("The photo is no picture of up to 5000 by 5000 pixels".to_owned()).into()
            }
        })
    }

    async fn small_picture(&self, base64: &str) -> Result<String, Unkept> {
        let received = self.receive_base64(base64).await?;
        let made = self.one_picture(move || picture::avatar(received.path())).await?;
        let Blob { hash, .. } = self.keep_made(&made.ok_or(Unkept::Malformed)?).await?;
        Ok(format!("{AVATAR_PREFIX}{hash}"))
    }

    /// `im.chat.updateAvatar`: gives a chat another picture and tells its members.
    pub async fn picture_chat(&self, user: UserId, dialog: DialogId, base64: &str) -> Result<(), Error> {
        // Whoever may not is told before their picture costs anything; it is looked at again when it counts.
        self.store.read(move |snapshot| may_picture(snapshot, user, dialog).map(drop)).await?;
        let avatar = self.keep_avatar(base64).await?;
        let (now, language) = (self.now(), self.language());
        self.store
            .write(move |tx| {
                let (actor, chat) = may_picture(tx, user, dialog)?;
                pictured(tx, &actor, &chat, &avatar, language, now)
            })
            .await
    }

    /// The picture at an address of this portal, if some chat or somebody has it. Anybody may see it who knows the address.
    pub async fn avatar(&self, hash: &str) -> Result<Option<Delivery>, Error> {
        if !blob::is_hash(hash) {
            return Ok(None);
        }
        let hash = hash.to_owned();
        self.store
            .read(move |snapshot| {
                if !snapshot.avatar_in_use(&format!("{AVATAR_PREFIX}{hash}"))? {
                    return Ok(None);
                }
                let blob = snapshot.blob_by_hash(&hash)?.filter(|blob| !blob.media.is_empty());
                Ok(blob.map(|blob| Delivery {
                    name: "avatar".to_owned(),
                    media: blob.media.clone(),
                    inline: true,
                    blob,
                }))
            })
            .await
    }
}

fn may_picture(
    snapshot: &lately_store::Snapshot<'_>,
    user: UserId,
    dialog: DialogId,
) -> Result<(User, Chat), Error> {
    let actor = acting(snapshot, user)?;
    let chat = dialog::find(snapshot, user, dialog)?.ok_or(Refusal::WrongRequest)?;
    if chat.kind.is_private() {
        return Err(Refusal::NoPictureHere.into());
    }
    let role = role_in(snapshot, &chat, user)?;
    match verdict(&actor, role, &chat, Act::Recolor) {
        Verdict::Allowed => Ok((actor, chat)),
        Verdict::Restricted => Err(Refusal::NoPictureHere.into()),
        Verdict::RoleTooLow | Verdict::OwnerMayNot => Err(Refusal::MayNotPicture.into()),
    }
}
