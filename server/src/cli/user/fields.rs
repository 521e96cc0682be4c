//! The profile as flags: what `user add` and `user edit` can say about a user.
//!
//! Must hold: a flag that is not given changes nothing.

use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use lately_messenger::Refusal;
use lately_model::user::{Bot, Gender, Status};
use lately_model::{Moment, User, UserId, UserKind, color};

/// A value, or `none` to take it away.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice<T>(Option<T>);

/// The flags.
#[derive(Debug, Clone, Default, PartialEq, Args)]
pub(super) struct Fields {
    /// First name
    #[arg(long, value_name = "TEXT")]
    first_name: Option<String>,
    /// Last name
    #[arg(long, value_name = "TEXT")]
    last_name: Option<String>,
    /// Middle name
    #[arg(long, value_name = "TEXT")]
    second_name: Option<String>,
    /// E-mail address; no two users share one
    #[arg(long, value_name = "ADDRESS", value_parser = email)]
    email: Option<String>,
    /// Position in the company
    #[arg(long, value_name = "TEXT")]
    position: Option<String>,
    /// Who they are to the portal: employee, extranet (a guest), bot, connector (a customer), network (a partner)
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Option<UserKind>,
    /// May do everything
    #[arg(long, overrides_with = "no_admin")]
    admin: bool,
    /// May do what everybody may
    #[arg(long, overrides_with = "admin")]
    no_admin: bool,
    /// Works here
    #[arg(long, overrides_with = "dismiss")]
    active: bool,
    /// Does not work here any more
    #[arg(long, overrides_with = "active")]
    dismiss: bool,
    /// M, F or none
    #[arg(long, value_name = "GENDER", value_parser = gender)]
    gender: Option<Choice<Gender>>,
    /// Birthday, such as 1990-12-31, or none
    #[arg(long, value_name = "DATE", value_parser = date)]
    birthday: Option<Choice<Date>>,
    /// Status that they chose: online, dnd, away, break or none
    #[arg(long, value_name = "STATUS", value_parser = status)]
    status: Option<Choice<Status>>,
    /// On vacation until this day or moment, or none
    #[arg(long, value_name = "DATE", value_parser = moment)]
    absent_until: Option<Choice<String>>,
    /// Number of a department they belong to; repeat it for more, none for no department
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = department)]
    department: Vec<Choice<i64>>,
    /// Colour: a code such as MINT, or #rrggbb
    #[arg(long, value_name = "COLOUR", value_parser = colour)]
    color: Option<String>,
    /// Address of the picture
    #[arg(long, value_name = "URL")]
    avatar: Option<String>,
    /// Web address
    #[arg(long, value_name = "URL")]
    website: Option<String>,
    /// Mobile telephone
    #[arg(long, value_name = "NUMBER")]
    mobile: Option<String>,
    /// Telephone at work
    #[arg(long, value_name = "NUMBER")]
    work_phone: Option<String>,
    /// Extension within the company
    #[arg(long, value_name = "NUMBER")]
    inner_phone: Option<String>,
    /// Private telephone
    #[arg(long, value_name = "NUMBER")]
    personal_phone: Option<String>,
    /// How they sign in: default, bot, imconnector...
    #[arg(long, value_name = "CODE")]
    external_auth_id: Option<String>,
    /// For bots: the code of the bot
    #[arg(long, value_name = "CODE")]
    bot_code: Option<String>,
    /// For bots: bot, human, network, support24, openline, supervisor or personal
    #[arg(long, value_name = "TYPE", value_parser = BOT_KINDS)]
    bot_type: Option<String>,
    /// For bots: the application it belongs to
    #[arg(long, value_name = "APP")]
    bot_app: Option<String>,
    /// Any other profile field by its name in the reference, such as PERSONAL_CITY=Oslo; repeat it for more
    #[arg(long, value_name = "NAME=VALUE", value_parser = profile)]
    field: Vec<(String, String)>,
}

const BOT_KINDS: [&str; 7] = ["bot", "human", "network", "support24", "openline", "supervisor", "personal"];

/// Somebody of whom nothing is known but the number; zero takes the next free one.
pub(super) fn newcomer(id: UserId) -> User {
    User { id, active: true, external_auth_id: sign_in(UserKind::Employee).to_owned(), ..User::default() }
}

fn sign_in(kind: UserKind) -> &'static str {
    match kind {
        UserKind::Employee | UserKind::Extranet => "default",
        UserKind::Bot => "bot",
        UserKind::Connector => "imconnector",
        UserKind::Network => "replica",
    }
}

