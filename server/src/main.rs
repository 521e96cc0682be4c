//! The `lately` binary: nothing but the command line of the library.

use std::process::ExitCode;

/// An answer is a few dozen short-lived allocations, made by one thread and freed by another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    lately::cli::main()
}
