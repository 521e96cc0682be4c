//! Occasions: what applications can have themselves told of, by the names that the reference has for it.
//!
//! Must hold: a name is known whatever its case. Names of what happens only in products around the messenger are known
//! too: a program may bind a handler to them, which is then never called.

use crate::bot::EVENTS;

/// Something that happens here, of which applications are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The application was installed.
    AppInstall,
    /// The application was removed.
    AppUninstall,
    /// The application asked to be told something.
    AppTest,
    /// Something was put into the application's backlog.
    Offline,
    /// A person was added to the portal.
    UserAdd,
}

impl Occasion {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::AppUninstall, Self::AppInstall, Self::AppTest, Self::Offline, Self::UserAdd];

    /// As the reference calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AppInstall => "ONAPPINSTALL",
            Self::AppUninstall => "ONAPPUNINSTALL",
            Self::AppTest => "ONAPPTEST",
            Self::Offline => "ONOFFLINEEVENT",
            Self::UserAdd => "ONUSERADD",
        }
    }

    /// The one with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|occasion| occasion.name().eq_ignore_ascii_case(name))
    }
}

/// What every application may hear of and never happens here.
const NEVER: [&str; 3] = ["ONAPPUPDATE", "ONAPPPAYMENT", "ONAPPMETHODCONFIRM"];

/// What happens to the things of the product `crm`: each kind, and what can happen to it.
const CRM: [(&str, &str); 20] = [
    ("INVOICE", "ADD UPDATE DELETE SETSTATUS"),
    ("LEAD", "ADD UPDATE DELETE"),
    ("DEAL", "ADD UPDATE DELETE MOVETOCATEGORY"),
    ("COMPANY", "ADD UPDATE DELETE"),
    ("CONTACT", "ADD UPDATE DELETE"),
    ("QUOTE", "ADD UPDATE DELETE"),
    ("CURRENCY", "ADD UPDATE DELETE"),
    ("PRODUCT", "ADD UPDATE DELETE"),
    ("PRODUCTPROPERTY", "ADD UPDATE DELETE"),
    ("PRODUCTSECTION", "ADD UPDATE DELETE"),
    ("ACTIVITY", "ADD UPDATE DELETE"),
    ("REQUISITE", "ADD UPDATE DELETE"),
    ("BANKDETAIL", "ADD UPDATE DELETE"),
    ("ADDRESS", "REGISTER UNREGISTER"),
    ("MEASURE", "ADD UPDATE DELETE"),
    ("DEALRECURRING", "ADD UPDATE DELETE EXPOSE"),
    ("INVOICERECURRING", "ADD UPDATE DELETE EXPOSE"),
    ("TIMELINECOMMENT", "ADD UPDATE DELETE"),
    ("DYNAMICITEM", "ADD UPDATE DELETE"),
    ("TYPE", "ADD UPDATE DELETE"),
];

/// Which of them have fields of a user's own, to which something can happen as well.
const WITH_FIELDS: [&str; 7] = ["INVOICE", "LEAD", "DEAL", "COMPANY", "CONTACT", "QUOTE", "REQUISITE"];

/// The same for the product `task`.
const TASK: [(&str, &str); 2] = [("TASK", "ADD UPDATE DELETE"), ("TASKCOMMENT", "ADD UPDATE DELETE")];

/// The names that belong to a scope; `basic` is everybody's.
pub fn names(scope: &str) -> Vec<String> {
    match scope {
        "basic" => Occasion::ALL.map(Occasion::name).into_iter().chain(NEVER).map(str::to_owned).collect(),
        "crm" => {
            let mut names = joined("ONCRM", &CRM);
            for kind in WITH_FIELDS {
                let verbs = ["ADD", "UPDATE", "DELETE", "SETENUMVALUES"];
                names.extend(verbs.map(|verb| format!("ONCRM{kind}USERFIELD{verb}")));
            }
            names
        }
        "task" => joined("ON", &TASK),
        "imbot" => EVENTS.map(str::to_owned).to_vec(),
        _ => Vec::new(),
    }
}

/// The scopes around the messenger whose names are known.
pub const ELSEWHERE: [&str; 2] = ["crm", "task"];

/// The scope of bots, whose names are those of [`crate::bot`].
pub const BOTS: &str = "imbot";

/// The name as the reference writes it, if there is such a one.
pub fn known(name: &str) -> Option<String> {
    let name = name.trim().to_ascii_uppercase();
    let scopes = ["basic", BOTS].into_iter().chain(ELSEWHERE);
    let known = scopes.flat_map(names).any(|known| known == name);
    known.then_some(name)
}

fn joined(begin: &str, kinds: &[(&str, &str)]) -> Vec<String> {
    let of = |(kind, verbs): &(&str, &str)| -> Vec<String> {
        verbs.split(' ').map(|verb| format!("{begin}{kind}{verb}")).collect()
    };
    kinds.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_case() {
        assert_eq!(Occasion::parse("OnUserAdd"), Some(Occasion::UserAdd));
        assert_eq!(known(" onAppTest "), Some("ONAPPTEST".to_owned()));
        for name in ["OnCrmLeadAdd", "ONCRMDEALUSERFIELDSETENUMVALUES", "ONTASKCOMMENTDELETE", "ONAPPPAYMENT"]
        {
            assert_eq!(known(name), Some(name.to_uppercase()));
            assert_eq!(Occasion::parse(name), None, "never happens here");
        }
        for name in ["", "ONIMMESSAGEADD", "ONCRMLEADADD\0", "ONCRM"] {
            assert_eq!(known(name), None, "{name}");
        }
    }

    #[test]
    fn each_name_belongs_to_one_scope() {
        let mut all: Vec<String> = ["basic", "crm", "task", "im", BOTS].into_iter().flat_map(names).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(names("crm").iter().all(|name| name.starts_with("ONCRM")));
        assert!(names("im").is_empty());
    }
}
