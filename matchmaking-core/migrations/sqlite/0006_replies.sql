-- Who writes the reply in a conversation with the assistant, and until when that holds unless it is renewed.

CREATE TABLE reply_leases (
    conversation_id INTEGER PRIMARY KEY REFERENCES conversations (id),
    holder BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
