-- The last claim when a signature was kept: what was learned after that came after it, whatever the clocks said. Unknown for
-- signatures kept before this was noted.
ALTER TABLE signatures ADD COLUMN claims INTEGER;
