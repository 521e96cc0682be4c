-- What a message in a chat of notifications has beside a message; each such message has one row until it is removed.
CREATE TABLE notification (
    message_id BIGINT PRIMARY KEY,
    chat_id BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    module TEXT NOT NULL,
    event TEXT NOT NULL,
    app TEXT NOT NULL,
    tag TEXT NOT NULL,
    sub_tag TEXT NOT NULL,
    title TEXT NOT NULL,
    buttons TEXT NOT NULL,
    unread BIGINT NOT NULL
);
CREATE INDEX notification_chat ON notification (chat_id, message_id);
CREATE INDEX notification_confirm ON notification (chat_id, message_id) WHERE kind = 1;
CREATE INDEX notification_unread ON notification (chat_id, message_id) WHERE unread = 1;
CREATE INDEX notification_tag ON notification (app, tag, chat_id) WHERE tag <> '';
CREATE INDEX notification_sub_tag ON notification (app, sub_tag, chat_id) WHERE sub_tag <> '';

-- A person's chat of notifications is found by its owner.
CREATE INDEX chat_notification ON chat (owner_id) WHERE kind = 'S';

-- Until now such messages were read by position.
INSERT INTO notification (message_id, chat_id, kind, module, event, app, tag, sub_tag, title, buttons, unread)
SELECT x.id, x.chat_id, CASE WHEN x.author_id > 0 THEN 2 ELSE 4 END, 'im', 'default', '', '', '', '', '[]',
       CASE WHEN x.counts = 1 AND x.deleted = 0 AND x.actor_id <> c.owner_id AND m.last_read_id < x.id THEN 1 ELSE 0 END
FROM message x
JOIN chat c ON c.id = x.chat_id
LEFT JOIN member m ON m.chat_id = c.id AND m.user_id = c.owner_id
WHERE c.kind = 'S' AND x.purged = 0;
UPDATE member SET last_read_id = 0, read_ordinal = 0 WHERE chat_id IN (SELECT id FROM chat WHERE kind = 'S');
