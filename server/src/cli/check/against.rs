//! `lately check --against`: two portals, fact by fact.
//!
//! Must hold: the log of what was done by whom is each portal's own and not compared; both are exported as `lately export` does, each from one consistent state, and compared while they are
//! read: memory holds a few pieces of either, however large they are.

use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use lately_messenger::transfer::TransferError;
use lately_messenger::{Messenger, SystemDice};
use lately_store::Database;
use tokio::task::spawn_blocking;

use crate::cli::failure::{FOUND, Failure};
use crate::cli::print;
use crate::cli::session::{self, Session};

/// How large a piece is, and how many wait for the comparison.
const PIECE: usize = 64 * 1024;
const WAITING: usize = 4;

/// How much of a line is shown.
const SHOWN: usize = 500;

/// Compares the portal with the one in `other`, a data directory or the address of a PostgreSQL database.
pub(super) async fn compare(session: &Session, other: &str) -> Result<ExitCode, Failure> {
    let opposite = open(session, other)?;
    let ((ours, our_facts), (theirs, their_facts)) = (pipe(), pipe());
    let compared = spawn_blocking(move || first_difference(our_facts, their_facts));
    let (our_end, their_end, compared) = tokio::join!(
        session.messenger.export(BufWriter::with_capacity(PIECE, ours), |_| {}),
        opposite.export(BufWriter::with_capacity(PIECE, theirs), |_| {}),
        compared,
    );
    opposite.close().await;
    for end in [our_end, their_end] {
        finished(end)?;
    }
    let verdict = compared.map_err(|error| Failure::new(error.to_string(), ""))?;
    match verdict.map_err(|error| Failure::new(error.to_string(), ""))? {
        Verdict::Equal { lines } => {
            print::line(&format!("equal: {lines} lines"))?;
            Ok(ExitCode::SUCCESS)
        }
        Verdict::Different { line, ours, theirs } => {
            print::line(&format!("line {line} differs\nhere:  {}\nthere: {}", shown(&ours), shown(&theirs)))?;
            Ok(ExitCode::from(FOUND))
        }
    }
}

fn open(session: &Session, other: &str) -> Result<Messenger, Failure> {
    let database = if other.contains("://") {
        let address = other.parse().map_err(|error: String| Failure::misused(error, "Look at --against."))?;
        Database::Postgres(address)
    } else if Database::file(Path::new(other)).exists() {
        Database::Embedded(other.into())
    } else {
        let advice = "Name a data directory, or the address of a PostgreSQL database.";
        return Err(Failure::new(format!("there is no portal in {other}"), advice));
    };
    let clock = Arc::new(session::clock(&session.config)?);
    let limits = session::limits(&session.config)?;
    Ok(Messenger::open(database, limits, clock, Arc::new(SystemDice))?)
}

/// An export ends early when the comparison does, which is no failure.
fn finished(end: Result<u64, TransferError>) -> Result<(), Failure> {
    match end {
        Err(TransferError::Io(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(()),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Equal { lines: u64 },
    Different { line: u64, ours: Vec<u8>, theirs: Vec<u8> },
}

fn first_difference(ours: impl Read, theirs: impl Read) -> io::Result<Verdict> {
    let (mut ours, mut theirs) = (BufReader::new(ours), BufReader::new(theirs));
    let (mut our_line, mut their_line) = (Vec::new(), Vec::new());
    let mut lines = 0;
    loop {
        our_line.clear();
        their_line.clear();
        ours.read_until(b'\n', &mut our_line)?;
        theirs.read_until(b'\n', &mut their_line)?;
        if our_line != their_line {
            return Ok(Verdict::Different { line: lines + 1, ours: our_line, theirs: their_line });
        }
        if our_line.is_empty() {
            return Ok(Verdict::Equal { lines });
        }
        lines += 1;
    }
}

fn shown(line: &[u8]) -> String {
    if line.is_empty() {
        return "(nothing more)".to_owned();
    }
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    let mut short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn pipe() -> (PipeWriter, PipeReader) {
    let (send, receive) = sync_channel(WAITING);
    (PipeWriter(send), PipeReader { receive, piece: io::Cursor::default() })
}

/// Blocks while the other end has enough to do.
struct PipeWriter(SyncSender<Vec<u8>>);

impl Write for PipeWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes.to_vec()).map_err(|_| io::Error::from(ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct PipeReader {
    receive: Receiver<Vec<u8>>,
    piece: io::Cursor<Vec<u8>>,
}

impl Read for PipeReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            let Ok(piece) = self.receive.recv() else { return Ok(0) };
            self.piece = io::Cursor::new(piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named() {
        let verdict =
            |ours: &str, theirs: &str| first_difference(ours.as_bytes(), theirs.as_bytes()).unwrap();
        assert_eq!(verdict("a\nb\n", "a\nb\n"), Verdict::Equal { lines: 2 });
        assert_eq!(verdict("", ""), Verdict::Equal { lines: 0 });
        let different = |line, ours: &str, theirs: &str| Verdict::Different {
            line,
            ours: ours.as_bytes().to_vec(),
            theirs: theirs.as_bytes().to_vec(),
        };
        assert_eq!(verdict("a\nb\nc\n", "a\nx\nc\n"), different(2, "b\n", "x\n"));
        assert_eq!(verdict("a\n", "a\nb\n"), different(2, "", "b\n"));
        assert_eq!((shown(b""), shown(b"b\n")), ("(nothing more)".to_owned(), "b".to_owned()));
        assert_eq!(shown("é".repeat(600).as_bytes()).chars().count(), 501);
    }

    #[test]
    fn a_pipe_carries_everything_and_a_reader_who_left_is_told() {
        let (mut writer, mut reader) = pipe();
        let writing = std::thread::spawn(move || {
            (0..100).try_for_each(|number| writeln!(writer, "{number}")).map(|()| writer)
        });
        let mut text = String::new();
        let mut first = BufReader::new(&mut reader);
        for _ in 0..100 {
            first.read_line(&mut text).unwrap();
        }
        assert!(text.starts_with("0\n1\n") && text.ends_with("99\n"));
        let mut writer = writing.join().unwrap().unwrap();
        drop(reader);
        assert_eq!(writer.write(b"more").unwrap_err().kind(), ErrorKind::BrokenPipe);
    }
}
