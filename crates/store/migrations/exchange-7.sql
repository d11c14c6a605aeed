-- What we gave back of a partner's wire to us at the end of its retention, until the partner has heard of it.
CREATE TABLE given_back (
    partner INTEGER NOT NULL REFERENCES partners (no),
    first INTEGER NOT NULL, -- items of the partner's wire
    last INTEGER NOT NULL,
    agreement BLOB NOT NULL,
    at INTEGER NOT NULL,
    heard INTEGER NOT NULL, -- whether the partner has said that it knows
    PRIMARY KEY (partner, first, last)
) STRICT, WITHOUT ROWID;
CREATE INDEX given_back_untold ON given_back (partner, first) WHERE NOT heard;

-- What a partner gave back of our wire to it, with its signed word: evidence that it holds nothing of it any more. The items' `state` is 3.
CREATE TABLE returned (
    partner INTEGER NOT NULL REFERENCES partners (no),
    first INTEGER NOT NULL, -- items of our wire to it
    last INTEGER NOT NULL,
    document BLOB NOT NULL,
    kept_at INTEGER NOT NULL,
    PRIMARY KEY (partner, first, last)
) STRICT, WITHOUT ROWID;
