//! Tests' own portal: a real server on free ports over a fresh store, named people, a clock that moves when told.
//!
//! Must hold: a test talks to the server as any client does, over HTTP; nothing is shared between tests. For tests
//! only, so failures panic with what was seen.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot set itself up has failed"
)]

mod app;
mod browser;
mod client;
mod clock;
pub mod database;
mod ear;
mod judge;
mod portal;
mod receiver;

pub use app::TestApp;
pub use browser::Browser;
pub use client::{Client, Reply, send, send_elsewhere};
pub use clock::{CountingDice, TestClock};
pub use ear::Ear;
pub use portal::{Ground, Person, TestPortal};
pub use receiver::{Receiver, Told};
