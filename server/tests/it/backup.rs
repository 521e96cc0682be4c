//! `lately backup` and `lately restore` beside a running server that people write to meanwhile.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

use crate::process::{Process, SECRET, colleagues, ok, run};

const WRITERS: usize = 4;

/// People who write into one group without end, and the texts that the server has acknowledged.
struct Writers {
    tasks: Vec<JoinHandle<()>>,
    acknowledged: Arc<Mutex<Vec<String>>>,
    news: UnboundedReceiver<()>,
}

impl Writers {
    fn start(process: &Process, dialog: &str) -> Self {
        let acknowledged = Arc::new(Mutex::new(Vec::new()));
        let (tell, news) = unbounded_channel();
        let tasks = (0..WRITERS).map(|writer| {
            let (acknowledged, tell) = (Arc::clone(&acknowledged), tell.clone());
            let (client, dialog) = (process.client(1 + writer as i64 % 3), dialog.to_owned());
            tokio::spawn(async move {
                for number in 0.. {
                    let text = format!("writer {writer} says {number}");
                    client.say(&dialog, &text).await;
                    acknowledged.lock().unwrap().push(text);
                    let _ = tell.send(());
                }
            })
        });
        Self { tasks: tasks.collect(), acknowledged, news }
    }

    /// Waits until so many messages more than now were acknowledged.
    async fn more(&mut self, count: usize) {
        while self.news.try_recv().is_ok() {}
        for _ in 0..count {
            self.news.recv().await.expect("the writers go on");
        }
    }

    fn acknowledged(&self) -> BTreeSet<String> {
        self.acknowledged.lock().unwrap().iter().cloned().collect()
    }

    /// None of them may have been refused.
    fn end(self) {
        for task in self.tasks {
            assert!(!task.is_finished(), "a writer was refused");
            task.abort();
        }
    }
}

