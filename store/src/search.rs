//! Finding people and chats by words, and the words by which they are found.
//!
//! Must hold: what is found by is written in the transaction that writes the thing, and is what
//! [`lately_model::search::words`] makes of it; a recount says so. Nothing is written when a message is sent.

use lately_model::search::{Words, words};
use lately_model::{Chat, ChatId, Department, User, UserId};

use crate::engine::Value;
use crate::{Snapshot, StoreError, Tx, chat, user};

/// Above every word that begins with what stands before it.
const END: char = '\u{10ffff}';

/// Words of one thing that one statement reads; more are never kept.
const KEPT: i64 = 1000;

/// What is kept of a bot that is not offered. Within a text of its JSON the quotes would have a backslash before them.
const HIDDEN: &str = "%\"hidden\":true%";

/// What a word belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shelf {
    /// A user's name.
    Name,
    /// A user's position in the company.
    Position,
    /// A chat's title.
    Title,
    /// A department's name.
    Department,
}

impl Shelf {
    fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Position => "position",
            Self::Title => "title",
            Self::Department => "department",
        }
    }
}

/// Which part of what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// How many are passed over.
    pub offset: i64,
    /// How many are wanted at most.
    pub limit: i64,
}

/// Which chats to look among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// A member's closed groups, comments, private dialogs and open lines, and the open groups that they are in.
    Own,
    /// The same and every open group.
    OwnAndOpen,
    /// A member's open lines.
    Lines,
}

impl Snapshot<'_> {
    /// The active employees and the bots that are offered whose name, position or department has all of these words, by number, and how many
    /// there are. With `guest` only those with whom this user shares a chat.
    pub fn find_users(
        &self,
        asked: &[String],
        guest: Option<UserId>,
        span: Span,
    ) -> Result<(Vec<User>, i64), StoreError> {
        let mut params: Vec<Value> = vec![guest.unwrap_or_default().into()];
        let mut sql = format!(
            "FROM \"user\" u WHERE u.active = 1 AND u.kind IN ('employee', 'bot') AND u.bot NOT LIKE '{HIDDEN}'"
        );
        // Named once even where nobody is left out: a statement must use each of its parameters.
        sql.push_str(match guest {
            Some(_) => {
                " AND (u.id = ?1 OR u.id IN (SELECT other.user_id FROM member mine \
                 JOIN member other ON other.chat_id = mine.chat_id WHERE mine.user_id = ?1))"
            }
            None => " AND u.id <> ?1",
        });
        for word in asked {
            let begins = begins(word, &mut params);
            sql.push_str(&format!(
                " AND (u.id IN (SELECT w.item_id FROM search_word w WHERE w.kind = 'name' AND {begins}) \
                 OR u.id IN (SELECT w.item_id FROM search_word w WHERE w.kind = 'position' AND {begins}) \
                 OR u.id IN (SELECT d.user_id FROM search_word w JOIN user_department d ON d.department_id = w.item_id \
                 WHERE w.kind = 'department' AND {begins}))"
            ));
        }
        let total = self.counted(&sql, &params)?;
        let rows = self.part(&format!("SELECT {} {sql} ORDER BY u.id", user::COLUMNS), params, span)?;
        let users = rows.into_iter().map(|mut row| user::read(&mut row)).collect::<Result<_, _>>()?;
        Ok((users, total))
    }

    /// The chats whose title has all of these words, or one of whose members has them in their name, the newest first,
    /// and how many there are.
    pub fn find_chats(
        &self,
        asked: &[String],
        member: UserId,
        among: Among,
        span: Span,
    ) -> Result<(Vec<Chat>, i64), StoreError> {
        const MINE: &str = "c.id IN (SELECT mine.chat_id FROM member mine WHERE mine.user_id = ?1)";
        let mut params: Vec<Value> = vec![member.into()];
        let among = match among {
            Among::Own => format!("c.kind IN ('C', 'O', 'T', 'P', 'L') AND {MINE}"),
            Among::OwnAndOpen => format!("(c.kind = 'O' OR (c.kind IN ('C', 'T', 'P', 'L') AND {MINE}))"),
            Among::Lines => format!("c.kind = 'L' AND {MINE}"),
        };
        let (mut title, mut name) = (Vec::new(), Vec::new());
        for word in asked {
            let begins = begins(word, &mut params);
            let on = |shelf: Shelf| {
                let shelf = shelf.word();
                format!("(SELECT w.item_id FROM search_word w WHERE w.kind = '{shelf}' AND {begins})")
            };
            title.push(format!("c.id IN {}", on(Shelf::Title)));
            name.push(format!("m.user_id IN {}", on(Shelf::Name)));
        }
        let (title, name) = (title.join(" AND "), name.join(" AND "));
        let sql = format!(
            "FROM chat c WHERE {among} AND (({title}) OR c.id IN (SELECT m.chat_id FROM member m WHERE {name}))"
        );
        let total = self.counted(&sql, &params)?;
        let rows = self.part(&format!("SELECT {} {sql} ORDER BY c.id DESC", chat::COLUMNS), params, span)?;
        let chats = rows.into_iter().map(|mut row| chat::read(&mut row)).collect::<Result<_, _>>()?;
        Ok((chats, total))
    }

    fn counted(&self, from: &str, params: &[Value]) -> Result<i64, StoreError> {
        let row = self.engine.row(&format!("SELECT count(*) {from}"), params)?;
        row.map_or(Ok(0), |mut row| row.int())
    }

    fn part(
        &self,
        sql: &str,
        mut params: Vec<Value>,
        span: Span,
    ) -> Result<Vec<crate::engine::Row>, StoreError> {
        params.extend([Value::from(span.limit), Value::from(span.offset)]);
        let (limit, offset) = (params.len() - 1, params.len());
        self.engine.rows(&format!("{sql} LIMIT ?{limit} OFFSET ?{offset}"), &params)
    }

    /// In how many words the kept ones differ from those that a thing is found by.
    pub(crate) fn misfiled(&self, shelf: Shelf, item: i64, wanted: &Words) -> Result<i64, StoreError> {
        let differing = self.filed(shelf, item)?.symmetric_difference(wanted).count();
        Ok(i64::try_from(differing).unwrap_or(i64::MAX))
    }

    fn filed(&self, shelf: Shelf, item: i64) -> Result<Words, StoreError> {
        let sql = "SELECT word FROM search_word WHERE kind = ?1 AND item_id = ?2 LIMIT ?3";
        let rows = self.engine.rows(sql, &[shelf.word().into(), item.into(), KEPT.into()])?;
        rows.into_iter().map(|mut row| row.text()).collect()
    }
}

