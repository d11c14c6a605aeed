-- How many questions of a partner's programs a flow answered on a UTC day (days since 1970), where it has a limit.
CREATE TABLE asked (
    flow INTEGER NOT NULL,
    day INTEGER NOT NULL,
    queries INTEGER NOT NULL,
    PRIMARY KEY (flow, day)
) STRICT, WITHOUT ROWID;
