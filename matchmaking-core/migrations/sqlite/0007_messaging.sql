-- What messages carry besides text, how members have their conversations in their list, and files that were sent.

-- The details are a JSON document. A message that was taken back keeps its place, without text and details.
ALTER TABLE messages ADD COLUMN details TEXT;
ALTER TABLE messages ADD COLUMN recalled_at BIGINT;

-- Of direct conversations alone: the moment of the latest activity, which the list goes by, and how many messages of
-- the other one are unread. Both change with every message.
ALTER TABLE members ADD COLUMN is_pinned BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN is_muted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN active_at BIGINT;
ALTER TABLE members ADD COLUMN unread BIGINT NOT NULL DEFAULT 0;
UPDATE members SET
    active_at = (SELECT COALESCE((SELECT m.sent_at FROM messages m WHERE m.conversation_id = c.id AND m.seq = c.last_seq),
            c.created_at)
        FROM conversations c WHERE c.id = members.conversation_id),
    unread = (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = members.conversation_id
        AND m.seq > members.read_seq AND m.sender_id <> members.account_id)
    WHERE conversation_id IN (SELECT c.id FROM conversations c WHERE c.kind = 1);
CREATE INDEX members_by_activity ON members (account_id, is_pinned, active_at, conversation_id)
    WHERE active_at IS NOT NULL;
CREATE INDEX members_with_unread ON members (account_id, active_at) WHERE unread > 0;

-- What is known of a file that is to be sent, as a JSON document.
ALTER TABLE media_files ADD COLUMN document TEXT;

CREATE TABLE sent_files (
    media_key TEXT NOT NULL,
    message_id BIGINT NOT NULL REFERENCES messages (id),
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    PRIMARY KEY (media_key, message_id)
) WITHOUT ROWID;
CREATE INDEX sent_files_by_message ON sent_files (message_id);
