-- What was agreed with whom, and what was told to whom. `claims.sqlite` holds what this node was told.
-- Times are microseconds since 1970.

-- Agreements, by version. A changed byte is another version: nothing here is ever written over.
CREATE TABLE agreements (
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    document BLOB NOT NULL,
    us TEXT NOT NULL, -- the party we are in it
    kept_at INTEGER NOT NULL,
    PRIMARY KEY (id, version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER agreements_stay BEFORE UPDATE ON agreements BEGIN SELECT RAISE (ABORT, 'agreements are never changed'); END;
CREATE TRIGGER agreements_remain BEFORE DELETE ON agreements BEGIN SELECT RAISE (ABORT, 'agreements are never removed'); END;

CREATE TABLE signatures (
    no INTEGER PRIMARY KEY,
    agreement BLOB NOT NULL REFERENCES agreements (hash),
    party TEXT NOT NULL,
    key TEXT NOT NULL,
    signature BLOB NOT NULL,
    kept_at INTEGER NOT NULL,
    UNIQUE (agreement, party, key)
) STRICT;
CREATE TRIGGER signatures_stay BEFORE UPDATE ON signatures BEGIN SELECT RAISE (ABORT, 'signatures are never changed'); END;
CREATE TRIGGER signatures_remain BEFORE DELETE ON signatures BEGIN SELECT RAISE (ABORT, 'signatures are never removed'); END;

-- Suspended, resumed, terminated, superseded: signed acts in the order they reached us.
CREATE TABLE standing (
    no INTEGER PRIMARY KEY,
    agreement BLOB NOT NULL REFERENCES agreements (hash),
    party TEXT NOT NULL,
    act BLOB NOT NULL UNIQUE, -- the signed bytes
    signature BLOB NOT NULL,
    kept_at INTEGER NOT NULL
) STRICT;
CREATE INDEX standing_of ON standing (agreement, no);
CREATE TRIGGER standing_stays BEFORE UPDATE ON standing BEGIN SELECT RAISE (ABORT, 'acts are never changed'); END;
CREATE TRIGGER standing_remains BEFORE DELETE ON standing BEGIN SELECT RAISE (ABORT, 'acts are never removed'); END;

-- Agreements that nobody has signed; these change, with a version against lost updates.
CREATE TABLE drafts (
    id TEXT PRIMARY KEY,
    document BLOB NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE partners (
    no INTEGER PRIMARY KEY, -- also names the folder of its log
    party TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    endpoint TEXT,
    added_at INTEGER NOT NULL
) STRICT;

-- SHA-256 of the SubjectPublicKeyInfo of the certificates that a partner may show.
CREATE TABLE pins (
    partner INTEGER NOT NULL REFERENCES partners (no),
    spki BLOB NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (spki, partner)
) STRICT, WITHOUT ROWID;

CREATE TABLE health (
    partner INTEGER PRIMARY KEY REFERENCES partners (no),
    last_seen INTEGER,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    acknowledged_at INTEGER
) STRICT;

-- One-time secrets by their SHA-256.
CREATE TABLE invitations (
    secret BLOB PRIMARY KEY,
    agreement BLOB,
    party TEXT,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;

-- Where each partner's wire ends.
CREATE TABLE ends (
    partner INTEGER PRIMARY KEY REFERENCES partners (no),
    seq INTEGER NOT NULL,     -- of the last item
    added INTEGER NOT NULL,   -- of the last item
    batches INTEGER NOT NULL, -- each a leaf of the partner's log
    cursor INTEGER NOT NULL   -- the last claim that was decided on
) STRICT;

-- What is told again and again is interned to a number.
CREATE TABLE flows (
    no INTEGER PRIMARY KEY,
    partner INTEGER NOT NULL REFERENCES partners (no),
    name TEXT NOT NULL,
    UNIQUE (partner, name)
) STRICT;

-- Under what something was told: an agreement and the clauses that decided, as a JSON list.
CREATE TABLE grounds (
    no INTEGER PRIMARY KEY,
    agreement BLOB NOT NULL,
    clauses TEXT NOT NULL,
    UNIQUE (agreement, clauses)
) STRICT;

CREATE TABLE object_types (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

-- The wire: what each partner was told, in order. `no` is the partner's number and the item's seq (see place.rs), so that
-- one partner's items lie together. `state`, and once an item is erased `salt` and `body`, change; all else never does.
CREATE TABLE wire (
    no INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    flow INTEGER, -- notices may stand outside of any flow
    ground INTEGER NOT NULL,
    added INTEGER NOT NULL, -- strictly ascending within a partner
    object_type INTEGER,
    uuid BLOB,
    version INTEGER,
    claim INTEGER,
    original INTEGER, -- the vertex it was made from
    state INTEGER NOT NULL, -- 0 stands, 1 a later version stands, 2 withdrawn
    salt BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX wire_by_added ON wire (flow, added, state) WHERE kind = 0;
CREATE INDEX wire_by_type ON wire (flow, object_type, added) WHERE kind = 0;
CREATE INDEX wire_by_object ON wire (flow, uuid, object_type, state, version) WHERE kind = 0;
CREATE INDEX wire_by_original ON wire (original) WHERE kind = 0;

-- `no` is the partner's number and the batch's, from 1; leaf index = batch - 1.
CREATE TABLE wire_batches (
    no INTEGER PRIMARY KEY,
    first INTEGER NOT NULL, -- seq of its first item
    items INTEGER NOT NULL,
    leaf BLOB NOT NULL
) STRICT;

-- What is left of an item whose bytes and salt were erased.
CREATE TABLE erased_items (
    no INTEGER PRIMARY KEY,
    commitment BLOB NOT NULL,
    reason TEXT NOT NULL,
    erased_at INTEGER NOT NULL
) STRICT;

-- How many items a flow released on a UTC day (days since 1970).
CREATE TABLE spent (
    flow INTEGER NOT NULL,
    day INTEGER NOT NULL,
    items INTEGER NOT NULL,
    PRIMARY KEY (flow, day)
) STRICT, WITHOUT ROWID;

-- Notices we sent, until the partner has answered each with a signed receipt.
CREATE TABLE notices (
    no INTEGER PRIMARY KEY, -- of its item on the wire
    state TEXT NOT NULL, -- outstanding, complied, refused
    reason TEXT,
    receipt BLOB,
    settled_at INTEGER
) STRICT;
CREATE INDEX notices_open ON notices (no) WHERE state = 'outstanding';
CREATE TABLE concerned (
    notice INTEGER NOT NULL,
    item INTEGER NOT NULL,
    PRIMARY KEY (notice, item)
) STRICT, WITHOUT ROWID;

-- Notices we were sent, and what we answered.
CREATE TABLE received_notices (
    partner INTEGER NOT NULL REFERENCES partners (no),
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    body BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    receipt BLOB,
    settled_at INTEGER,
    PRIMARY KEY (partner, seq)
) STRICT, WITHOUT ROWID;

-- Items waiting for people.
CREATE TABLE referrals (
    id TEXT PRIMARY KEY,
    partner INTEGER NOT NULL REFERENCES partners (no),
    flow INTEGER NOT NULL,
    claim INTEGER NOT NULL,
    reasons TEXT NOT NULL, -- JSON list
    binding BLOB NOT NULL, -- digest of what would be released; approvals are of this and nothing else
    requested_by TEXT,
    requested_at INTEGER NOT NULL,
    needed INTEGER NOT NULL,
    expires_at INTEGER,
    outcome TEXT, -- released, refused, expired, overtaken
    outcome_at INTEGER,
    item INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX referrals_open ON referrals (requested_at, id) WHERE outcome IS NULL;
CREATE INDEX referrals_of ON referrals (claim);
CREATE TABLE approvals (
    referral TEXT NOT NULL REFERENCES referrals (id),
    person TEXT NOT NULL,
    approves INTEGER NOT NULL,
    note TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (referral, person)
) STRICT, WITHOUT ROWID;

-- Pages fetched over TAXII: the nearest thing to an acknowledgement that its clients give.
CREATE TABLE deliveries (
    no INTEGER PRIMARY KEY,
    flow INTEGER NOT NULL,
    token TEXT NOT NULL,
    first_added INTEGER NOT NULL,
    last_added INTEGER NOT NULL,
    items INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX deliveries_of ON deliveries (flow, no);

-- What became of objects pushed to us (TAXII 2.1 section 4.3).
CREATE TABLE taxii_statuses (
    id TEXT PRIMARY KEY,
    party TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    document TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX taxii_statuses_by_time ON taxii_statuses (requested_at);

CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    secret BLOB NOT NULL UNIQUE,
    party TEXT NOT NULL,
    name TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT, WITHOUT ROWID;

-- Every checkpoint of a partner's log to us that was found to continue the one before.
CREATE TABLE checkpoints_seen (
    partner INTEGER NOT NULL REFERENCES partners (no),
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    note BLOB NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (partner, size)
) STRICT, WITHOUT ROWID;

-- The newest checkpoint of our log to a partner that the partner has cosigned: its receipt for everything before.
CREATE TABLE cosigned (
    partner INTEGER PRIMARY KEY REFERENCES partners (no),
    size INTEGER NOT NULL,
    note BLOB NOT NULL,
    kept_at INTEGER NOT NULL
) STRICT;

-- Rollbacks and forks, with both signed notes: evidence, never removed.
CREATE TABLE alarms (
    no INTEGER PRIMARY KEY,
    partner INTEGER NOT NULL REFERENCES partners (no),
    kind TEXT NOT NULL,
    kept_note BLOB NOT NULL,
    shown_note BLOB NOT NULL,
    raised_at INTEGER NOT NULL,
    UNIQUE (partner, kind, kept_note, shown_note)
) STRICT;
CREATE TRIGGER alarms_stay BEFORE UPDATE ON alarms BEGIN SELECT RAISE (ABORT, 'evidence is never changed'); END;
CREATE TRIGGER alarms_remain BEFORE DELETE ON alarms BEGIN SELECT RAISE (ABORT, 'evidence is never removed'); END;
