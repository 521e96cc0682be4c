//! Making people resident: asking for everybody's recent list once, and seeing what memory that takes.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};

use super::load::Load;
use super::portal::Portal;
use super::{process, town};

/// Each so many people's answer is read as JSON; of the others the beginning is enough.
const LOOK_CLOSER: i64 = 100;

/// What the server has taken for itself, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// When the first of the people had made all shared chats resident.
    pub shared: u64,
    /// When everybody was resident.
    pub resident: u64,
    /// After everybody's list was read again and again.
    pub read: u64,
}

impl Memory {
    /// For each person beyond the shared chats, in KB of 1,024 bytes; the worse of the two moments.
    pub fn each(self) -> f64 {
        let people = town::PEOPLE.end - town::PEOPLE.start - town::CHOICE;
        let most = self.resident.max(self.read);
        most.saturating_sub(self.shared) as f64 / people as f64 / 1024.0
    }
}

/// Asks for the list of everybody in the rooms, so that all members are being kept up to date while messages are sent, as
/// in an office in which everybody is at work.
pub fn crowd(portal: &Portal) -> Result<()> {
    eprintln!("asking for the recent list of everybody in the rooms");
    for user in town::CROWD.chain([town::SENDER]) {
        portal.recent(user)?;
    }
    Ok(())
}

/// Asks for the list of everybody who shares chats, and writes each answer into a file of the folder.
pub fn people(portal: &Portal, files: &Path) -> Result<Memory> {
    eprintln!("asking for the recent list of everybody who shares chats");
    fs::create_dir_all(files)?;
    let (first, others) =
        (town::PEOPLE.take(town::CHOICE as usize), town::PEOPLE.skip(town::CHOICE as usize));
    for person in first {
        keep(portal, person, files)?;
    }
    let shared = process::memory(portal.id())?;
    for person in others {
        keep(portal, person, files)?;
    }
    let resident = process::memory(portal.id())?;
    Ok(Memory { shared, resident, read: resident })
}

fn keep(portal: &Portal, person: i64, files: &Path) -> Result<()> {
    let answer = portal.recent(person)?;
    if person % LOOK_CLOSER == 0 {
        Load::People { count: 1 }.judge(&answer)?;
    }
    ensure!(answer.starts_with("{\"result\":[{"), "person {person}: not a list: {answer:.200}");
    Ok(fs::write(files.join(person.to_string()), answer)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_shared_out_among_those_who_came_after_the_chats() {
        let people = 9_980;
        let memory = Memory { shared: 1 << 20, resident: (1 << 20) + people * 10_240, read: 0 };
        assert_eq!(memory.each(), 10.0);
        assert_eq!(Memory { read: (1 << 20) + people * 20_480, ..memory }.each(), 20.0);
    }
}
