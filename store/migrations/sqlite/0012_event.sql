-- Who has what happens in their chats kept for them, for which program, after which position (and up to which, once they
-- had it ended), and up to which number they have confirmed it.
CREATE TABLE feed (
    user_id INTEGER NOT NULL,
    app_id INTEGER NOT NULL,
    since INTEGER NOT NULL,
    upto INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    PRIMARY KEY (user_id, app_id, since)
);

-- What applications want done when something happens.
CREATE TABLE handler (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id INTEGER NOT NULL,
    event TEXT NOT NULL,
    url TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    offline INTEGER NOT NULL,
    connector TEXT NOT NULL,
    pause INTEGER NOT NULL,
    told_at INTEGER NOT NULL
);
CREATE INDEX handler_app ON handler (app_id, event);
CREATE INDEX handler_event ON handler (event, app_id);

-- Requests to addresses of applications that are not made yet, or are being made until then by the server that took them.
CREATE TABLE errand (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id INTEGER NOT NULL,
    handler_id INTEGER NOT NULL,
    event TEXT NOT NULL,
    url TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    data TEXT NOT NULL,
    token TEXT NOT NULL,
    date INTEGER NOT NULL,
    due INTEGER NOT NULL,
    taken_until INTEGER NOT NULL
);
CREATE INDEX errand_url ON errand (url, due, id);
CREATE INDEX errand_app ON errand (app_id, handler_id);

-- What applications fetch when they like.
CREATE TABLE backlog (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id INTEGER NOT NULL,
    event TEXT NOT NULL,
    thing TEXT NOT NULL,
    date INTEGER NOT NULL,
    data TEXT NOT NULL,
    more TEXT NOT NULL,
    connector TEXT NOT NULL,
    process TEXT NOT NULL,
    failed INTEGER NOT NULL
);
CREATE INDEX backlog_app ON backlog (app_id, connector, id);
CREATE INDEX backlog_thing ON backlog (app_id, event, thing);
