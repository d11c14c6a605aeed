//! Claims, documents and cursors in SQLite; one transaction per batch.
