-- Small tables first: what is told again and again is interned to a number.

CREATE TABLE kinds (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE link_kinds (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE compartments (
    no INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    agreement TEXT,
    -- model::Handling as canonical JSON: four axes that are only ever read together.
    handling TEXT NOT NULL,
    category TEXT NOT NULL,
    case_name TEXT
) STRICT;

-- One row per transaction; each is one leaf of the ledger (leaf index = no - 1). The `…_end` columns are the first
-- number not used after it, so the rows a batch appended are those between the ends of its predecessor and its own. A batch
-- either adds claims or removes some; the latter has a reason, and its source is empty.
CREATE TABLE batches (
    no INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    agreement TEXT,
    case_name TEXT,
    received_at INTEGER NOT NULL, -- microseconds since 1970
    claims_end INTEGER NOT NULL,
    objects_end INTEGER NOT NULL,
    aliases_end INTEGER NOT NULL,
    values_end INTEGER NOT NULL,
    kinds_end INTEGER NOT NULL,
    link_kinds_end INTEGER NOT NULL,
    compartments_end INTEGER NOT NULL,
    removals_end INTEGER NOT NULL,
    erased_end INTEGER NOT NULL,
    reason TEXT,
    salt BLOB NOT NULL,
    leaf BLOB NOT NULL
) STRICT;
CREATE INDEX batches_by_claims ON batches (claims_end);

-- One row per vertex: something claimed, or mentioned by a claim. `value` is what a selector said (see value.rs);
-- an object known by its id alone has none. `audience` is derived: who heard of it by its first claim. Rows never change, unless
-- they are erased: here and below, an erased row keeps its number, loses its salt and what it told (see removal.rs), and is in `erased_rows`.
CREATE TABLE objects (
    no INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    uuid BLOB NOT NULL,
    value BLOB,
    first_claim INTEGER NOT NULL,
    salt BLOB NOT NULL,
    audience INTEGER NOT NULL
) STRICT;

-- Every id a vertex goes by, its first and its aliases.
CREATE TABLE ids (
    uuid BLOB NOT NULL,
    kind INTEGER NOT NULL,
    object INTEGER NOT NULL,
    PRIMARY KEY (uuid, kind)
) STRICT, WITHOUT ROWID;

-- Who says that a vertex also goes by another id than its first: once per compartment. That two ids name one thing may
-- have been told in confidence, so an alias is good only for those who may see a claim that says so.
CREATE TABLE aliases (
    no INTEGER PRIMARY KEY,
    object INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    uuid BLOB NOT NULL,
    claim INTEGER NOT NULL,
    salt BLOB NOT NULL
) STRICT;
CREATE INDEX aliases_of ON aliases (object);

-- Values of vertices that were known by id alone when they were first mentioned.
CREATE TABLE late_values (
    no INTEGER PRIMARY KEY,
    object INTEGER NOT NULL,
    value BLOB NOT NULL,
    salt BLOB NOT NULL
) STRICT;
CREATE INDEX late_values_of ON late_values (object);

-- The log of claims: what was said, in the order it was heard.
CREATE TABLE claims (
    no INTEGER PRIMARY KEY,
    object INTEGER NOT NULL,
    compartment INTEGER NOT NULL,
    body BLOB NOT NULL,
    salt BLOB NOT NULL
) STRICT;

-- Claims that no longer show, in the order in which they were removed; one that is erased may have been withdrawn before.
CREATE TABLE removals (
    no INTEGER PRIMARY KEY,
    claim INTEGER NOT NULL,
    object INTEGER NOT NULL,
    act INTEGER NOT NULL -- 1 withdrawn, 2 erased
) STRICT;
CREATE INDEX removals_of_claim ON removals (claim, act);
CREATE INDEX removals_of_object ON removals (object);

-- What is left of rows that were erased: which table (the tag of leaf.rs), which number, and the row's commitment.
CREATE TABLE erased_rows (
    no INTEGER PRIMARY KEY,
    tag INTEGER NOT NULL,
    row INTEGER NOT NULL,
    commitment BLOB NOT NULL,
    UNIQUE (tag, row)
) STRICT;

-- How far each partner's wire has come in, which item became which claim, and until when it may be kept: a run of claims, one an
-- item from `first_seq` on. Changes; the ledger does not cover it.
CREATE TABLE received (
    partner TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE retained (
    first_claim INTEGER PRIMARY KEY,
    claims_end INTEGER NOT NULL,
    partner TEXT NOT NULL,
    agreement TEXT,
    first_seq INTEGER NOT NULL,
    until INTEGER -- microseconds since 1970; nothing is for as long as nobody says otherwise
) STRICT;
CREATE INDEX retained_of ON retained (partner, first_seq);
CREATE INDEX retained_until ON retained (until) WHERE until IS NOT NULL;
CREATE INDEX retained_under ON retained (agreement);

-- The head of each claim that shows, clustered by object, so that a summary or a comparison reads one page and no body.
CREATE TABLE versions (
    object INTEGER NOT NULL,
    claim INTEGER NOT NULL,
    compartment INTEGER NOT NULL,
    revoked INTEGER NOT NULL,
    modified INTEGER,   -- microseconds since 1970; observables have none
    first_seen INTEGER, -- microseconds since 1970
    last_seen INTEGER,
    digest BLOB NOT NULL,
    label TEXT,
    PRIMARY KEY (object, claim)
) STRICT, WITHOUT ROWID;

-- The edges of a run of claims, packed (see edges.rs): the graph is rebuilt by reading these in order. Each claim's commitment
-- covers its edges, so a run may be packed anew without those of a claim that was erased.
CREATE TABLE edges (
    first_claim INTEGER PRIMARY KEY,
    last_claim INTEGER NOT NULL,
    count INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;

-- Derived from here on: of_kind.rs, names.rs and audience.rs say from what.

-- The vertices of a kind, a run of them a row and batch: the first, and packed the others.
CREATE TABLE of_kind (kind INTEGER NOT NULL, first INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (kind, first)) STRICT, WITHOUT ROWID;

-- Names that find an object exactly: digests, aliases, external ids. A hit is checked against what the viewer may see.
CREATE TABLE names (
    key BLOB NOT NULL,
    object INTEGER NOT NULL,
    PRIMARY KEY (key, object)
) STRICT, WITHOUT ROWID;

-- Distinct sets of (compartment, how much it tells), interned.
CREATE TABLE audiences (no INTEGER PRIMARY KEY, members BLOB NOT NULL) STRICT;

-- What an object's audience is from a later claim on, that claim included. Kept apart: objects are many and change theirs at
-- random, and to write a page of the log for each would double what a batch writes.
CREATE TABLE later_audiences (
    object INTEGER NOT NULL,
    since INTEGER NOT NULL,
    audience INTEGER NOT NULL,
    PRIMARY KEY (object, since)
) STRICT, WITHOUT ROWID;

CREATE TABLE object_counts (
    audience INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    objects INTEGER NOT NULL,
    PRIMARY KEY (audience, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE claim_counts (compartment INTEGER PRIMARY KEY, claims INTEGER NOT NULL) STRICT;

-- Records that need not be read again (model::Fingerprint), with the handling they were told under last. May be emptied
-- at any time, and has to be when something told is no longer kept.
CREATE TABLE fingerprints (record BLOB PRIMARY KEY, handling BLOB NOT NULL) STRICT, WITHOUT ROWID;
