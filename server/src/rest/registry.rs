//! The registry: every method declared once, with its name, scope, parameters, callers, errors, result and handler.
//!
//! Dispatch, batch, `methods`, `method.get`, `scope`, the access test and the method table of the documents read these
//! declarations and nothing else. Must hold: a method answers no error of its own that it does not declare, and no
//! result of another shape; the client of the tests looks at every answer.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;

use lately_messenger::Refusal;

use super::answer::Answer;
use super::call::{Call, Failure};
use super::methods;
use super::refusal::WireError;
use super::schema::Shape;

/// What a handler returns.
pub type Running<'a> = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send + 'a>>;

/// Who may call a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Whoever has a credential with the scope.
    Anyone,
    /// An administrator.
    Administrator,
    /// An application; webhooks and sessions are refused.
    Application,
    /// Whoever is no application.
    NoApplication,
    /// A program, by token or webhook; sessions are refused.
    Program,
}

/// What a parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `Y` or `N`.
    Flag,
    /// An integer.
    Int,
    /// A text.
    Text,
    /// A date in RFC 3339.
    Date,
    /// A dialog id.
    Dialog,
    /// A list.
    List,
    /// A map, or JSON text of one.
    Object,
}

/// One parameter.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name as the reference writes it.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// Whether the method refuses without it.
    pub required: bool,
    /// What stands in for it, in words; empty for nothing.
    pub default: &'static str,
}

impl Param {
    /// A parameter that may be left out.
    pub const fn optional(name: &'static str, kind: Kind, default: &'static str) -> Self {
        Self { name, kind, required: false, default }
    }

    /// A parameter that must be there.
    pub const fn required(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, required: true, default: "" }
    }
}

/// One method.
pub struct Method {
    /// Its name as the reference writes it.
    pub name: &'static str,
    /// The scope it needs; `a|b` is any of them, `basic` none.
    pub scope: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// Who may call it.
    pub caller: Caller,
    /// Its parameters.
    pub params: &'static [Param],
    /// What it refuses by itself, beside what any method may ([`SystemError::ANY`](super::refusal::SystemError::ANY)).
    /// Words and sizes that a refusal carries are left empty.
    pub errors: &'static [Refusal],
    /// What its result looks like.
    pub result: Shape,
    /// What runs.
    pub handler: for<'a> fn(&'a Call) -> Running<'a>,
}

impl Method {
    /// Its own errors as clients see them, each code once with a status.
    pub fn refuses(&self) -> Vec<WireError> {
        WireError::grouped(self.errors.iter().cloned().map(WireError::from))
    }
}

/// Every method, grouped by noun.
pub fn all() -> impl Iterator<Item = &'static Method> {
    methods::GROUPS.iter().flat_map(|group| group.iter())
}

/// The method with this name, whatever its case. As documents write it or in small letters it is found at once.
pub fn find(name: &str) -> Option<&'static Method> {
    static BY_NAME: LazyLock<HashMap<String, &'static Method>> = LazyLock::new(|| {
        let written = all().map(|method| (method.name.to_owned(), method));
        let small = all().map(|method| (method.name.to_lowercase(), method));
        written.chain(small).collect()
    });
    if let Some(method) = BY_NAME.get(name) {
        return Some(method);
    }
    let name = name.to_lowercase();
    let name = if name == "im.dialog.readall" { "im.dialog.read.all" } else { &name };
    BY_NAME.get(name).copied()
}

/// Modules of other products: their methods do not exist here, yet credentials and scopes are judged first, which
/// clients rely on (clients.md).
const FOREIGN: [&str; 14] = [
    "crm",
    "tasks",
    "task",
    "calendar",
    "bizproc",
    "catalog",
    "sale",
    "telephony",
    "lists",
    "landing",
    "log",
    "sonet_group",
    "booking",
    "timeman",
];

/// Whether an unknown name belongs to another product's module.
pub fn is_foreign(name: &str) -> bool {
    let module = name.split('.').next().unwrap_or_default().to_lowercase();
    FOREIGN.contains(&module.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_method_declares_a_refusal_twice_or_one_that_any_method_may_answer() {
        let any = WireError::of_any_method();
        for method in all() {
            for (place, refusal) in method.errors.iter().enumerate() {
                assert!(!method.errors[..place].contains(refusal), "{}: {refusal:?} twice", method.name);
            }
            for error in method.refuses() {
                let common = any.iter().any(|any| (&any.code, any.status) == (&error.code, error.status));
                // A parameter may be bad in any batch, and is what it is for a method.
                assert!(!common || error.code == "ERROR_ARGUMENT", "{}: {}", method.name, error.code);
                assert!(error.status.is_client_error(), "{}: {}", method.name, error.code);
                assert!(!error.code.is_empty(), "{}", method.name);
            }
        }
    }
}
