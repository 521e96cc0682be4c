//! `imbot.v2.File.*`: files as bots send and get them.

use crate::rest::registry::Method;

/// The declarations.
pub const METHODS: &[Method] = &[];
