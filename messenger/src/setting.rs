//! Settings of the portal: what is in force, and how an administrator changes it.
//!
//! Must hold: what is in force follows each commit, whoever made it, on every server of the portal; a change and its deed
//! are one transaction. What this server was started with counts where the database has nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use lately_model::{Deed, DeedKind, Doer, Moment, PortalSettings, Setting, UserId};
use lately_store::StoredSetting;
use parking_lot::RwLock;

use crate::user::administering;
use crate::{Error, Messenger, Refusal};

/// The settings as they are now.
pub struct Live {
    defaults: PortalSettings,
    /// `None` while that is not known.
    known: RwLock<Option<Arc<PortalSettings>>>,
    /// What was known last, for whoever cannot wait.
    last: RwLock<Arc<PortalSettings>>,
}

impl Live {
    /// Over what the configuration says, and nothing known of the database yet.
    pub fn over(defaults: PortalSettings) -> Self {
        let last = RwLock::new(Arc::new(defaults.clone()));
        Self { defaults, known: RwLock::default(), last }
    }

    /// The database now has these.
    pub fn changed(&self, stored: &BTreeMap<String, String>) {
        let stored = stored.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let now = Arc::new(self.defaults.with(stored));
        *self.last.write() = Arc::clone(&now);
        *self.known.write() = Some(now);
    }

    /// What was known last: what is in force, unless somebody else has just written.
    pub fn last(&self) -> Arc<PortalSettings> {
        Arc::clone(&self.last.read())
    }

    /// Nobody knows what the database has.
    pub fn doubt(&self) {
        *self.known.write() = None;
    }
}

/// One setting, with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingState {
    /// Which.
    pub setting: Setting,
    /// What is in force.
    pub value: String,
    /// What the configuration of this server says.
    pub configured: String,
    /// When it was changed here and by whom (0 for a command), if it was.
    pub changed: Option<(Moment, UserId)>,
}

impl Messenger {
    /// The settings in force.
    pub async fn portal_settings(&self) -> Result<Arc<PortalSettings>, Error> {
        if let Some(known) = self.live.known.read().as_ref() {
            return Ok(Arc::clone(known));
        }
        let live = Arc::clone(&self.live);
        self.store
            .in_order(move |snapshot| {
                let stored = snapshot.settings()?.into_iter();
                live.changed(&stored.map(|setting| (setting.name, setting.value)).collect());
                let known = live.known.read().clone();
                Ok(known.unwrap_or_else(|| Arc::new(live.defaults.clone())))
            })
            .await
    }

    /// Looks the settings up whenever it is not known what the database has; runs for as long as the portal is open.
    pub async fn follow_settings(&self) {
        let mut committed = self.committed.clone();
        while committed.changed().await.is_ok() {
            if self.live.known.read().is_none()
                && let Err(error) = self.portal_settings().await
            {
                tracing::debug!(%error, "the settings of the portal are not known");
            }
        }
    }

    /// All settings, for an administrator or a command.
    pub async fn settings_for(&self, caller: Option<UserId>) -> Result<Vec<SettingState>, Error> {
        let defaults = self.settings.portal.clone();
        self.store
            .read(move |snapshot| {
                administering(snapshot, caller)?;
                let stored = snapshot.settings()?;
                let pairs = stored.iter().map(|one| (one.name.as_str(), one.value.as_str()));
                let present = defaults.with(pairs);
                let state = |setting: &Setting| {
                    let found = stored.iter().find(|one| one.name == setting.key());
                    SettingState {
                        setting: *setting,
                        value: present.written(*setting),
                        configured: defaults.written(*setting),
                        changed: found.map(|one| (one.changed_at, one.changed_by)),
                    }
                };
                Ok(Setting::ALL.iter().map(state).collect())
            })
            .await
    }

    /// Changes a setting on behalf of an administrator or a command; `None` lets the configuration count again.
    pub async fn change_setting(
        &self,
        by: impl Into<Doer>,
        setting: Setting,
        value: Option<String>,
    ) -> Result<(), Error> {
        let (by, now, defaults) = (by.into(), self.now(), self.settings.portal.clone());
        self.store
            .write(move |tx| {
                administering(tx, by.user)?;
                let stored = tx.settings()?;
                let pairs = stored.iter().map(|one| (one.name.as_str(), one.value.as_str()));
                let before = defaults.with(pairs);
                let mut after = before.clone();
                let written = value.clone().unwrap_or_else(|| defaults.written(setting));
                after.set(setting, &written).map_err(Refusal::BadSetting)?;
                let (name, kept) = (setting.key(), stored.iter().any(|one| one.name == setting.key()));
                match &value {
                    None if !kept => return Ok(()),
                    None => drop(tx.remove_setting(setting)?),
                    Some(_) if kept && after == before => return Ok(()),
                    Some(_) => tx.put_setting(&StoredSetting {
                        name: name.to_owned(),
                        value: after.written(setting),
                        changed_at: now,
                        changed_by: by.user.unwrap_or_default(),
                    })?,
                }
                let deed = Deed::new(now, DeedKind::SettingChanged, &by).with("setting", name);
                let deed = deed.with("before", before.written(setting)).with("after", after.written(setting));
                Ok(tx.add_deed(&if value.is_none() { deed.with("reset", true) } else { deed })?)
            })
            .await
    }
}
