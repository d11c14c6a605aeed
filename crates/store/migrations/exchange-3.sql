-- TAXII servers of others: what is fetched from there or pushed to there, and how far that has come.
CREATE TABLE taxii_remotes (
    name TEXT PRIMARY KEY,
    collection TEXT NOT NULL, -- its URL
    user TEXT,
    secret_file TEXT, -- the secret itself is not kept here
    authority_file TEXT,
    errand TEXT NOT NULL, -- JSON
    every INTEGER, -- seconds; none: only when somebody says so
    added_at INTEGER NOT NULL,
    after TEXT, -- as the server wrote it
    next TEXT,
    newest TEXT,
    tried_at INTEGER,
    failure TEXT
) STRICT, WITHOUT ROWID;
