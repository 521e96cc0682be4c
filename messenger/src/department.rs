//! Departments: the structure of the company, who changes it, and whom one's colleagues are.
//!
//! Must hold: there is one company at most, nothing stands below itself, and a department that goes leaves its people and
//! the departments below it to the one above.

use std::collections::{BTreeMap, BTreeSet};

use lately_model::{Deed, DeedKind, Department, Doer, Structure, User, UserId, UserKind, department, text};
use lately_store::{Snapshot, Span};

use crate::user::{acting, administering};
use crate::{Error, Messenger, Refusal};

/// How many departments are looked at.
const DEPARTMENTS: usize = 100_000;

/// How many are read at a time.
const STEP: i64 = 500;

/// How many people of some departments are looked at.
const STAFF: i64 = 100_000;

/// What `department.add` and `department.update` say of a department; what is `None` is not said.
#[derive(Debug, Clone, Default)]
pub struct DepartmentDraft {
    /// Its name.
    pub name: Option<String>,
    /// Its place among its neighbours.
    pub sort: Option<i64>,
    /// The department above; zero for none.
    pub parent: Option<i64>,
    /// Who leads it; zero for nobody.
    pub head: Option<UserId>,
}

/// A department as the messenger shows it.
#[derive(Debug, Clone)]
pub struct DepartmentCard {
    /// The department.
    pub department: Department,
    /// Its name with those above.
    pub full_name: String,
    /// Who leads it, unless they were dismissed.
    pub head: Option<User>,
}

/// For each department its people.
pub type Staff = Vec<(i64, Vec<UserId>)>;

impl Messenger {
    /// `department.get`: the whole structure.
    pub async fn structure(&self, caller: UserId) -> Result<Structure, Error> {
        self.store
            .read(move |snapshot| {
                acting(snapshot, caller)?;
                structure(snapshot)
            })
            .await
    }

    /// `department.add`; answers the number.
    pub async fn add_department(&self, by: Doer, draft: DepartmentDraft) -> Result<i64, Error> {
        let now = self.now();
        self.store
            .write(move |tx| {
                administering(tx, by.user)?;
                let structure = structure(tx)?;
                if draft.name.is_none() {
                    return Err(Refusal::Core("The name of the department is missing".to_owned()).into());
                }
                let new = Department { sort: department::SORT, ..Department::default() };
                let department = drafted(tx, &structure, new, None, &draft)?;
                let id = tx.add_department(&department)?;
                let deed = Deed::new(now, DeedKind::DepartmentAdded, &by).thing(id);
                tx.add_deed(&deed.with("name", department.name))?;
                Ok(id)
            })
            .await
    }

    /// `department.update`: what the draft does not say stays.
    pub async fn edit_department(&self, by: Doer, id: i64, draft: DepartmentDraft) -> Result<(), Error> {
        let now = self.now();
        self.store
            .write(move |tx| {
                administering(tx, by.user)?;
                let structure = structure(tx)?;
                let known = structure.get(id).cloned().ok_or_else(unknown)?;
                let edited = drafted(tx, &structure, known.clone(), Some(id), &draft)?;
                if edited != known {
                    tx.put_department(&edited)?;
                    let deed = Deed::new(now, DeedKind::DepartmentChanged, &by).thing(id);
                    tx.add_deed(&deed.with("name", edited.name))?;
                }
                Ok(())
            })
            .await
    }

    /// `department.delete`: the company itself stays.
    pub async fn dissolve_department(&self, by: Doer, id: i64) -> Result<(), Error> {
        let now = self.now();
        self.store
            .write(move |tx| {
                administering(tx, by.user)?;
                let structure = structure(tx)?;
                let department = structure.get(id).ok_or_else(unknown)?;
                if structure.get(department.parent_id).is_none() {
                    let text = "The department that stands for the whole company cannot be deleted";
                    return Err(Refusal::Core(text.to_owned()).into());
                }
                tx.dissolve_department(id, department.parent_id, now)?;
                let deed = Deed::new(now, DeedKind::DepartmentDissolved, &by).thing(id);
                Ok(tx.add_deed(&deed.with("name", department.name.as_str()))?)
            })
            .await
    }

