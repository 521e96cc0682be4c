//! Everything that users' clients can see, tested through HTTP, the command line and real client libraries.

mod crash;
mod recent_get;
mod recent_model;
mod recent_page;
