//! Signed links: who may fetch or bring which file, until when, without any other credential.
//!
//! Must hold: a link says no more than its signature covers; the rights of the person whom it names are looked at again
//! when it is used; one for a single use works once, at whatever server.

use hmac::{Hmac, KeyInit, Mac};
use lately_model::{Blob, File, FileId, FolderId, Moment, UserId};
use lately_store::{Chunks, Snapshot};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::disk::{may_add, may_read};
use crate::user::acting;
use crate::{Error, Messenger, Refusal};

/// For how many seconds a link lasts that is part of an answer, at least.
const LASTS: i64 = 86_400;

/// Links of one hour are equal, so that what they lead to is fetched once and not with each answer.
const HOUR: i64 = 3600;

/// For how many seconds a link for one use lasts.
const LASTS_ONCE: i64 = 3600;

/// How many letters a secret of a link has: 160 bits.
const SECRET: usize = 32;

/// What of a file is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The file, to be kept.
    Whole,
    /// The file, to be shown if it can be.
    Shown,
    /// The smaller picture of it.
    Preview,
}

impl Part {
    const TABLE: [(Self, &'static str); 3] =
        [(Self::Whole, "file"), (Self::Shown, "show"), (Self::Preview, "preview")];

    fn word(self) -> &'static str {
        Self::TABLE.into_iter().find(|(part, _)| *part == self).map_or("", |(_, word)| word)
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::TABLE.into_iter().find(|(_, known)| *known == word).map(|(part, _)| part)
    }
}

/// What a link allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pass {
    /// Fetching a file.
    Fetch { part: Part, file: FileId },
    /// Bringing a file into a folder, under another name if its own is taken and `rename` says so.
    Bring { folder: FolderId, rename: bool },
}

/// A link that was read and whose signature is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) pass: Pass,
    pub(crate) user: UserId,
    pub(crate) expires_at: Moment,
    /// Given for one use.
    pub(crate) nonce: Option<String>,
}

/// Signs links for one person.
#[derive(Debug, Clone)]
pub struct Signer {
    key: String,
    user: UserId,
    expires_at: Moment,
}

/// The links to one file, as tokens; a part that is not there has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// To keep it.
    pub whole: Option<String>,
    /// To show it.
    pub shown: Option<String>,
    /// To show a smaller picture.
    pub preview: Option<String>,
}

/// A file that is handed out.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Under which name.
    pub name: String,
    /// Its media type; `application/octet-stream` for what no browser shall run or show.
    pub media: String,
    /// Whether it may be shown instead of kept.
    pub inline: bool,
    /// Its bytes.
    pub blob: Blob,
}

impl Signer {
    /// Signs with `key`, for `user`, links that last a day from `now`.
    pub(crate) fn new(key: String, user: UserId, now: Moment) -> Self {
        Self { key, user, expires_at: Moment((now.0 / HOUR + 1) * HOUR + LASTS) }
    }

    /// The same for another person.
    pub fn of(&self, user: UserId) -> Self {
        Self { user, ..self.clone() }
    }

    /// The links to a file.
    pub fn links(&self, file: &File) -> Links {
        let sign = |part| self.sign(&Pass::Fetch { part, file: file.id }, None);
        let there = !file.blob_id.is_none();
        Links {
            whole: there.then(|| sign(Part::Whole)),
            shown: there.then(|| sign(Part::Shown)),
            preview: (!file.preview_id.is_none()).then(|| sign(Part::Preview)),
        }
    }

    pub(crate) fn sign(&self, pass: &Pass, nonce: Option<&str>) -> String {
        let (word, id) = match pass {
            Pass::Fetch { part, file } => (part.word(), file.0),
            Pass::Bring { folder, rename: false } => ("bring", folder.0),
            Pass::Bring { folder, rename: true } => ("rename", folder.0),
        };
        let nonce = nonce.map(|nonce| format!(".{nonce}")).unwrap_or_default();
        let text = format!("{word}.{id}.{}.{}{nonce}", self.user, self.expires_at.0);
        let seal = seal(&self.key, &text);
        format!("{text}.{seal}")
    }
}

/// Reads a link if its signature is good.
fn read(key: &str, token: &str) -> Option<Link> {
    let (text, claimed) = token.rsplit_once('.')?;
    if !bool::from(seal(key, text).as_bytes().ct_eq(claimed.as_bytes())) {
        return None;
    }
    let mut parts = text.split('.');
    let (word, id) = (parts.next()?, parts.next()?.parse().ok()?);
    let (user, expires_at) = (UserId(parts.next()?.parse().ok()?), Moment(parts.next()?.parse().ok()?));
    let pass = match word {
        "bring" => Pass::Bring { folder: FolderId(id), rename: false },
        "rename" => Pass::Bring { folder: FolderId(id), rename: true },
        word => Pass::Fetch { part: Part::from_word(word)?, file: FileId(id) },
    };
    Some(Link { pass, user, expires_at, nonce: parts.next().map(str::to_owned) })
}

