//! Departments: one company, and the parts below it.
//!
//! Must hold: a [`Structure`] answers in bounded time whatever the departments say of each other, loops included, since
//! an import may bring any.

use std::collections::{BTreeMap, BTreeSet};

use crate::UserId;

/// The place among its neighbours that a department has unless somebody says another.
pub const SORT: i64 = 500;

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

/// All departments and how they stand to each other.
#[derive(Debug, Clone, Default)]
pub struct Structure {
    departments: BTreeMap<i64, Department>,
    children: BTreeMap<i64, Vec<i64>>,
}

impl Structure {
    /// The structure that these departments are.
    pub fn new(departments: Vec<Department>) -> Self {
        let mut structure = Self::default();
        for department in departments {
            structure.children.entry(department.parent_id).or_default().push(department.id);
            structure.departments.insert(department.id, department);
        }
        structure
    }

    /// One department.
    pub fn get(&self, id: i64) -> Option<&Department> {
        self.departments.get(&id)
    }

    /// Every department, by number.
    pub fn iter(&self) -> impl Iterator<Item = &Department> {
        self.departments.values()
    }

    /// The department that stands for the whole company: the first without one above.
    pub fn root(&self) -> Option<&Department> {
        self.iter().find(|department| department.parent_id == 0)
    }

    /// The departments above, the nearest first.
    pub fn above(&self, id: i64) -> Vec<&Department> {
        let mut seen = BTreeSet::from([id]);
        let mut above = Vec::new();
        let mut next = self.get(id).and_then(|department| self.get(department.parent_id));
        while let Some(department) = next.filter(|department| seen.insert(department.id)) {
            above.push(department);
            next = self.get(department.parent_id);
        }
        above
    }

    /// These departments and all below them.
    pub fn below(&self, ids: &[i64]) -> BTreeSet<i64> {
        let mut below = BTreeSet::new();
        let mut waiting = ids.to_vec();
        while let Some(id) = waiting.pop() {
            if self.departments.contains_key(&id) && below.insert(id) {
                waiting.extend(self.children.get(&id).into_iter().flatten());
            }
        }
        below
    }

    /// The name with those of the departments above: "Sales / Company".
    pub fn full_name(&self, department: &Department) -> String {
        let above = self.above(department.id);
        let names = above.iter().map(|department| department.name.as_str());
        std::iter::once(department.name.as_str()).chain(names).collect::<Vec<_>>().join(" / ")
    }

    /// The departments that somebody leads.
    pub fn led_by(&self, user: UserId) -> Vec<i64> {
        self.iter().filter(|department| department.head_id == user).map(|department| department.id).collect()
    }

    /// Whether a department may stand below `parent`: not below itself, and the company below none. A portal without a
    /// company takes its first department as that.
    pub fn may_stand_below(&self, id: Option<i64>, parent: i64) -> bool {
        let is_root = id.is_some() && self.root().map(|root| root.id) == id;
        if parent == 0 {
            return is_root || self.root().is_none();
        }
        let loops = id.is_some_and(|id| self.below(&[id]).contains(&parent));
        !is_root && !loops && self.departments.contains_key(&parent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn department(id: i64, parent_id: i64) -> Department {
        Department { id, name: format!("D{id}"), parent_id, head_id: UserId(id * 10), sort: SORT }
    }

    fn company() -> Structure {
        Structure::new(vec![department(1, 0), department(2, 1), department(3, 2), department(4, 1)])
    }

    #[test]
    fn a_department_knows_what_is_above_and_below() {
        let company = company();
        let above: Vec<i64> = company.above(3).iter().map(|department| department.id).collect();
        assert_eq!(above, [2, 1]);
        assert_eq!(company.below(&[2, 9]), BTreeSet::from([2, 3]));
        assert_eq!(company.full_name(company.get(3).unwrap()), "D3 / D2 / D1");
        assert_eq!(company.led_by(UserId(20)), [2]);
    }

    #[test]
    fn there_is_one_root_and_nothing_stands_below_itself() {
        let company = company();
        for (id, parent, may) in [
            (None, 1, true),
            (None, 3, true),
            (None, 0, false),
            (None, 9, false),
            (None, -1, false),
            (Some(2), 4, true),
            (Some(2), 3, false),
            (Some(2), 2, false),
            (Some(2), 0, false),
            (Some(1), 0, true),
            (Some(1), 2, false),
        ] {
            assert_eq!(company.may_stand_below(id, parent), may, "{id:?} below {parent}");
        }
        assert!(Structure::default().may_stand_below(None, 0));
        assert!(!Structure::default().may_stand_below(None, 1));
    }

    #[test]
    fn a_loop_ends() {
        let looped = Structure::new(vec![department(1, 2), department(2, 1), department(3, 3)]);
        assert_eq!(looped.full_name(looped.get(1).unwrap()), "D1 / D2");
        assert_eq!(looped.full_name(looped.get(3).unwrap()), "D3");
        assert_eq!(looped.below(&[1]), BTreeSet::from([1, 2]));
        assert!(looped.root().is_none());
    }
}
