-- The portal's own row: how many transactions were ever committed, and the counter that picks chat colours.
CREATE TABLE portal (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL,
    color_counter INTEGER NOT NULL
);
INSERT INTO portal (id, position, color_counter) VALUES (1, 0, 0);

CREATE TABLE department (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    parent_id INTEGER NOT NULL,
    head_id INTEGER NOT NULL,
    sort INTEGER NOT NULL
);

CREATE TABLE "user" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    active INTEGER NOT NULL,
    admin INTEGER NOT NULL,
    kind TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    second_name TEXT NOT NULL,
    email TEXT NOT NULL,
    work_position TEXT NOT NULL,
    gender TEXT NOT NULL,
    birthday TEXT NOT NULL,
    color TEXT NOT NULL,
    avatar TEXT NOT NULL,
    external_auth_id TEXT NOT NULL,
    status TEXT NOT NULL,
    idle_since INTEGER,
    last_activity INTEGER,
    mobile_last INTEGER,
    desktop_last INTEGER,
    absent_until INTEGER,
    departments TEXT NOT NULL,
    phones TEXT NOT NULL,
    website TEXT NOT NULL,
    bot TEXT NOT NULL,
    registered_at INTEGER NOT NULL,
    last_login INTEGER,
    profile TEXT NOT NULL
);
CREATE UNIQUE INDEX user_email ON "user" (email) WHERE email <> '';

CREATE TABLE chat (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    owner_id INTEGER NOT NULL,
    color TEXT NOT NULL,
    avatar TEXT NOT NULL,
    extranet INTEGER NOT NULL,
    entity_type TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    entity_data_1 TEXT NOT NULL,
    entity_data_2 TEXT NOT NULL,
    entity_data_3 TEXT NOT NULL,
    parent_chat_id INTEGER NOT NULL,
    parent_message_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    user_count INTEGER NOT NULL,
    message_count INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    last_message_id INTEGER NOT NULL,
    last_message_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    low_id INTEGER,
    high_id INTEGER,
    line_id INTEGER,
    line_status INTEGER,
    line_created_at INTEGER
);
CREATE UNIQUE INDEX chat_pair ON chat (low_id, high_id) WHERE low_id IS NOT NULL;
CREATE INDEX chat_entity ON chat (entity_type, entity_id) WHERE entity_type <> '';

-- Clustered by user, because a person's list is loaded whole.
CREATE TABLE member (
    user_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    manager INTEGER NOT NULL,
    muted INTEGER NOT NULL,
    joined_at INTEGER NOT NULL,
    first_visible_id INTEGER NOT NULL,
    last_read_id INTEGER NOT NULL,
    read_ordinal INTEGER NOT NULL,
    read_at INTEGER,
    hidden_upto INTEGER NOT NULL,
    pin_order INTEGER NOT NULL,
    mark INTEGER NOT NULL,
    marked_id INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, chat_id)
) WITHOUT ROWID;
CREATE INDEX member_chat ON member (chat_id, user_id);

CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER NOT NULL,
    author_id INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,
    date INTEGER NOT NULL,
    text TEXT NOT NULL,
    uuid TEXT,
    once TEXT,
    params TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    counts INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    purged INTEGER NOT NULL,
    viewed INTEGER NOT NULL
);
CREATE INDEX message_chat ON message (chat_id, id);
-- A sender's own messages after a read position never count for them.
CREATE INDEX message_own ON message (chat_id, actor_id, ordinal) WHERE counts = 1 AND deleted = 0;
-- Deleted messages after a read position count for nobody; they are few.
CREATE INDEX message_deleted ON message (chat_id, ordinal) WHERE counts = 1 AND deleted = 1;
CREATE UNIQUE INDEX message_once ON message (once) WHERE once IS NOT NULL;

CREATE TABLE message_view (
    message_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    date INTEGER NOT NULL,
    PRIMARY KEY (message_id, user_id)
) WITHOUT ROWID;

CREATE TABLE file (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER NOT NULL,
    author_id INTEGER NOT NULL,
    date INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL
);

CREATE INDEX file_chat ON file (chat_id, id);

-- Rows that went away, for clients that fetch changes only.
CREATE TABLE removal (
    user_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    date INTEGER NOT NULL,
    PRIMARY KEY (user_id, chat_id)
) WITHOUT ROWID;

CREATE TABLE webhook (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    secret_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    title TEXT NOT NULL
);
CREATE UNIQUE INDEX webhook_secret ON webhook (user_id, secret_hash);
