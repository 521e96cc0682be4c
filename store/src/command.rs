//! The commands that bots know.
//!
//! Must hold: a bot has one command of a name.

use lately_model::command::PER_BOT;
use lately_model::{BotCommand, CommandId, UserId};

use crate::engine::{Row, Value};
use crate::user::json;
use crate::{Change, Snapshot, StoreError, Tx};

const COLUMNS: &str = "id, bot_id, name, url, common, hidden, extranet, phrases";

impl Snapshot<'_> {
    /// One command.
    pub fn command(&self, id: CommandId) -> Result<Option<BotCommand>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM command WHERE id = ?1");
        self.engine.row(&sql, &[id.0.into()])?.map(read).transpose()
    }

    /// A bot's commands, by number.
    pub fn commands_of(&self, bot: UserId) -> Result<Vec<BotCommand>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM command WHERE bot_id = ?1 ORDER BY id LIMIT ?2");
        self.engine.rows(&sql, &[bot.into(), PER_BOT.into()])?.into_iter().map(read).collect()
    }

    /// Up to `limit` commands with a number above `after`, ascending.
    pub fn commands_after(&self, after: CommandId, limit: i64) -> Result<Vec<BotCommand>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM command WHERE id > ?1 ORDER BY id LIMIT ?2");
        self.engine.rows(&sql, &[after.0.into(), limit.into()])?.into_iter().map(read).collect()
    }
}

impl Tx<'_> {
    /// Adds a command and answers its number; a zero one takes the next. A name that its bot has already is a unique
    /// violation.
    pub fn add_command(&mut self, command: &BotCommand) -> Result<CommandId, StoreError> {
        let id = if command.id.is_none() { Value::Null } else { command.id.0.into() };
        let sql = "INSERT INTO command (id, bot_id, name, url, common, hidden, extranet, phrases) VALUES \
                   (COALESCE(?1, (SELECT COALESCE(max(id), 0) + 1 FROM command)), ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let params = [
            id,
            command.bot.into(),
            (&command.name).into(),
            (&command.url).into(),
            command.common.into(),
            command.hidden.into(),
            command.extranet.into(),
            json(&command.phrases).into(),
        ];
        let id = CommandId(self.engine.insert(sql, &params)?);
        self.changes.push(Change::Bots);
        Ok(id)
    }

    /// Replaces what is known of a command.
    pub fn update_command(&mut self, command: &BotCommand) -> Result<(), StoreError> {
        let sql = "UPDATE command SET name = ?2, url = ?3, common = ?4, hidden = ?5, extranet = ?6, phrases = ?7 \
                   WHERE id = ?1";
        let params = [
            command.id.0.into(),
            (&command.name).into(),
            (&command.url).into(),
            command.common.into(),
            command.hidden.into(),
            command.extranet.into(),
            json(&command.phrases).into(),
        ];
        self.engine.run_one(sql, &params)?;
        self.changes.push(Change::Bots);
        Ok(())
    }

    /// Removes a command.
    pub fn remove_command(&mut self, id: CommandId) -> Result<(), StoreError> {
        self.engine.run("DELETE FROM command WHERE id = ?1", &[id.0.into()])?;
        self.changes.push(Change::Bots);
        Ok(())
    }
}

fn read(mut row: Row) -> Result<BotCommand, StoreError> {
    Ok(BotCommand {
        id: CommandId(row.int()?),
        bot: row.user()?,
        name: row.text()?,
        url: row.text()?,
        common: row.flag()?,
        hidden: row.flag()?,
        extranet: row.flag()?,
        phrases: row.json()?,
    })
}
