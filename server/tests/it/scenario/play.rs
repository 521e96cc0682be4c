//! Plays one scenario: a portal, the steps one after another, and at the end a recount of every counter.

use lately_testkit::Reply;
use reqwest::RequestBuilder;
use reqwest::multipart::{Form, Part};
use serde_json::{Map, Value, json};

use super::cast::Cast;
use super::field::Field;
use super::fill::{Known, plain};
use super::format::{Scenario, Step, Upload, Way};
use super::likeness::hold;

/// Plays it; answers the first thing that came otherwise, with the number of its step.
pub async fn play(field: &mut Field, scenario: &Scenario) -> Result<(), String> {
    let mut cast = Cast::gather(field, scenario).await?;
    let played = steps(&mut cast, scenario).await;
    if played.is_ok() {
        cast.portal.assert_exact().await;
    }
    // Many are played in one process: what a portal holds is given back.
    cast.portal.stop().await;
    played
}

async fn steps(cast: &mut Cast, scenario: &Scenario) -> Result<(), String> {
    let mut known = Cast::known();
    for (index, step) in scenario.steps.iter().enumerate() {
        let variants = if step.each.is_empty() { std::slice::from_ref(&step.params) } else { &step.each };
        let turns = 1..=step.times.unwrap_or(1);
        for (turn, params) in turns.flat_map(|turn| variants.iter().map(move |params| (turn, params))) {
            known.set("now", now(cast));
            known.set("turn", json!(turn));
            if let Err(why) = act(cast, step, params, &mut known).await {
                let note = step.note.as_deref().map(|note| format!(" ({note})")).unwrap_or_default();
                let what = named(step, &known.fill(params).unwrap_or_default());
                return Err(format!("step {}{note}: {what}: {why}", index + 1));
            }
        }
    }
    Ok(())
}

fn named(step: &Step, params: &Value) -> String {
    match (&step.who, &step.call) {
        (Some(who), Some(call)) => {
            format!("{who} calls {call} {}", short(&params.to_string(), 200))
        }
        _ if step.upload.is_some() => "the upload".to_owned(),
        _ if step.fetch.is_some() => "the address fetched".to_owned(),
        _ => "the clock".to_owned(),
    }
}

/// Its first signs, if it has many.
fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((cut, _)) => format!("{}...", &text[..cut]),
        None => text.to_owned(),
    }
}

fn now(cast: &Cast) -> Value {
    let now = jiff::Timestamp::from_second(cast.portal.clock.seconds()).expect("a moment within range");
    json!(now.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string())
}

async fn act(cast: &mut Cast, step: &Step, params: &Value, known: &mut Known) -> Result<(), String> {
    if let Some(clock) = &step.clock {
        match clock.as_i64() {
            Some(seconds) => cast.portal.clock.step(seconds),
            None => cast.portal.clock.set(&plain(clock)),
        }
        return Ok(());
    }
    let request = match (&step.upload, &step.fetch) {
        (Some(upload), _) => sent(cast, upload, known)?,
        (_, Some(address)) => cast.portal.http().get(here(cast, address, known)?),
        _ => called(cast, step, params, known).await?,
    };
    let reply = lately_testkit::send(request).await;
    let reply = if step.send == Way::Batch { unpacked(reply, step)? } else { reply };
    judge(step, &reply, known)
}

async fn called(
    cast: &mut Cast,
    step: &Step,
    params: &Value,
    known: &Known,
) -> Result<RequestBuilder, String> {
    let token = cast.token(step).await?;
    let request = plainly_called(cast, step, params, known).await?;
    Ok(match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    })
}

