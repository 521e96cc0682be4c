//! Pages of the web, asked for what they are, so that messages that name them can show it. Off unless the settings say
//! otherwise.
//!
//! Must hold: a message never makes this server speak to anything but public machines on the ports of the web: see
//! `public.rs`. Whatever answers, time and memory are bounded: see `fetch.rs`.

mod fetch;
mod html;
pub(crate) mod public;

use std::sync::Arc;

use lately_messenger::url::Finder;

use crate::config::{Config, ConfigError};
use fetch::Fetcher;
use public::Guard;

/// Who finds out what is at an address, as the settings want it; nobody by default.
///
/// # Errors
/// The HTTP client cannot be made.
pub fn open(config: &Config) -> Result<Option<Arc<dyn Finder>>, ConfigError> {
    if !config.links.fetch {
        return Ok(None);
    }
    let guard = if config.links.private_addresses { Guard::anything() } else { Guard::public() };
    let fetcher = Fetcher::new(guard).map_err(|error| ConfigError::Value {
        place: "the configuration".to_owned(),
        key: "links.fetch".to_owned(),
        reason: error.to_string(),
    })?;
    Ok(Some(Arc::new(fetcher)))
}
