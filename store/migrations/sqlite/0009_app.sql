-- Applications. The secret is known as a hash; the application token goes out with every event.
CREATE TABLE app (
    id INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    application_token TEXT NOT NULL,
    title TEXT NOT NULL,
    scopes TEXT NOT NULL,
    handler_url TEXT NOT NULL,
    install_url TEXT NOT NULL,
    api_only INTEGER NOT NULL,
    installed INTEGER NOT NULL,
    version INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by INTEGER NOT NULL
);
CREATE UNIQUE INDEX app_client ON app (client_id);

-- The highest number that an application ever had: none is given twice.
ALTER TABLE portal ADD COLUMN last_app INTEGER NOT NULL DEFAULT 0;

-- Access tokens, refresh tokens and codes, as hashes.
CREATE TABLE app_token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX app_token_hash ON app_token (hash);
CREATE INDEX app_token_user ON app_token (app_id, user_id, kind, id);
