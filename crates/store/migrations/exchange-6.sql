-- Whose consent a person has seen, and where it can be found: for what its originator has to let pass.
ALTER TABLE approvals ADD COLUMN consent_by TEXT;
ALTER TABLE approvals ADD COLUMN consent_reference TEXT;