    /// `im.department.get`: those of `ids` that exist, with who leads them.
    pub async fn department_cards(
        &self,
        caller: UserId,
        ids: Vec<i64>,
    ) -> Result<Vec<DepartmentCard>, Error> {
        self.store
            .read(move |snapshot| {
                insider(snapshot, caller)?;
                let structure = structure(snapshot)?;
                let wanted = existing(&structure, &ids);
                cards(snapshot, &structure, &wanted)
            })
            .await
    }

    /// `im.department.employees.get`: the active employees of those of `ids` that exist, and who they are if `whole`.
    pub async fn department_staff(
        &self,
        caller: UserId,
        ids: Vec<i64>,
        whole: bool,
    ) -> Result<(Staff, Vec<User>), Error> {
        self.store
            .read(move |snapshot| {
                insider(snapshot, caller)?;
                let structure = structure(snapshot)?;
                let mut staff: BTreeMap<i64, Vec<UserId>> = BTreeMap::new();
                let wanted: Vec<i64> = existing(&structure, &ids).iter().map(|found| found.id).collect();
                for (department, user) in snapshot.staff(&wanted, STAFF)? {
                    staff.entry(department).or_default().push(user);
                }
                let of = |id: i64| (id, staff.get(&id).cloned().unwrap_or_default());
                named(snapshot, wanted.into_iter().map(of).collect(), whole)
            })
            .await
    }

    /// `im.department.managers.get`: who leads those of `ids` that exist, and who they are if `whole`.
    pub async fn department_heads(
        &self,
        caller: UserId,
        ids: Vec<i64>,
        whole: bool,
    ) -> Result<(Staff, Vec<User>), Error> {
        self.store
            .read(move |snapshot| {
                insider(snapshot, caller)?;
                let structure = structure(snapshot)?;
                let wanted = existing(&structure, &ids);
                let known = heads(snapshot, &wanted)?;
                let head = |department: &&Department| {
                    let head = known.iter().find(|head| head.id == department.head_id);
                    (department.id, head.map(|head| head.id).into_iter().collect())
                };
                named(snapshot, wanted.iter().map(head).collect(), whole)
            })
            .await
    }

    /// `im.department.colleagues.list`: the people of one's own departments; for somebody who leads also everybody below
    /// them and everybody who leads them. By number; and how many there are.
    pub async fn colleagues(&self, caller: UserId, span: Span) -> Result<(Vec<User>, i64), Error> {
        self.store
            .read(move |snapshot| {
                let actor = insider(snapshot, caller)?;
                let structure = structure(snapshot)?;
                let ids = colleagues(snapshot, &actor, &structure)?;
                let total = i64::try_from(ids.len()).unwrap_or(i64::MAX);
                let (offset, limit) = (usize::try_from(span.offset), usize::try_from(span.limit));
                let page = ids.into_iter().skip(offset.unwrap_or(usize::MAX)).take(limit.unwrap_or(0));
                Ok((snapshot.users(&page.collect::<Vec<_>>())?, total))
            })
            .await
    }
}

/// All departments.
pub(crate) fn structure(snapshot: &Snapshot<'_>) -> Result<Structure, Error> {
    let mut all = Vec::new();
    while all.len() < DEPARTMENTS {
        let after = all.last().map_or(0, |last: &Department| last.id);
        let some = snapshot.departments_after(after, STEP)?;
        if some.is_empty() {
            break;
        }
        all.extend(some);
    }
    Ok(Structure::new(all))
}

