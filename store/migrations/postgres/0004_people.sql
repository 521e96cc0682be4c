-- By which words people, chats and departments are found. Derived: each word begins where a search may begin. Words are
-- compared sign by sign, whatever the database's own language.
CREATE TABLE search_word (
    kind TEXT NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    item_id BIGINT NOT NULL,
    PRIMARY KEY (kind, word, item_id)
);
CREATE INDEX search_item ON search_word (kind, item_id);

-- Whom a department has. Derived from the people's own rows.
CREATE TABLE user_department (
    department_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (department_id, user_id)
);
CREATE INDEX user_department_user ON user_department (user_id);

-- The dialogs that somebody found last, the highest place last.
CREATE TABLE search_last (
    user_id BIGINT NOT NULL,
    dialog TEXT COLLATE "C" NOT NULL,
    place BIGINT NOT NULL,
    PRIMARY KEY (user_id, dialog)
);

-- What applications keep: for one user, or with user 0 for all.
CREATE TABLE app_option (
    application TEXT COLLATE "C" NOT NULL,
    user_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (application, user_id, name)
);
