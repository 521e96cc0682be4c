//! `lately audit`: what was done by whom.

use std::process::ExitCode;

use clap::Args;
use jiff::tz::TimeZone;
use lately_model::{Deed, DeedKind, Moment, UserId, Way};
use lately_store::DeedFilter;
use serde_json::Value;

use super::failure::Failure;
use super::print;
use super::session::Session;
use super::settings::Settings;
use crate::web::audit::record;

/// Show what was done by whom, the newest first.
///
/// Webhooks made and revoked, people added, invited, blocked, given roles and passwords, departments, settings, copies and
/// exports, and sign-ins that failed too often: by the page, by REST and by commands. It is kept as long as the setting
/// audit.keep_days says.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  lately audit --user 7
  lately audit --kind webhook_added --since 2026-03-01 --limit 1000
  lately audit --json | jq '.[] | select(.way == \"command\")'")]
pub(super) struct Audit {
    /// Only what this user did, or what was done about them
    #[arg(long, value_name = "ID")]
    user: Option<i64>,
    /// Only this kind, such as `webhook_added` or `user_blocked`
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Option<DeedKind>,
    /// Not before this day or moment, such as 2026-03-01
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// Before this day or moment
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// How many at most
    #[arg(long, value_name = "NUMBER", default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

fn kind(word: &str) -> Result<DeedKind, String> {
    let all = || DeedKind::ALL.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(", ");
    DeedKind::from_word(word).ok_or_else(|| format!("the kinds are {}", all()))
}

impl Audit {
    /// Shows it.
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let session = Session::open(settings)?;
        let zone = session.config.zone()?;
        let filter = DeedFilter {
            user: self.user.map(UserId),
            kind: self.kind,
            since: moment("--since", self.since.as_deref(), &zone)?,
            until: moment("--until", self.until.as_deref(), &zone)?,
            before: None,
        };
        let deeds = session.messenger.deeds(None, filter, self.limit).await?;
        if self.json {
            print::json(&deeds.iter().map(|deed| record(deed, &zone)).collect())?;
            return Ok(ExitCode::SUCCESS);
        }
        let rows: Vec<[String; 6]> = deeds.iter().map(|deed| row(deed, &zone)).collect();
        print::line(&print::table(["WHEN", "BY", "VIA", "WHAT", "ABOUT", "DETAIL"], &rows))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn moment(flag: &str, text: Option<&str>, zone: &TimeZone) -> Result<Option<Moment>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let advice = "Write a day such as 2026-03-01, or a moment such as 2026-03-01T12:00:00+02:00.";
    let found = Moment::parse(text, zone);
    found.map(Some).ok_or_else(|| Failure::misused(format!("{flag}: {text:?} is not a date"), advice))
}

fn row(deed: &Deed, zone: &TimeZone) -> [String; 6] {
    let doer = &deed.doer;
    let by = match (doer.user, doer.way) {
        (Some(user), _) => format!("user {user}"),
        (None, Way::Door) => "a stranger".to_owned(),
        (None, _) => "the operator".to_owned(),
    };
    let peer = doer.peer.map(|peer| peer.to_string()).unwrap_or_default();
    let via = [doer.way.word(), &doer.tool, &peer];
    let user = if deed.user_id.is_none() { String::new() } else { format!("user {}", deed.user_id) };
    let thing = if deed.thing == 0 { String::new() } else { format!("#{}", deed.thing) };
    let detail = deed.detail.iter().map(|(name, value)| format!("{name}={}", plain(value)));
    [
        deed.at.atom(zone),
        by,
        said(&via),
        deed.kind.word().to_owned(),
        said(&[user.as_str(), thing.as_str()]),
        detail.collect::<Vec<_>>().join(" "),
    ]
}

fn said(parts: &[&str]) -> String {
    parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use lately_model::Doer;

    use super::*;

    #[test]
    fn a_deed_is_one_row_with_all_there_is_to_know() {
        let by = Doer::page(UserId(1), "192.0.2.7".parse().unwrap());
        let deed = Deed::new(Moment(0), DeedKind::WebhookAdded, &by).of(UserId(2)).thing(3);
        let deed = deed.with("scopes", "im,user").with("fields", vec!["NAME", "EMAIL"]);
        let shown = row(&deed, &TimeZone::UTC);
        assert_eq!(
            shown,
            [
                "1970-01-01T00:00:00+00:00",
                "user 1",
                "page 192.0.2.7",
                "webhook_added",
                "user 2 #3",
                "scopes=im,user fields=NAME,EMAIL"
            ]
        );
        let operator =
            row(&Deed::new(Moment(0), DeedKind::Exported, &Doer::command("export")), &TimeZone::UTC);
        assert_eq!(operator[1..4], ["the operator", "command export", "exported"]);
        assert!(kind("danced").unwrap_err().contains("user_blocked"));
    }
}
