-- How often people stood in the daily lists of a day, so that not everybody is shown the same few.
CREATE TABLE exposures (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    day BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (account_id, day)
) WITHOUT ROWID;
