//! `cargo xtask test`: all that a change must pass, here and in the pipeline.

use clap::{Args, ValueEnum};

use anyhow::{Result, bail};
use lately::cluster::postgres::Postgres;

use crate::derive::Gen;
use crate::{deny, place, run, tidy, tools, web};

/// Install what the tests need and run all that a change must pass.
///
/// Every part runs, whatever became of those before it; the last lines say which failed.
#[derive(Debug, Args)]
pub struct Test {
    /// Run this part only; repeat it for more
    #[arg(long, value_enum, value_name = "PART")]
    only: Vec<Part>,
}

/// The beginnings of the names of tests that choose their database themselves, or are about files or about none.
const ELSEWHERE: [&str; 13] = [
    "backup::",
    "cluster::",
    "command_line::",
    "demo::",
    "fire::",
    "import::a_portal_moves_whole",
    "migrate::",
    "moving::",
    "nodes::",
    "page::",
    "sdk::",
    "serve::a_second_server",
    "webhook_auth::secrets_are_nowhere",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// House rules
    Tidy,
    /// Layout of the code
    Fmt,
    /// Derived files are up to date
    Gen,
    /// Lints; a warning fails
    Clippy,
    /// All tests, those with the official SDKs and with schemathesis among them
    Unit,
    /// The tests once more, with portals that live on PostgreSQL
    Postgres,
    /// Examples in the documentation of the code
    Doc,
    /// Licences and sources of the dependencies, where cargo-deny is installed
    Deny,
}

impl Test {
    /// Runs the parts.
    pub fn run(self) -> Result<()> {
        let chosen = |part: &&Part| self.only.is_empty() || self.only.contains(part);
        let mut failed = Vec::new();
        for part in Part::value_variants().iter().filter(chosen) {
            eprintln!("\n== {part:?}");
            if let Err(error) = part.run() {
                eprintln!("{error:#}");
                failed.push(format!("{part:?}").to_lowercase());
            }
        }
        if failed.is_empty() {
            eprintln!("\nAll is well.");
            return Ok(());
        }
        let again: String = failed.iter().map(|part| format!(" --only {part}")).collect();
        bail!("failed: {}; once mended, try `cargo xtask test{again}`", failed.join(", "))
    }
}

impl Part {
    fn run(self) -> Result<()> {
        match self {
            Self::Tidy => tidy::run(),
            Self::Fmt => run::show(&mut run::cargo(&["fmt", "--all", "--check"])),
            Self::Gen => Gen { check: true }.run(),
            Self::Clippy => {
                let arguments =
                    ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
                run::show(&mut run::cargo(&arguments))
            }
            Self::Unit => unit(),
            Self::Postgres => on_postgres(),
            Self::Doc => doc(),
            Self::Deny => deny::without_network(),
        }
    }
}

/// With cargo-nextest where it is there: each test is a process of its own and what hangs is ended.
fn unit() -> Result<()> {
    web::build()?;
    tools::sdks()?;
    tools::openapi()?;
    tools::ensure(&tools::CHROMIUM)?;
    tools::servers()?;
    let done = all();
    Postgres::end(&place::test_server())?;
    done
}

/// What is about a database of its own, or about none, is not run again.
fn on_postgres() -> Result<()> {
    tools::servers()?;
    let mut command = if run::works(&mut run::cargo(&["nextest", "--version"])) {
        let these = format!("binary(it) and not test(/^({})/)", ELSEWHERE.join("|"));
        run::cargo(&["nextest", "run", "--workspace", "--locked", "-E", &these])
    } else {
        let mut words = vec!["test", "--workspace", "--test", "it", "--locked", "--"];
        words.extend(ELSEWHERE.iter().flat_map(|module| ["--skip", module]));
        run::cargo(&words)
    };
    // The histories of the slow model are played in full on the embedded database.
    let done = run::show(command.env("LATELY_TEST_ENGINE", "postgres").env("PROPTEST_CASES", "100"));
    Postgres::end(&place::test_server())?;
    done
}

/// All tests.
fn all() -> Result<()> {
    if run::works(&mut run::cargo(&["nextest", "--version"])) {
        return run::show(&mut run::cargo(&["nextest", "run", "--workspace", "--locked"]));
    }
    eprintln!(
        "cargo-nextest is not installed (`cargo install --locked cargo-nextest`); cargo test does it too"
    );
    run::show(&mut run::cargo(&["test", "--workspace", "--lib", "--bins", "--tests", "--locked"]))
}

/// Examples are compiled one by one, so where there is none nothing is built.
fn doc() -> Result<()> {
    if !tidy::has_doc_examples()? {
        eprintln!("there are no examples");
        return Ok(());
    }
    run::show(&mut run::cargo(&["test", "--workspace", "--doc", "--locked"]))
}
