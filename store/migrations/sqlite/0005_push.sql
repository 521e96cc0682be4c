-- What happened in each transaction, for clients that were away for a while.
CREATE TABLE event_log (
    position INTEGER PRIMARY KEY,
    date INTEGER NOT NULL,
    body TEXT NOT NULL
);

-- What tokens of the push channel are signed with.
ALTER TABLE portal ADD COLUMN push_secret TEXT NOT NULL DEFAULT '';
UPDATE portal SET push_secret = lower(hex(randomblob(32)));
