//! Pages to browse the API: all methods by scope, and a page for each.
//!
//! Must hold: whatever is not written here is escaped; there is no script and no inline style. Addresses with a user and
//! a secret are shown with their names only.

use std::fmt::Write;

use super::document::who;
use crate::rest::refusal::WireError;
use crate::rest::registry::{self, Caller, Kind, Method, Param};
use crate::rest::schema::{Keys, Shape};

/// How the pages look.
pub const STYLE: &str = include_str!("style.css");

/// All methods, how one is called, and what any of them may answer.
pub fn index(base_url: &str) -> String {
    let mut main = format!(
        "<h1>The API</h1>\n\
         <p>{} methods of the Bitrix24 REST API. Each is an address: the number of a user, the secret of a webhook of \
         theirs, and the method's name. Parameters go into the query, a form or a JSON body. The answer is \
         <code>{{\"result\": …, \"time\": …}}</code>, or <code>{{\"error\": …, \"error_description\": …}}</code>.</p>\n\
         <pre>{}</pre>\n\
         <p>For programs the same is in <a href=\"/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>\n",
        registry::all().count(),
        escape(&format!("curl {base_url}/rest/USER/SECRET/profile")),
    );
    for scope in scopes() {
        // Writing to a string cannot fail.
        let _ = write!(main, "<h2 id=\"scope-{0}\">{0}</h2>\n<table class=\"methods\">\n", escape(scope));
        for method in registry::all().filter(|method| first_scope(method) == scope) {
            let _ = writeln!(
                main,
                "<tr><th scope=\"row\"><a href=\"/api/{0}\">{0}</a></th><td>{1}{2}</td></tr>",
                escape(method.name),
                escape(method.about),
                badge(method.caller),
            );
        }
        main.push_str("</table>\n");
    }
    main.push_str("<h2 id=\"errors\">What any method may answer</h2>\n");
    main.push_str(&errors(&WireError::of_any_method()));
    framed("The API", None, &main)
}

/// One method.
pub fn method(method: &Method, base_url: &str) -> String {
    let mut main = format!(
        "<h1>{}</h1>\n<p class=\"about\">{}.</p>\n<dl><dt>Scope</dt><dd>{}</dd><dt>Who may call</dt><dd>{}</dd></dl>\n\
         <pre>{}</pre>\n<h2>Parameters</h2>\n{}",
        escape(method.name),
        escape(method.about),
        escape(&match method.scope {
            "basic" => "none".to_owned(),
            scope => scope.replace('|', " or "),
        }),
        escape(who(method.caller)),
        escape(&curl(method, base_url)),
        params(method.params),
    );
    main.push_str("<h2>Result</h2>\n");
    main.push_str(&result(&method.result));
    main.push_str("<h2>Errors</h2>\n");
    let own = method.refuses();
    if own.is_empty() {
        main.push_str("<p>None of its own.</p>\n");
    } else {
        main.push_str(&errors(&own));
    }
    main.push_str("<p>And <a href=\"/api#errors\">what any method may answer</a>.</p>\n");
    framed(method.name, Some(method), &main)
}

fn framed(title: &str, shown: Option<&Method>, main: &str) -> String {
    let mut nav = String::new();
    for scope in scopes() {
        let _ = write!(nav, "<h2>{}</h2>\n<ul>\n", escape(scope));
        for method in registry::all().filter(|method| first_scope(method) == scope) {
            let here = shown.is_some_and(|shown| shown.name == method.name);
            let mark = if here { " aria-current=\"page\"" } else { "" };
            let name = escape(method.name);
            let _ = writeln!(nav, "<li><a href=\"/api/{name}\"{mark}>{name}</a></li>");
        }
        nav.push_str("</ul>\n");
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{} · Lately</title>\n\
         <link rel=\"stylesheet\" href=\"/api/style.css\">\n</head>\n<body>\n\
         <header><a href=\"/api\">Lately <span>API</span></a></header>\n\
         <nav aria-label=\"Methods\">\n{nav}</nav>\n<main>\n{main}</main>\n</body>\n</html>\n",
        escape(title),
    )
}

