//! Options: what an application keeps in the portal, for everybody or for one user.
//!
//! Must hold: what is set for one user is told to nobody else; only administrators set what holds for everybody.

use lately_model::UserId;
use lately_store::{AppOption, OPTIONS_MOST};
use serde_json::{Map, Value};

use crate::user::acting;
use crate::{Error, Messenger, Refusal};

/// How many characters the name of an application or of an option has at most.
const NAME_CHARS: usize = 255;

/// How many bytes of JSON one option holds at most.
const VALUE_BYTES: usize = 65_536;

/// For whom an application keeps something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// For the caller.
    Caller,
    /// For everybody.
    Everybody,
}

impl For {
    fn user(self, caller: UserId) -> UserId {
        match self {
            Self::Caller => caller,
            Self::Everybody => UserId(0),
        }
    }
}

impl Messenger {
    /// `app.option.get` and `user.option.get`: everything, by name.
    pub async fn options(
        &self,
        caller: UserId,
        application: String,
        whose: For,
    ) -> Result<Map<String, Value>, Error> {
        named(&application)?;
        self.store
            .read(move |snapshot| {
                acting(snapshot, caller)?;
                let kept = snapshot.options(&application, whose.user(caller))?.into_iter();
                let pair = |option: AppOption| {
                    (option.name, serde_json::from_str(&option.value).unwrap_or_default())
                };
                Ok(kept.map(pair).collect())
            })
            .await
    }

    /// `app.option.set` and `user.option.set`: what is not named stays.
    pub async fn set_options(
        &self,
        caller: UserId,
        application: String,
        whose: For,
        options: Map<String, Value>,
    ) -> Result<(), Error> {
        named(&application)?;
        if options.is_empty() {
            return Err(Refusal::OptionsEmpty.into());
        }
        let mut kept = Vec::with_capacity(options.len());
        for (name, value) in options {
            kept.push(fitting(&application, whose.user(caller), name, &value)?);
        }
        self.store
            .write(move |tx| {
                let actor = acting(tx, caller)?;
                if whose == For::Everybody && !actor.admin {
                    return Err(Refusal::OptionsOfAdministrators.into());
                }
                let known = tx.options(&application, whose.user(caller))?;
                let fresh = kept.iter().filter(|option| known.iter().all(|known| known.name != option.name));
                if i64::try_from(known.len() + fresh.count()).unwrap_or(i64::MAX) > OPTIONS_MOST {
                    return Err(unfit(format!("More than {OPTIONS_MOST} options cannot be kept")).into());
                }
                for option in &kept {
                    tx.put_option(option)?;
                }
                Ok(())
            })
            .await
    }
}

fn named(application: &str) -> Result<(), Refusal> {
    match application.chars().count() {
        0 => Err(Refusal::NoApplication),
        1..=NAME_CHARS => Ok(()),
        _ => {
            let text = format!("The name of an application has at most {NAME_CHARS} characters");
            Err(Refusal::Argument("CLIENT_ID", text))
        }
    }
}

fn fitting(application: &str, user: UserId, name: String, value: &Value) -> Result<AppOption, Refusal> {
    let name = name.replace('\0', "");
    if name.is_empty() || name.chars().count() > NAME_CHARS {
        return Err(unfit(format!("The name of an option has 1 to {NAME_CHARS} characters")));
    }
    let value = value.to_string();
    if value.len() > VALUE_BYTES {
        return Err(unfit(format!("The value of an option has at most {VALUE_BYTES} bytes")));
    }
    Ok(AppOption { application: application.to_owned(), user_id: user, name, value })
}

fn unfit(text: String) -> Refusal {
    Refusal::Argument("options", text)
}
