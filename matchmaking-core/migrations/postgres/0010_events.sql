-- Events, seats, payments that go back, rounds and picks, and work to be done at a moment.

-- day counts from the beginning of the era; document holds what is only shown.
CREATE TABLE events (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    state BIGINT NOT NULL,
    city TEXT NOT NULL,
    day BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    deadline_at BIGINT NOT NULL,
    capacity BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    document TEXT NOT NULL
);
CREATE INDEX events_by_state ON events (state, starts_at);

-- Seats are the rows whose state is at most 3 (held, paid, here), the held ones until held_until.
CREATE TABLE registrations (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id BIGINT NOT NULL REFERENCES events (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    gender TEXT,
    number TEXT NOT NULL UNIQUE,
    order_no TEXT NOT NULL UNIQUE,
    state BIGINT NOT NULL,
    held_until BIGINT,
    refund BIGINT NOT NULL,
    registered_at BIGINT NOT NULL,
    payment_url TEXT,
    course TEXT NOT NULL,
    words TEXT NOT NULL
);
CREATE UNIQUE INDEX registrations_seats ON registrations (event_id, account_id) WHERE state <= 3;
CREATE INDEX registrations_by_event ON registrations (event_id);
CREATE INDEX registrations_by_account ON registrations (account_id);

-- How many registrations were numbered on a day.
CREATE TABLE registration_days (
    day BIGINT PRIMARY KEY,
    numbered BIGINT NOT NULL
);

-- Who waits for a seat, in the order of id.
CREATE TABLE waiting (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id BIGINT NOT NULL REFERENCES events (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    gender TEXT,
    since BIGINT NOT NULL
);
CREATE UNIQUE INDEX waiting_by_event ON waiting (event_id, account_id);
CREATE INDEX waiting_by_account ON waiting (account_id);

CREATE TABLE refunds (
    refund_no TEXT PRIMARY KEY,
    registration_id BIGINT NOT NULL REFERENCES registrations (id),
    order_no TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    is_deposit BIGINT NOT NULL,
    done_at BIGINT
);
CREATE INDEX refunds_by_registration ON refunds (registration_id);

-- Who sits with whom, at which table, in which round.
CREATE TABLE event_dates (
    event_id BIGINT NOT NULL REFERENCES events (id),
    round BIGINT NOT NULL,
    place BIGINT NOT NULL,
    first_id BIGINT NOT NULL REFERENCES accounts (id),
    second_id BIGINT NOT NULL REFERENCES accounts (id),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (event_id, round, place)
);
CREATE INDEX event_dates_by_first ON event_dates (first_id);
CREATE INDEX event_dates_by_second ON event_dates (second_id);

CREATE TABLE picks (
    event_id BIGINT NOT NULL REFERENCES events (id),
    by_id BIGINT NOT NULL REFERENCES accounts (id),
    target_id BIGINT NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (event_id, by_id, target_id)
);
CREATE INDEX picks_by_by ON picks (by_id);
CREATE INDEX picks_by_target ON picks (target_id);

-- stamp counts how often the job was asked for, tries how often it was begun since it last ended.
CREATE TABLE jobs (
    kind BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    stamp BIGINT NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX jobs_by_moment ON jobs (run_at);
