//! `lately import`: a portal from lines of JSON.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use indicatif::ProgressBar;
use lately_messenger::transfer::TransferError;
use lately_model::{DeedKind, Doer};
use lately_store::Shelves;

use super::failure::Failure;
use super::session::Session;
use super::settings::Settings;
use super::{print, progress};

/// Write a portal's facts from lines into the data directory.
///
/// Each line is a JSON object, as `lately export` writes them and docs/import.md describes them: users first, then chats,
/// members, messages, read positions. A bad line is named by its number and ends the import; everything before it is
/// kept. Run it again, and what is there already changes nothing: an import that was cut short goes on. A server may
/// run meanwhile and shows what has come in. With --files the bytes of files are taken from a folder that `lately export`
/// wrote; without, files are known and cannot be fetched.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately --data /srv/lately import portal.jsonl --files portal-files
  zcat portal.jsonl.gz | lately --data /srv/lately import -")]
pub(super) struct Import {
    /// The folder with the bytes of files
    #[arg(long, value_name = "FOLDER")]
    files: Option<PathBuf>,
    /// The file with the lines, or - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Import {
    /// Reads all lines.
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let (lines, bar) = self.open()?;
        let session = Session::open_or_make(settings)?;
        if let Some(folder) = &self.files {
            let bar = progress::count("importing", "files");
            let from = Shelves::at(folder);
            let taken = session.messenger.import_files(&from, &mut |done| bar.set_position(done)).await;
            bar.finish_and_clear();
            let taken = taken.map_err(|error| failure(folder, error))?;
            print::remark(&format!("took in {taken} files from {}", folder.display()));
        }
        let read = session.messenger.import(lines, &mut |done| show(&bar, done)).await;
        bar.finish_and_clear();
        if let Ok(lines) = &read {
            let by = Doer::command("import");
            session.messenger.note(&by, DeedKind::Imported, &[("lines", (*lines).into())]).await?;
        }
        session.finish().await;
        let number = read.map_err(|error| failure(&self.file, error))?;
        print::line(&format!("imported {number} {}", if number == 1 { "line" } else { "lines" }))?;
        Ok(ExitCode::SUCCESS)
    }

    fn open(&self) -> Result<(Box<dyn BufRead + Send>, ProgressBar), Failure> {
        if self.file == Path::new("-") {
            let bar = progress::count("importing", "lines");
            return Ok((Box::new(BufReader::new(std::io::stdin())), bar));
        }
        let file = File::open(&self.file).map_err(|error| Failure::file(&self.file, &error))?;
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        let bar = progress::bytes("importing", length);
        Ok((Box::new(BufReader::with_capacity(1 << 20, bar.wrap_read(file))), bar))
    }
}

/// A bar over a file follows the bytes by itself, one over standard input counts lines.
fn show(bar: &ProgressBar, lines: u64) {
    if bar.length().is_none() {
        bar.set_position(lines);
    }
}

fn failure(file: &Path, error: TransferError) -> Failure {
    let file = if file == Path::new("-") { Path::new("standard input") } else { file };
    match error {
        TransferError::Line { line, reason } => Failure::new(
            format!("{}: line {line}: {reason}", file.display()),
            "Every line before it is kept. Correct this line and run the import again.",
        ),
        TransferError::Io(error) => Failure::file(file, &error),
        TransferError::Store(error) => Failure::from(error),
    }
}
