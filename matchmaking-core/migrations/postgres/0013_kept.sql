-- Whoever deletes their account leaves the other one what the two wrote: when they had been matched, of a conversation
-- that is kept like this. The match itself goes with the account.
ALTER TABLE conversations ADD COLUMN kept_since BIGINT;
