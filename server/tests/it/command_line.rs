//! The command line as a person and a script meet it: help, exit status, failures that say what to do, settings.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::process::{Process, Said, lately, ok, on, run, said};

/// The name of every command and command group under `words`, from the help itself.
fn commands(words: &[String]) -> Vec<Vec<String>> {
    let help = help(words);
    let Some((_, rest)) = help.split_once("\nCommands:\n") else { return Vec::new() };
    let names = rest.lines().take_while(|line| !line.is_empty());
    let names = names.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.map(|name| [words, &[name.to_owned()]].concat()).collect()
}

fn help(words: &[String]) -> String {
    let said = said(lately().args(words).arg("--help"));
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{words:?} {said:?}");
    said.out
}

#[test]
fn every_command_explains_itself_with_an_example() {
    let mut waiting = vec![Vec::new()];
    let mut seen = Vec::new();
    while let Some(words) = waiting.pop() {
        let (below, help) = (commands(&words), help(&words));
        let path =
            ["lately"].into_iter().chain(words.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
        assert!(help.contains(&format!("Usage: {path}")), "{help}");
        assert!(help.contains("Example") || !below.is_empty(), "no example for {path}: {help}");
        assert!(help.contains("--data <DIR>") && help.contains("--config <FILE>"), "{help}");
        waiting.extend(below);
        seen.push(path);
    }
    for path in
        ["demo", "serve", "check", "import", "export", "backup", "restore", "config show", "config sample"]
    {
        assert!(seen.contains(&format!("lately {path}")), "{path}: {seen:?}");
    }
    for path in ["user add", "user list", "user edit", "webhook add", "webhook list", "webhook remove"] {
        assert!(seen.contains(&format!("lately {path}")), "{path}: {seen:?}");
    }
}

#[test]
fn the_version_is_told() {
    assert_eq!(said(lately().arg("--version")).out, format!("lately {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_line_that_cannot_be_understood_ends_with_2_and_touches_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    for (words, told) in [
        (&[][..], &["a command is missing", "serve"][..]),
        (&["usr"], &["unrecognized subcommand 'usr'", "'user'"]),
        (&["user"], &["a command is missing", "add"]),
        (&["user", "add"], &["needs a name", "--first-name"]),
        (&["user", "add", "--first-nam", "Alice"], &["--first-nam'", "--first-name"]),
        (&["user", "add", "--first-name", "A", "--birthday", "31.12.1990"], &["--birthday", "1990-12-31"]),
        (&["user", "add", "--first-name", "A", "--kind", "boss"], &["employee, extranet, bot"]),
        (&["user", "edit", "one", "--position", "x"], &["'one'"]),
        (&["webhook", "add"], &["--user"]),
        (&["webhook", "add", "--user", "1", "--revision", "30"], &["29", "33"]),
        (&["webhook", "add", "--user", "1", "--scope", "everything"], &["everything"]),
        (&["webhook", "add", "--user", "1", "--scope", ""], &["at least one scope, or all"]),
        (&["import"], &["FILE"]),
        (&["backup"], &["FILE"]),
        (&["check", "--fix"], &["--fix"]),
        (&["serve", "--listen", "localhost:80"], &["localhost:80"]),
        (&["serve", "--no-http", "--listen", "127.0.0.1:0"], &["--no-http"]),
        (&["serve", "--certificate", "a.pem"], &["--key"]),
        (&["serve", "--set", "limits.bucket"], &["KEY=VALUE"]),
        (&["serve", "--set", "limits.bucket=maybe"], &["limits.bucket", "the command line"]),
        (&["serve", "--time-zone", "Nowhere/Land"], &["time_zone", "Europe/Berlin"]),
    ] {
        let said = run(&data, words);
        said.assert_failed(2, told);
        assert!(said.err.starts_with("lately: ") && said.out.is_empty(), "{said:?}");
        assert!(!data.exists(), "{words:?} made a directory");
    }
}

#[test]
fn a_directory_without_a_portal_is_named_and_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let copy = dir.path().join("copy.db");
    let copy = copy.to_str().unwrap();
    for words in [
        &["check"][..],
        &["export"],
        &["backup", copy],
        &["user", "list"],
        &["user", "edit", "1", "--admin"],
        &["webhook", "add", "--user", "1"],
        &["webhook", "list"],
        &["webhook", "remove", "1"],
        &["app", "list"],
    ] {
        let place = dir.path().display().to_string();
        run(dir.path(), words).assert_failed(1, &["there is no portal in", &place, "--data"]);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "{words:?} left something");
    }
}

