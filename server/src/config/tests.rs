//! The settings as an operator meets them: files, variables, flags, and what they hear when one is wrong.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::sample::{DOCS, flatten, settings};
use super::*;

fn from_file(text: &str) -> Result<Config, ConfigError> {
    from_all(text, &[], &[])
}

fn from_all(text: &str, env: &[(&str, &str)], set: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("lately.toml");
    std::fs::write(&file, text).unwrap();
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut overrides = Overrides::default();
    set.iter().for_each(|(key, value)| overrides.set(*key, *value));
    load(Some(&file), env, &overrides)
}

fn refusal(text: &str) -> String {
    from_file(text).unwrap_err().to_string()
}

fn uncommented(sample: &str) -> String {
    let bare = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') => format!("{setting}\n"),
        _ => format!("{line}\n"),
    };
    sample.lines().map(bare).collect()
}

#[test]
fn every_key_is_documented_and_every_documented_key_exists() {
    let mut documented: Vec<&str> = DOCS.iter().map(|(key, _)| *key).collect();
    documented.sort();
    assert_eq!(documented, settings().into_keys().collect::<Vec<_>>());
}

#[test]
fn the_sample_holds_every_key_and_loads_to_the_defaults_with_and_without_its_comment_signs() {
    let text = sample();
    assert_eq!(from_file(&text).unwrap(), Config::default());
    let open = uncommented(&text);
    assert_eq!(from_file(&open).unwrap(), Config::default());
    let mut keys = Vec::new();
    let table: toml::Table = open.parse().unwrap();
    let mut found = BTreeMap::new();
    flatten("", table, &mut found);
    keys.extend(found.into_keys());
    assert_eq!(keys, settings().into_keys().collect::<Vec<_>>());
    assert!(text.lines().all(|line| line.len() <= 110));
}

#[test]
fn the_environment_is_stronger_than_the_file_and_the_command_line_stronger_than_both() {
    let file =
        "data = \"a\"\ntime_zone = \"+01:00\"\n[http]\nlisten = [\"127.0.0.1:1\"]\n[limits]\nbucket_size = 7";
    let env = [
        ("LATELY__HTTP__LISTEN", "127.0.0.1:2, [::1]:2"),
        ("LATELY__TIME_ZONE", "+02:00"),
        ("LATELY__LIMITS__BUCKET", "on"),
        ("LATELY__LIMITS__BUCKET_DRAIN", "1.5"),
        ("PATH", "/bin"),
    ];
    let config = from_all(file, &env, &[("time_zone", "+03:00"), ("rest.revision", "33")]).unwrap();
    assert_eq!(config.data, PathBuf::from("a"));
    assert_eq!(config.http.listen, ["127.0.0.1:2".parse().unwrap(), "[::1]:2".parse().unwrap()]);
    assert_eq!(
        config.limits,
        Limits { bucket: true, bucket_size: 7, bucket_drain: 1.5, operating_seconds: None }
    );
    assert_eq!((config.time_zone.as_str(), config.rest.revision), ("+03:00", 33));
}

#[test]
fn an_empty_text_takes_a_value_away() {
    let file = "public_url = \"https://chat.example.org\"\n[limits]\noperating_seconds = 60";
    assert_eq!(from_file(file).unwrap().limits.operating_seconds, Some(60));
    let env =
        [("LATELY__PUBLIC_URL", ""), ("LATELY__LIMITS__OPERATING_SECONDS", ""), ("LATELY__HTTP__LISTEN", "")];
    let config = from_all(file, &env, &[]).unwrap();
    assert_eq!((config.public_url, config.limits.operating_seconds), (None, None));
    assert_eq!(config.http.listen, []);
}

#[test]
fn no_file_is_the_defaults_and_a_missing_file_is_an_error() {
    assert_eq!(load(None, std::iter::empty(), &Overrides::default()).unwrap(), Config::default());
    let missing = Path::new("no/such/lately.toml");
    let error = load(Some(missing), std::iter::empty(), &Overrides::default()).unwrap_err().to_string();
    assert!(error.contains("no/such/lately.toml") && error.contains("existing file"), "{error}");
}

#[test]
fn an_unknown_key_is_refused_by_name_and_place() {
    let error = refusal("[http]\nlissen = [\"127.0.0.1:1\"]");
    assert!(
        error.contains("lately.toml: there is no key `http.lissen`; the keys there are http.listen"),
        "{error}"
    );
    let error = refusal("listen = []");
    assert!(error.contains("did you mean http.listen or https.listen or observe.listen?"), "{error}");
    assert!(refusal("http = 5").contains("`http`; the keys there are http.listen"));
    let error = from_all("", &[("LATELY__REST__REVISON", "29")], &[]).unwrap_err().to_string();
    assert!(error.starts_with("LATELY__REST__REVISON: there is no key `rest.revison`"), "{error}");
    let error = from_all("", &[], &[("dat", "x")]).unwrap_err().to_string();
    assert!(error.starts_with("the command line: there is no key `dat`"), "{error}");
}

