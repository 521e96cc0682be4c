-- Bytes that are kept, once however often they come. Their fate: 0 something has them, 1 to be looked at, 2 doomed.
CREATE TABLE blob (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT NOT NULL,
    size INTEGER NOT NULL,
    media TEXT NOT NULL,
    born INTEGER NOT NULL,
    claimed_at INTEGER NOT NULL,
    fate INTEGER NOT NULL
);
CREATE UNIQUE INDEX blob_hash ON blob (hash) WHERE fate < 2;
CREATE INDEX blob_fate ON blob (fate, claimed_at) WHERE fate > 0;

-- Folders; one without a parent is a storage. Folders and files share one row of numbers.
CREATE TABLE folder (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    parent_id INTEGER NOT NULL,
    storage_id INTEGER NOT NULL,
    owner TEXT NOT NULL,
    owner_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by INTEGER NOT NULL
);
CREATE UNIQUE INDEX folder_owner ON folder (owner, owner_id);
CREATE INDEX folder_parent ON folder (parent_id, id);

ALTER TABLE file ADD COLUMN folder_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN message_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN updated_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE file ADD COLUMN blob_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN preview_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
CREATE INDEX file_folder ON file (folder_id, name) WHERE deleted = 0;
CREATE INDEX file_blob ON file (blob_id) WHERE blob_id > 0;
CREATE INDEX file_preview ON file (preview_id) WHERE preview_id > 0;
CREATE INDEX file_message ON file (message_id) WHERE message_id > 0;

-- Pictures of chats that lie here, not elsewhere.
CREATE INDEX chat_avatar ON chat (avatar) WHERE avatar <> '';

-- Links for one use that were used, until they would have ended anyway.
CREATE TABLE used_link (
    nonce TEXT PRIMARY KEY NOT NULL,
    expires_at INTEGER NOT NULL
);

-- Links by which anybody may fetch a file.
CREATE TABLE public_link (
    code TEXT PRIMARY KEY NOT NULL,
    file_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by INTEGER NOT NULL
);
CREATE UNIQUE INDEX public_link_file ON public_link (file_id);

-- With what links are signed; made when it is needed first.
ALTER TABLE portal ADD COLUMN link_key TEXT NOT NULL DEFAULT '';

-- Up to which message a chat's messages have words to be found by, and whether the others are to get theirs. Only chats
-- have a row in which somebody had to look long.
CREATE TABLE message_search (
    chat_id INTEGER PRIMARY KEY NOT NULL,
    upto INTEGER NOT NULL,
    wanted INTEGER NOT NULL
);
CREATE INDEX message_search_wanted ON message_search (chat_id) WHERE wanted = 1;

-- How the words of those messages begin. Derived.
CREATE TABLE message_word (
    chat_id INTEGER NOT NULL,
    word TEXT NOT NULL,
    message_id INTEGER NOT NULL,
    PRIMARY KEY (chat_id, word, message_id)
) WITHOUT ROWID;