#[test]
fn what_cannot_be_done_ends_with_1_and_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let (data, there) = (dir.path().join("data"), dir.path().join("there"));
    std::fs::write(&there, "mine").unwrap();
    let there = there.to_str().unwrap();
    ok(&data, &["user", "add", "--first-name", "Alice", "--email", "alice@example.org"]);
    ok(&data, &["webhook", "add", "--user", "1", "--secret", "s3cret"]);
    let missing = dir.path().join("missing");
    let missing = missing.to_str().unwrap();
    for (words, told) in [
        (&["user", "add", "--id", "1", "--first-name", "Bob"][..], &["a user 1 already", "user edit"][..]),
        (&["user", "add", "--first-name", "Bob", "--email", "ALICE@example.org"], &["e-mail"]),
        (&["user", "edit", "9", "--admin"], &["there is no user 9"]),
        (&["webhook", "add", "--user", "9"], &["there is no user 9"]),
        (&["webhook", "add", "--user", "1", "--secret", "s3cret"], &["this secret already"]),
        (&["webhook", "add", "--user", "1", "--secret", "a b"], &["letters and digits"]),
        (&["webhook", "remove", "9"], &["there is no webhook 9", "webhook list"]),
        (&["import", missing], &[missing, "Look at the path"]),
        (&["restore", missing], &[missing, "Nothing was changed"]),
        (&["restore", there], &[there, "not a copy", "Nothing was changed"]),
        (&["export", there], &[there, "a file already"]),
        (&["backup", there], &[there, "a file already"]),
    ] {
        let said = run(&data, words);
        said.assert_failed(1, told);
        assert!(said.err.starts_with("lately: ") && said.out.is_empty(), "{said:?}");
    }
    assert_eq!(std::fs::read_to_string(there).unwrap(), "mine");
    let said = run(&data, &["webhook", "add", "--user", "1", "--expires", "2001-01-01"]);
    said.assert_failed(2, &["has passed already", "2030-01-01"]);
}

#[test]
fn a_data_directory_that_is_made_is_for_its_owner_only() {
    let dir = tempfile::tempdir().unwrap();
    let mode = |name: &str| std::fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
    ok(&dir.path().join("user"), &["user", "add", "--first-name", "Alice"]);
    let lines = dir.path().join("portal.jsonl");
    std::fs::write(&lines, "").unwrap();
    ok(&dir.path().join("import"), &["import", lines.to_str().unwrap()]);
    drop(Process::serve(&dir.path().join("serve")));
    drop(Process::serve_with(&dir.path().join("tls"), &["--tls-listen", "127.0.0.1:0", "--local-ca"]));
    let copy = dir.path().join("copy.db");
    ok(&dir.path().join("user"), &["backup", copy.to_str().unwrap()]);
    ok(&dir.path().join("restore"), &["restore", copy.to_str().unwrap()]);
    assert_eq!(mode("copy.db"), 0o600, "a copy holds every message");
    for name in ["user", "import", "serve", "tls", "restore"] {
        assert_eq!(mode(name), 0o700, "{name}: {:o}", mode(name));
    }
    for name in ["ca.key.pem", "server.pem"] {
        assert_eq!(mode(&format!("tls/{name}")), 0o600, "{name}");
    }
}

#[test]
fn a_reader_who_leaves_is_no_failure() {
    let dir = tempfile::tempdir().unwrap();
    ok(dir.path(), &["user", "add", "--first-name", "Alice"]);
    for words in [&["user", "list"][..], &["export"], &["--help"]] {
        let mut command = on(dir.path());
        // The other end is closed before a word is said.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let status = command.args(words).stdout(writer).stderr(std::process::Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(0), "{words:?}");
    }
}

fn show(file: &Path) -> Said {
    said(lately().arg("--config").arg(file).args(["config", "show"]))
}

#[test]
fn the_sample_and_what_is_shown_are_settings_files() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("lately.toml");
    let defaults = said(lately().args(["config", "show"])).out;
    let sample = said(lately().args(["config", "sample"])).out;
    let uncommented: Vec<&str> = sample
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line))
        .collect();
    assert!(uncommented.contains(&"listen = [\"127.0.0.1:8080\"]"), "{uncommented:?}");
    for text in [sample.clone(), uncommented.join("\n"), defaults.clone()] {
        std::fs::write(&file, text).unwrap();
        assert_eq!(show(&file), Said { code: Some(0), out: defaults.clone(), err: String::new() });
    }
}

#[test]
fn a_key_that_nobody_knows_is_refused_by_name_wherever_it_stands() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("lately.toml");
    std::fs::write(&file, "[http]\nlisten = []\nlisen = [\"127.0.0.1:0\"]\n").unwrap();
    let place = file.display().to_string();
    show(&file).assert_failed(2, &[&place, "http.lisen", "http.listen", "config sample"]);

    said(on(dir.path()).args(["user", "list"]).env("LATELY_CONFIG", &file))
        .assert_failed(2, &[&place, "http.lisen"]);

    for (name, told) in
        [("LATELY__REST__REVISON", "rest.revison"), ("LATELY_REST_REVISION", "LATELY__REST__REVISION")]
    {
        said(on(dir.path()).args(["serve", "--listen", "127.0.0.1:0"]).env(name, "33"))
            .assert_failed(2, &[name, told]);
    }

    run(dir.path(), &["serve", "--set", "recent.days=3"])
        .assert_failed(2, &["recent.days", "recent.window_days"]);
    std::fs::write(&file, "[http\n").unwrap();
    show(&file).assert_failed(2, &[&place, "not valid TOML"]);
    show(&dir.path().join("none.toml")).assert_failed(2, &["none.toml", "cannot read"]);
    assert!(!dir.path().join("lately.db").exists());
}

#[test]
fn the_data_directory_may_be_named_by_the_settings() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("lately.toml");
    std::fs::write(&file, "data = \"kept\"\n").unwrap();
    let add = ["user", "add", "--first-name", "Alice"];
    let said = said(lately().current_dir(dir.path()).arg("--config").arg(&file).args(add));
    assert_eq!(said.out, "1\n");
    assert!(ok(&dir.path().join("kept"), &["user", "list"]).contains("Alice"));
}
