//! Files inside a call: a long run of base64 is taken out of the body as it comes, decoded, and put where files arrive.
//!
//! Must hold: what is held of such a body is the rest of it, within the usual limit, and a piece of the run; only callers
//! with a good credential get this far. A body in which there is no such run is what it was.

use std::sync::Arc;

use axum::body::Body;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use futures_util::StreamExt;
use lately_messenger::Messenger;
use lately_messenger::upload::{Content, Unkept, Upload};
use lately_store::Received;
use parking_lot::Mutex;

use super::refusal::SystemError;
use super::registry::Method;

/// The methods whose calls carry files.
const METHODS: [&str; 5] = [
    "im.v2.File.upload",
    "imbot.v2.File.upload",
    "disk.folder.uploadFile",
    "disk.storage.uploadFile",
    "disk.file.uploadVersion",
];

/// Bodies up to this many bytes are read as all others are.
pub const SMALL: u64 = 1 << 20;

/// From how many letters on a run is a file.
const LONG: usize = 64 * 1024;

/// How many letters are decoded at a time; four of them are three bytes.
const LETTERS: usize = 64 * 1024;

/// Whether calls of a method carry files.
pub fn carries_files(method: &Method) -> bool {
    METHODS.contains(&method.name)
}

/// The files that were taken out of a call's body, by what stands in their place.
#[derive(Debug, Clone, Default)]
pub struct Files(Arc<Mutex<Vec<TakenOut>>>);

/// What stands in a file's place, and the file.
type TakenOut = (String, Result<Received, Unkept>);

impl Files {
    /// What a parameter holds: the file that was taken out, or base64. A file that stood elsewhere, or was only a part of
    /// the parameter, is none.
    pub fn content(&self, text: String) -> Content {
        let mut files = std::mem::take(&mut *self.0.lock());
        match files.pop() {
            None => Content::Base64(text),
            // A form may leave the end of base64 as it is, where it begins nothing.
            Some((name, file)) if name == text.trim_end_matches('=') && files.is_empty() => {
                Content::Received(Box::new(file))
            }
            Some(_) => Content::Received(Box::new(Err(Unkept::Malformed))),
        }
    }
}

/// How letters of base64 are written in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writing {
    /// As they are, `/` perhaps as `\/`.
    Json,
    /// `+`, `/` and `=` as `%2B`, `%2F` and `%3D`.
    Form,
    /// As they are.
    Plain,
}

impl Writing {
    fn of(kind: &str) -> Self {
        let kind = kind.to_ascii_lowercase();
        if kind.contains("json") {
            Self::Json
        } else if kind.starts_with("multipart/form-data") {
            Self::Plain
        } else {
            Self::Form
        }
    }
}

/// What one byte of a body is to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// A letter of base64.
    Letter(u8),
    /// The beginning or the middle of a letter that is written in several bytes.
    Part,
    /// Something else.
    Other,
}

/// Reads letters that are written in one or several bytes.
#[derive(Debug)]
struct Reader {
    writing: Writing,
    parts: Vec<u8>,
}

impl Reader {
    fn read(&mut self, byte: u8) -> Sign {
        if self.parts.is_empty() {
            return match (byte, self.writing) {
                (b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/', _) => Sign::Letter(byte),
                // In a form these two have a meaning of their own.
                (b'+' | b'=', Writing::Json | Writing::Plain) => Sign::Letter(byte),
                (b'\\', Writing::Json) | (b'%', Writing::Form) => {
                    self.parts.push(byte);
                    Sign::Part
                }
                _ => Sign::Other,
            };
        }
        self.parts.push(byte);
        match (self.writing, self.parts.as_slice()) {
            (Writing::Json, b"\\/") => self.whole(b'/'),
            (Writing::Form, [b'%', b'2' | b'3']) => Sign::Part,
            (Writing::Form, [b'%', b'2', b'B' | b'b']) => self.whole(b'+'),
            (Writing::Form, [b'%', b'2', b'F' | b'f']) => self.whole(b'/'),
            (Writing::Form, [b'%', b'3', b'D' | b'd']) => self.whole(b'='),
            _ => Sign::Other,
        }
    }

    fn whole(&mut self, letter: u8) -> Sign {
        self.parts.clear();
        Sign::Letter(letter)
    }
}

/// What a byte asks for.
enum Step {
    /// The next one.
    On,
    /// Letters go on to the file.
    PassOn,
    /// The run ends, and this comes after it.
    End(Vec<u8>),
}

/// A body on its way through.
struct Sluice<'a> {
    messenger: &'a Messenger,
    reader: Reader,
    /// What is left of the body.
    rest: Vec<u8>,
    /// The run that is read now, as it is written; nothing while it is taken out.
    run: Vec<u8>,
    /// Its letters.
    letters: Vec<u8>,
    /// The file that it becomes, once it is long.
    upload: Option<Result<Upload, Unkept>>,
    files: Vec<TakenOut>,
    limit: usize,
}