/// Departments as the messenger shows them.
pub(crate) fn cards(
    snapshot: &Snapshot<'_>,
    structure: &Structure,
    departments: &[&Department],
) -> Result<Vec<DepartmentCard>, Error> {
    let known = heads(snapshot, departments)?;
    let card = |department: &&Department| DepartmentCard {
        department: (*department).clone(),
        full_name: structure.full_name(department),
        head: known.iter().find(|head| head.id == department.head_id).cloned(),
    };
    Ok(departments.iter().map(card).collect())
}

/// Guests, bots and customers are told nothing of the structure.
fn insider(snapshot: &Snapshot<'_>, caller: UserId) -> Result<User, Error> {
    let actor = acting(snapshot, caller)?;
    if actor.kind == UserKind::Employee { Ok(actor) } else { Err(Refusal::NoAccessToStructure.into()) }
}

/// Those that exist, in the order in which they are named, each once.
fn existing<'a>(structure: &'a Structure, ids: &[i64]) -> Vec<&'a Department> {
    let mut seen = BTreeSet::new();
    ids.iter().filter(|id| seen.insert(**id)).filter_map(|id| structure.get(*id)).collect()
}

/// Who leads these departments, the dismissed left out.
fn heads(snapshot: &Snapshot<'_>, departments: &[&Department]) -> Result<Vec<User>, Error> {
    let ids: Vec<UserId> = departments.iter().map(|department| department.head_id).collect();
    let mut heads = snapshot.users(&ids)?;
    heads.retain(|head| head.active);
    Ok(heads)
}

fn named(snapshot: &Snapshot<'_>, staff: Staff, whole: bool) -> Result<(Staff, Vec<User>), Error> {
    let users = if whole {
        let ids: Vec<UserId> = staff.iter().flat_map(|(_, users)| users).copied().collect();
        snapshot.users(&ids)?
    } else {
        Vec::new()
    };
    Ok((staff, users))
}

fn colleagues(
    snapshot: &Snapshot<'_>,
    actor: &User,
    structure: &Structure,
) -> Result<BTreeSet<UserId>, Error> {
    let led = structure.led_by(actor.id);
    let mut departments: BTreeSet<i64> = actor.departments.iter().copied().collect();
    let mut ids = BTreeSet::new();
    if !led.is_empty() {
        let own = departments.iter().chain(&led);
        let above = own.flat_map(|id| structure.get(*id).into_iter().chain(structure.above(*id)));
        let above: Vec<&Department> = above.collect();
        ids.extend(heads(snapshot, &above)?.iter().map(|head| head.id));
        departments.extend(structure.below(&led));
    }
    let departments: Vec<i64> = departments.into_iter().collect();
    ids.extend(snapshot.staff(&departments, STAFF)?.into_iter().map(|(_, user)| user));
    ids.remove(&actor.id);
    Ok(ids)
}

/// The department as it is to be, if it may be so.
fn drafted(
    snapshot: &Snapshot<'_>,
    structure: &Structure,
    mut department: Department,
    id: Option<i64>,
    draft: &DepartmentDraft,
) -> Result<Department, Error> {
    let refused = |text: &str| Err(Refusal::Core(text.to_owned()).into());
    if let Some(name) = &draft.name {
        department.name = text::clip(name.replace('\0', "").trim(), text::TITLE_MAX_CHARS);
        if department.name.is_empty() {
            return refused("The name of the department is missing");
        }
    }
    if let Some(parent) = draft.parent.or_else(|| id.is_none().then_some(0)) {
        let stays = id.is_some() && parent == department.parent_id;
        if !stays && !structure.may_stand_below(id, parent) {
            return refused(
                "The parent department is wrong: there is one company, and all others are below it",
            );
        }
        department.parent_id = parent;
    }
    if let Some(head) = draft.head {
        if !head.is_none() && snapshot.user(head)?.is_none() {
            return refused("The head of the department does not exist");
        }
        department.head_id = if head.is_none() { UserId(0) } else { head };
    }
    department.sort = draft.sort.unwrap_or(department.sort);
    Ok(department)
}

fn unknown() -> Refusal {
    Refusal::Core("There is no such department".to_owned())
}
