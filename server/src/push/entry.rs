//! What a connection asks for in its address: who it is, in which form, from where on.

use lately_model::Moment;

use super::Push;
use super::mid::Mid;
use super::record::Format;
use super::token::Pass;
use crate::listen::Scheme;

/// A connection that may come in.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who it is.
    pub pass: Pass,
    /// The channels as it named them.
    pub channel: String,
    /// In which form it is told.
    pub format: Format,
    /// The last thing it heard.
    pub after: Option<Mid>,
    /// Whether it is told what happens in the messenger.
    pub follows: bool,
}

/// An address's query, decoded.
#[derive(Debug, Default)]
struct Query {
    token: Option<String>,
    channels: Option<String>,
    json_rpc: bool,
    binary: bool,
    json: bool,
    mid: Option<String>,
}

fn read(query: &str) -> Query {
    let mut read = Query::default();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = || percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
        match name {
            "token" => read.token = Some(value()),
            "CHANNEL_ID" => read.channels = Some(value()),
            "jsonRpc" => read.json_rpc = value() == "true",
            "binaryMode" => read.binary = value() == "true",
            "format" => read.json = value() == "json",
            "mid" => read.mid = Some(value()),
            _ => {}
        }
    }
    read
}

impl Push {
    /// Reads an address. `None` for a bad or old token, one whose webhook is gone, and where plain HTTP is refused.
    pub async fn admit(&self, query: &str, scheme: Scheme) -> Option<Entry> {
        if self.require_https && scheme == Scheme::Http {
            return None;
        }
        let query = read(query);
        let pass = match (&query.token, &query.channels) {
            (Some(token), _) => self.signer.read_token(token)?,
            (None, Some(channels)) => self.signer.read_channels(channels)?,
            (None, None) => return None,
        };
        if !self.lasts(pass) || !self.messenger.may_listen(pass.user, pass.credential).await.ok()? {
            return None;
        }
        let format = match &query {
            Query { json_rpc: true, .. } => Format::JsonRpc,
            Query { binary: true, .. } => Format::Binary,
            Query { json: true, .. } => Format::Json,
            _ => Format::Text,
        };
        let channel = match query.channels {
            Some(channels) => channels.split('/').next().unwrap_or_default().to_owned(),
            None => self.signer.private(pass).0,
        };
        let follows = self.messenger.follows(pass.credential).await.ok()?;
        // What an application tells its clients is not kept.
        let mid = query.mid.as_deref().filter(|_| follows);
        let after = self.known(mid.and_then(Mid::parse)).await;
        Some(Entry { pass, channel, format, after, follows })
    }

    /// A number from beyond what ever happened here is not ours: whoever went on from there would hear nothing.
    async fn known(&self, mid: Option<Mid>) -> Option<Mid> {
        let mid = mid?;
        let position = self.messenger.position().await.ok()?;
        (mid.place.position <= position).then_some(mid)
    }

    /// Whether a pass is still good by its own date.
    pub fn lasts(&self, pass: Pass) -> bool {
        self.now() < Moment(pass.ends.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_read_encoded_or_not() {
        for query in ["CHANNEL_ID=a%3Ab.c%2Fd.e&jsonRpc=true", "jsonRpc=true&CHANNEL_ID=a:b.c/d.e"] {
            let read = read(query);
            assert_eq!((read.channels.as_deref(), read.json_rpc), (Some("a:b.c/d.e"), true));
        }
        assert_eq!(read("").token, None);
        assert!(read("format=json&revision=19").json);
    }
}
