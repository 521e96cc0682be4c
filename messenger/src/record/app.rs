//! Applications and their tokens, from facts to records and back.

use lately_model::app::{HIGHEST, TITLE_CHARS, is_address, is_name};
use lately_model::blob::is_hash;
use lately_model::{App, AppToken, Scopes, TokenKind};

use super::fact::positive;
use super::{AppRecord, AppTokenRecord};

/// An application as a record.
pub(super) fn record(app: App) -> AppRecord {
    AppRecord {
        id: app.id,
        client_id: app.client_id,
        secret_hash: app.secret_hash,
        application_token: app.application_token,
        title: app.title,
        scopes: app.scopes.joined(),
        handler_url: app.handler_url,
        install_url: app.install_url,
        api_only: app.api_only,
        installed: app.installed,
        version: app.version,
        revision: app.revision,
        created_at: app.created_at,
        created_by: app.created_by,
    }
}

fn kind_word(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Access => "access",
        TokenKind::Refresh => "refresh",
        TokenKind::Code => "code",
    }
}

/// A token as a record.
pub(super) fn token_record(token: AppToken) -> AppTokenRecord {
    AppTokenRecord {
        app: token.app_id,
        user: token.user_id,
        kind: kind_word(token.kind).to_owned(),
        hash: token.hash,
        created_at: token.created_at,
        expires_at: token.expires_at,
    }
}

/// A record's application.
pub(super) fn app(record: AppRecord) -> Result<App, String> {
    if !is_name(&record.client_id) || !is_name(&record.application_token) {
        return Err("\"client_id\" and \"application_token\" are made of letters, digits, '.', '_' and '-'"
            .to_owned());
    }
    if !is_hash(&record.secret_hash) {
        return Err("\"secret_hash\" is a SHA-256 as hex in small letters".to_owned());
    }
    let addresses = [&record.handler_url, &record.install_url];
    if addresses.into_iter().any(|address| !address.is_empty() && !is_address(address)) {
        return Err("\"handler_url\" and \"install_url\" begin with http:// or https://".to_owned());
    }
    if !(1..=HIGHEST).contains(&record.id.0) {
        return Err(format!("id must be a positive number, {} at most", HIGHEST));
    }
    if record.title.chars().count() > TITLE_CHARS {
        return Err(format!("a title has {TITLE_CHARS} characters at most"));
    }
    Ok(App {
        id: record.id,
        client_id: record.client_id,
        secret_hash: record.secret_hash,
        application_token: record.application_token,
        title: record.title,
        scopes: Scopes::parse(&record.scopes)?,
        handler_url: record.handler_url,
        install_url: record.install_url,
        api_only: record.api_only,
        installed: record.installed,
        version: positive(record.version, "version")?,
        revision: record.revision,
        created_at: record.created_at,
        created_by: record.created_by,
    })
}

/// A record's token.
pub(super) fn token(record: AppTokenRecord) -> Result<AppToken, String> {
    if !is_hash(&record.hash) {
        return Err("\"hash\" is a SHA-256 as hex in small letters".to_owned());
    }
    let kind =
        [TokenKind::Access, TokenKind::Refresh].into_iter().find(|kind| kind_word(*kind) == record.kind);
    Ok(AppToken {
        app_id: record.app,
        user_id: record.user,
        kind: kind.ok_or_else(|| format!("a token is \"access\" or \"refresh\", not {:?}", record.kind))?,
        hash: record.hash,
        created_at: record.created_at,
        expires_at: record.expires_at,
    })
}
