-- What people of this node change. Claims are elsewhere (claims.sqlite) and never change.

CREATE TABLE users (
    name TEXT PRIMARY KEY,
    password TEXT NOT NULL, -- argon2id, PHC string
    role TEXT NOT NULL,
    tlp_max TEXT NOT NULL,
    created_at INTEGER NOT NULL -- microseconds since 1970
) STRICT, WITHOUT ROWID;

-- Secrets are kept as SHA-256 only: they are random and long, so that nothing slower is needed.
CREATE TABLE sessions (
    secret BLOB PRIMARY KEY,
    user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    csrf TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of ON sessions (user);

CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    secret BLOB NOT NULL UNIQUE,
    user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT, WITHOUT ROWID;

-- One-time links that make an administrator.
CREATE TABLE setup_links (secret BLOB PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE charts (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    notes TEXT NOT NULL,
    document TEXT NOT NULL, -- JSON
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE imports (
    id TEXT PRIMARY KEY,
    started_at INTEGER NOT NULL,
    state TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX imports_by_start ON imports (started_at);
