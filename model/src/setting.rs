//! Settings of the portal: what its administrators may change while it runs, for all its servers at once.
//!
//! Must hold: a value that is in force is within its limits; one that the database has goes before the one that the
//! configuration of a server gives. What belongs to a machine (addresses, folders, limits of memory) is no such setting.

use crate::{Language, Revision, audit};

/// The shortest and the longest window of the recent list, in days.
pub const WINDOW_DAYS: (i64, i64) = (1, 36_500);

/// The smallest and the greatest limit on a file's size, in bytes.
pub const LARGEST_FILE: (u64, u64) = (1024, 5 << 30);

/// For how many days deeds may be kept.
pub const KEEP_DAYS: (i64, i64) = (1, 36_500);

/// The longest name of a portal, in characters.
pub const NAME: usize = 100;

/// Who may invite somebody new.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Inviters {
    /// Administrators only.
    #[default]
    Administrators,
    /// Everybody who works here; guests from outside never.
    Employees,
}

impl Inviters {
    /// The word in the settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Administrators => "administrators",
            Self::Employees => "employees",
        }
    }

    /// Reads [`Self::word`] back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Administrators, Self::Employees].into_iter().find(|who| who.word() == word)
    }
}

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Setting {
    /// What the portal is called.
    Name,
    /// In which language it writes its own texts.
    Language,
    /// Who may invite somebody new.
    Inviters,
    /// The revision of webhooks for which none is named.
    Revision,
    /// Days without change after which a row that is not pinned leaves the recent list.
    WindowDays,
    /// How many bytes a file may have.
    LargestFile,
    /// For how many days deeds are kept.
    KeepDays,
}

impl Setting {
    /// All settings, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Name,
        Self::Language,
        Self::Inviters,
        Self::Revision,
        Self::WindowDays,
        Self::LargestFile,
        Self::KeepDays,
    ];

    /// Its name: that of the key which gives its default in the configuration.
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "portal.name",
            Self::Language => "portal.language",
            Self::Inviters => "people.invite",
            Self::Revision => "rest.revision",
            Self::WindowDays => "recent.window_days",
            Self::LargestFile => "files.largest_bytes",
            Self::KeepDays => "audit.keep_days",
        }
    }

    /// The setting of this name.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.key() == key)
    }

    /// What it may be, if that is a few words.
    pub fn choices(self) -> Vec<&'static str> {
        match self {
            Self::Language => Language::codes().collect(),
            Self::Inviters => vec!["administrators", "employees"],
            Self::Revision => vec!["29", "33"],
            Self::Name | Self::WindowDays | Self::LargestFile | Self::KeepDays => Vec::new(),
        }
    }

    /// The least and the most that it may be, if it is a number.
    pub fn range(self) -> Option<(i64, i64)> {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        match self {
            Self::WindowDays => Some(WINDOW_DAYS),
            Self::LargestFile => Some((whole(LARGEST_FILE.0), whole(LARGEST_FILE.1))),
            Self::KeepDays => Some(KEEP_DAYS),
            Self::Name | Self::Language | Self::Inviters | Self::Revision => None,
        }
    }
}

/// All settings, as they are in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalSettings {
    /// See [`Setting::Name`].
    pub name: String,
    /// See [`Setting::Language`].
    pub language: Language,
    /// See [`Setting::Inviters`].
    pub inviters: Inviters,
    /// See [`Setting::Revision`].
    pub revision: Revision,
    /// See [`Setting::WindowDays`].
    pub window_days: i64,
    /// See [`Setting::LargestFile`].
    pub largest_file: u64,
    /// See [`Setting::KeepDays`].
    pub keep_days: i64,
}

impl Default for PortalSettings {
    fn default() -> Self {
        Self {
            name: "Lately".to_owned(),
            language: Language::default(),
            inviters: Inviters::default(),
            revision: Revision::default(),
            window_days: 30,
            largest_file: 100 << 20,
            keep_days: audit::KEEP_DAYS,
        }
    }
}

