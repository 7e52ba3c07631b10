-- What would take reading all of it, kept beside it: how many conversations a person's list has, and on how many days
-- the two of a direct conversation both wrote.

-- Of those whom they are matched with and may see, as far as that is decided by the other one: a person's own status
-- is looked at when the number is read.
CREATE TABLE conversation_counts (
    account_id BIGINT NOT NULL PRIMARY KEY REFERENCES accounts (id),
    listed BIGINT NOT NULL
);
INSERT INTO conversation_counts (account_id, listed)
    SELECT me.account_id, COUNT(*)
    FROM members me
    JOIN conversations c ON c.id = me.conversation_id
    JOIN matches x ON x.low_id = c.low_id AND x.high_id = c.high_id
    JOIN accounts o ON o.id = CASE WHEN c.low_id = me.account_id THEN c.high_id ELSE c.low_id END
    WHERE me.active_at IS NOT NULL AND x.ended_at IS NULL AND o.status = 1
        AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.by_id = c.low_id AND b.target_id = c.high_id)
        AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.by_id = c.high_id AND b.target_id = c.low_id)
    GROUP BY me.account_id;

-- Days are counted from 1 January 1970 on the calendar of the configured time zone: the last one on which each of the
-- two wrote. What was written before is counted by the calendar of the zone that is configured without being asked,
-- which is eight hours ahead of UTC.
ALTER TABLE conversations ADD COLUMN low_day BIGINT;
ALTER TABLE conversations ADD COLUMN high_day BIGINT;
ALTER TABLE conversations ADD COLUMN exchange_days BIGINT NOT NULL DEFAULT 0;
UPDATE conversations SET
    low_day = (SELECT MAX((m.sent_at + 28800000) / 86400000) FROM messages m
        WHERE m.conversation_id = conversations.id AND m.sender_id = conversations.low_id),
    high_day = (SELECT MAX((m.sent_at + 28800000) / 86400000) FROM messages m
        WHERE m.conversation_id = conversations.id AND m.sender_id = conversations.high_id),
    exchange_days = (SELECT COUNT(*) FROM (SELECT 1 FROM messages m
        WHERE m.conversation_id = conversations.id
        GROUP BY (m.sent_at + 28800000) / 86400000
        HAVING MIN(m.sender_id) <> MAX(m.sender_id)) AS days)
    WHERE kind = 1;
