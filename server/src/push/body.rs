//! What is told: one body for everybody who hears of an event, and what each hears of their own.
//!
//! Must hold: a body is made once however many hear of it; a queue holds a reference to it. Putting both together is work
//! of the connection that sends it.

use std::sync::Arc;

use lately_model::UserId;
use serde_json::{Map, Value, json};

use super::mid::Mid;

/// Who sent it, in the words of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// A client.
    Client = 1,
    /// The portal.
    Backend = 2,
}

/// The text of an event, the same for everybody.
#[derive(Debug)]
pub struct Body {
    text: String,
    /// Where the parameters end: what is one's own goes in before it.
    seam: usize,
    /// Whether it has no parameters.
    bare: bool,
    /// Who sent it.
    pub sender: Sender,
}

impl Body {
    /// An event of the portal.
    pub fn new(module: &str, command: &str, params: Value, extra: &Value) -> Arc<Self> {
        Arc::new(Self::of(Sender::Backend, module, command, &params, extra))
    }

    /// An event of anybody.
    pub fn of(sender: Sender, module: &str, command: &str, params: &Value, extra: &Value) -> Self {
        let bare = params.as_object().is_none_or(Map::is_empty);
        let params = if bare { "{}".to_owned() } else { params.to_string() };
        let (module, command) = (json!(module), json!(command));
        let mut text = format!("{{\"module_id\":{module},\"command\":{command},\"params\":{params}");
        let seam = text.len() - 1;
        text.push_str(&format!(",\"extra\":{extra}}}"));
        Self { text, seam, bare, sender }
    }

    /// Without what is one's own.
    pub fn shared(&self) -> &str {
        &self.text
    }

    /// Adds the text with what is one's own among the parameters.
    pub fn write(&self, own: &str, to: &mut String) {
        let (head, tail) = self.text.split_at_checked(self.seam).unwrap_or((&self.text, ""));
        to.push_str(head);
        if !own.is_empty() {
            if !self.bare {
                to.push(',');
            }
            to.push_str(own);
        }
        to.push_str(tail);
    }
}

/// One thing told to one connection.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// Its number.
    pub mid: Mid,
    /// What everybody hears.
    pub body: Arc<Body>,
    /// What is the hearer's own: JSON members without the braces around them.
    pub own: Option<Arc<str>>,
}

impl Parcel {
    /// What is the hearer's own, or nothing.
    pub fn own(&self) -> &str {
        self.own.as_deref().unwrap_or_default()
    }
}

/// One thing told to several people.
#[derive(Debug)]
pub struct Letter {
    /// Which of the things told of its event.
    pub variant: u8,
    /// What everybody hears.
    pub body: Arc<Body>,
    /// To whom, with what is their own.
    pub to: Vec<(UserId, Option<Arc<str>>)>,
}

/// A map as JSON members without the braces around them.
pub fn members(map: Map<String, Value>) -> Option<Arc<str>> {
    let text = Value::Object(map).to_string();
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    (!inner.is_empty()).then(|| Arc::from(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ones_own_goes_among_the_parameters() {
        let extra = json!({ "e": 1 });
        for (params, own, expected) in [
            (json!({ "a": 1 }), json!({ "b": [2] }), json!({ "a": 1, "b": [2] })),
            (json!({}), json!({ "b": 2 }), json!({ "b": 2 })),
            (json!({ "a": { "x": "}" } }), json!({}), json!({ "a": { "x": "}" } })),
        ] {
            let body = Body::new("im", "x", params, &extra);
            let Value::Object(own) = own else { panic!("a map") };
            let mut text = String::new();
            body.write(members(own).as_deref().unwrap_or_default(), &mut text);
            let whole: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(
                whole,
                json!({ "module_id": "im", "command": "x", "params": expected, "extra": extra })
            );
        }
    }
}
