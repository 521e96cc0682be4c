//! Everything that users' clients can see, tested through HTTP, the command line and real client libraries.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod bad_input;
mod batch;
mod crash;
mod limits;
mod recent_get;
mod recent_model;
mod recent_page;
mod sdk;
mod transport;
mod webhook_auth;