async fn ok_meanwhile(data: &Path, words: &[&str]) -> String {
    let (data, words) = (data.to_owned(), words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
    tokio::task::spawn_blocking(move || ok(&data, &words)).await.unwrap()
}

/// The texts of all messages that people wrote, in their order.
fn texts(data: &Path) -> Vec<String> {
    let export = ok(data, &["export"]);
    let lines = export.lines().map(|line| serde_json::from_str(line).unwrap());
    let messages = lines.filter(|line: &Value| line["type"] == "message" && line["author"] != 0);
    messages.map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

async fn group(process: &Process) -> String {
    format!("chat{}", process.client(1).ok("im.chat.add", json!({ "TITLE": "Group", "USERS": [2, 3] })).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_while_four_people_write_is_sound_and_holds_all_that_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let (data, copy, other) = (dir.path().join("data"), dir.path().join("copy.db"), dir.path().join("other"));
    colleagues(&data);
    let process = Process::serve(&data);
    let mut writers = Writers::start(&process, &group(&process).await);
    writers.more(100).await;
    let before = writers.acknowledged();
    let said = ok_meanwhile(&data, &["backup", copy.to_str().unwrap()]).await;
    assert_eq!(said, format!("copied {} to {}\n", data.display(), copy.display()));
    writers.more(20).await;
    let after = writers.acknowledged();
    writers.end();

    ok(&other, &["restore", copy.to_str().unwrap()]);
    assert!(ok(&other, &["check"]).starts_with("clean"));
    let copied = texts(&other);
    let held: BTreeSet<String> = copied.iter().cloned().collect();
    assert!(before.is_subset(&held), "missing: {:?}", before.difference(&held).collect::<Vec<_>>());
    assert!(after.len() > held.len(), "nobody wrote after the copy was made");
    for writer in 0..WRITERS {
        let name = format!("writer {writer} ");
        let own: Vec<&String> = copied.iter().filter(|text| text.starts_with(&name)).collect();
        let expected: Vec<String> = (0..own.len()).map(|number| format!("{name}says {number}")).collect();
        assert_eq!(own, expected.iter().collect::<Vec<_>>(), "the copy is of one moment");
    }
    let left = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<BTreeSet<_>>(), ["copy.db", "data", "other"].map(Into::into).into());
}

#[tokio::test]
async fn a_running_server_answers_with_what_was_put_back_at_once_and_goes_on_from_there() {
    let dir = tempfile::tempdir().unwrap();
    let (data, copy) = (dir.path().join("data"), dir.path().join("copy.db"));
    let copy = copy.to_str().unwrap();
    colleagues(&data);
    let process = Process::serve(&data);
    let (alice, bob) = (process.client(1), process.client(2));
    bob.say(1, "before the copy").await;
    let then = alice.recent(json!({})).await;
    ok(&data, &["backup", copy]);

    bob.say(1, "after the copy").await;
    process.client(3).say(1, "me too").await;
    ok(&data, &["user", "edit", "2", "--first-name", "Robert"]);
    ok(&data, &["webhook", "add", "--user", "1", "--secret", "late"]);
    ok(&data, &["webhook", "remove", "3"]);
    let later = alice.recent(json!({})).await;
    assert_eq!((later.len(), &later[1]["title"]), (2, &json!("Robert Brown")));

    let said = run(&data, &["restore", copy]);
    assert_eq!(
        (said.code, said.out),
        (Some(0), format!("put {copy} back into {}; the running server goes on with it\n", data.display()))
    );
    assert_eq!(alice.recent(json!({})).await, then);
    let late = alice.url.replace(SECRET, "late");
    let late = process.client(1).send(crate::process::http().get(format!("{late}profile"))).await;
    assert_eq!(late.error(), (401, "INVALID_CREDENTIALS"));
    assert_eq!(process.client(3).ok("profile", json!({})).await["ID"], "3", "its webhook is back");

    bob.say(1, "on we go").await;
    let row = alice.row(2).await.unwrap();
    assert_eq!((&row["message"]["text"], &row["counter"]), (&json!("on we go"), &json!(2)));
    assert!(ok(&data, &["check"]).starts_with("clean"));
    process.stop();
    assert_eq!(texts(&data), ["before the copy", "on we go"]);
    let process = Process::serve(&data);
    assert_eq!(process.client(1).recent(json!({})).await, [row]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_can_be_put_back_while_people_write_and_none_of_them_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (data, copy) = (dir.path().join("data"), dir.path().join("copy.db"));
    let copy = copy.to_str().unwrap();
    colleagues(&data);
    let process = Process::serve(&data);
    let dialog = group(&process).await;
    process.client(1).say(&dialog, "before the copy").await;
    ok(&data, &["backup", copy]);
    let mut writers = Writers::start(&process, &dialog);
    writers.more(100).await;
    let gone = writers.acknowledged();
    for _ in 0..3 {
        ok_meanwhile(&data, &["restore", copy]).await;
        writers.more(20).await;
    }
    writers.end();

    // What was sent and not yet answered when the writers ended still comes in until the server has stopped.
    let clients = [process.client(1), process.client(2), process.client(3)];
    process.stop();
    assert!(ok(&data, &["check"]).starts_with("clean"));
    let found = texts(&data);
    assert_eq!(found[0], "before the copy");
    assert!(found.iter().all(|text| !gone.contains(text)), "something came back that the copy does not have");
    assert!(found.len() > 20, "{found:?}");
    let process = Process::serve(&data);
    for client in clients {
        let row = process.client(client.user).row(&dialog).await.unwrap();
        assert_eq!(&row["message"]["text"], found.last().unwrap());
    }
}

#[tokio::test]
async fn a_copy_that_is_damaged_or_foreign_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (data, copy) = (dir.path().join("data"), dir.path().join("copy.db"));
    colleagues(&data);
    let process = Process::serve(&data);
    process.client(2).say(1, "still here").await;
    ok(&data, &["backup", copy.to_str().unwrap()]);
    let sound = std::fs::read(&copy).unwrap();
    let mut damaged = sound.clone();
    damaged[4096..].fill(7);
    for (name, bytes) in [
        ("damaged.db", damaged.as_slice()),
        ("half.db", &sound[..sound.len() / 2]),
        ("text.db", b"no database"),
        ("empty.db", b""),
    ] {
        let file = dir.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        run(&data, &["restore", file.to_str().unwrap()]).assert_failed(1, &[name, "Nothing was changed"]);
        assert_eq!(process.client(1).row(2).await.unwrap()["message"]["text"], "still here", "{name}");
    }
    let live = data.join("lately.db");
    let said = run(&dir.path().join("other"), &["restore", live.to_str().unwrap()]);
    said.assert_failed(1, &["lately.db", "lately backup", "Nothing was changed"]);
    assert_eq!(texts(&data), ["still here"]);
    assert!(ok(&data, &["check"]).starts_with("clean"));
}
