-- How many of a member's own messages stand after their read position: kept with the member, so that a message, which
-- has its author's position right behind it, need not be written into an index for it.
ALTER TABLE member ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
UPDATE member SET own = (SELECT count(*) FROM message o WHERE o.chat_id = member.chat_id
    AND o.actor_id = member.user_id AND o.ordinal > member.read_ordinal AND o.counts = 1 AND o.deleted = 0)
    WHERE read_ordinal < (SELECT c.ordinal FROM chat c WHERE c.id = member.chat_id AND c.kind <> 'S');
DROP INDEX message_own;

-- With what counting them anew asks of each message.
DROP INDEX message_chat;
CREATE INDEX message_chat ON message (chat_id, id, actor_id, counts, deleted);
