//! `imbot.v2.Chat.*`: chats as bots have them, their members and managers.

use crate::rest::registry::Method;

/// The declarations.
pub const METHODS: &[Method] = &[];
