//! What is wrong with a configuration, in words for whoever wrote it.

use std::path::PathBuf;

/// Why there is no usable configuration. Each text names the place and the key and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error(
        "cannot read the configuration file {}: {source}; name an existing file, or none to use the defaults",
        file.display()
    )]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{} is not valid TOML: {reason}", file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// Line, column and what was expected there.
        reason: String,
    },
    /// A key that does not exist.
    #[error("{place}: there is no key `{key}`; {hint}")]
    UnknownKey {
        /// The file, the environment variable or the command line.
        place: String,
        /// The dotted key as it was understood.
        key: String,
        /// Keys that may have been meant.
        hint: String,
    },
    /// A variable that sets nothing, though it reads as if it did.
    #[error("{variable} sets nothing; to set `{key}`, name it {spelling}")]
    Variable {
        /// The environment variable.
        variable: String,
        /// The key that was probably meant.
        key: String,
        /// The variable that sets the key.
        spelling: String,
    },
    /// A value that the key cannot have.
    #[error("{place}: `{key}`: {reason}")]
    Value {
        /// The file, the environment variable or the command line.
        place: String,
        /// The dotted key.
        key: String,
        /// What is wrong and what to write instead.
        reason: String,
    },
}