/// The scopes in the order in which the registry has them.
fn scopes() -> Vec<&'static str> {
    let mut scopes = Vec::new();
    for method in registry::all() {
        if !scopes.contains(&first_scope(method)) {
            scopes.push(first_scope(method));
        }
    }
    scopes
}

fn first_scope(method: &Method) -> &'static str {
    method.scope.split('|').next().unwrap_or(method.scope)
}

fn badge(caller: Caller) -> String {
    match caller {
        Caller::Anyone => String::new(),
        caller => format!(" <span class=\"badge\">{}</span>", escape(who(caller))),
    }
}

/// A line to paste: what must be there, and of several that stand for each other the first.
fn curl(method: &Method, base_url: &str) -> String {
    let names: Vec<&str> = method.params.iter().map(|param| param.name).collect();
    let mut line = format!("curl {base_url}/rest/USER/SECRET/{}", method.name);
    let mut stands_for: Vec<&str> = Vec::new();
    for param in method.params {
        let one_of = names.contains(&param.default);
        if param.required || (one_of && !stands_for.contains(&param.name)) {
            stands_for.push(param.default);
            let _ = write!(line, " \\\n  -d '{}'", sample(param));
        }
    }
    line
}

fn sample(param: &Param) -> String {
    let name = param.name;
    match param.kind {
        Kind::Flag => format!("{name}=Y"),
        Kind::Int => format!("{name}=1"),
        Kind::Text => format!("{name}=TEXT"),
        Kind::Date => format!("{name}=2026-01-31T09:00:00Z"),
        Kind::Dialog => format!("{name}=chat1"),
        Kind::List => format!("{name}[]=1"),
        Kind::Object => format!("{name}[KEY]=VALUE"),
    }
}

fn params(params: &[Param]) -> String {
    if params.is_empty() {
        return "<p>None.</p>\n".to_owned();
    }
    let mut table = "<table>\n<tr><th scope=\"col\">Name</th><th scope=\"col\">What it is</th>\
                     <th scope=\"col\">Without it</th></tr>\n"
        .to_owned();
    for param in params {
        let without = match (param.required, param.default) {
            (true, _) => "<strong>refused</strong>".to_owned(),
            (false, "") => String::new(),
            (false, default) if params.iter().any(|other| other.name == default) => {
                format!("<code>{}</code> instead", escape(default))
            }
            (false, default) => escape(default),
        };
        let _ = writeln!(
            table,
            "<tr><td><code>{}</code></td><td>{}</td><td>{without}</td></tr>",
            escape(param.name),
            kind(param.kind),
        );
    }
    table.push_str("</table>\n");
    table
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag => "yes or no: <code>Y</code>, <code>N</code>",
        Kind::Int => "integer",
        Kind::Text => "text",
        Kind::Date => "date and time, RFC 3339",
        Kind::Dialog => "dialog: <code>7</code> is a person, <code>chat12</code> a chat",
        Kind::List => "list",
        Kind::Object => "map, or JSON text of one",
    }
}

fn errors(errors: &[WireError]) -> String {
    let mut table = "<table>\n<tr><th scope=\"col\">Code</th><th scope=\"col\">Status</th>\
                     <th scope=\"col\">What it says</th></tr>\n"
        .to_owned();
    for error in errors {
        let _ = writeln!(
            table,
            "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
            escape(&error.code),
            error.status.as_u16(),
            escape(&error.text),
        );
    }
    table.push_str("</table>\n");
    table
}

/// The result, and after it each shape that has a name, once.
fn result(shape: &Shape) -> String {
    let mut shown = String::new();
    let mut waiting: Vec<(&'static str, &'static Shape)> = Vec::new();
    let _ = writeln!(shown, "<pre>{}</pre>", drawn(shape, 0, &mut waiting));
    let mut next = 0;
    while let Some((name, shape)) = waiting.get(next).copied() {
        let text = drawn(shape, 0, &mut waiting);
        let _ = writeln!(shown, "<h3 id=\"{0}\">{0}</h3>\n<pre>{text}</pre>", escape(name));
        next += 1;
    }
    shown
}

