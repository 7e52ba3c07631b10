-- Photos, films, what is reviewed, and the files they are kept in.

ALTER TABLE profiles ADD COLUMN views BIGINT NOT NULL DEFAULT 0;

-- claim is what papers show, and 0 for everything that is not papers.
CREATE TABLE reviews (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    kind BIGINT NOT NULL,
    claim BIGINT NOT NULL,
    status BIGINT NOT NULL,
    document TEXT NOT NULL,
    reason TEXT,
    submitted_at BIGINT NOT NULL,
    decided_at BIGINT
);
CREATE INDEX reviews_by_account ON reviews (account_id);
CREATE INDEX reviews_by_status ON reviews (status, kind);
-- Of who somebody is, and of papers, one of a kind waits at a time.
CREATE UNIQUE INDEX reviews_waiting ON reviews (account_id, kind, claim) WHERE status = 1 AND kind IN (1, 4);

-- How far a photo or a film is, its review tells.
CREATE TABLE photos (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    review_id BIGINT NOT NULL UNIQUE REFERENCES reviews (id),
    kind BIGINT NOT NULL,
    is_primary BIGINT NOT NULL,
    full_key TEXT NOT NULL,
    thumbnail_key TEXT NOT NULL,
    blurred_key TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX photos_by_account ON photos (account_id);

CREATE TABLE videos (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
    review_id BIGINT NOT NULL UNIQUE REFERENCES reviews (id),
    file_key TEXT NOT NULL UNIQUE,
    cover_key TEXT,
    duration_secs BIGINT,
    views BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- A file without a review belongs to nothing (yet), and is removed from discard_at on.
CREATE TABLE media_files (
    media_key TEXT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    role BIGINT NOT NULL,
    review_id BIGINT REFERENCES reviews (id),
    discard_at BIGINT
) WITHOUT ROWID;
CREATE INDEX media_files_by_account ON media_files (account_id);
CREATE INDEX media_files_by_review ON media_files (review_id) WHERE review_id IS NOT NULL;
CREATE INDEX media_files_by_discard ON media_files (discard_at) WHERE discard_at IS NOT NULL;