fn seal(key: &str, text: &str) -> String {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Messenger {
    /// Signs links for `user` that last a day.
    pub async fn signer(&self, user: UserId) -> Result<Signer, Error> {
        Ok(Signer::new(self.link_key().await?, user, self.now()))
    }

    /// A link for one use, within an hour.
    pub(crate) async fn sign_once(&self, user: UserId, pass: &Pass) -> Result<String, Error> {
        let expires_at = self.now().plus(LASTS_ONCE);
        let signer = Signer { key: self.link_key().await?, user, expires_at };
        Ok(signer.sign(pass, Some(&self.dice.secret(SECRET))))
    }

    /// With what links are signed: the same at every server of the portal.
    async fn link_key(&self) -> Result<String, Error> {
        let made = self.link_key.get_or_try_init(async || {
            let known = self.store.read(|snapshot| Ok::<_, Error>(snapshot.link_key()?)).await?;
            if !known.is_empty() {
                return Ok::<_, Error>(known);
            }
            let fresh = self.dice.secret(SECRET);
            self.store.write(move |tx| Ok::<_, Error>(tx.link_key_or(&fresh)?)).await
        });
        made.await.cloned()
    }

    /// A good link that has not ended.
    pub(crate) async fn link(&self, token: &str) -> Result<Link, Error> {
        let link = read(&self.link_key().await?, token);
        let good = link.filter(|link| self.now() < link.expires_at);
        good.ok_or_else(|| Refusal::BadLink.into())
    }

    /// What a link leads to. `spend` uses a link that is for one use.
    pub async fn fetch(&self, token: &str, spend: bool) -> Result<Delivery, Error> {
        let link = self.link(token).await?;
        let Pass::Fetch { part, file } = link.pass else { return Err(Refusal::BadLink.into()) };
        let user = link.user;
        let delivery = self
            .store
            .read(move |snapshot| {
                let actor = acting(snapshot, user)?;
                let file = snapshot.file(file)?.ok_or(Refusal::BytesGone)?;
                if !may_read(snapshot, &actor, &file)? {
                    return Err(Error::from(Refusal::BadLink));
                }
                deliver(snapshot, file, part)
            })
            .await?;
        if let (true, Some(nonce)) = (spend, link.nonce) {
            let expires_at = link.expires_at;
            let fresh = self.store.write(move |tx| Ok::<_, Error>(tx.use_link(&nonce, expires_at)?)).await?;
            if !fresh {
                return Err(Refusal::BadLink.into());
            }
        }
        Ok(delivery)
    }

    /// The file behind a public link, for anybody.
    pub async fn fetch_public(&self, code: &str) -> Result<Delivery, Error> {
        let code = code.to_owned();
        self.store
            .read(move |snapshot| {
                let file = snapshot.public_file(&code)?.ok_or(Refusal::BytesGone)?;
                let file = snapshot.file(file)?.ok_or(Refusal::BytesGone)?;
                deliver(snapshot, file, Part::Whole)
            })
            .await
    }

    /// Some of the bytes of what is handed out.
    pub async fn bytes(&self, delivery: &Delivery, part: std::ops::Range<u64>) -> Result<Chunks, Error> {
        let found = self.settings.vault.read(&delivery.blob.key(), part).await;
        let found = found.map_err(lately_store::StoreError::from)?;
        found.ok_or_else(|| {
            tracing::error!(blob = delivery.blob.key(), "the bytes of a file are missing");
            Refusal::BytesGone.into()
        })
    }

    /// Whether a link allows to bring a file, before its bytes are read.
    pub async fn may_bring(&self, token: &str) -> Result<(), Error> {
        let link = self.link(token).await?;
        let Pass::Bring { folder, .. } = link.pass else { return Err(Refusal::BadLink.into()) };
        let user = link.user;
        self.store
            .read(move |snapshot| {
                let actor = acting(snapshot, user)?;
                let folder = snapshot.folder(folder)?.ok_or(Refusal::NoSuchObject)?;
                if may_add(snapshot, &actor, &folder)? {
                    Ok(())
                } else {
                    Err(Refusal::ObjectForbidden.into())
                }
            })
            .await
    }
}

fn deliver(snapshot: &Snapshot<'_>, file: File, part: Part) -> Result<Delivery, Error> {
    let blob = if part == Part::Preview { file.preview_id } else { file.blob_id };
    let blob = snapshot.blob(blob)?.ok_or(Refusal::BytesGone)?;
    let media = if blob.media.is_empty() {
        lately_model::file::media_type(&file.name).to_owned()
    } else {
        blob.media.clone()
    };
    let inline = part != Part::Whole && media != "application/octet-stream";
    Ok(Delivery { name: file.name, media, inline, blob })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> Signer {
        Signer { key: "k".to_owned(), user: UserId(7), expires_at: Moment(1000) }
    }

    #[test]
    fn links_are_read_back_with_the_same_key_only() {
        for (pass, nonce) in [
            (Pass::Fetch { part: Part::Whole, file: FileId(3) }, None),
            (Pass::Fetch { part: Part::Preview, file: FileId(3) }, Some("once")),
            (Pass::Bring { folder: FolderId(4), rename: false }, Some("once")),
            (Pass::Bring { folder: FolderId(4), rename: true }, Some("twice")),
        ] {
            let token = signer().sign(&pass, nonce);
            let nonce = nonce.map(str::to_owned);
            let link = Link { pass, user: UserId(7), expires_at: Moment(1000), nonce };
            assert_eq!(read("k", &token), Some(link));
            assert_eq!(read("l", &token), None);
        }
    }

    #[test]
    fn a_link_that_was_touched_is_none() {
        let token = signer().sign(&Pass::Fetch { part: Part::Whole, file: FileId(3) }, None);
        for other in [token.replace(".3.", ".4."), token.replace(".7.", ".1."), token.replace("file", "show")]
        {
            assert_eq!(read("k", &other), None, "{other}");
        }
        for other in ["", ".", "file.3.7.1000", &token[1..], &format!("{token}0")] {
            assert_eq!(read("k", other), None, "{other}");
        }
    }
}
