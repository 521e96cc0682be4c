-- What happened in each transaction, for clients that were away for a while.
CREATE TABLE event_log (
    position BIGINT PRIMARY KEY,
    date BIGINT NOT NULL,
    body TEXT NOT NULL
);

-- What tokens of the push channel are signed with.
ALTER TABLE portal ADD COLUMN push_secret TEXT NOT NULL DEFAULT '';
UPDATE portal SET push_secret = replace(CAST(gen_random_uuid() AS text) || CAST(gen_random_uuid() AS text), '-', '');
