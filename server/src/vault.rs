//! Where the bytes of files lie: a folder, or a bucket of an S3-compatible store, as the settings say.

mod bucket;

use std::path::PathBuf;
use std::sync::Arc;

use lately_store::{Shelves, Vault};

use crate::config::{Config, ConfigError};
use bucket::Bucket;

/// The folder in the data directory, unless the settings name another.
const FOLDER: &str = "files";

/// The folder for files, whether or not it is used.
pub fn folder(config: &Config) -> PathBuf {
    config.files.directory.clone().unwrap_or_else(|| config.data.join(FOLDER))
}

/// The place for bytes that the settings name.
///
/// # Errors
/// A bucket is named that cannot be used as it is written.
pub fn open(config: &Config) -> Result<Arc<dyn Vault>, ConfigError> {
    let shelves = Shelves::at(&folder(config));
    if config.files.s3_bucket.is_none() {
        return Ok(Arc::new(shelves));
    }
    Ok(Arc::new(Bucket::open(&config.files, shelves)?))
}
