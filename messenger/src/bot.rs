//! Bots with a program behind them: registered, changed, removed, looked up.
//!
//! Must hold: who owns a bot is decided inside the transaction that acts; a code names one bot of its owner; a bot that was
//! removed stays as a user who is not active, so that its messages keep their author.

pub(crate) mod book;
mod chat;
mod event;
mod joint;
mod reading;
mod refusal;
pub(crate) mod told;

use lately_model::bot::{CODE_CHARS, PER_OWNER};
use lately_model::user::{Bot, Gender};
use lately_model::{
    BotEvent, BotHappening, BotOwner, BotProgram, ChatId, Deed, DeedKind, Dialect, Doer, Moment, User,
    UserId, UserKind, bot, text,
};
use lately_store::{BotCount, Snapshot, Tx};

pub use book::Known as KnownBot;
pub use chat::BotChat;
pub use event::{BotPage, BotScene, BotTold};
pub use joint::{JointEvent, JointPage};
pub use reading::Context as BotContext;
pub use refusal::BotRefusal;

use crate::user::{acting, free_email};
use crate::webhook::hash;
use crate::{Error, Messenger, Refusal};

/// How many characters each name of a bot has at most.
const NAME_CHARS: usize = 100;

/// A bot that somebody wants.
#[derive(Debug, Clone, Default)]
pub struct NewBot {
    /// The word by which its owner knows it.
    pub code: String,
    /// How it is told.
    pub dialect: Dialect,
    /// Where it is told.
    pub urls: bot::BotUrls,
    /// What it is: `bot`, `human`, `openline`, `supervisor`, `personal` or `network`.
    pub kind: String,
    /// Whether it answers in open lines.
    pub openline: bool,
    /// What is shown of it.
    pub look: BotLook,
}

/// What is shown of a bot. What is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BotLook {
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// A palette code.
    pub color: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Birthday.
    pub birthday: Option<Option<jiff::civil::Date>>,
    /// What it does.
    pub work_position: Option<String>,
    /// Page in the web.
    pub website: Option<String>,
    /// Gender.
    pub gender: Option<Gender>,
    /// The address of its picture, as [`Messenger::keep_bot_picture`] gave it; empty for none.
    pub avatar: Option<String>,
    /// Whether it is not offered to people who look for somebody.
    pub hidden: Option<bool>,
    /// Whether its messages can be liked.
    pub liked: Option<bool>,
    /// Whether it answers in open lines.
    pub openline: Option<bool>,
    /// The background of its dialogs; empty for the usual one.
    pub background: Option<String>,
}

/// What is to be changed of a bot.
#[derive(Debug, Clone, Default)]
pub struct BotEdit {
    /// The word by which its owner knows it.
    pub code: Option<String>,
    /// Where it is told.
    pub urls: Option<bot::BotUrls>,
    /// Another word by which its owner is known: the word itself.
    pub word: Option<String>,
    /// What is shown of it.
    pub look: BotLook,
}

/// A bot as it is shown.
#[derive(Debug, Clone)]
pub struct BotView {
    /// The user.
    pub user: User,
    /// Its program; `None` for a bot that came by import.
    pub program: Option<BotProgram>,
    /// How much there is of it.
    pub count: BotCount,
}

/// A custom owner by their word.
pub fn owner_of(word: &str) -> BotOwner {
    BotOwner::Custom(hash(word))
}

/// What the owner of a bot is refused for, in the words of its generation.
pub(crate) fn no(dialect: Dialect, why: BotRefusal) -> Error {
    Refusal::Bot(dialect, why).into()
}

