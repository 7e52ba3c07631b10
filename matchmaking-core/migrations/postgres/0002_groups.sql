-- Rooms and groups: who made one, its picture, and when it changed last.

ALTER TABLE conversations ADD COLUMN avatar TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN creator_id BIGINT REFERENCES accounts (id);
ALTER TABLE conversations ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
UPDATE conversations SET updated_at = created_at;
