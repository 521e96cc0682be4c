//! Reading all facts of a portal, in an order in which they can be written again.

use lately_model::{
    AbsenceId, AppId, BacklogId, BlobId, Chat, ChatId, ChatKind, CommandId, DeedId, FileId, FolderId,
    HandlerId, MessageId, Owner, RemovalReason, UserId, WebhookId,
};

use crate::{AppOption, Fact, FeedOwner, Snapshot, StoreError, message};

/// How many rows are read at a time.
const STEP: i64 = 500;

/// Takes one fact after another.
pub type Take<'a, E> = &'a mut dyn FnMut(Fact) -> Result<(), E>;

impl Snapshot<'_> {
    /// How many facts there are, roughly: users, chats and messages.
    pub fn fact_count(&self) -> Result<u64, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM \"user\") + (SELECT count(*) FROM chat) + (SELECT count(*) FROM message)";
        let count = self.engine.row(sql, &[])?.map_or(Ok(0), |mut row| row.int())?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Hands every fact to `take`, deeds apart: see [`Self::deed_facts`].
    pub fn facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let row = self.engine.row("SELECT color_counter FROM portal WHERE id = 1", &[])?;
        take(Fact::Portal { color_counter: row.map_or(Ok(0), |mut row| row.int())? })?;
        self.department_facts(take)?;
        self.user_facts(take)?;
        self.absence_facts(take)?;
        self.folder_facts(take)?;
        self.file_facts(ChatId(0), take)?;
        let mut after = ChatId(0);
        while let Some(chat) = self.chat_after(after)? {
            after = chat.id;
            self.chat_facts(chat, take)?;
        }
        self.removal_facts(take)?;
        self.webhook_facts(take)?;
        self.app_facts(take)?;
        self.app_token_facts(take)?;
        self.password_facts(take)?;
        self.found_facts(take)?;
        self.option_facts(take)?;
        self.setting_facts(take)?;
        self.feed_facts(take)?;
        self.handler_facts(take)?;
        self.backlog_facts(take)?;
        self.bot_facts(take)
    }

    fn department_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let mut after = 0;
        loop {
            let departments = self.departments_after(after, STEP)?;
            let Some(last) = departments.last() else { return Ok(()) };
            after = last.id;
            for department in departments {
                take(Fact::Department(department))?;
            }
        }
    }

    fn user_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let mut after = UserId(0);
        loop {
            let users = self.users_after(after, STEP)?;
            let Some(last) = users.last() else { return Ok(()) };
            after = last.id;
            for user in users {
                take(Fact::User(Box::new(user)))?;
            }
        }
    }

    fn absence_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let mut after = AbsenceId(0);
        loop {
            let absences = self.absences_after(after, STEP)?;
            let Some(last) = absences.last() else { return Ok(()) };
            after = last.id;
            for absence in absences {
                take(Fact::Absence(absence))?;
            }
        }
    }

    fn chat_facts<E: From<StoreError>>(&self, chat: Chat, take: Take<'_, E>) -> Result<(), E> {
        let (id, updated_at) = (chat.id, chat.updated_at);
        let notifications = chat.kind == ChatKind::System;
        take(Fact::Chat(Box::new(chat)))?;
        self.member_facts(id, take, false)?;
        if let Some(folder) = self.folder_of(Owner::Chat(id))? {
            take(Fact::Folder(folder))?;
        }
        self.file_facts(id, take)?;
        self.message_facts(id, take)?;
        if notifications {
            self.notification_facts(id, take)?;
        }
        take(Fact::Touch { chat: id, date: updated_at })?;
        self.member_facts(id, take, true)
    }

    fn member_facts<E: From<StoreError>>(
        &self,
        chat: ChatId,
        take: Take<'_, E>,
        rows: bool,
    ) -> Result<(), E> {
        let mut after = UserId(0);
        loop {
            let members = self.members_after(chat, after, STEP)?;
            let Some(last) = members.last() else { return Ok(()) };
            after = last.user_id;
            for member in members {
                take(if rows { Fact::Row(member) } else { Fact::Member(member) })?;
            }
        }
    }

    fn folder_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let mut after = FolderId(0);
        loop {
            let folders = self.drive_folders_after(after, STEP)?;
            let Some(last) = folders.last() else { return Ok(()) };
            after = last.id;
            for folder in folders {
                take(Fact::Folder(folder))?;
            }
        }
    }

    fn file_facts<E: From<StoreError>>(&self, chat: ChatId, take: Take<'_, E>) -> Result<(), E> {
        let mut after = FileId(0);
        loop {
            let files = self.files_after(chat, after, STEP)?;
            let Some(last) = files.last() else { return Ok(()) };
            after = last.id;
            for file in files {
                let (bytes, preview) = (self.hash_of(file.blob_id)?, self.hash_of(file.preview_id)?);
                take(Fact::File { file: Box::new(file), bytes, preview })?;
            }
        }
    }

    fn hash_of(&self, blob: BlobId) -> Result<Option<String>, StoreError> {
        Ok(if blob.is_none() { None } else { self.blob(blob)?.map(|blob| blob.hash) })
    }

    fn message_facts<E: From<StoreError>>(&self, chat: ChatId, take: Take<'_, E>) -> Result<(), E> {
        let sql = format!(
            "SELECT {}, x.once, x.purged FROM message x WHERE x.chat_id = ?1 AND x.id > ?2 ORDER BY x.id LIMIT ?3",
            message::COLUMNS
        );
        let mut after = MessageId(0);
        loop {
            let rows = self.engine.rows(&sql, &[chat.into(), after.into(), STEP.into()])?;
            if rows.is_empty() {
                return Ok(());
            }
            for mut row in rows {
                let message = message::read(&mut row)?;
                after = message.id;
                let (once, purged) = (row.maybe_text()?, row.flag()?);
                take(Fact::Message { message: Box::new(message), once, purged })?;
                self.view_facts(after, take)?;
            }
        }
    }

    fn notification_facts<E: From<StoreError>>(&self, chat: ChatId, take: Take<'_, E>) -> Result<(), E> {
        let mut after = MessageId(0);
        loop {
            let notifications = self.notifications_after(chat, after, STEP)?;
            let Some(last) = notifications.last() else { return Ok(()) };
            after = last.message_id;
            for notification in notifications {
                take(Fact::Notification(Box::new(notification)))?;
            }
        }
    }

    fn view_facts<E: From<StoreError>>(&self, message: MessageId, take: Take<'_, E>) -> Result<(), E> {
        let (views, _) = self.views(message, UserId(0), i64::MAX)?;
        for view in views {
            take(Fact::View { message, user: view.user_id, date: view.date })?;
        }
        Ok(())
    }

    fn removal_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let sql = "SELECT user_id, chat_id, reason, date FROM removal WHERE (user_id = ?1 AND chat_id > ?2) \
                   OR user_id > ?1 ORDER BY user_id, chat_id LIMIT ?3";
        let mut after = (UserId(0), ChatId(0));
        loop {
            let rows = self.engine.rows(sql, &[after.0.into(), after.1.into(), STEP.into()])?;
            if rows.is_empty() {
                return Ok(());
            }
            for mut row in rows {
                let (user, chat, word, date) = (row.user()?, row.chat()?, row.text()?, row.moment()?);
                after = (user, chat);
                if let Some(reason) = RemovalReason::from_word(&word) {
                    take(Fact::Removal { user, chat, reason, date })?;
                }
            }
        }
    }

    fn password_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let mut after = UserId(0);
        loop {
            let passwords = self.passwords_after(after, STEP)?;
            let Some(last) = passwords.last() else { return Ok(()) };
            after = last.user_id;
            for password in passwords {
                take(Fact::Password(password))?;
            }
        }
    }

    fn webhook_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let mut after = WebhookId(0);
        loop {
            let webhooks = self.webhooks_after(after, STEP)?;
            let Some(last) = webhooks.last() else { return Ok(()) };
            after = last.id;
            for webhook in webhooks {
                take(Fact::Webhook(webhook))?;
            }
        }
    }

    fn app_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let mut after = AppId(0);
        loop {
            let apps = self.apps_after(after, STEP)?;
            let Some(last) = apps.last() else { return Ok(()) };
            after = last.id;
            for app in apps {
                take(Fact::App(Box::new(app)))?;
            }
        }
    }

    fn app_token_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let mut after = 0;
        loop {
            let tokens = self.app_tokens_after(after, STEP)?;
            let Some((last, _)) = tokens.last() else { return Ok(()) };
            after = *last;
            for (_, token) in tokens {
                take(Fact::AppToken(token))?;
            }
        }
    }

    fn found_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let mut after = (UserId(0), String::new());
        loop {
            let found = self.found_after(after.0, &after.1, STEP)?;
            let Some(last) = found.last() else { return Ok(()) };
            after = (last.user_id, last.dialog.to_string());
            for found in found {
                take(Fact::Found(found))?;
            }
        }
    }

    fn option_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let [application, name, value] = [String::new(), String::new(), String::new()];
        let mut after = AppOption { application, user_id: UserId(0), name, value };
        loop {
            let options = self.options_after(&after, STEP)?;
            let Some(last) = options.last() else { return Ok(()) };
            after = last.clone();
            for option in options {
                take(Fact::Option(option))?;
            }
        }
    }

    fn setting_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        for setting in self.settings()? {
            take(Fact::Setting(setting))?;
        }
        Ok(())
    }

    /// Hands every deed to `take`.
    pub fn deed_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let mut after = DeedId(0);
        while let Some(upto) = self.deed_step(after, STEP)? {
            for deed in self.deeds_between(after, upto)? {
                take(Fact::Deed(Box::new(deed)))?;
            }
            after = upto;
        }
        Ok(())
    }

    fn feed_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let mut after = FeedOwner { user: UserId(0), app: AppId(0) };
        loop {
            let owners = self.feeds_after(after, STEP)?;
            let Some(last) = owners.last() else { return Ok(()) };
            after = *last;
            for owner in owners {
                take(Fact::Feed(owner))?;
            }
        }
    }

    fn handler_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let mut after = HandlerId(0);
        loop {
            let handlers = self.handlers_after(after, STEP)?;
            let Some(last) = handlers.last() else { return Ok(()) };
            after = last.id;
            for handler in handlers {
                take(Fact::Handler(handler))?;
            }
        }
    }

    fn backlog_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let mut after = BacklogId(0);
        loop {
            let entries = self.backlog_after(after, STEP)?;
            let Some(last) = entries.last() else { return Ok(()) };
            after = last.id;
            for entry in entries {
                take(Fact::Backlog(entry))?;
            }
        }
    }

    fn bot_facts<E: From<StoreError>>(&self, take: Take<'_, E>) -> Result<(), E> {
        let mut after = UserId(0);
        loop {
            let programs = self.bots_after(after, STEP)?;
            let Some(last) = programs.last() else { break };
            after = last.bot;
            for program in programs {
                take(Fact::Bot(Box::new(program)))?;
            }
        }
        let mut after = CommandId(0);
        loop {
            let commands = self.commands_after(after, STEP)?;
            let Some(last) = commands.last() else { return Ok(()) };
            after = last.id;
            for command in commands {
                take(Fact::Command(Box::new(command)))?;
            }
        }
    }
}
