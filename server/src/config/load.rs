//! The one way in for settings: defaults < TOML file < environment < command line.
//!
//! Must hold: a key nobody knows is refused by name, and every error names the place that set the key last.

use std::collections::BTreeMap;
use std::path::Path;

use super::sample::DOCS;
use super::{BUILT_IN, Config, ConfigError, ENVIRONMENT_PREFIX, Overrides, Places};

/// Reads the settings: defaults, then `file` (none: no file), then those of `env` that begin with
/// [`ENVIRONMENT_PREFIX`], then `overrides`. What comes later wins, key by key.
///
/// # Errors
/// An unreadable file, an unknown key, or a value that is not of its key's type or out of its limits.
pub fn load(
    file: Option<&Path>,
    env: impl Iterator<Item = (String, String)>,
    overrides: &Overrides,
) -> Result<Config, ConfigError> {
    let mut origins = Origins::new();
    let mut builder = ::config::Config::builder();
    if let Some(path) = file {
        let source = read(path)?;
        for key in &source.keys {
            origins.note(key, &path.display().to_string())?;
        }
        builder = builder.add_source(source.values);
    }
    let from_env = env.filter_map(|(name, value)| from_variable(name, value).transpose());
    let from_command = overrides
        .0
        .iter()
        .cloned()
        .map(|(key, value)| Ok(Assignment { place: "the command line".to_owned(), key, value }));
    for assignment in from_env.chain(from_command) {
        let Assignment { place, key, value } = assignment?;
        origins.note(&key, &place)?;
        builder = builder.set_override(key.as_str(), value).map_err(|error| origins.explain(&error))?;
    }
    let mut config: Config = builder
        .build()
        .and_then(::config::Config::try_deserialize)
        .map_err(|error| origins.explain(&error))?;
    config.places = Places(origins.places.clone());
    match config.flaw() {
        None => Ok(config),
        Some((key, reason)) => Err(origins.refuse(key, reason)),
    }
}
/// One key set outside a file.
struct Assignment {
    place: String,
    key: String,
    value: String,
}

fn from_variable(name: String, value: String) -> Result<Option<Assignment>, ConfigError> {
    if let Some(rest) = name.strip_prefix(ENVIRONMENT_PREFIX) {
        let key = rest.to_lowercase().replace("__", ".");
        return Ok(Some(Assignment { place: name, key, value }));
    }
    let Some(rest) = name.strip_prefix("LATELY_") else { return Ok(None) };
    let rest = rest.to_lowercase();
    let Some((key, _)) = DOCS.iter().find(|(key, _)| key.replace('.', "_") == rest) else { return Ok(None) };
    let spelling = format!("{ENVIRONMENT_PREFIX}{}", key.replace('.', "__").to_uppercase());
    Err(ConfigError::Variable { variable: name, key: (*key).to_owned(), spelling })
}

/// Where each key was set last, to name the place in an error.
struct Origins {
    places: BTreeMap<String, String>,
}

impl Origins {
    fn new() -> Self {
        Self { places: BTreeMap::new() }
    }

    fn note(&mut self, key: &str, place: &str) -> Result<(), ConfigError> {
        if !DOCS.iter().any(|(known, _)| *known == key) {
            return Err(unknown(key, place));
        }
        self.places.insert(key.to_owned(), place.to_owned());
        Ok(())
    }

    fn refuse(&self, key: &str, reason: String) -> ConfigError {
        let place = self.places.get(key).map_or(BUILT_IN, String::as_str).to_owned();
        ConfigError::Value { place, key: key.to_owned(), reason }
    }

    fn explain(&self, error: &::config::ConfigError) -> ConfigError {
        use ::config::ConfigError as Raw;
        let (key, reason) = match error {
            Raw::Type { unexpected, expected, key: Some(key), .. } => {
                (key, format!("{unexpected} is not {expected}"))
            }
            Raw::At { error, key: Some(key), .. } => (key, error.to_string()),
            other => return self.refuse("", other.to_string()),
        };
        let key = key.split('[').next().unwrap_or_default();
        let doc = DOCS.iter().find(|(known, _)| *known == key).map_or("", |(_, doc)| *doc);
        self.refuse(key, format!("{reason}. What it is: {}", doc.replace('\n', " ")))
    }
}

struct Source {
    keys: Vec<String>,
    values: ::config::Config,
}

fn read(path: &Path) -> Result<Source, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Read { file: path.to_owned(), source })?;
    let values = ::config::Config::builder()
        .add_source(::config::File::from_str(&text, ::config::FileFormat::Toml))
        .build()
        .map_err(|error| ConfigError::Syntax { file: path.to_owned(), reason: error.to_string() })?;
    let mut keys = Vec::new();
    collect_keys("", &values.cache, &mut keys);
    keys.sort();
    Ok(Source { keys, values })
}

fn collect_keys(path: &str, value: &::config::Value, keys: &mut Vec<String>) {
    let ::config::ValueKind::Table(table) = &value.kind else { return keys.push(path.to_owned()) };
    for (name, value) in table {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        collect_keys(&path, value, keys);
    }
}

fn unknown(key: &str, place: &str) -> ConfigError {
    let name = key.rsplit('.').next();
    let section = key.split('.').next().unwrap_or(key);
    let all = || DOCS.iter().map(|(known, _)| *known);
    let same: Vec<&str> = all().filter(|known| known.rsplit('.').next() == name).collect();
    let beside: Vec<&str> = all().filter(|known| known.split('.').next() == Some(section)).collect();
    let hint = match (same.is_empty(), beside.is_empty()) {
        (false, _) => format!("did you mean {}?", same.join(" or ")),
        (true, false) => format!("the keys there are {}", beside.join(", ")),
        (true, true) => format!("the keys are {}", all().collect::<Vec<_>>().join(", ")),
    };
    ConfigError::UnknownKey { place: place.to_owned(), key: key.to_owned(), hint }
}
