//! `lately export`: all facts of a portal as lines of JSON.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use lately_messenger::transfer::TransferError;
use lately_model::{DeedKind, Doer};
use lately_store::Shelves;

use super::failure::Failure;
use super::session::Session;
use super::settings::Settings;
use super::{print, progress};

/// Write all facts of the portal out, one a line.
///
/// What comes out is one consistent state, whatever a running server does meanwhile; `lately import` reads it into an
/// empty portal and gives an equal one. Webhooks are among the facts, but only the hashes of their secrets are. With
/// --files the bytes of files are written too, into a folder, each under its hash.
///
/// The log of what was done by whom stays where it is, unless --audit takes it along; it notes that facts were written out.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately --data /srv/lately export portal.jsonl --files portal-files
  lately --data /srv/lately export | gzip > portal.jsonl.gz")]
pub(super) struct Export {
    /// The folder to write the bytes of files to
    #[arg(long, value_name = "FOLDER")]
    files: Option<PathBuf>,
    /// Write the log of what was done by whom too: otherwise it stays with this portal
    #[arg(long)]
    audit: bool,
    /// The file to write, which must not exist yet; - or nothing for standard output
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: PathBuf,
}

impl Export {
    /// Writes all lines.
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let session = Session::open(settings)?;
        let total = session.messenger.export_size().await?;
        let bar = progress::bar("exporting", "lines", total);
        if self.to_output() && std::io::stdout().is_terminal() {
            bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
        }
        let shown = bar.clone();
        let counted = move |done: u64| {
            shown.set_length(total.max(done));
            shown.set_position(done);
        };
        let out = BufWriter::with_capacity(1 << 20, self.open()?);
        let written = if self.audit {
            session.messenger.export_with_deeds(out, counted).await
        } else {
            session.messenger.export(out, counted).await
        };
        bar.finish_and_clear();
        if let Ok(lines) = &written {
            let by = Doer::command("export");
            session.messenger.note(&by, DeedKind::Exported, &[("lines", (*lines).into())]).await?;
        }
        match written {
            Ok(lines) if self.to_output() => print::remark(&format!("exported {lines} lines")),
            Ok(lines) => print::line(&format!("exported {lines} lines to {}", self.file.display()))?,
            Err(error) => return Err(self.failure(error)),
        }
        if let Some(folder) = &self.files {
            let bar = progress::count("exporting", "files");
            let to = Shelves::at(folder);
            let moved = session.messenger.export_files(&to, &mut |done| bar.set_position(done)).await;
            bar.finish_and_clear();
            let moved = moved.map_err(|error| match error {
                TransferError::Io(error) => Failure::file(folder, &error),
                other => other.into(),
            })?;
            print::remark(&format!("exported {} files to {}", moved.there, folder.display()));
            if moved.missing > 0 {
                print::remark(&format!("{} files are without bytes; see `lately check`", moved.missing));
            }
        }
        session.finish().await;
        Ok(ExitCode::SUCCESS)
    }

    fn to_output(&self) -> bool {
        self.file == Path::new("-")
    }

    fn open(&self) -> Result<Box<dyn Write + Send>, Failure> {
        if self.to_output() {
            return Ok(Box::new(std::io::stdout()));
        }
        let file = File::create_new(&self.file).map_err(|error| Failure::file(&self.file, &error))?;
        Ok(Box::new(file))
    }

    /// A file that was written half is removed.
    fn failure(&self, error: TransferError) -> Failure {
        if !self.to_output() {
            drop(std::fs::remove_file(&self.file));
        }
        match error {
            TransferError::Io(error) if !self.to_output() => Failure::file(&self.file, &error),
            other => Failure::from(other),
        }
    }
}
