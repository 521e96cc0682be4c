//! Where things lie: the checkout and what is built in it.

use std::path::{Path, PathBuf};

/// The checkout's root.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// Where cargo builds: `CARGO_TARGET_DIR`, or `target` in the checkout.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) if !dir.is_empty() => root().join(dir),
        _ => root().join("target"),
    }
}

/// Where the tests keep the PostgreSQL server that they share (`testkit/src/database.rs`).
pub fn test_server() -> PathBuf {
    std::env::temp_dir().join("lately-tests-postgres")
}
