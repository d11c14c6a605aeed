-- In which offices somebody may speak on what is disclosed: a list of the agreement's words for them, as JSON.
ALTER TABLE users ADD COLUMN offices TEXT NOT NULL DEFAULT '[]';
