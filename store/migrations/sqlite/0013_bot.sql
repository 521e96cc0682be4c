-- The programs behind bots: whose each is, where it is told what happens, and of how much it was told.
CREATE TABLE bot (
    user_id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    code TEXT NOT NULL,
    dialect INTEGER NOT NULL,
    urls TEXT NOT NULL,
    told INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX bot_code ON bot (owner, code);

-- The commands that bots know.
CREATE TABLE command (
    id INTEGER PRIMARY KEY,
    bot_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    common INTEGER NOT NULL,
    hidden INTEGER NOT NULL,
    extranet INTEGER NOT NULL,
    phrases TEXT NOT NULL
);
CREATE UNIQUE INDEX command_name ON command (bot_id, name);

-- What happened to bots that fetch it and have not confirmed it.
CREATE TABLE bot_event (
    bot_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    date INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (bot_id, number)
);
CREATE INDEX bot_event_date ON bot_event (date);
