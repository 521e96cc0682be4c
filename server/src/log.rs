//! The log: what the server says about itself, on standard error.
//!
//! Owns the one place where the process's subscriber is set. Standard output is never written to: it belongs
//! to the commands' answers.

use std::io::IsTerminal;

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::config::{Log, LogFormat};

/// Why the log could not be started.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter cannot be read.
    #[error("log.level: {0}; write a level such as \"info\", or a list such as \"info,lately=debug\"")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    /// The process has a log already.
    #[error("the log is running already: {0}; start it once in a process")]
    Running(#[from] TryInitError),
}

/// Starts the process's log as the configuration says, on standard error; colours only on a terminal. Call it
/// once, before anything is worth saying; lines said earlier are lost.
///
/// # Errors
/// A filter that cannot be read, or a log that is running already.
pub fn start(log: &Log) -> Result<(), LogError> {
    let colour = std::io::stderr().is_terminal();
    Ok(subscriber(log, colour, std::io::stderr)?.try_init()?)
}

/// What is never logged, whatever the level: these clients write down what they carry, which is what people wrote.
const SILENCED: [&str; 3] = ["postgres=warn", "tokio_postgres=warn", "async_nats=info"];

type Boxed = Box<dyn Subscriber + Send + Sync>;

fn subscriber<W>(log: &Log, colour: bool, writer: W) -> Result<Boxed, tracing_subscriber::filter::ParseError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let mut filter = EnvFilter::builder().parse(&log.level)?;
    for silenced in SILENCED {
        filter = filter.add_directive(silenced.parse()?);
    }
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(colour);
    Ok(match log.format {
        LogFormat::Text => Box::new(lines.finish()),
        LogFormat::Json => Box::new(lines.json().flatten_event(true).finish()),
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};
    use std::sync::Arc;

    use super::*;

    fn said(log: &Log) -> String {
        let mut file = tempfile::tempfile().unwrap();
        let subscriber = subscriber(log, false, Arc::new(file.try_clone().unwrap())).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(port = 8080, "listening");
            tracing::debug!("a detail");
        });
        file.rewind().unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        text
    }

    fn log(format: LogFormat, level: &str) -> Log {
        Log { format, level: level.to_owned() }
    }

    #[test]
    fn text_is_one_plain_line_for_each_event_that_the_level_lets_through() {
        let text = said(&log(LogFormat::Text, "info"));
        assert_eq!(text.lines().count(), 1);
        assert!(text.contains("INFO") && text.trim_end().ends_with("listening port=8080"), "{text}");
        assert_eq!(said(&log(LogFormat::Text, "off")), "");
    }

    #[test]
    fn json_is_one_object_for_each_event() {
        let text = said(&log(LogFormat::Json, "debug"));
        assert_eq!(text.lines().count(), 2);
        for part in ["\"level\":\"INFO\"", "\"message\":\"listening\"", "\"port\":8080"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_an_error_that_says_what_to_write() {
        let error = start(&log(LogFormat::Text, "lately=loud")).unwrap_err().to_string();
        assert!(error.starts_with("log.level: ") && error.contains("such as \"info\""), "{error}");
    }
}
