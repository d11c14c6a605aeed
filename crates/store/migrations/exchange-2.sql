-- Claims that are not told until something they refer to is. Numbers only: they say nothing when what they stand for is erased.
CREATE TABLE awaiting (
    partner INTEGER NOT NULL REFERENCES partners (no),
    missing INTEGER NOT NULL, -- the vertex referred to
    claim INTEGER NOT NULL,
    PRIMARY KEY (partner, missing, claim)
) STRICT, WITHOUT ROWID;

-- Items of which only the leaf was sent, because their agreement was suspended. They are put on the wire anew when it is resumed.
CREATE TABLE held_back (no INTEGER PRIMARY KEY) STRICT;

-- In which office a person spoke (agreement::Office).
ALTER TABLE approvals ADD COLUMN office TEXT NOT NULL DEFAULT 'officer';
