//! `imbot.chat.*` and `imbot.dialog.get`: chats as bots have them.

use crate::rest::registry::Method;

/// The declarations.
pub const METHODS: &[Method] = &[];
