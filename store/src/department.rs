//! Departments: the company's structure, and whom each of them has.
//!
//! Must hold: `user_department` says what the people's own rows say; it is written wherever those are.

use std::collections::BTreeSet;

use lately_model::{Department, Moment, User, UserId};

use crate::engine::{Row, Value};
use crate::{Snapshot, StoreError, Tx};

const COLUMNS: &str = "id, name, parent_id, head_id, sort";

/// How many departments or users are read or looked for by one statement.
const AT_ONCE: usize = 64;

/// How many departments one user belongs to at most, whatever their row says.
const BELONGS: i64 = 1_000_000;

impl Snapshot<'_> {
    /// Up to `limit` departments with a number above `after`, ascending.
    pub fn departments_after(&self, after: i64, limit: i64) -> Result<Vec<Department>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM department WHERE id > ?1 ORDER BY id LIMIT ?2");
        let rows = self.engine.rows(&sql, &[after.into(), limit.into()])?;
        rows.into_iter().map(|mut row| read(&mut row)).collect()
    }

    /// In how many departments the kept ones differ from those a user's own row names.
    pub(crate) fn misplaced(&self, user: &User) -> Result<i64, StoreError> {
        let wanted: BTreeSet<i64> = user.departments.iter().copied().collect();
        let differing = self.filed_staff(user)?.symmetric_difference(&wanted).count();
        Ok(i64::try_from(differing).unwrap_or(i64::MAX))
    }

    fn filed_staff(&self, user: &User) -> Result<BTreeSet<i64>, StoreError> {
        let sql = "SELECT department_id FROM user_department WHERE user_id = ?1 LIMIT ?2";
        let rows = self.engine.rows(sql, &[user.id.into(), BELONGS.into()])?;
        rows.into_iter().map(|mut row| row.int()).collect()
    }

    /// The active employees of these departments, at most `limit` for every 64 of them: (department, user).
    pub fn staff(&self, departments: &[i64], limit: i64) -> Result<Vec<(i64, UserId)>, StoreError> {
        let places: Vec<String> = (2..AT_ONCE + 2).map(|place| format!("?{place}")).collect();
        let sql = format!(
            "SELECT d.department_id, d.user_id FROM user_department d JOIN \"user\" u ON u.id = d.user_id \
             WHERE d.department_id IN ({}) AND u.active = 1 AND u.kind = 'employee' \
             ORDER BY d.department_id, d.user_id LIMIT ?1",
            places.join(", ")
        );
        let mut staff = Vec::new();
        for some in departments.chunks(AT_ONCE) {
            let mut params: Vec<Value> = vec![limit.into()];
            params.extend(some.iter().map(|id| Value::from(*id)));
            params.resize_with(AT_ONCE + 1, || Value::from(0));
            for mut row in self.engine.rows(&sql, &params)? {
                staff.push((row.int()?, row.user()?));
            }
        }
        Ok(staff)
    }
}

impl Tx<'_> {
    /// Adds a department, its number ignored; answers the next free one, which it took.
    pub fn add_department(&mut self, department: &Department) -> Result<i64, StoreError> {
        let sql = "INSERT INTO department (id, name, parent_id, head_id, sort) \
                   VALUES ((SELECT COALESCE(max(id), 0) + 1 FROM department), ?1, ?2, ?3, ?4)";
        let Department { name, parent_id, head_id, sort, .. } = department;
        let params = [name.into(), (*parent_id).into(), (*head_id).into(), (*sort).into()];
        let id = self.engine.insert(sql, &params)?;
        self.file_department(&Department { id, ..department.clone() })?;
        Ok(id)
    }

    /// Adds a department, or replaces the one with its number.
    pub fn put_department(&mut self, department: &Department) -> Result<(), StoreError> {
        let sql = "INSERT INTO department (id, name, parent_id, head_id, sort) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (id) DO UPDATE SET name = excluded.name, parent_id = excluded.parent_id, \
                   head_id = excluded.head_id, sort = excluded.sort";
        let Department { id, name, parent_id, head_id, sort } = department;
        let params = [(*id).into(), name.into(), (*parent_id).into(), (*head_id).into(), (*sort).into()];
        self.engine.run_one(sql, &params)?;
        self.file_department(department)
    }

    /// Takes a department away. What stood below it stands below `heir` from then on, and its people belong there.
    pub fn dissolve_department(&mut self, id: i64, heir: i64, now: Moment) -> Result<(), StoreError> {
        let sql = "UPDATE department SET parent_id = ?2 WHERE parent_id = ?1";
        self.engine.run(sql, &[id.into(), heir.into()])?;
        self.engine.run_one("DELETE FROM department WHERE id = ?1", &[id.into()])?;
        self.unfile_department(id)?;
        loop {
            let people = self.belonging(id)?;
            let Some(last) = people.last() else { return Ok(()) };
            for mut user in self.users(&people)? {
                user.departments = moved(&user.departments, id, heir);
                self.update_user(&user, now)?;
            }
            // Those whom no user's row bears out would be met again and again.
            let sql = "DELETE FROM user_department WHERE department_id = ?1 AND user_id <= ?2";
            self.engine.run(sql, &[id.into(), (*last).into()])?;
        }
    }

    /// Writes which departments a user belongs to.
    pub(crate) fn file_staff(&mut self, user: &User) -> Result<(), StoreError> {
        let wanted: BTreeSet<i64> = user.departments.iter().copied().collect();
        let found = self.filed_staff(user)?;
        for gone in found.difference(&wanted) {
            let sql = "DELETE FROM user_department WHERE department_id = ?1 AND user_id = ?2";
            self.engine.run_one(sql, &[(*gone).into(), user.id.into()])?;
        }
        for fresh in wanted.difference(&found) {
            let sql = "INSERT INTO user_department (department_id, user_id) VALUES (?1, ?2)";
            self.engine.run_one(sql, &[(*fresh).into(), user.id.into()])?;
        }
        Ok(())
    }

    /// Some of those who belong to a department, whoever they are.
    fn belonging(&self, department: i64) -> Result<Vec<UserId>, StoreError> {
        let sql = "SELECT user_id FROM user_department WHERE department_id = ?1 ORDER BY user_id LIMIT 500";
        self.engine.rows(sql, &[department.into()])?.into_iter().map(|mut row| row.user()).collect()
    }
}

/// The list with `heir` in the place of `id`, unless it is there already.
fn moved(departments: &[i64], id: i64, heir: i64) -> Vec<i64> {
    let mut moved = Vec::with_capacity(departments.len());
    for department in departments.iter().map(|found| if *found == id { heir } else { *found }) {
        if !moved.contains(&department) {
            moved.push(department);
        }
    }
    moved
}

fn read(row: &mut Row) -> Result<Department, StoreError> {
    Ok(Department {
        id: row.int()?,
        name: row.text()?,
        parent_id: row.int()?,
        head_id: row.user()?,
        sort: row.int()?,
    })
}
