//! What a scenario's file holds, and where the files lie.
//!
//! Must hold: a misspelt key is refused, so that nothing is believed to be tested which is not.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The folder: the method it is about.
    #[serde(skip)]
    pub method: String,
    /// The file without its ending.
    #[serde(skip)]
    name: String,
    /// What it shows, in words.
    pub title: String,
    /// Only if it shows something that the reference says otherwise.
    #[serde(rename = "differs")]
    _differs: Option<Differs>,
    /// Settings of the server, as in its configuration file; `{blocked}` is a place where no folder can be.
    #[serde(default)]
    pub settings: Value,
    /// Records in the lines' form of `lately import`, for what no method makes.
    #[serde(default)]
    pub given: Vec<Value>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// A deliberate difference; the documents list it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Differs {
    /// What the reference says.
    #[serde(rename = "reference")]
    _reference: String,
    /// Why it is otherwise here.
    #[serde(rename = "why")]
    _why: String,
}

/// One step: a call, an upload, a fetched address, or the clock.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Why the step is there, for those who read it.
    pub note: Option<String>,
    /// Who calls.
    #[serde(rename = "as")]
    pub who: Option<String>,
    /// Whether they call by an application instead of a webhook.
    #[serde(default)]
    pub app: bool,
    /// What that application is called; "Stock bot" unless said.
    pub title: Option<String>,
    /// The scopes of their webhook or of the application; all unless said.
    pub scopes: Option<String>,
    /// The revision of their webhook; today's unless said.
    pub revision: Option<u32>,
    /// The method.
    pub call: Option<String>,
    /// Its parameters.
    #[serde(default)]
    pub params: Value,
    /// Further parameters: the step is played once with each of them.
    #[serde(default)]
    pub each: Vec<Value>,
    /// How often the step is played; once unless said.
    pub times: Option<u32>,
    /// How parameters are sent.
    #[serde(default)]
    pub send: Way,
    /// A body as it is, instead of parameters.
    pub body: Option<Body>,
    /// A file to send to an address.
    pub upload: Option<Upload>,
    /// An address to fetch.
    pub fetch: Option<String>,
    /// The clock: so many seconds on, or to a date.
    pub clock: Option<Value>,
    /// The HTTP status; 200 unless said.
    pub status: Option<u16>,
    /// What `result` is like.
    #[serde(default, deserialize_with = "present")]
    pub result: Option<Value>,
    /// What `error` is; its status must be said.
    pub error: Option<String>,
    /// What the whole answer is like.
    pub answer: Option<Value>,
    /// Texts that occur in the answer as it came.
    #[serde(default)]
    pub holds: Vec<String>,
}

/// How parameters are sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// As a JSON body.
    #[default]
    Json,
    /// As a form.
    Form,
    /// In the address, by GET.
    Query,
    /// As the only command of a batch.
    Batch,
}

/// A body as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Its content type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The body.
    pub text: String,
}

/// A file on its way to an address.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// The address.
    pub to: String,
    /// The name of the form's field.
    #[serde(default = "file")]
    pub field: String,
    /// The file's name.
    pub name: String,
    /// What is in it.
    pub text: String,
}

fn file() -> String {
    "file".to_owned()
}

/// A value that is there, `null` too.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

impl Scenario {
    /// `METHOD/NAME`, as the baseline names it.
    pub fn place(&self) -> String {
        format!("{}/{}", self.method, self.name)
    }

    fn read(path: &Path) -> Self {
        let of = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(path).expect("a file of text");
        let mut scenario: Self =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let folder = path.parent().expect("a folder").file_name().expect("a name");
        (scenario.method, scenario.name) = (folder.to_string_lossy().into_owned(), of(path));
        for (index, step) in scenario.steps.iter().enumerate() {
            if let Err(why) = step.sound() {
                panic!("{}: step {}: {why}", path.display(), index + 1);
            }
        }
        scenario
    }
}

impl Step {
    /// Whether it says what to do, and what must come of it.
    fn sound(&self) -> Result<(), &'static str> {
        let deeds = [self.call.is_some(), self.upload.is_some(), self.fetch.is_some(), self.clock.is_some()];
        if deeds.iter().filter(|is| **is).count() != 1 {
            return Err("it has one of call, upload, fetch, clock");
        }
        if self.clock.is_some() {
            return Ok(());
        }
        if self.call.is_some() && self.who.is_none() {
            return Err("a call says who calls: \"as\"");
        }
        let expected = self.result.is_some() || self.answer.is_some() || !self.holds.is_empty();
        if !expected && self.error.is_none() && self.status.is_none() {
            return Err("it says what is expected: result, error, answer, holds or status");
        }
        if self.error.is_some() && self.status.is_none() {
            return Err("a refusal says its status");
        }
        if self.body.is_some() && !(self.params.is_null() && self.each.is_empty()) {
            return Err("it has a body or parameters");
        }
        Ok(())
    }
}

/// Where scenarios lie.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("tests").join("scenarios")
}

/// All scenarios, by method and name.
pub fn all() -> Vec<Scenario> {
    let mut found: Vec<Scenario> = inside(&folder())
        .filter(|path| path.is_dir())
        .flat_map(|method| inside(&method).collect::<Vec<_>>())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| Scenario::read(&path))
        .collect();
    found.sort_by_key(Scenario::place);
    found
}

fn inside(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path())
}

/// The lines of a file that say something; `#` begins a remark.
pub fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let said = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    said.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