/// A shape as a reader of JSON expects it; a key with a question mark may be missing.
fn drawn(shape: &Shape, depth: usize, waiting: &mut Vec<(&'static str, &'static Shape)>) -> String {
    match shape {
        Shape::Any => "anything".to_owned(),
        Shape::Bool => "true or false".to_owned(),
        Shape::Int => "integer".to_owned(),
        Shape::Number => "number".to_owned(),
        Shape::Text => "text".to_owned(),
        Shape::Date => "date".to_owned(),
        Shape::List(shape) => format!("[{}, …]", drawn(shape, depth, waiting)),
        Shape::Map(shape) => format!("{{\"…\": {}, …}}", drawn(shape, depth, waiting)),
        Shape::Object(keys) => object(keys, false, depth, waiting),
        Shape::Open(keys) => object(keys, true, depth, waiting),
        Shape::Sometimes(shape) => drawn(shape, depth, waiting),
        Shape::OrNull(shape) => format!("{} or null", drawn(shape, depth, waiting)),
        Shape::OrFalse(shape) => format!("{} or false", drawn(shape, depth, waiting)),
        Shape::Either(shapes) => {
            let drawn = shapes.iter().map(|shape| drawn(shape, depth, waiting));
            drawn.collect::<Vec<_>>().join(" or ")
        }
        Shape::Named(name, shape) => {
            if waiting.iter().all(|(known, _)| known != name) {
                waiting.push((name, shape));
            }
            format!("<a href=\"#{0}\">{0}</a>", escape(name))
        }
    }
}

fn object(keys: Keys, open: bool, depth: usize, waiting: &mut Vec<(&'static str, &'static Shape)>) -> String {
    let within = "  ".repeat(depth + 1);
    let mut lines = Vec::with_capacity(keys.len() + 1);
    for (name, shape) in keys {
        let mark = if matches!(shape, Shape::Sometimes(_)) { "?" } else { "" };
        lines.push(format!("{within}\"{}\"{mark}: {}", escape(name), drawn(shape, depth + 1, waiting)));
    }
    if open {
        lines.push(format!("{within}…"));
    }
    format!("{{\n{}\n{}}}", lines.join(",\n"), "  ".repeat(depth))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            sign => escaped.push(sign),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_to_paste_has_what_must_be_there_and_one_of_several() {
        let line = |name| curl(registry::find(name).unwrap(), "http://p.test");
        assert_eq!(line("im.revision.get"), "curl http://p.test/rest/USER/SECRET/im.revision.get");
        let muted = "curl http://p.test/rest/USER/SECRET/im.chat.mute \\\n  -d 'CHAT_ID=1'";
        assert_eq!(line("im.chat.mute"), muted);
        assert!(
            line("im.message.add")
                .ends_with("im.message.add \\\n  -d 'DIALOG_ID=chat1' \\\n  -d 'MESSAGE=TEXT'")
        );
        assert!(line("im.user.list.get").ends_with("-d 'ID[]=1'"));
    }

    #[test]
    fn nothing_becomes_markup() {
        assert_eq!(escape("<a href='x'>\"&"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
        assert!(index("http://\"><script>").contains("http://&quot;&gt;&lt;script&gt;"));
    }

    #[test]
    fn a_result_is_drawn_with_its_named_shapes_once() {
        const POINT: Shape = Shape::Named("Point", &Shape::Object(&[("x", Shape::Int)]));
        const LINE: Shape = Shape::Object(&[("a", POINT), ("b", Shape::Sometimes(&Shape::OrNull(&POINT)))]);
        let point = "<a href=\"#Point\">Point</a>";
        let expected = format!(
            "<pre>{{\n  \"a\": {point},\n  \"b\"?: {point} or null\n}}</pre>\n\
             <h3 id=\"Point\">Point</h3>\n<pre>{{\n  \"x\": integer\n}}</pre>\n"
        );
        assert_eq!(result(&LINE), expected);
    }
}
