//! `imbot.v2.Chat.Message.*`: what bots say, read and like.

use crate::rest::registry::Method;

/// The declarations.
pub const METHODS: &[Method] = &[];
