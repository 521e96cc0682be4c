//! Applications.
//!
//! Must hold: a number is given to one application only, also after that one was removed; with an application go its
//! tokens.

use lately_model::{App, AppId, Event, Revision, Scopes, UserId};

use crate::engine::Row;
use crate::{Change, Snapshot, StoreError, Tx};

const COLUMNS: &str = "id, client_id, secret_hash, application_token, title, scopes, handler_url, install_url, \
                       api_only, installed, version, revision, created_at, created_by";

/// How many people are told that an application is gone for which they have tokens.
const TOLD: i64 = 100_000;

impl Snapshot<'_> {
    /// One application.
    pub fn app(&self, id: AppId) -> Result<Option<App>, StoreError> {
        let row = self.engine.row(&format!("SELECT {COLUMNS} FROM app WHERE id = ?1"), &[id.into()])?;
        row.map(|mut row| read(&mut row)).transpose()
    }

    /// The application with this public name.
    pub fn app_by_client(&self, client_id: &str) -> Result<Option<App>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM app WHERE client_id = ?1");
        self.engine.row(&sql, &[client_id.into()])?.map(|mut row| read(&mut row)).transpose()
    }

    /// Up to `limit` applications with a number above `after`, ascending.
    pub fn apps_after(&self, after: AppId, limit: i64) -> Result<Vec<App>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM app WHERE id > ?1 ORDER BY id LIMIT ?2");
        self.engine.rows(&sql, &[after.into(), limit.into()])?.iter_mut().map(read).collect()
    }
}

impl Tx<'_> {
    /// Adds an application and answers its number; a zero one takes the next. A client id that is taken is a unique
    /// violation.
    pub fn add_app(&mut self, app: &App) -> Result<AppId, StoreError> {
        let sql = "UPDATE portal SET last_app = CASE WHEN ?1 = 0 THEN last_app + 1 WHEN ?1 > last_app THEN ?1 \
                   ELSE last_app END WHERE id = 1";
        self.engine.run_one(sql, &[app.id.into()])?;
        let id = match app.id {
            AppId(0) => {
                let row = self.engine.row("SELECT last_app FROM portal WHERE id = 1", &[])?;
                AppId(row.map_or(Ok(0), |mut row| row.int())?)
            }
            given => given,
        };
        let sql = format!(
            "INSERT INTO app ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        );
        let params = [
            id.into(),
            (&app.client_id).into(),
            (&app.secret_hash).into(),
            (&app.application_token).into(),
            (&app.title).into(),
            app.scopes.joined().into(),
            (&app.handler_url).into(),
            (&app.install_url).into(),
            app.api_only.into(),
            app.installed.into(),
            app.version.into(),
            app.revision.number().into(),
            app.created_at.into(),
            app.created_by.into(),
        ];
        self.engine.run_one(&sql, &params)?;
        self.changes.push(Change::App(id));
        Ok(id)
    }

    /// Notes that an application's installation is finished; false if there is no such application.
    pub fn install_app(&mut self, id: AppId) -> Result<bool, StoreError> {
        let found = self.engine.run("UPDATE app SET installed = 1 WHERE id = ?1", &[id.into()])?;
        self.changes.push(Change::App(id));
        Ok(found > 0)
    }

    /// Removes an application with its tokens; false if there was none.
    pub fn remove_app(&mut self, id: AppId) -> Result<bool, StoreError> {
        let sql = "SELECT DISTINCT user_id FROM app_token WHERE app_id = ?1 ORDER BY user_id LIMIT ?2";
        let mut users = self.engine.rows(sql, &[id.into(), TOLD.into()])?;
        let users = users.iter_mut().map(Row::user).collect::<Result<Vec<UserId>, _>>()?;
        self.engine.run("DELETE FROM app_token WHERE app_id = ?1", &[id.into()])?;
        let removed = self.engine.run("DELETE FROM app WHERE id = ?1", &[id.into()])?;
        for user in users {
            self.happened(Event::Access(user));
        }
        self.changes.push(Change::App(id));
        Ok(removed > 0)
    }

    /// An application that another portal knew: under its number if that is free, and not twice under one name.
    pub(crate) fn put_app(&mut self, app: &App) -> Result<(), StoreError> {
        match self.app_by_client(&app.client_id)? {
            Some(known) if known.id == app.id => Ok(()),
            Some(known) => {
                let text = format!("application {} is number {} here", app.client_id, known.id);
                Err(StoreError::Corrupt(text))
            }
            None => self.add_app(app).map(drop),
        }
    }
}

fn read(row: &mut Row) -> Result<App, StoreError> {
    Ok(App {
        id: AppId(row.int()?),
        client_id: row.text()?,
        secret_hash: row.text()?,
        application_token: row.text()?,
        title: row.text()?,
        scopes: Scopes::parse(&row.text()?).map_err(StoreError::Corrupt)?,
        handler_url: row.text()?,
        install_url: row.text()?,
        api_only: row.flag()?,
        installed: row.flag()?,
        version: row.int()?,
        revision: Revision::try_from(row.int()?).map_err(StoreError::Corrupt)?,
        created_at: row.moment()?,
        created_by: row.user()?,
    })
}
