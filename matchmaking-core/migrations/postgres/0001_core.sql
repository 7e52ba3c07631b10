-- Accounts, what they tell, whom they meet, and what they say to each other.
-- Moments are UTC milliseconds from the program's clock. Numbers of kinds are those of the model.

CREATE TABLE accounts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    status BIGINT NOT NULL,
    status_at BIGINT NOT NULL,
    password_hash TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE identities (
    kind BIGINT NOT NULL,
    folded TEXT NOT NULL,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    value TEXT NOT NULL,
    PRIMARY KEY (kind, folded),
    UNIQUE (account_id, kind)
);

CREATE TABLE profiles (
    account_id BIGINT PRIMARY KEY REFERENCES accounts (id),
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_active_at BIGINT NOT NULL
);

CREATE TABLE interactions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES accounts (id),
    target_id BIGINT NOT NULL REFERENCES accounts (id),
    action BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    UNIQUE (actor_id, target_id)
);
CREATE INDEX interactions_by_target ON interactions (target_id, action);

-- first_id and second_id are as named when the match was made, low_id and high_id the same two in order.
CREATE TABLE matches (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    first_id BIGINT NOT NULL REFERENCES accounts (id),
    second_id BIGINT NOT NULL REFERENCES accounts (id),
    low_id BIGINT NOT NULL,
    high_id BIGINT NOT NULL,
    reason_for_first TEXT NOT NULL,
    reason_for_second TEXT NOT NULL,
    score BIGINT NOT NULL,
    liked BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    UNIQUE (low_id, high_id)
);
CREATE INDEX matches_by_first ON matches (first_id);
CREATE INDEX matches_by_second ON matches (second_id);

CREATE TABLE blocks (
    by_id BIGINT NOT NULL REFERENCES accounts (id),
    target_id BIGINT NOT NULL REFERENCES accounts (id),
    blocked_at BIGINT NOT NULL,
    PRIMARY KEY (by_id, target_id)
);
CREATE INDEX blocks_by_target ON blocks (target_id);

-- low_id and high_id are the two of a direct conversation, and NULL otherwise.
CREATE TABLE conversations (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind BIGINT NOT NULL,
    low_id BIGINT REFERENCES accounts (id),
    high_id BIGINT REFERENCES accounts (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE UNIQUE INDEX conversations_by_pair ON conversations (low_id, high_id) WHERE low_id IS NOT NULL;
CREATE INDEX conversations_by_high ON conversations (high_id) WHERE high_id IS NOT NULL;

CREATE TABLE members (
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    role BIGINT NOT NULL,
    joined_at BIGINT NOT NULL,
    read_seq BIGINT NOT NULL,
    delivered_seq BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, account_id)
);
CREATE INDEX members_by_account ON members (account_id);

CREATE TABLE messages (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    sender_id BIGINT NOT NULL REFERENCES accounts (id),
    kind BIGINT NOT NULL,
    content TEXT NOT NULL,
    client_message_id TEXT,
    sent_at BIGINT NOT NULL,
    UNIQUE (conversation_id, seq)
);
CREATE UNIQUE INDEX messages_by_client_id ON messages (conversation_id, sender_id, client_message_id)
    WHERE client_message_id IS NOT NULL;

CREATE TABLE read_marks (
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    seq BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, account_id, seq)
);
CREATE INDEX read_marks_by_account ON read_marks (account_id);