impl Fields {
    /// Whether no flag was given.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Puts into `user` what the flags say; days without an hour begin at midnight in `zone`.
    pub(super) fn apply(&self, user: &mut User, zone: &TimeZone) -> Result<(), Refusal> {
        self.apply_texts(user);
        self.apply_kind(user)?;
        user.admin = (user.admin || self.admin) && !self.no_admin;
        user.active = (user.active || self.active) && !self.dismiss;
        set(&mut user.gender, &self.gender);
        set(&mut user.birthday, &self.birthday);
        set(&mut user.status, &self.status);
        if let Some(Choice(until)) = &self.absent_until {
            user.absent_until = until.as_deref().and_then(|text| Moment::parse(text, zone));
        }
        if !self.department.is_empty() {
            user.departments = self.department.iter().filter_map(|Choice(id)| *id).collect();
        }
        for (name, value) in &self.field {
            match value.as_str() {
                "" => drop(user.profile.remove(name)),
                value => drop(user.profile.insert(name.clone(), value.to_owned())),
            }
        }
        Ok(())
    }

    fn apply_texts(&self, user: &mut User) {
        for (field, text) in [
            (&mut user.first_name, &self.first_name),
            (&mut user.last_name, &self.last_name),
            (&mut user.second_name, &self.second_name),
            (&mut user.email, &self.email),
            (&mut user.work_position, &self.position),
            (&mut user.color, &self.color),
            (&mut user.avatar, &self.avatar),
            (&mut user.website, &self.website),
            (&mut user.phones.personal_mobile, &self.mobile),
            (&mut user.phones.work_phone, &self.work_phone),
            (&mut user.phones.inner_phone, &self.inner_phone),
            (&mut user.phones.personal_phone, &self.personal_phone),
        ] {
            if let Some(text) = text {
                text.clone_into(field);
            }
        }
    }

    fn apply_kind(&self, user: &mut User) -> Result<(), Refusal> {
        if let Some(kind) = self.kind {
            user.kind = kind;
            sign_in(kind).clone_into(&mut user.external_auth_id);
            let bot = || Bot { kind: "bot".to_owned(), ..Bot::default() };
            user.bot = (kind == UserKind::Bot).then(|| user.bot.take().unwrap_or_else(bot));
        }
        if let Some(code) = &self.external_auth_id {
            code.clone_into(&mut user.external_auth_id);
        }
        let texts = [&self.bot_code, &self.bot_type, &self.bot_app];
        if texts.iter().all(|text| text.is_none()) {
            return Ok(());
        }
        if user.kind != UserKind::Bot {
            let text =
                "only a bot has --bot-code, --bot-type and --bot-app; make the user one with --kind bot";
            return Err(Refusal::Core(text.to_owned()));
        }
        let bot = user.bot.get_or_insert_default();
        for (field, text) in [&mut bot.code, &mut bot.kind, &mut bot.app_id].into_iter().zip(texts) {
            if let Some(text) = text {
                text.clone_into(field);
            }
        }
        Ok(())
    }
}

fn set<T: Copy>(field: &mut Option<T>, choice: &Option<Choice<T>>) {
    if let Some(Choice(value)) = choice {
        *field = *value;
    }
}

/// Reads `none`, or what `read` reads.
fn chosen<T>(text: &str, read: impl FnOnce(&str) -> Option<T>, advice: &str) -> Result<Choice<T>, String> {
    match text {
        "none" | "" => Ok(Choice(None)),
        text => read(text).map(|value| Choice(Some(value))).ok_or_else(|| advice.to_owned()),
    }
}

/// Reads a kind of user.
pub(super) fn kind(text: &str) -> Result<UserKind, String> {
    UserKind::from_word(text).ok_or_else(|| format!("use {}", UserKind::ALL.map(UserKind::word).join(", ")))
}

fn gender(text: &str) -> Result<Choice<Gender>, String> {
    let read = |text: &str| match text {
        "M" | "m" => Some(Gender::M),
        "F" | "f" => Some(Gender::F),
        _ => None,
    };
    chosen(text, read, "use M, F or none")
}

fn date(text: &str) -> Result<Choice<Date>, String> {
    chosen(text, |text| text.parse().ok(), "write a day such as 1990-12-31, or none")
}

fn status(text: &str) -> Result<Choice<Status>, String> {
    chosen(text, Status::from_word, "use online, dnd, away, break or none")
}

fn moment(text: &str) -> Result<Choice<String>, String> {
    let read = |text: &str| Moment::parse(text, &TimeZone::UTC).map(|_| text.to_owned());
    chosen(text, read, "write a day such as 2030-01-31, a moment such as 2030-01-31T12:00:00+02:00, or none")
}

fn department(text: &str) -> Result<Choice<i64>, String> {
    chosen(text, |text| text.parse().ok().filter(|id| *id > 0), "write the number of a department, or none")
}

