//! `imbot.v2.Bot.*` and `imbot.v2.Revision.get`.

use crate::rest::registry::Method;

/// The declarations.
pub const METHODS: &[Method] = &[];
