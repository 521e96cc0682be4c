-- What each transaction changed, for processes that share the database; an embedded one is not shared and keeps none.
CREATE TABLE outbox (
    position INTEGER PRIMARY KEY,
    origin TEXT NOT NULL,
    body TEXT NOT NULL
);

-- The portal's own name, by which processes of one portal find each other on a bus.
ALTER TABLE portal ADD COLUMN name TEXT NOT NULL DEFAULT '';
UPDATE portal SET name = lower(hex(randomblob(16)));