fn email(text: &str) -> Result<String, String> {
    let good = text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    let bare = !text.contains(char::is_whitespace);
    if text.is_empty() || (good && bare) {
        Ok(text.to_owned())
    } else {
        Err("write such as ada@example.org".to_owned())
    }
}

fn colour(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('#').unwrap_or_default();
    let hex = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if text.is_empty() || hex || color::hex(text).is_some() {
        return Ok(text.to_owned());
    }
    let codes = color::PALETTE.map(|(code, _)| code).join(", ");
    Err(format!("write #rrggbb or one of {codes}"))
}

fn profile(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE, such as PERSONAL_CITY=Oslo")?;
    let good = |letter: u8| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == b'_';
    if name.is_empty() || !name.bytes().all(good) {
        return Err(format!("{name:?}: names of fields have capital letters, such as PERSONAL_CITY"));
    }
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        fields: Fields,
    }

    fn edited(mut user: User, line: &[&str]) -> Result<User, String> {
        let line = Line::try_parse_from([&["user"], line].concat()).map_err(|error| error.to_string())?;
        match line.fields.apply(&mut user, &TimeZone::UTC) {
            Ok(()) => Ok(user),
            Err(refusal) => Err(format!("{refusal:?}")),
        }
    }

    fn alice() -> User {
        edited(newcomer(UserId(1)), &["--first-name", "Alice", "--gender", "F", "--birthday", "1990-12-31"])
            .unwrap()
    }

    #[test]
    fn flags_fill_the_profile() {
        let alice = edited(
            alice(),
            &[
                "--last-name",
                "Moore",
                "--email",
                "alice@example.org",
                "--position",
                "Baker",
                "--admin",
                "--status",
                "dnd",
                "--department",
                "1,3",
                "--inner-phone",
                "12",
                "--color",
                "MINT",
                "--absent-until",
                "2030-01-01",
                "--field",
                "PERSONAL_CITY=Oslo",
            ],
        )
        .unwrap();
        assert_eq!((alice.name().as_str(), alice.work_position.as_str()), ("Alice Moore", "Baker"));
        assert!(alice.admin && alice.active);
        assert_eq!((alice.gender, alice.status), (Some(Gender::F), Some(Status::Dnd)));
        assert_eq!((alice.departments.as_slice(), alice.phones.inner_phone.as_str()), (&[1, 3][..], "12"));
        assert_eq!(alice.absent_until, Some(Moment(1_893_456_000)));
        assert_eq!(alice.profile.get("PERSONAL_CITY").map(String::as_str), Some("Oslo"));
    }

    #[test]
    fn what_is_not_named_stays_and_none_takes_away() {
        assert_eq!(edited(alice(), &[]).unwrap(), alice());
        let line = [
            "--birthday",
            "none",
            "--gender",
            "none",
            "--first-name",
            "",
            "--department",
            "none",
            "--dismiss",
        ];
        let gone = edited(alice(), &line).unwrap();
        assert_eq!(
            (gone.birthday, gone.gender, gone.first_name.as_str(), gone.active),
            (None, None, "", false)
        );
        assert!(edited(gone, &["--active"]).unwrap().active);
        assert!(!edited(User { admin: true, ..alice() }, &["--no-admin"]).unwrap().admin);
    }

    #[test]
    fn a_kind_brings_what_belongs_to_it() {
        let bot = edited(alice(), &["--kind", "bot", "--bot-code", "clock"]).unwrap();
        assert_eq!(bot.external_auth_id, "bot");
        assert_eq!(bot.bot, Some(Bot { code: "clock".to_owned(), kind: "bot".to_owned(), ..Bot::default() }));
        let employee = edited(bot, &["--kind", "employee"]).unwrap();
        assert_eq!((employee.external_auth_id.as_str(), employee.bot), ("default", None));
        assert!(edited(alice(), &["--bot-code", "clock"]).unwrap_err().contains("--kind bot"));
    }

    #[test]
    fn values_that_make_no_sense_are_refused_with_advice() {
        for (line, advice) in [
            (["--kind", "boss"], "use employee, extranet"),
            (["--gender", "X"], "use M, F or none"),
            (["--birthday", "31.12.1990"], "such as 1990-12-31"),
            (["--email", "alice"], "ada@example.org"),
            (["--status", "asleep"], "use online"),
            (["--absent-until", "soon"], "such as 2030-01-31"),
            (["--department", "x"], "number of a department"),
            (["--color", "pinkish"], "#rrggbb or one of RED"),
            (["--field", "city=Oslo"], "capital letters"),
        ] {
            let error = edited(alice(), &line).unwrap_err();
            assert!(error.contains(advice), "{error}");
        }
    }
}
