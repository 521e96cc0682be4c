-- How people sign in. A login is unique over the portal.
CREATE TABLE password (
    user_id INTEGER PRIMARY KEY,
    login TEXT NOT NULL,
    hash TEXT NOT NULL,
    changed_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX password_login ON password (login);

-- Browsers that people signed in with.
CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    secret_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX session_secret ON session (user_id, secret_hash);

-- Links by which people choose a login and a password, once. User 0: the first administrator.
CREATE TABLE invitation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    code_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX invitation_code ON invitation (code_hash);