impl Messenger {
    /// `imbot.register`, `imbot.v2.Bot.register`. A code that its owner has already answers that bot, unchanged.
    pub async fn register_bot(&self, by: Doer, owner: BotOwner, new: NewBot) -> Result<UserId, Error> {
        let (now, dialect) = (self.now(), new.dialect);
        let caller = by.user.unwrap_or_default();
        self.store
            .write(move |tx| {
                acting(tx, caller)?;
                let code = text::clip(new.code.trim(), CODE_CHARS);
                if code.is_empty() {
                    return Err(no(dialect, BotRefusal::CodeMissing));
                }
                let known = tx.bots_of(&owner)?;
                if let Some(same) = known.iter().find(|known| known.code == code) {
                    return Ok(same.bot);
                }
                if dialect == Dialect::V2 && tx.bot_code_taken(&owner, &code)? {
                    return Err(no(dialect, BotRefusal::CodeTaken));
                }
                if known.len() >= PER_OWNER {
                    return Err(no(dialect, BotRefusal::TooMany));
                }
                let app_id = match owner.public_name() {
                    Some(name) => name,
                    None => tx.app(owner.app())?.map(|app| app.client_id).unwrap_or_default(),
                };
                let shown = Bot {
                    code: code.clone(),
                    kind: new.kind.clone(),
                    app_id,
                    openline: new.openline,
                    ..Bot::default()
                };
                let blank = User {
                    active: true,
                    kind: UserKind::Bot,
                    external_auth_id: "bot".to_owned(),
                    registered_at: now,
                    bot: Some(shown),
                    ..User::default()
                };
                let mut user = dressed(&blank, &new.look);
                if user.name().is_empty() {
                    return Err(no(dialect, BotRefusal::NameMissing));
                }
                free_email(tx, &user)?;
                user.id = tx.add_user(&user)?;
                tx.add_bot(&BotProgram {
                    bot: user.id,
                    owner: owner.clone(),
                    code,
                    dialect,
                    urls: new.urls.clone(),
                    told: 0,
                    created_at: now,
                })?;
                tx.add_deed(&Deed::new(now, DeedKind::BotAdded, &by).of(user.id))?;
                Ok(user.id)
            })
            .await
    }

    /// `imbot.update`, `imbot.v2.Bot.update`.
    pub async fn edit_bot(
        &self,
        caller: UserId,
        owner: BotOwner,
        dialect: Dialect,
        bot: UserId,
        edit: BotEdit,
    ) -> Result<(), Error> {
        let now = self.now();
        self.store
            .write(move |tx| {
                acting(tx, caller)?;
                let before = owned(tx, &owner, dialect, bot)?;
                let user = tx.user(bot)?.ok_or_else(|| no(dialect, BotRefusal::NotFound))?;
                let mut program = before.clone();
                if let Some(code) = edit.code.as_deref().map(|code| text::clip(code.trim(), CODE_CHARS)) {
                    let others = tx.bots_of(&owner)?;
                    if code.is_empty() || others.iter().any(|one| one.bot != bot && one.code == code) {
                        return Err(no(dialect, BotRefusal::CodeTaken));
                    }
                    program.code = code;
                }
                if let Some(urls) = &edit.urls {
                    program.urls = urls.clone();
                }
                if let Some(word) = &edit.word {
                    program.owner = owner_of(word);
                    let others = tx.bots_of(&program.owner)?;
                    if others.iter().any(|one| one.bot != bot && one.code == program.code) {
                        return Err(no(dialect, BotRefusal::WordTaken));
                    }
                }
                let mut after = dressed(&user, &edit.look);
                if let Some(shown) = &mut after.bot {
                    shown.code.clone_from(&program.code);
                    if let Some(name) = program.owner.public_name() {
                        shown.app_id = name;
                    }
                }
                if after.name().is_empty() {
                    return Err(no(dialect, BotRefusal::NameMissing));
                }
                if program != before {
                    tx.update_bot(&program)?;
                }
                if after != user {
                    free_email(tx, &after)?;
                    tx.update_user(&after, now)?;
                }
                Ok(())
            })
            .await
    }

    /// `imbot.unregister`, `imbot.v2.Bot.unregister`.
    pub async fn unregister_bot(
        &self,
        by: Doer,
        owner: BotOwner,
        dialect: Dialect,
        bot: UserId,
    ) -> Result<(), Error> {
        let (now, caller) = (self.now(), by.user.unwrap_or_default());
        self.store
            .write(move |tx| {
                acting(tx, caller)?;
                let program = owned(tx, &owner, dialect, bot)?;
                remove(tx, program, &by, now)
            })
            .await
    }

    /// The bots of an owner, by number.
    pub async fn bots_of(&self, owner: BotOwner) -> Result<Vec<BotView>, Error> {
        self.store
            .read(move |snapshot| {
                let programs = snapshot.bots_of(&owner)?;
                let mut views = Vec::with_capacity(programs.len());
                for program in programs {
                    views.extend(view(snapshot, program.bot)?);
                }
                Ok(views)
            })
            .await
    }

    /// `imbot.v2.Bot.get`: any bot of the portal, also one that came by import.
    pub async fn bot(&self, bot: UserId) -> Result<Option<BotView>, Error> {
        self.store.read(move |snapshot| view(snapshot, bot)).await
    }