async fn plainly_called(
    cast: &mut Cast,
    step: &Step,
    params: &Value,
    known: &Known,
) -> Result<RequestBuilder, String> {
    let address = cast.address(step).await?;
    let method = step.call.as_deref().unwrap_or_default();
    let http = cast.portal.http();
    if let Some(body) = &step.body {
        let text = plain(&known.fill_text(&body.text)?);
        return Ok(http.post(format!("{address}{method}")).header("content-type", &body.kind).body(text));
    }
    let params = if params.is_null() { json!({}) } else { known.fill(params)? };
    Ok(match step.send {
        Way::Json => http.post(format!("{address}{method}")).json(&params),
        Way::Form => http.post(format!("{address}{method}")).form(&pairs(&params)),
        Way::Query => http.get(format!("{address}{method}")).query(&pairs(&params)),
        Way::Batch => {
            let query = http.get("http://portal").query(&pairs(&params)).build().expect("an address");
            let command = format!("{method}?{}", query.url().query().unwrap_or_default());
            http.post(format!("{address}batch")).json(&json!({ "cmd": { "only": command } }))
        }
    })
}

/// Parameters in the form of brackets.
fn pairs(params: &Value) -> Vec<(String, String)> {
    fn add(name: String, value: &Value, pairs: &mut Vec<(String, String)>) {
        let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}[{key}]") };
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| add(below(key), value, pairs)),
            Value::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(place, item)| add(below(&place.to_string()), item, pairs));
            }
            Value::Bool(is) => pairs.push((name, if *is { "1" } else { "0" }.to_owned())),
            Value::Null => pairs.push((name, String::new())),
            other => pairs.push((name, plain(other))),
        }
    }
    let mut found = Vec::new();
    add(String::new(), params, &mut found);
    found
}

/// The answer of a batch's only command as if it had come alone. A refusal has no status of its own there, so it has the
/// one that is expected.
fn unpacked(reply: Reply, step: &Step) -> Result<Reply, String> {
    let whole = &reply.body["result"];
    if reply.status != 200 || !whole.is_object() {
        return Err(format!("the batch itself answered {} {}", reply.status, reply.text));
    }
    let mut body = Map::new();
    for (name, part) in [("total", "result_total"), ("next", "result_next"), ("result", "result")] {
        if let Some(value) = whole[part].get("only") {
            body.insert(name.to_owned(), value.clone());
        }
    }
    let refusal = whole["result_error"].get("only").and_then(Value::as_object);
    let status = if refusal.is_some() { step.status.unwrap_or(400) } else { 200 };
    body.extend(refusal.cloned().unwrap_or_default());
    Ok(Reply { status, body: Value::Object(body), ..reply })
}

/// An address of the portal as this machine reaches it.
fn here(cast: &Cast, address: &str, known: &Known) -> Result<String, String> {
    let address = plain(&known.fill_text(address)?);
    Ok(address.replace("https://portal.lately.test", &cast.portal.origin()))
}

fn sent(cast: &Cast, upload: &Upload, known: &Known) -> Result<RequestBuilder, String> {
    let address = here(cast, &upload.to, known)?;
    let part =
        Part::bytes(plain(&known.fill_text(&upload.text)?).into_bytes()).file_name(upload.name.clone());
    Ok(cast.portal.http().post(address).multipart(Form::new().part(upload.field.clone(), part)))
}

fn judge(step: &Step, reply: &Reply, known: &mut Known) -> Result<(), String> {
    let came = || format!("it answered {} {}", reply.status, short(&reply.text, 1500));
    let status = step.status.unwrap_or(200);
    if reply.status != status {
        return Err(format!("expected {status} {}; {}", step.error.as_deref().unwrap_or_default(), came()));
    }
    let body = |key: &str| reply.body.get(key);
    if let Some(error) = &step.error {
        hold(&json!(error), body("error"), "error", known)?;
        hold(&json!("{text}"), body("error_description"), "error_description", known)?;
    } else if reply.body.is_object() && body("error").is_some() {
        return Err(came());
    }
    let parts = [(&step.result, body("result"), "result"), (&step.answer, Some(&reply.body), "answer")];
    for (expected, got, path) in parts {
        if let Some(expected) = expected {
            hold(expected, got, path, known).map_err(|why| format!("{why}; {}", came()))?;
        }
    }
    for text in &step.holds {
        let text = plain(&known.fill_text(text)?);
        if !reply.text.contains(&text) {
            return Err(format!("expected {text:?} in it; {}", came()));
        }
    }
    Ok(())
}
