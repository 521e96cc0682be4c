//! The schema as it stands in a database, in words that are the same for both engines.
//!
//! Must hold: two portals with the same lines have the same tables, columns, nullability and unique keys.

use crate::{Snapshot, StoreError};

/// How many lines a schema has at most.
const LINES: i64 = 10_000;

const SQLITE: &str = "\
    SELECT m.name || '.' || c.name || ' ' || CASE c.type WHEN 'TEXT' THEN 'text' ELSE 'integer' END \
           || CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN ' not null' ELSE '' END AS line \
    FROM sqlite_master m JOIN pragma_table_info(m.name) c \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' \
    UNION ALL \
    SELECT 'unique ' || m.name || ' (' || \
           (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')' \
           || CASE WHEN i.partial = 1 THEN ' in part' ELSE '' END \
    FROM sqlite_master m JOIN pragma_index_list(m.name) i \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND i.\"unique\" = 1 \
    UNION ALL \
    SELECT 'unique ' || m.name || ' (' || c.name || ')' \
    FROM sqlite_master m JOIN pragma_table_info(m.name) c \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND c.pk = 1 AND c.type = 'INTEGER' \
          AND NOT EXISTS (SELECT 1 FROM pragma_index_list(m.name) i WHERE i.origin = 'pk') \
    ORDER BY 1 LIMIT ?1";

const POSTGRES: &str = "\
    SELECT line FROM ( \
    SELECT c.table_name || '.' || c.column_name || ' ' || CASE c.data_type WHEN 'text' THEN 'text' ELSE 'integer' END \
           || CASE c.is_nullable WHEN 'NO' THEN ' not null' ELSE '' END AS line \
    FROM information_schema.columns c WHERE c.table_schema = current_schema() \
    UNION ALL \
    SELECT 'unique ' || t.relname || ' (' || \
           (SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(i.indkey) WITH ORDINALITY AS k (number, place) \
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number) || ')' \
           || CASE WHEN i.indpred IS NULL THEN '' ELSE ' in part' END \
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace \
    WHERE i.indisunique AND n.nspname = current_schema()) s \
    ORDER BY line COLLATE \"C\" LIMIT ?1";

impl Snapshot<'_> {
    /// A line for each column and each unique key, sorted.
    pub fn schema(&self) -> Result<Vec<String>, StoreError> {
        let sql = if self.engine.shared() { POSTGRES } else { SQLITE };
        self.engine.rows(sql, &[LINES.into()])?.into_iter().map(|mut row| row.text()).collect()
    }
}
