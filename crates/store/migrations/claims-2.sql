-- The batches of partners' logs to us: each log's tree is made of their leaves, and compared with what the partner signed. They come
-- in with their items, in one transaction.
CREATE TABLE received_batches (
    partner TEXT NOT NULL,
    first INTEGER NOT NULL, -- seq of its first item
    items INTEGER NOT NULL,
    leaf BLOB NOT NULL,
    PRIMARY KEY (partner, first)
) STRICT, WITHOUT ROWID;
