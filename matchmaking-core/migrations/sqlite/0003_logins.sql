-- Logins: what is known of telephones, sessions and devices, who invited whom.

-- The document holds the codes that were sent, as hashes, and the failed logins.
CREATE TABLE phones (
    phone TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    changed_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX phones_by_change ON phones (changed_at);

-- The family is the hash of the secret that all refresh tokens of a session share, the generation the number of the one
-- that is good. The device is a JSON document.
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    family TEXT NOT NULL UNIQUE,
    generation BIGINT NOT NULL,
    device TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    refreshed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id, refreshed_at);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE devices (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    device_id TEXT NOT NULL,
    document TEXT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, device_id)
) WITHOUT ROWID;

CREATE TABLE invitations (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
    code TEXT UNIQUE,
    inviter_id BIGINT REFERENCES accounts (id)
);
CREATE INDEX invitations_by_inviter ON invitations (inviter_id);
