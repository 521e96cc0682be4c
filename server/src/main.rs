//! The `lately` binary: nothing but the command line of the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    lately::cli::main()
}
