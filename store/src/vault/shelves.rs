//! A folder of this machine, or one that all servers of a portal share, as the place for bytes.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::stream::try_unfold;
use lately_model::blob::is_hash;

use super::{Chunks, Pending, Vault, aside};
use crate::private_dir;

/// How many bytes are read at a time.
const PIECE: u64 = 256 * 1024;

/// The folder of the yard. It begins with a dot, as no shelf does.
const YARD: &str = ".incoming";

/// A folder with a shelf for each beginning of a hash.
#[derive(Debug, Clone)]
pub struct Shelves {
    root: PathBuf,
    yard: PathBuf,
}

impl Shelves {
    /// The folder `root`, which is made when something is kept.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned(), yard: root.join(YARD) }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The name of bytes that lie under their hash alone, as those of an export.
    pub fn place_of(hash: &str) -> String {
        let shelf: String = hash.chars().take(2).collect();
        format!("{shelf}/{hash}")
    }

    /// The names of all shelves, in their order.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn shelves(&self) -> io::Result<Vec<String>> {
        names(&self.root, |name| !name.starts_with('.'))
    }

    /// The hashes on one shelf, in their order; what has another name is passed over.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn on_shelf(&self, shelf: &str) -> io::Result<Vec<String>> {
        names(&self.root.join(shelf), is_hash)
    }

    fn place(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }
}

impl Vault for Shelves {
    fn yard(&self) -> &Path {
        &self.yard
    }

    fn keep<'a>(&'a self, key: &'a str, from: &'a Path) -> Pending<'a, ()> {
        let (root, place, from) = (self.root.clone(), self.place(key), from.to_owned());
        Box::pin(aside(move || {
            let shelf = place.parent().unwrap_or(&root);
            if !shelf.exists() {
                private_dir(shelf)?;
                for folder in [Some(root.as_path()), root.parent()].into_iter().flatten() {
                    File::open(folder)?.sync_all()?;
                }
            }
            std::fs::rename(&from, &place)?;
            // The name is durable only when its folder is.
            File::open(shelf)?.sync_all()
        }))
    }

    fn size<'a>(&'a self, key: &'a str) -> Pending<'a, Option<u64>> {
        let place = self.place(key);
        Box::pin(aside(move || match std::fs::metadata(&place) {
            Ok(found) => Ok(Some(found.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }))
    }

    fn read<'a>(&'a self, key: &'a str, part: Range<u64>) -> Pending<'a, Option<Chunks>> {
        let place = self.place(key);
        Box::pin(async move {
            let opened = aside(move || {
                let mut file = match File::open(&place) {
                    Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                    file => file?,
                };
                file.seek(SeekFrom::Start(part.start))?;
                Ok(Some(file))
            });
            let left = part.end.saturating_sub(part.start);
            Ok(opened.await?.map(|file| -> Chunks { Box::pin(try_unfold((file, left), next)) }))
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> Pending<'a, ()> {
        let place = self.place(key);
        Box::pin(aside(move || match std::fs::remove_file(&place) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }))
    }
}

fn names(folder: &Path, wanted: impl Fn(&str) -> bool) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        if let Ok(name) = entry?.file_name().into_string()
            && wanted(&name)
        {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// The next piece, and what is left after it.
async fn next((file, left): (File, u64)) -> io::Result<Option<(Bytes, (File, u64))>> {
    if left == 0 {
        return Ok(None);
    }
    aside(move || {
        let mut file = file;
        let wanted = left.min(PIECE);
        let mut piece = Vec::with_capacity(usize::try_from(wanted).unwrap_or_default());
        let read = (&mut file).take(wanted).read_to_end(&mut piece)? as u64;
        if read < wanted {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "the file is shorter than it was"));
        }
        Ok(Some((Bytes::from(piece), (file, left - read))))
    })
    .await
}
