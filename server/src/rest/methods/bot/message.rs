//! `imbot.message.*`: what bots say.

use crate::rest::registry::Method;

/// The declarations.
pub const METHODS: &[Method] = &[];
