-- What was done by whom. Users are never deleted; what else a deed names may be gone.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    by_id INTEGER NOT NULL,
    way TEXT NOT NULL,
    tool TEXT NOT NULL,
    peer TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    thing_id INTEGER NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_by ON audit (by_id, at, id);
CREATE INDEX audit_user ON audit (user_id, at, id);
CREATE INDEX audit_kind ON audit (kind, at, id);

-- Settings of the portal that administrators changed; what is not here the configuration of each server says.
CREATE TABLE setting (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by INTEGER NOT NULL
) WITHOUT ROWID;
