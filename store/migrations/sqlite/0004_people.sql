-- By which words people, chats and departments are found. Derived: each word begins where a search may begin.
CREATE TABLE search_word (
    kind TEXT NOT NULL,
    word TEXT NOT NULL,
    item_id INTEGER NOT NULL,
    PRIMARY KEY (kind, word, item_id)
) WITHOUT ROWID;
CREATE INDEX search_item ON search_word (kind, item_id);

-- Whom a department has. Derived from the people's own rows.
CREATE TABLE user_department (
    department_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    PRIMARY KEY (department_id, user_id)
) WITHOUT ROWID;
CREATE INDEX user_department_user ON user_department (user_id);

-- The dialogs that somebody found last, the highest place last.
CREATE TABLE search_last (
    user_id INTEGER NOT NULL,
    dialog TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (user_id, dialog)
) WITHOUT ROWID;

-- What applications keep: for one user, or with user 0 for all.
CREATE TABLE app_option (
    application TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (application, user_id, name)
) WITHOUT ROWID;