impl PortalSettings {
    /// What a setting is now, as it is written.
    pub fn written(&self, setting: Setting) -> String {
        match setting {
            Setting::Name => self.name.clone(),
            Setting::Language => self.language.code().to_owned(),
            Setting::Inviters => self.inviters.word().to_owned(),
            Setting::Revision => self.revision.number().to_string(),
            Setting::WindowDays => self.window_days.to_string(),
            Setting::LargestFile => self.largest_file.to_string(),
            Setting::KeepDays => self.keep_days.to_string(),
        }
    }

    /// Sets one from what is written. The error says what to write instead; then nothing was changed.
    pub fn set(&mut self, setting: Setting, written: &str) -> Result<(), String> {
        let written = written.trim();
        match setting {
            Setting::Name => self.name = name(written)?,
            Setting::Language => {
                let known = || Language::codes().collect::<Vec<_>>().join(" or ");
                self.language = Language::from_code(written).ok_or_else(|| format!("use {}", known()))?;
            }
            Setting::Inviters => {
                let who = Inviters::from_word(written);
                self.inviters = who.ok_or("use administrators or employees")?;
            }
            Setting::Revision => {
                let number: i64 = written.parse().map_err(|_| "use 29 or 33")?;
                self.revision = Revision::try_from(number)?;
            }
            Setting::WindowDays => self.window_days = number(setting, written)?,
            Setting::LargestFile => {
                self.largest_file = u64::try_from(number(setting, written)?).unwrap_or(u64::MAX);
            }
            Setting::KeepDays => self.keep_days = number(setting, written)?,
        }
        Ok(())
    }

    /// These with those that are written in the database. What another version of this program wrote there, and this one
    /// cannot read, counts as not there.
    #[must_use]
    pub fn with<'a>(&self, stored: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut all = self.clone();
        for (key, written) in stored {
            if let Some(setting) = Setting::of_key(key) {
                // A value out of its limits leaves what is there.
                drop(all.set(setting, written));
            }
        }
        all
    }
}

/// A portal's name: one line that says something.
pub fn name(written: &str) -> Result<String, String> {
    if written.is_empty() || written.chars().count() > NAME || written.chars().any(char::is_control) {
        return Err(format!("write a name of 1 to {NAME} characters on one line"));
    }
    Ok(written.to_owned())
}

fn number(setting: Setting, written: &str) -> Result<i64, String> {
    let (least, most) = setting.range().unwrap_or((i64::MIN, i64::MAX));
    let number = written.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("write a whole number from {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_force_can_be_written_and_read_back() {
        let settings = PortalSettings::default();
        let mut same = settings.clone();
        for setting in Setting::ALL {
            assert_eq!(Setting::of_key(setting.key()), Some(setting));
            same.set(setting, &settings.written(setting)).unwrap();
        }
        assert_eq!(same, settings);
    }

    #[test]
    fn a_value_out_of_its_limits_is_refused_and_changes_nothing() {
        let mut settings = PortalSettings::default();
        for (setting, bad) in [
            (Setting::Name, ""),
            (Setting::Name, "two\nlines"),
            (Setting::Language, "de"),
            (Setting::Inviters, "everybody"),
            (Setting::Revision, "30"),
            (Setting::WindowDays, "0"),
            (Setting::WindowDays, "36501"),
            (Setting::WindowDays, "many"),
            (Setting::LargestFile, "1023"),
            (Setting::KeepDays, "-1"),
        ] {
            assert!(settings.set(setting, bad).is_err(), "{setting:?} {bad:?}");
        }
        assert!(settings.set(Setting::Name, &"x".repeat(NAME + 1)).is_err());
        assert_eq!(settings, PortalSettings::default());
    }

    #[test]
    fn the_database_goes_before_the_configuration_and_nonsense_there_counts_for_nothing() {
        let stored = [("recent.window_days", "7"), ("audit.keep_days", "never"), ("moon.phase", "full")];
        let settings = PortalSettings::default().with(stored);
        assert_eq!((settings.window_days, settings.keep_days), (7, 365));
    }
}
