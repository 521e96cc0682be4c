//! Departments: the company's structure, as far as people's profiles name it.

use lately_model::UserId;

use crate::{Snapshot, StoreError, Tx};

/// One department.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Department {
    /// The number.
    pub id: i64,
    /// The name.
    pub name: String,
    /// The department above; zero for the root.
    pub parent_id: i64,
    /// Who leads it; zero for nobody.
    pub head_id: UserId,
    /// Place among its neighbours.
    pub sort: i64,
}

impl Snapshot<'_> {
    /// Up to `limit` departments with a number above `after`, ascending.
    pub fn departments_after(&self, after: i64, limit: i64) -> Result<Vec<Department>, StoreError> {
        let sql =
            "SELECT id, name, parent_id, head_id, sort FROM department WHERE id > ?1 ORDER BY id LIMIT ?2";
        let rows = self.engine.rows(sql, &[after.into(), limit.into()])?;
        let read = |mut row: crate::engine::Row| {
            Ok(Department {
                id: row.int()?,
                name: row.text()?,
                parent_id: row.int()?,
                head_id: row.user()?,
                sort: row.int()?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}

impl Tx<'_> {
    /// Adds a department, or replaces the one with its number.
    pub fn put_department(&mut self, department: &Department) -> Result<(), StoreError> {
        let sql = "INSERT INTO department (id, name, parent_id, head_id, sort) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (id) DO UPDATE SET name = excluded.name, parent_id = excluded.parent_id, \
                   head_id = excluded.head_id, sort = excluded.sort";
        let Department { id, name, parent_id, head_id, sort } = department;
        let params = [(*id).into(), name.into(), (*parent_id).into(), (*head_id).into(), (*sort).into()];
        self.engine.run_one(sql, &params)
    }
}
