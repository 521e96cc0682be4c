//! Whether scenarios show all that the registry declares.
//!
//! Must hold: each method has a scenario in its folder, each of its parameters is sent there, and each of its errors is
//! expected there.

use std::collections::{BTreeMap, BTreeSet};

use lately::rest::registry::{self, Method};

use super::format::{Scenario, Step, all};

/// What one method's own scenarios have.
#[derive(Default)]
struct Shown {
    /// Names of parameters, in small letters.
    params: BTreeSet<String>,
    /// Codes with their statuses.
    errors: BTreeSet<(u16, String)>,
}

impl Shown {
    fn see(&mut self, step: &Step) {
        let sent = std::iter::once(&step.params).chain(&step.each).filter_map(|params| params.as_object());
        self.params.extend(sent.flat_map(|params| params.keys().map(|key| key.to_lowercase())));
        self.errors.extend(step.error.clone().map(|code| (step.status.unwrap_or_default(), code)));
    }
}

fn shown(scenarios: &[Scenario]) -> BTreeMap<&str, Shown> {
    let mut shown: BTreeMap<&str, Shown> = BTreeMap::new();
    for scenario in scenarios {
        let method = shown.entry(&scenario.method).or_default();
        let own =
            |step: &&Step| step.call.as_ref().is_some_and(|call| call.eq_ignore_ascii_case(&scenario.method));
        scenario.steps.iter().filter(own).for_each(|step| method.see(step));
    }
    shown
}

/// What of a method is not shown: `METHOD`, `METHOD PARAMETER`, `METHOD 400 CODE`.
fn missing(method: &Method, shown: Option<&Shown>) -> Vec<String> {
    let name = method.name;
    let Some(shown) = shown else { return vec![name.to_owned()] };
    let params = method.params.iter().filter(|param| !shown.params.contains(&param.name.to_lowercase()));
    let errors = method.refuses().into_iter().map(|error| (error.status.as_u16(), error.code));
    let errors = errors.filter(|error| !shown.errors.contains(error));
    let params = params.map(|param| format!("{name} {}", param.name));
    params.chain(errors.map(|(status, code)| format!("{name} {status} {code}"))).collect()
}

#[test]
fn whatever_the_registry_declares_is_shown_by_a_scenario() {
    let scenarios = all();
    let shown = shown(&scenarios);
    let missing: Vec<String> =
        registry::all().flat_map(|method| missing(method, shown.get(method.name))).collect();
    assert!(missing.is_empty(), "declared and shown by no scenario: {missing:#?}; write one");
}

#[test]
fn each_folder_is_a_method_of_the_registry() {
    let known: BTreeSet<&str> = registry::all().map(|method| method.name).collect();
    for scenario in all() {
        assert!(known.contains(scenario.method.as_str()), "{}: there is no such method", scenario.place());
    }
}
