//! Tokens and channels: what a client shows to be let in (pull.md 1).
//!
//! Must hold: a token and a channel say whose they are, by which webhook, and until when, signed with a secret that all
//! servers of the portal have; so any server knows them without looking anything up. What a client sends is compared in
//! constant time.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use lately_model::{AppId, Moment, UserId};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// For how many seconds a channel is good.
pub const CHANNEL_LIFE: i64 = 43_205;

/// For how many seconds a token is good.
pub const TOKEN_LIFE: i64 = 86_400;

/// How many hexadecimal digits a channel's signature has.
const SIGNATURE: usize = 40;

/// Who a token or channel lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// Whose it is.
    pub user: UserId,
    /// By which webhook it was got, below zero by which session, or what stands for which application.
    pub credential: i64,
    /// From when on it is not good any more.
    pub ends: Moment,
}

impl Pass {
    /// The application whose client it lets in, if it is one's.
    pub fn app(&self) -> Option<AppId> {
        AppId::of_credential(self.credential)
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    iat: i64,
    exp: i64,
    sub: String,
    chan: String,
    cred: i64,
}

/// Signs and checks.
pub struct Signer {
    secret: Vec<u8>,
}

impl Signer {
    /// With the portal's secret.
    pub fn new(secret: &str) -> Self {
        Self { secret: secret.as_bytes().to_vec() }
    }

    fn sign(&self, text: &str) -> Vec<u8> {
        // A key of any length will do.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.secret) else { return Vec::new() };
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    fn signature(&self, text: &str) -> String {
        let mut hex: String = self.sign(text).iter().map(|byte| format!("{byte:02x}")).collect();
        hex.truncate(SIGNATURE);
        hex
    }

    /// A JSON web token for the channels `chan`.
    pub fn token(&self, pass: Pass, now: Moment, issuer: &str, chan: &str) -> String {
        let claims = Claims {
            iss: issuer.to_owned(),
            iat: now.0,
            exp: pass.ends.0,
            sub: pass.user.to_string(),
            chan: chan.to_owned(),
            cred: pass.credential,
        };
        let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims).unwrap_or_default());
        let signed = format!("{head}.{body}");
        let signature = URL_SAFE_NO_PAD.encode(self.sign(&signed));
        format!("{signed}.{signature}")
    }

    /// Whom a token lets in; `None` if it is not ours. Whether it is still good is for the caller to see.
    pub fn read_token(&self, token: &str) -> Option<Pass> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        if !bool::from(self.sign(signed).ct_eq(&signature)) {
            return None;
        }
        let (_, body) = signed.split_once('.')?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
        let user = claims.sub.parse().ok().map(UserId)?;
        Some(Pass { user, credential: claims.cred, ends: Moment(claims.exp) })
    }

    /// A person's own channel, and the public name of it with its signature.
    pub fn private(&self, pass: Pass) -> (String, PublicId) {
        let public = self.public(pass.user, pass.ends);
        let id = format!("{}:{}", written(pass), public.id);
        (format!("{id}.{}", self.signature(&id)), public)
    }

    /// The name by which others publish to a person.
    pub fn public(&self, user: UserId, ends: Moment) -> PublicId {
        let id = written(Pass { user, credential: 0, ends });
        let signature = self.signature(&format!("public:{id}"));
        PublicId { id, signature }
    }

    /// The channel of everybody, or of everybody who listens to an application.
    pub fn shared(&self, pass: Pass) -> String {
        let credential = if AppId::of_credential(pass.credential).is_some() { pass.credential } else { 0 };
        let id = written(Pass { user: UserId(0), credential, ends: pass.ends });
        format!("{id}.{}", self.signature(&id))
    }

    /// Whom channels let in, as they stand in an address: the private one, perhaps others, with slashes between.
    pub fn read_channels(&self, channels: &str) -> Option<Pass> {
        channels.split('/').find_map(|channel| {
            let (id, signature) = channel.rsplit_once('.')?;
            if !bool::from(self.signature(id).as_bytes().ct_eq(signature.as_bytes())) {
                return None;
            }
            read(id.split_once(':')?.0)
        })
    }

    /// Whose public name this is.
    pub fn read_public(&self, id: &str, signature: &str) -> Option<Pass> {
        let good = self.signature(&format!("public:{id}"));
        if bool::from(good.as_bytes().ct_eq(signature.as_bytes())) { read(id) } else { None }
    }
}

