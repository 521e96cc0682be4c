//! Writing facts that another portal, or a file, knew.
//!
//! Must hold: a fact that is already here changes nothing, so an import that was interrupted can be run again; the
//! totals that live verbs keep are kept here too. Observers are told that much was written, not what.

use lately_model::{Chat, ChatId, ChatKind, Event, Member, Message, MessageId, Moment, Password, SessionId};

use crate::engine::Value;
use crate::recent::OWN;
use crate::{Change, Fact, StoreError, Tx};

impl Tx<'_> {
    /// Writes one fact. [`StoreError::Missing`] names what it refers to and is not there; other refusals of the
    /// facts' order are [`StoreError::Corrupt`].
    pub fn put_fact(&mut self, fact: &Fact, now: Moment) -> Result<(), StoreError> {
        if self.changes.last() != Some(&Change::Much) {
            self.changes.push(Change::Much);
        }
        if self.events.last() != Some(&Event::Much) {
            self.happened(Event::Much);
        }
        match fact {
            Fact::Portal { color_counter } => {
                let sql = "UPDATE portal SET color_counter = ?1 WHERE id = 1";
                self.engine.run_one(sql, &[(*color_counter).into()])
            }
            Fact::Department(department) => self.put_department(department),
            Fact::User(user) => self.put_user(user, now),
            Fact::Absence(absence) => {
                self.expect("user", absence.user_id.0)?;
                self.add_absence(absence).map(drop)
            }
            Fact::Chat(chat) => self.put_chat(chat),
            Fact::Member(member) => self.put_member(member),
            Fact::Folder(folder) => self.put_folder(folder),
            Fact::File { file, bytes, preview } => {
                self.put_known_file(file, bytes.as_deref(), preview.as_deref())
            }
            Fact::Message { message, once, purged } => self.put_message(message, once.as_deref(), *purged),
            Fact::Notification(notification) => self.put_notification(notification),
            Fact::View { message, user, date } => {
                self.expect("message", message.0)?;
                self.expect("user", user.0)?;
                self.view(*message, *user, *date)
            }
            Fact::Touch { chat, date } => {
                let sql = "UPDATE chat SET updated_at = ?2 WHERE id = ?1";
                self.must_touch(sql, &[(*chat).into(), (*date).into()], || format!("chat {chat}"))
            }
            Fact::Read { chat, user, message, date } => {
                let member = self.expected_member(*chat, *user)?;
                let updated_at = member.updated_at.max(*date);
                let read = Member { last_read_id: *message, read_at: Some(*date), updated_at, ..member };
                self.put_row(&read)
            }
            Fact::Pin { chat, user, order } => {
                let member = self.expected_member(*chat, *user)?;
                self.put_row(&Member { pin_order: *order, ..member })
            }
            Fact::Row(member) => self.put_row(member),
            Fact::Removal { user, chat, reason, date } => {
                self.expect("user", user.0)?;
                self.expect("chat", chat.0)?;
                self.put_removal(*chat, *user, *reason, *date)
            }
            Fact::Webhook(webhook) => self.put_webhook(webhook),
            Fact::App(app) => self.put_app(app),
            Fact::AppToken(token) => {
                self.expect("app", token.app_id.0)?;
                self.expect("user", token.user_id.0)?;
                self.put_app_token(token)
            }
            Fact::Password(password) => {
                self.expect("user", password.user_id.0)?;
                self.expect_free_login(password)?;
                self.put_password(password)?;
                self.end_sessions(password.user_id, SessionId(0))
            }
            Fact::Found(found) => {
                self.expect("user", found.user_id.0)?;
                self.put_found(found)
            }
            Fact::Option(option) => {
                if !option.user_id.is_none() {
                    self.expect("user", option.user_id.0)?;
                }
                self.put_option(option)
            }
            Fact::Setting(setting) => {
                if !setting.changed_by.is_none() {
                    self.expect("user", setting.changed_by.0)?;
                }
                self.put_setting(setting)
            }
            Fact::Deed(deed) => {
                for user in [deed.doer.user.unwrap_or_default(), deed.user_id] {
                    if !user.is_none() {
                        self.expect("user", user.0)?;
                    }
                }
                self.put_deed(deed)
            }
            Fact::Feed(owner) => {
                self.expect("user", owner.user.0)?;
                if !owner.app.is_none() {
                    self.expect("app", owner.app.0)?;
                }
                self.open_feed(*owner)
            }
            Fact::Handler(handler) => {
                self.expect("app", handler.app.0)?;
                if !handler.user.is_none() {
                    self.expect("user", handler.user.0)?;
                }
                self.put_handler(handler).map(drop)
            }
            Fact::Backlog(entry) => {
                self.expect("app", entry.app.0)?;
                self.put_known_backlog(entry)
            }
            Fact::Bot(program) => {
                self.expect("user", program.bot.0)?;
                if !program.owner.app().is_none() {
                    self.expect("app", program.owner.app().0)?;
                }
                match self.bot(program.bot)? {
                    Some(_) => self.update_bot(program),
                    None => self.add_bot(program),
                }
            }
            Fact::Command(command) => {
                if self.bot(command.bot)?.is_none() {
                    return Err(StoreError::Missing(format!("bot {}", command.bot)));
                }
                match self.command(command.id)? {
                    Some(_) => self.update_command(command),
                    None => self.add_command(command).map(drop),
                }
            }
        }
    }

    fn put_user(&mut self, user: &lately_model::User, now: Moment) -> Result<(), StoreError> {
        match self.user(user.id)? {
            Some(_) => self.update_user(user, now),
            None => self.add_user(user).map(drop),
        }
    }

    fn put_known_file(
        &mut self,
        file: &lately_model::File,
        bytes: Option<&str>,
        preview: Option<&str>,
    ) -> Result<(), StoreError> {
        if !file.chat_id.is_none() {
            self.expect("chat", file.chat_id.0)?;
        }
        if !file.folder_id.is_none() {
            self.expect("folder", file.folder_id.0)?;
        }
        self.expect("user", file.author_id.0)?;
        self.put_file(file, bytes, preview)
    }

    fn put_chat(&mut self, chat: &Chat) -> Result<(), StoreError> {
        match self.chat(chat.id)? {
            Some(_) => Ok(()),
            None => {
                self.expect_first_notifications(chat)?;
                let people = chat.pair.map(|(low, high)| [low, high]).into_iter().flatten();
                for user in people.chain([chat.owner_id]).filter(|user| !user.is_none()) {
                    self.expect("user", user.0)?;
                }
                self.insert_chat(chat).map(drop)
            }
        }
    }

    /// A login is one person's.
    fn expect_free_login(&self, password: &Password) -> Result<(), StoreError> {
        match self.password_of_login(&password.login)? {
            Some(other) if other.user_id != password.user_id => Err(StoreError::Corrupt(format!(
                "user {} signs in as {:?} already",
                other.user_id, password.login
            ))),
            _ => Ok(()),
        }
    }

    /// A person has one chat of notifications.
    fn expect_first_notifications(&self, chat: &Chat) -> Result<(), StoreError> {
        let sql = "SELECT id FROM chat WHERE kind = 'S' AND owner_id = ?1";
        let known = match chat.kind {
            ChatKind::System if !chat.owner_id.is_none() => self.engine.row(sql, &[chat.owner_id.into()])?,
            _ => None,
        };
        let Some(mut known) = known else { return Ok(()) };
        let text = format!("user {} has notifications in chat {} already", chat.owner_id, known.chat()?);
        Err(StoreError::Corrupt(text))
    }

    fn put_member(&mut self, member: &Member) -> Result<(), StoreError> {
        let user = self.user(member.user_id)?;
        let user = user.ok_or_else(|| StoreError::Missing(format!("user {}", member.user_id)))?;
        let chat = self.expected_chat(member.chat_id)?;
        if self.member(member.chat_id, member.user_id)?.is_some() {
            return Ok(());
        }
        if chat.pair.is_some_and(|(low, high)| ![low, high].contains(&member.user_id)) {
            let text = format!("user {} is not one of the two people of chat {}", member.user_id, chat.id);
            return Err(StoreError::Corrupt(text));
        }
        let (read, ordinal) = match chat.kind {
            ChatKind::System => (MessageId(0), 0),
            _ => (chat.last_message_id, chat.ordinal),
        };
        let joining = Member::joining(member.chat_id, member.user_id, read, ordinal, member.joined_at);
        let Member { manager, muted, first_visible_id, .. } = *member;
        self.insert_member(&Member { manager, muted, first_visible_id, ..joining })?;
        if chat.kind == ChatKind::System {
            self.read_notifications_upto(chat.id, chat.last_message_id)?;
        }
        let sql = "UPDATE chat SET user_count = user_count + 1, \
                   extranet = CASE WHEN ?2 = 1 THEN 1 ELSE extranet END WHERE id = ?1";
        self.engine.run_one(sql, &[chat.id.into(), user.is_extranet().into()])
    }

    fn put_message(&mut self, message: &Message, once: Option<&str>, purged: bool) -> Result<(), StoreError> {
        let mut chat = self.expected_chat(message.chat_id)?;
        let sql = "SELECT chat_id FROM message WHERE id = ?1";
        if self.engine.row(sql, &[message.id.into()])?.is_some() {
            return Ok(());
        }
        let newest = self.engine.row("SELECT max(id) FROM message WHERE chat_id = ?1", &[chat.id.into()])?;
        let newest = newest.map(|mut row| row.maybe_int()).transpose()?.flatten().unwrap_or(0);
        if message.id.0 <= newest {
            let text = format!("message {} comes after message {newest} of the same chat", message.id);
            return Err(StoreError::Corrupt(text));
        }
        for user in [message.author_id, message.actor_id] {
            if !user.is_none() {
                self.expect("user", user.0)?;
            }
        }
        let ordinal = chat.ordinal + i64::from(message.counts);
        self.insert_message(&Message { ordinal, ..message.clone() }, once)?;
        chat.ordinal = ordinal;
        if purged {
            self.engine.run_one("UPDATE message SET purged = 1 WHERE id = ?1", &[message.id.into()])?;
        } else {
            chat.message_count += 1;
            chat.last_message_id = message.id;
            chat.last_message_at = message.date;
            chat.updated_at = message.date;
        }
        self.save_totals(&chat)?;
        self.claim_files(message)?;
        match chat.kind {
            ChatKind::System if purged => Ok(()),
            ChatKind::System => self.insert_plain_notification(&chat, message),
            _ => self.read_imported(message, ordinal),
        }
    }

    /// As in a live portal, whoever writes has read what was there.
    fn read_imported(&mut self, message: &Message, ordinal: i64) -> Result<(), StoreError> {
        self.note_own(message)?;
        let sql = "UPDATE member SET last_read_id = ?3, read_ordinal = ?4, read_at = ?5, own = 0 \
                   WHERE chat_id = ?1 AND user_id = ?2 AND last_read_id < ?3";
        let params = [
            message.chat_id.into(),
            message.author_id.into(),
            message.id.into(),
            ordinal.into(),
            message.date.into(),
        ];
        self.engine.run(sql, &params).map(drop)
    }

    fn put_row(&mut self, member: &Member) -> Result<(), StoreError> {
        let chat = self.expected_chat(member.chat_id)?;
        let (last_read, ordinal) = match chat.kind {
            ChatKind::System => (MessageId(0), 0),
            _ => self.reached(member.chat_id, member.last_read_id)?,
        };
        if chat.kind == ChatKind::System {
            self.read_notifications_upto(chat.id, member.last_read_id)?;
        }
        let sql = format!(
            "UPDATE member SET last_read_id = ?3, read_ordinal = ?4, read_at = ?5, hidden_upto = ?6, pin_order = ?7, \
             mark = ?8, marked_id = ?9, updated_at = ?10, own = {OWN} WHERE chat_id = ?1 AND user_id = ?2"
        );
        let params = [
            member.chat_id.into(),
            member.user_id.into(),
            last_read.into(),
            ordinal.into(),
            member.read_at.into(),
            member.hidden_upto.into(),
            member.pin_order.into(),
            member.mark.into(),
            member.marked_id.into(),
            member.updated_at.into(),
        ];
        self.must_touch(&sql, &params, || format!("member {} of chat {}", member.user_id, member.chat_id))
    }

    fn put_webhook(&mut self, webhook: &lately_model::Webhook) -> Result<(), StoreError> {
        self.expect("user", webhook.user_id.0)?;
        let known = self.webhooks_of(webhook.user_id)?;
        if known.iter().any(|known| known.secret_hash == webhook.secret_hash) {
            return Ok(());
        }
        self.add_webhook(webhook).map(drop)
    }

    /// The newest message at or before a position, and the chat's ordinal there. A position beyond the newest message
    /// would hold for read what nobody has written yet.
    fn reached(&self, chat: ChatId, at: MessageId) -> Result<(MessageId, i64), StoreError> {
        let sql = "SELECT id, ordinal FROM message WHERE chat_id = ?1 AND id <= ?2 ORDER BY id DESC LIMIT 1";
        let row = self.engine.row(sql, &[chat.into(), at.into()])?;
        row.map_or(Ok((MessageId(0), 0)), |mut row| Ok((row.message()?, row.int()?)))
    }

    /// Refuses a fact that refers to what is not there. `table` is one of the schema's own names.
    fn expect(&self, table: &'static str, id: i64) -> Result<(), StoreError> {
        let row = self.engine.row(&format!("SELECT id FROM \"{table}\" WHERE id = ?1"), &[id.into()])?;
        row.map(drop).ok_or_else(|| StoreError::Missing(format!("{table} {id}")))
    }

    fn expected_chat(&self, chat: ChatId) -> Result<Chat, StoreError> {
        self.chat(chat)?.ok_or_else(|| StoreError::Missing(format!("chat {chat}")))
    }

    fn expected_member(&self, chat: ChatId, user: lately_model::UserId) -> Result<Member, StoreError> {
        self.member(chat, user)?.ok_or_else(|| StoreError::Missing(format!("member {user} of chat {chat}")))
    }

    fn must_touch(&self, sql: &str, params: &[Value], what: impl Fn() -> String) -> Result<(), StoreError> {
        if self.engine.run(sql, params)? == 1 { Ok(()) } else { Err(StoreError::Missing(what())) }
    }
}