/// Reads a body and takes its files out. What is left of it may have `limit` bytes.
///
/// # Errors
/// The rest is too large, or the body does not arrive.
pub async fn divert(
    messenger: &Messenger,
    body: Body,
    kind: &str,
    limit: usize,
) -> Result<(Bytes, Files), SystemError> {
    let reader = Reader { writing: Writing::of(kind), parts: Vec::new() };
    let (rest, run, letters, files) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut sluice = Sluice { messenger, reader, rest, run, letters, upload: None, files, limit };
    // A letter has three bytes at most, and four letters are three bytes of a file.
    let most = messenger.largest_file().await.map_err(|_| SystemError::Unavailable)?;
    let most = most.saturating_mul(4).saturating_add(limit as u64);
    let mut came = 0;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| SystemError::BodyLost)?;
        came += chunk.len() as u64;
        if came > most {
            return Err(SystemError::TooLarge(limit));
        }
        for byte in chunk {
            match sluice.take(byte) {
                Step::On => {}
                Step::PassOn => sluice.pass_on(false).await,
                Step::End(after) => sluice.end_run(&after).await?,
            }
        }
    }
    let after = if sluice.upload.is_some() { std::mem::take(&mut sluice.reader.parts) } else { Vec::new() };
    sluice.end_run(&after).await?;
    Ok((sluice.rest.into(), Files(Arc::new(Mutex::new(sluice.files)))))
}

impl Sluice<'_> {
    fn take(&mut self, byte: u8) -> Step {
        let sign = self.reader.read(byte);
        if sign == Sign::Other {
            let mut after = std::mem::take(&mut self.reader.parts);
            // A run that is still at hand has its parts already; the last of them is this byte.
            if self.upload.is_none() || after.is_empty() {
                after = vec![byte];
            }
            return Step::End(after);
        }
        if self.upload.is_none() {
            self.run.push(byte);
        }
        if let Sign::Letter(letter) = sign {
            self.letters.push(letter);
        }
        if self.letters.len() >= LONG { Step::PassOn } else { Step::On }
    }

    fn check(&self) -> Result<(), SystemError> {
        if self.rest.len() > self.limit { Err(SystemError::TooLarge(self.limit)) } else { Ok(()) }
    }

    /// The run ends: it was a file, or stays in the body. `after` is what comes then.
    async fn end_run(&mut self, after: &[u8]) -> Result<(), SystemError> {
        if self.upload.is_some() {
            self.pass_on(true).await;
        }
        if let Some(upload) = self.upload.take() {
            let name = self.messenger.stand_in();
            self.rest.extend(name.as_bytes());
            let file = match upload {
                Ok(upload) => upload.finish().await,
                Err(unkept) => Err(unkept),
            };
            self.files.push((name, file));
        } else {
            self.rest.append(&mut self.run);
        }
        self.letters.clear();
        self.rest.extend(after);
        self.check()
    }

    /// Hands letters on to the file, all of them at the end of the run. Once that failed they are passed over.
    async fn pass_on(&mut self, last: bool) {
        let mut upload = match self.upload.take() {
            Some(upload) => upload,
            None => {
                self.run = Vec::new();
                self.messenger.begin_upload().await
            }
        };
        let whole = if last { self.letters.len() } else { self.letters.len() / 4 * 4 };
        if let Ok(open) = &mut upload {
            let letters = self.letters.get(..whole).unwrap_or_default();
            if let Err(unkept) = decode(open, letters, last).await {
                upload = Err(unkept);
            }
        }
        self.letters.drain(..whole);
        self.upload = Some(upload);
    }
}

async fn decode(upload: &mut Upload, letters: &[u8], last: bool) -> Result<(), Unkept> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&STANDARD, config);
    if !last && letters.contains(&b'=') {
        return Err(Unkept::Malformed);
    }
    for piece in letters.chunks(LETTERS) {
        upload.write(&engine.decode(piece).map_err(|_| Unkept::Malformed)?).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(writing: Writing, text: &str) -> (String, Vec<u8>) {
        let mut reader = Reader { writing, parts: Vec::new() };
        let mut read = String::new();
        for byte in text.bytes() {
            match reader.read(byte) {
                Sign::Letter(letter) => read.push(char::from(letter)),
                Sign::Part => {}
                Sign::Other => {
                    let parts = std::mem::take(&mut reader.parts);
                    return (read, if parts.is_empty() { vec![byte] } else { parts });
                }
            }
        }
        (read, Vec::new())
    }

    #[test]
    fn letters_are_read_as_each_encoding_writes_them() {
        for (writing, text, read, other) in [
            (Writing::Json, "ab+/=\"", "ab+/=", "\""),
            (Writing::Json, "ab\\/c\\n", "ab/c", "\\n"),
            (Writing::Form, "ab%2Bc%2f%3d%3D&", "ab+c/==", "&"),
            (Writing::Form, "ab+c", "ab", "+"),
            (Writing::Form, "ab==&", "ab", "="),
            (Writing::Form, "ab%20c", "ab", "%20"),
            (Writing::Form, "ab%4", "ab", "%4"),
            (Writing::Plain, "ab+/=\r\n", "ab+/=", "\r"),
            (Writing::Plain, "ab%2B", "ab", "%"),
        ] {
            assert_eq!(letters(writing, text), (read.to_owned(), other.as_bytes().to_vec()), "{text}");
        }
    }

    #[test]
    fn every_method_that_carries_files_is_one() {
        for name in METHODS {
            assert!(super::super::registry::find(name).is_some_and(carries_files), "{name}");
        }
    }
}