    /// The same by code: the owner's own, else somebody's.
    pub async fn bot_by_code(&self, owner: BotOwner, code: String) -> Result<Option<BotView>, Error> {
        self.store
            .read(move |snapshot| {
                let programs = snapshot.bots()?;
                let named = || programs.iter().filter(|program| program.code == code);
                let found = named().find(|program| program.owner == owner).or_else(|| named().next());
                found.map_or(Ok(None), |program| view(snapshot, program.bot))
            })
            .await
    }

    /// The program of a bot that must be this owner's: whoever acts as it asks first.
    pub async fn own_bot(&self, owner: BotOwner, dialect: Dialect, bot: UserId) -> Result<BotProgram, Error> {
        self.store.read(move |snapshot| owned(snapshot, &owner, dialect, bot)).await
    }

    /// The owner's first bot, where they do not say which they mean.
    pub async fn first_bot(&self, owner: BotOwner) -> Result<BotProgram, Error> {
        let first =
            self.store.read(move |snapshot| Ok::<_, Error>(snapshot.bots_of(&owner)?.into_iter().next()));
        first.await?.ok_or_else(|| no(Dialect::V1, BotRefusal::NotFound))
    }

    /// Keeps a picture for a bot and answers its address.
    pub async fn keep_bot_picture(&self, dialect: Dialect, base64: &str) -> Result<String, Error> {
        self.keep_avatar(base64).await.map_err(|error| match error {
            Error::Refused(_) => no(dialect, BotRefusal::NotAPicture),
            fault => fault,
        })
    }
}

/// The program of a bot that must be this owner's.
pub(crate) fn owned(
    snapshot: &Snapshot<'_>,
    owner: &BotOwner,
    dialect: Dialect,
    bot: UserId,
) -> Result<BotProgram, Error> {
    let program = snapshot.bot(bot)?.ok_or_else(|| no(dialect, BotRefusal::NotFound))?;
    if program.owner == *owner { Ok(program) } else { Err(no(dialect, BotRefusal::NotOwned)) }
}

/// Removes a bot's program, tells it so, and lets the bot act no more.
pub(crate) fn remove(tx: &mut Tx<'_>, program: BotProgram, by: &Doer, now: Moment) -> Result<(), Error> {
    let bot = program.bot;
    let user = by.user.unwrap_or_default();
    let (code, dialect) = (program.code.clone(), program.dialect);
    let event = BotEvent { bot, code, dialect, chat: ChatId(0), user, happened: BotHappening::Removed };
    tx.remove_bot(bot)?;
    if !program.fetches() {
        let known = KnownBot { program, hears_all: false, commands: Vec::new() };
        told::tell_one(tx, &known, "", &event, now)?;
    }
    if let Some(user) = tx.user(bot)?.filter(|user| user.active) {
        tx.update_user(&User { active: false, ..user }, now)?;
    }
    Ok(tx.add_deed(&Deed::new(now, DeedKind::BotRemoved, by).of(bot))?)
}

fn view(snapshot: &Snapshot<'_>, bot: UserId) -> Result<Option<BotView>, Error> {
    let user = snapshot.user(bot)?.filter(|user| user.kind == UserKind::Bot && user.active);
    let Some(user) = user else { return Ok(None) };
    Ok(Some(BotView { user, program: snapshot.bot(bot)?, count: snapshot.bot_count(bot)? }))
}

/// The user with another look.
fn dressed(user: &User, look: &BotLook) -> User {
    let mut user = user.clone();
    let put = |field: &mut String, wanted: &Option<String>, most: usize| {
        if let Some(wanted) = wanted {
            *field = text::clip(wanted.replace('\0', "").trim(), most);
        }
    };
    put(&mut user.first_name, &look.first_name, NAME_CHARS);
    put(&mut user.last_name, &look.last_name, NAME_CHARS);
    put(&mut user.color, &look.color, NAME_CHARS);
    put(&mut user.email, &look.email, text::TITLE_MAX_CHARS);
    put(&mut user.work_position, &look.work_position, text::TITLE_MAX_CHARS);
    put(&mut user.website, &look.website, text::TITLE_MAX_CHARS);
    put(&mut user.avatar, &look.avatar, text::TITLE_MAX_CHARS);
    user.gender = look.gender.or(user.gender);
    user.birthday = look.birthday.unwrap_or(user.birthday);
    if let Some(bot) = &mut user.bot {
        bot.hidden = look.hidden.unwrap_or(bot.hidden);
        bot.unliked = look.liked.map_or(bot.unliked, |liked| !liked);
        bot.openline = look.openline.unwrap_or(bot.openline);
        put(&mut bot.background, &look.background, NAME_CHARS);
    }
    user
}
