//! `imbot.v2.Command.*`: commands of bots, and the answers to them.

use crate::rest::registry::Method;

/// The declarations.
pub const METHODS: &[Method] = &[];
