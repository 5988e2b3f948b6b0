CREATE TABLE IF NOT EXISTS seen (
    event_id text PRIMARY KEY, source text NOT NULL, content bytea NOT NULL, verdict text NOT NULL,
    case_id text, version bigint, position bigint, recorded_at bigint
);
CREATE TABLE IF NOT EXISTS heads (
    case_id text PRIMARY KEY, version bigint NOT NULL, digest bytea NOT NULL, last_at bigint NOT NULL,
    municipality text NOT NULL, caseless bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS aliases (
    agency text, reference text, case_id text NOT NULL, PRIMARY KEY (agency, reference)
);
CREATE TABLE IF NOT EXISTS persons (
    pseudonym text, case_id text, label text NOT NULL, PRIMARY KEY (pseudonym, case_id)
);
CREATE UNIQUE INDEX IF NOT EXISTS persons_label ON persons (case_id, label);
CREATE TABLE IF NOT EXISTS parked (
    id SERIAL KEY, event_id text NOT NULL UNIQUE, source text NOT NULL, content bytea NOT NULL, agency text NOT NULL,
    reference text, case_id text, type text NOT NULL, reason text NOT NULL, parked_at bigint NOT NULL,
    due_at bigint NOT NULL, body bytea NOT NULL
);
CREATE INDEX IF NOT EXISTS parked_reference ON parked (agency, reference);
CREATE INDEX IF NOT EXISTS parked_case ON parked (case_id);
CREATE TABLE IF NOT EXISTS positions (
    topic text, part bigint, read_to bigint NOT NULL, PRIMARY KEY (topic, part)
);
CREATE TABLE IF NOT EXISTS outbox (
    id SERIAL KEY, topic text NOT NULL, key bytea, headers bytea NOT NULL, value bytea
);
CREATE TABLE IF NOT EXISTS state (name text PRIMARY KEY, value bigint NOT NULL);
INSERT INTO state VALUES ('position', 0), ('recorded_at', 0), ('promised_at', 0), ('layout', 1)
ON CONFLICT (name) DO NOTHING