#[test]
fn a_variable_that_only_looks_like_a_key_is_refused_and_foreign_ones_are_left_alone() {
    let error = from_all("", &[("LATELY_HTTP_LISTEN", "x")], &[]).unwrap_err().to_string();
    assert_eq!(error, "LATELY_HTTP_LISTEN sets nothing; to set `http.listen`, name it LATELY__HTTP__LISTEN");
    assert!(from_all("", &[("LATELY_CONFIG", "x")], &[]).is_ok());
}

#[test]
fn broken_toml_is_refused_with_its_line() {
    let error = refusal("data = \"a\"\nhttp = [");
    assert!(error.contains("lately.toml is not valid TOML") && error.contains("line 2"), "{error}");
}

#[test]
fn a_value_of_the_wrong_type_is_refused_with_place_key_and_meaning() {
    for (text, key) in [
        ("[rest]\nrevision = \"new\"", "rest.revision"),
        ("[rest]\nbody_limit_bytes = -1", "rest.body_limit_bytes"),
        ("[limits]\nbucket = \"maybe\"", "limits.bucket"),
        ("[limits]\noperating_seconds = \"x\"", "limits.operating_seconds"),
        ("[http]\nlisten = [\"localhost:8080\"]", "http.listen"),
        ("[http]\nlisten = [1]", "http.listen"),
        ("[http]\nlisten = 5.5", "http.listen"),
        ("[log]\nformat = \"xml\"", "log.format"),
        ("[portal]\nlanguage = \"de\"", "portal.language"),
        ("data = [1]", "data"),
    ] {
        let error = refusal(text);
        let start = format!("lately.toml: `{key}`: ");
        assert!(error.contains(&start) && error.contains("What it is: "), "{text}: {error}");
    }
}

#[test]
fn a_value_out_of_its_limits_is_refused_with_advice() {
    for (text, advice) in [
        ("data = \"\"", "`data`: name a directory"),
        ("public_url = \"chat.example.org\"", "write scheme and host only"),
        ("public_url = \"https://a.test/chat\"", "write scheme and host only"),
        ("time_zone = \"Moon/Crater\"", "write a name such as"),
        ("[rest]\nrevision = 30", "use 29 or 33"),
        ("[rest]\nbody_limit_bytes = 1", "use 1024 to 1073741824"),
        ("[limits]\nbucket_size = 0", "use 1 to 1000000"),
        ("[limits]\nbucket_drain = nan", "NaN is out of range; use 0.01 to 1000000"),
        ("[limits]\noperating_seconds = 601", "use 1 to 600"),
        ("[recent]\nwindow_days = 0", "use 1 to 36500"),
        ("[recent]\nresident_rows = 10", "use 1000 to"),
        ("[log]\nlevel = \"infoo\"", "write off, error"),
        ("[log]\nlevel = \"lately=loud\"", "write off, error"),
        ("[clock]\nstart = \"yesterday\"", "write a moment such as"),
        ("[https]\nlisten = [\"127.0.0.1:8443\"]", "`https.listen`: needs a certificate"),
        ("[https]\ncertificate = \"a.pem\"", "https.key is missing"),
        ("[https]\nkey = \"a.pem\"", "https.certificate is missing"),
        ("[https]\nlocal_ca = true\ncertificate = \"a\"\nkey = \"b\"", "use one of them"),
        ("[https]\nlocal_ca = true\nhosts = []", "at least one name"),
        ("[https]\nlocal_ca = true\nlisten = \"127.0.0.1:8080\"", "give each its own port"),
    ] {
        let error = refusal(text);
        assert!(error.contains("lately.toml: `") && error.contains(advice), "{text}: {error}");
    }
}

#[test]
fn time_zones_are_names_or_offsets() {
    let at: Timestamp = "2026-07-01T00:00:00Z".parse().unwrap();
    for (name, hours) in [("UTC", 0), ("+02:00", 2), ("-03", -3), ("Europe/Berlin", 2)] {
        let config = from_file(&format!("time_zone = \"{name}\"")).unwrap();
        assert_eq!(config.zone().unwrap().to_offset(at).seconds(), hours * 3600, "{name}");
    }
}

#[test]
fn the_clock_starts_where_it_is_told() {
    assert_eq!(Config::default().clock_start().unwrap(), None);
    let config = from_file("[clock]\nstart = \"2017-10-01T12:00:00+02:00\"").unwrap();
    assert_eq!(config.clock_start().unwrap().unwrap().to_string(), "2017-10-01T10:00:00Z");
}

#[test]
fn links_begin_with_the_public_url_or_else_with_the_best_bound_address() {
    let config = Config::default();
    let http = ["127.0.0.1:8080".parse().unwrap()];
    assert_eq!(config.base_url(&http, &[]), "http://127.0.0.1:8080");
    assert_eq!(config.base_url(&http, &["[::1]:443".parse().unwrap()]), "https://[::1]");
    assert_eq!(config.base_url(&["0.0.0.0:80".parse().unwrap()], &[]), "http://localhost");
    assert_eq!(config.base_url(&[], &[]), "http://localhost");
    let config = from_file("public_url = \"https://chat.example.org:8443/\"").unwrap();
    assert_eq!(config.base_url(&http, &[]), "https://chat.example.org:8443");
}
