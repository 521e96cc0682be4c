//! What a person hears when a command did not do what it was told: what went wrong, and what to do.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use lately_messenger::Refusal;
use lately_messenger::transfer::TransferError;
use lately_store::StoreError;

use crate::boot::BootError;
use crate::cluster::ProgramError;
use crate::config::ConfigError;
use crate::doctor::advice;
pub(super) use crate::doctor::advice::chain;
use crate::rest::refusal::WireError;

/// The exit code of a command that failed or found something.
pub(super) const FOUND: u8 = 1;

/// The exit code of a command that cannot be understood.
const MISUSED: u8 = 2;

/// Why a command ended early.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Something went wrong.
    Told {
        /// What.
        what: String,
        /// What to do about it; may be empty.
        advice: String,
        /// The exit code.
        code: u8,
    },
    /// Whoever read the answer has had enough of it (`lately user list | head`).
    ReaderGone,
}

impl Failure {
    /// A command that failed.
    pub(super) fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Told { what: what.into(), advice: advice.into(), code: FOUND }
    }

    /// A command that cannot be understood.
    pub(super) fn misused(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Told { what: what.into(), advice: advice.into(), code: MISUSED }
    }

    /// A file that cannot be opened, read or written.
    pub(super) fn file(path: &Path, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::AlreadyExists {
            return Self::new(
                format!("{}: there is a file already", path.display()),
                "Name another file, or remove it.",
            );
        }
        Self::new(
            format!("{}: {error}", path.display()),
            "Look at the path, and at who may read and write there.",
        )
    }

    /// Standard output that cannot be written to.
    pub(super) fn output(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderGone,
            _ => {
                Self::new(format!("cannot write the answer: {error}"), "Look at where standard output goes.")
            }
        }
    }

    /// The same with other advice.
    pub(super) fn advise(self, advice: impl Into<String>) -> Self {
        match self {
            Self::Told { what, code, .. } => Self::Told { what, advice: advice.into(), code },
            Self::ReaderGone => Self::ReaderGone,
        }
    }

    /// Says it on standard error and answers the exit code.
    pub(super) fn tell(&self) -> ExitCode {
        let Self::Told { what, advice, code } = self else { return ExitCode::SUCCESS };
        eprintln!("lately: {what}");
        if !advice.is_empty() {
            eprintln!("{advice}");
        }
        ExitCode::from(*code)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(chain(&error), advice::of(&error))
    }
}

impl From<lately_messenger::Error> for Failure {
    fn from(error: lately_messenger::Error) -> Self {
        match error {
            lately_messenger::Error::Refused(
                Refusal::Core(text) | Refusal::Argument(_, text) | Refusal::BadSetting(text),
            ) => Self::new(text, ""),
            lately_messenger::Error::Refused(
                refusal @ (Refusal::LastAdministrator | Refusal::NoEmployee),
            ) => Self::new(WireError::from(refusal).text, ""),
            lately_messenger::Error::Refused(refusal) => Self::new(format!("refused: {refusal:?}"), ""),
            lately_messenger::Error::Fault(error) => error.into(),
        }
    }
}

impl From<TransferError> for Failure {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Store(error) => error.into(),
            TransferError::Io(error) => Self::output(&error),
            TransferError::Line { .. } => Self::new(error.to_string(), ""),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::misused(error.to_string(), "`lately config sample` shows every setting with its default.")
    }
}

impl From<BootError> for Failure {
    fn from(error: BootError) -> Self {
        match error {
            BootError::Store(error) => error.into(),
            BootError::Config(error) => error.into(),
            listen @ BootError::Listen { .. } => Self::new(
                chain(&listen),
                "`serve` takes other addresses with --listen and --tls-listen, `demo` other ports with --port and --tls-port; \
                 port 0 is any that is free.",
            ),
            other => Self::new(chain(&other), ""),
        }
    }
}

impl From<ProgramError> for Failure {
    fn from(error: ProgramError) -> Self {
        Self::new(error.to_string(), "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_who_left_is_no_failure() {
        assert_eq!(Failure::output(&io::ErrorKind::BrokenPipe.into()), Failure::ReaderGone);
        assert!(matches!(
            Failure::output(&io::ErrorKind::StorageFull.into()),
            Failure::Told { code: FOUND, .. }
        ));
    }

    #[test]
    fn a_refusal_is_told_in_its_own_words() {
        let refusal = lately_messenger::Error::Refused(Refusal::Core("there is no user 7".to_owned()));
        assert_eq!(Failure::from(refusal), Failure::new("there is no user 7", ""));
    }

    #[test]
    fn causes_are_told_once_each() {
        let inner = io::Error::other("disk on fire");
        assert_eq!(chain(&StoreError::Io(inner)), "file operation failed: disk on fire");
    }
}
