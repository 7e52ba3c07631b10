-- Daily lists, super-likes, contacts, memberships, reports, and the record of what the back office changed.

-- Whether the target has seen a like.
ALTER TABLE interactions ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;

-- day is the moment at which the day began; the last day's alone are kept.
CREATE TABLE super_likes (
    actor_id BIGINT NOT NULL REFERENCES accounts (id),
    target_id BIGINT NOT NULL REFERENCES accounts (id),
    day BIGINT NOT NULL,
    PRIMARY KEY (actor_id, target_id)
);
CREATE INDEX super_likes_by_target ON super_likes (target_id);

-- draw is 0 for the first list of a day, then one more a refresh. The last day's alone are kept.
CREATE TABLE daily_lists (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    day BIGINT NOT NULL,
    draw BIGINT NOT NULL,
    drawn_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, day, draw)
);

CREATE TABLE daily_entries (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    day BIGINT NOT NULL,
    draw BIGINT NOT NULL,
    place BIGINT NOT NULL,
    target_id BIGINT NOT NULL REFERENCES accounts (id),
    score BIGINT NOT NULL,
    PRIMARY KEY (account_id, day, draw, place)
);
CREATE INDEX daily_entries_by_target ON daily_entries (target_id);

CREATE TABLE contact_requests (
    match_id BIGINT NOT NULL REFERENCES matches (id),
    by_id BIGINT NOT NULL REFERENCES accounts (id),
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (match_id, by_id)
);

CREATE TABLE memberships (
    account_id BIGINT PRIMARY KEY REFERENCES accounts (id),
    level BIGINT NOT NULL,
    expires_at BIGINT
);

CREATE TABLE reports (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reporter_id BIGINT NOT NULL REFERENCES accounts (id),
    target_id BIGINT NOT NULL REFERENCES accounts (id),
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    reported_at BIGINT NOT NULL,
    decision TEXT,
    decided_at BIGINT
);
CREATE INDEX reports_by_reporter ON reports (reporter_id, reported_at);
CREATE INDEX reports_by_target ON reports (target_id);

-- thing is the number of a report or a review.
CREATE TABLE audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    action BIGINT NOT NULL,
    account_id BIGINT REFERENCES accounts (id),
    thing BIGINT,
    detail TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX audit_by_account ON audit (account_id) WHERE account_id IS NOT NULL;
