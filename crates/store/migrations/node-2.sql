-- What people decided about who is behind things: that two are of one organisation, or are not. Numbers of vertices only: they say
-- nothing once what they stand for is erased. Nothing is written over: a decision is withdrawn, by whom and when.
CREATE TABLE judgements (
    no INTEGER PRIMARY KEY,
    one INTEGER NOT NULL, -- the lower number
    other INTEGER NOT NULL,
    same INTEGER NOT NULL,
    person TEXT NOT NULL,
    note TEXT,
    at INTEGER NOT NULL,
    withdrawn_by TEXT,
    withdrawn_at INTEGER
) STRICT;
CREATE INDEX judgements_of_one ON judgements (one);
CREATE INDEX judgements_of_other ON judgements (other);
