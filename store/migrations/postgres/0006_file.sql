-- Bytes that are kept, once however often they come. Their fate: 0 something has them, 1 to be looked at, 2 doomed.
CREATE TABLE blob (
    id BIGINT PRIMARY KEY,
    hash TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    media TEXT NOT NULL,
    born BIGINT NOT NULL,
    claimed_at BIGINT NOT NULL,
    fate BIGINT NOT NULL
);
CREATE UNIQUE INDEX blob_hash ON blob (hash) WHERE fate < 2;
CREATE INDEX blob_fate ON blob (fate, claimed_at) WHERE fate > 0;

-- Folders; one without a parent is a storage. Folders and files share one row of numbers.
CREATE TABLE folder (
    id BIGINT PRIMARY KEY,
    parent_id BIGINT NOT NULL,
    storage_id BIGINT NOT NULL,
    owner TEXT NOT NULL,
    owner_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BIGINT NOT NULL
);
CREATE UNIQUE INDEX folder_owner ON folder (owner, owner_id);
CREATE INDEX folder_parent ON folder (parent_id, id);

ALTER TABLE file ADD COLUMN folder_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN message_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN updated_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE file ADD COLUMN blob_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN preview_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN deleted BIGINT NOT NULL DEFAULT 0;
CREATE INDEX file_folder ON file (folder_id, name) WHERE deleted = 0;
CREATE INDEX file_blob ON file (blob_id) WHERE blob_id > 0;
CREATE INDEX file_preview ON file (preview_id) WHERE preview_id > 0;
CREATE INDEX file_message ON file (message_id) WHERE message_id > 0;

-- Pictures of chats that lie here, not elsewhere.
CREATE INDEX chat_avatar ON chat (avatar) WHERE avatar <> '';

-- Links for one use that were used, until they would have ended anyway.
CREATE TABLE used_link (
    nonce TEXT COLLATE "C" PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

-- Links by which anybody may fetch a file.
CREATE TABLE public_link (
    code TEXT COLLATE "C" PRIMARY KEY,
    file_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BIGINT NOT NULL
);
CREATE UNIQUE INDEX public_link_file ON public_link (file_id);

-- With what links are signed; made when it is needed first.
ALTER TABLE portal ADD COLUMN link_key TEXT NOT NULL DEFAULT '';

-- Up to which message a chat's messages have words to be found by, and whether the others are to get theirs. Only chats
-- have a row in which somebody had to look long.
CREATE TABLE message_search (
    chat_id BIGINT PRIMARY KEY NOT NULL,
    upto BIGINT NOT NULL,
    wanted BIGINT NOT NULL
);
CREATE INDEX message_search_wanted ON message_search (chat_id) WHERE wanted = 1;

-- How the words of those messages begin. Derived.
CREATE TABLE message_word (
    chat_id BIGINT NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    message_id BIGINT NOT NULL,
    PRIMARY KEY (chat_id, word, message_id)
);
