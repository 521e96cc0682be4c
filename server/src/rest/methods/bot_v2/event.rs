//! `imbot.v2.Event.get`: what happened to a bot, asked for now and then.

use crate::rest::registry::Method;

/// The declarations.
pub const METHODS: &[Method] = &[];
