-- Days on which somebody is away, the last one included. Days are texts such as 2026-12-31, which sort as they follow.
CREATE TABLE absence (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    kind TEXT NOT NULL
);
CREATE INDEX absence_user ON absence (user_id, first_day);
CREATE INDEX absence_day ON absence (last_day, first_day);

-- Who is away at present: derived from absences, or told by whoever imported or edited the user.
CREATE INDEX user_absent ON "user" (absent_until) WHERE absent_until IS NOT NULL;

-- Who has a picture that is kept here.
CREATE INDEX user_avatar ON "user" (avatar) WHERE avatar <> '';
