-- A view of claims.sqlite that can be thrown away at any time.

-- Row 2n is claim n, row 2n + 1 is the value of vertex n. Nothing is kept but the index itself.
CREATE VIRTUAL TABLE texts USING fts5 (
    kind,  -- the type, and to which tier it belongs
    label, -- what a person calls it
    body,  -- every other text
    content = '',
    contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 2'
);

-- Bytes of new words kept in memory before they are written: an eighth of the segments, and of the work of merging them.
INSERT INTO texts (texts, rank) VALUES ('hashsize', 8388608);

-- The first claim, vertex and late value not indexed yet, and the first removal and erased row not followed yet.
CREATE TABLE cursor (
    claims INTEGER NOT NULL,
    vertices INTEGER NOT NULL,
    late_values INTEGER NOT NULL,
    removals INTEGER NOT NULL,
    erased INTEGER NOT NULL
) STRICT;
INSERT INTO cursor VALUES (1, 0, 0, 0, 0);