/// The condition that `w.word` begins with this word, whose bounds become parameters.
fn begins(word: &str, params: &mut Vec<Value>) -> String {
    params.extend([Value::from(word), Value::from(format!("{word}{END}"))]);
    let (low, high) = (params.len() - 1, params.len());
    format!("w.word >= ?{low} AND w.word < ?{high}")
}

/// What a user is found by.
pub(crate) fn words_of_user(user: &User) -> [(Shelf, Words); 2] {
    [
        (Shelf::Name, words([user.first_name.as_str(), &user.last_name])),
        (Shelf::Position, words([user.work_position.as_str()])),
    ]
}

impl Tx<'_> {
    /// Writes what a user is found by, and where they belong.
    pub(crate) fn file_user(&mut self, user: &User) -> Result<(), StoreError> {
        for (shelf, words) in words_of_user(user) {
            self.file(shelf, user.id.0, &words)?;
        }
        self.file_staff(user)
    }

    /// Writes what a chat is found by.
    pub(crate) fn file_chat(&mut self, chat: ChatId, title: &str) -> Result<(), StoreError> {
        self.file(Shelf::Title, chat.0, &words([title]))
    }

    /// Writes what a department is found by.
    pub(crate) fn file_department(&mut self, department: &Department) -> Result<(), StoreError> {
        self.file(Shelf::Department, department.id, &words([department.name.as_str()]))
    }

    /// A department is found no more.
    pub(crate) fn unfile_department(&mut self, id: i64) -> Result<(), StoreError> {
        self.file(Shelf::Department, id, &Words::new())
    }

    /// What did not change is not written.
    fn file(&mut self, shelf: Shelf, item: i64, wanted: &Words) -> Result<(), StoreError> {
        let found = self.filed(shelf, item)?;
        for gone in found.difference(wanted) {
            let sql = "DELETE FROM search_word WHERE kind = ?1 AND word = ?2 AND item_id = ?3";
            self.engine.run_one(sql, &[shelf.word().into(), gone.into(), item.into()])?;
        }
        for fresh in wanted.difference(&found) {
            let sql = "INSERT INTO search_word (kind, word, item_id) VALUES (?1, ?2, ?3)";
            self.engine.run_one(sql, &[shelf.word().into(), fresh.into(), item.into()])?;
        }
        Ok(())
    }

    /// Writes what everything is found by that a database of version 2 had.
    ///
    /// It reads the columns of that version and no others, so that it stays true when later steps add some.
    pub(crate) fn file_all(&mut self) -> Result<(), StoreError> {
        let users = "SELECT id, first_name, last_name, work_position, departments FROM \"user\" \
                     WHERE id > ?1 ORDER BY id LIMIT 500";
        self.file_each(users, |tx, mut row| {
            let user = User {
                id: row.user()?,
                first_name: row.text()?,
                last_name: row.text()?,
                work_position: row.text()?,
                departments: row.json()?,
                ..User::default()
            };
            tx.file_user(&user)?;
            Ok(user.id.0)
        })?;
        let chats = "SELECT id, title FROM chat WHERE id > ?1 ORDER BY id LIMIT 500";
        self.file_each(chats, |tx, mut row| {
            let (id, title) = (row.chat()?, row.text()?);
            tx.file_chat(id, &title)?;
            Ok(id.0)
        })?;
        let departments = "SELECT id, name FROM department WHERE id > ?1 ORDER BY id LIMIT 500";
        self.file_each(departments, |tx, mut row| {
            let department = Department { id: row.int()?, name: row.text()?, ..Department::default() };
            tx.file_department(&department)?;
            Ok(department.id)
        })
    }

    fn file_each(
        &mut self,
        sql: &str,
        mut file: impl FnMut(&mut Self, crate::engine::Row) -> Result<i64, StoreError>,
    ) -> Result<(), StoreError> {
        let mut after = 0;
        loop {
            let rows = self.engine.rows(sql, &[Value::from(after)])?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in rows {
                after = file(self, row)?;
            }
        }
    }
}
