-- What each transaction changed, for the processes that share the database.
CREATE TABLE outbox (
    position BIGINT PRIMARY KEY,
    origin TEXT NOT NULL,
    body TEXT NOT NULL
);

-- The portal's own name, by which processes of one portal find each other on a bus.
ALTER TABLE portal ADD COLUMN name TEXT NOT NULL DEFAULT '';
UPDATE portal SET name = replace(CAST(gen_random_uuid() AS text), '-', '');
