-- How far the lists of a day were drawn ahead, in the order of accounts; of the last day alone.
CREATE TABLE daily_places (
    day BIGINT NOT NULL PRIMARY KEY,
    after_id BIGINT NOT NULL,
    is_last BIGINT NOT NULL
);