/// A public name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicId {
    /// 32 hexadecimal digits.
    pub id: String,
    /// 40 of them.
    pub signature: String,
}

/// In ten hexadecimal digits: the highest bit says that it is a session, whose number is below zero.
const OF_SESSION: i64 = 1 << 39;

/// 32 hexadecimal digits: whose, by which webhook or session, until when.
fn written(pass: Pass) -> String {
    let credential = if pass.credential < 0 { OF_SESSION - pass.credential } else { pass.credential };
    format!("{:012x}{credential:010x}{:010x}", pass.user.0.max(0), pass.ends.0.max(0))
}

fn read(id: &str) -> Option<Pass> {
    let (user, rest) = id.split_at_checked(12)?;
    let (credential, ends) = rest.split_at_checked(10)?;
    let number = |hex: &str| i64::from_str_radix(hex, 16).ok();
    let credential = number(credential)?;
    let credential = if credential > OF_SESSION { OF_SESSION - credential } else { credential };
    let pass = Pass { user: UserId(number(user)?), credential, ends: Moment(number(ends)?) };
    (pass.user.0 > 0).then_some(pass)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASS: Pass = Pass { user: UserId(7), credential: 12, ends: Moment(1_800_000_000) };

    #[test]
    fn tokens_and_channels_say_whose_they_are() {
        let signer = Signer::new("secret");
        let (private, public) = signer.private(PASS);
        assert_eq!((public.id.len(), public.signature.len()), (32, 40));
        let token = signer.token(PASS, Moment(1_700_000_000), "portal", &private);
        assert_eq!(signer.read_token(&token), Some(PASS));
        let shared = signer.shared(PASS);
        assert_eq!(signer.read_channels(&format!("{shared}/{private}")), Some(PASS));
        assert_eq!(signer.read_channels(&shared), None);
        let session = Pass { credential: -3, ..PASS };
        let (private, _) = signer.private(session);
        assert_eq!(signer.read_channels(&private), Some(session));
        let app = Pass { credential: AppId(5).credential(), ..PASS };
        let (private, _) = signer.private(app);
        assert_eq!(signer.read_channels(&private), Some(app));
        assert_ne!(signer.shared(app), shared);
        let of = signer.read_public(&public.id, &public.signature).unwrap();
        assert_eq!((of.user, of.ends), (PASS.user, PASS.ends));
    }

    #[test]
    fn what_was_signed_with_another_secret_or_altered_is_refused() {
        let (signer, other) = (Signer::new("secret"), Signer::new("another"));
        let (private, public) = signer.private(PASS);
        let token = signer.token(PASS, Moment(0), "portal", &private);
        assert_eq!(other.read_token(&token), None);
        assert_eq!(other.read_channels(&private), None);
        assert_eq!(other.read_public(&public.id, &public.signature), None);
        let eight = Signer::new("x").private(Pass { user: UserId(8), ..PASS }).0;
        let grafted = format!("{}.{}", eight.split_once('.').unwrap().0, private.split_once('.').unwrap().1);
        assert_eq!(signer.read_channels(&grafted), None);
        for junk in ["", ".", "..", "a.b.c", "a.b", "/", "é.é", &token[1..]] {
            assert_eq!(signer.read_token(junk), None, "{junk}");
            assert_eq!(signer.read_channels(junk), None, "{junk}");
        }
    }
}
