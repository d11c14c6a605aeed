-- Whose what a source tells is, as people of this node said. The last word on a source counts; earlier ones stay, because things were told
-- on them.
CREATE TABLE sources (
    no INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    whose TEXT NOT NULL, -- the agreement's word for it
    reference TEXT, -- where the consent of somebody else is written
    said_by TEXT NOT NULL,
    said_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sources_by_name ON sources (source, no);
