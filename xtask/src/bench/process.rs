//! What a process has cost: its time on a processor and its memory, as the machine counts them.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

/// The time that a process has spent on processors until now, all its threads together, those that ended too.
pub fn cpu(id: u32) -> Result<Duration> {
    let pid = Pid::from_raw(i32::try_from(id)?);
    let time = clock_getcpuclockid(pid)
        .and_then(|clock| clock.now())
        .with_context(|| format!("cannot read the time of process {id}"))?;
    Ok(Duration::from(time))
}

/// The memory that a process has taken for itself, in bytes: what it has mapped from files does not count.
pub fn memory(id: u32) -> Result<u64> {
    let file = format!("/proc/{id}/smaps_rollup");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    anonymous(&text).with_context(|| format!("{file} does not say how much is anonymous"))
}

/// The processes that a process has started and that still run.
pub fn children(id: u32) -> Result<Vec<u32>> {
    let mut children = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Some(child) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // A process may end while this looks.
        let stat = fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        if parent(&stat) == Some(id) {
            children.push(child);
        }
    }
    Ok(children)
}

fn anonymous(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Anonymous:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// The name before it stands in brackets and may hold anything.
fn parent(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_of_its_own_is_what_is_anonymous() {
        let text = "00-ff ---p 00000000 00:00 0 [rollup]\nRss:  1708 kB\nAnonymous:   112 kB\nSwap: 0 kB\n";
        assert_eq!(anonymous(text), Some(112 * 1024));
        assert_eq!(anonymous("Rss:  1708 kB\n"), None);
    }

    #[test]
    fn the_parent_is_found_behind_any_name() {
        assert_eq!(parent("12 (nginx: a) b) S 7 12 12 0"), Some(7));
        assert_eq!(parent(""), None);
    }

    #[test]
    fn work_takes_time() {
        let before = cpu(std::process::id()).unwrap();
        let spent = std::iter::repeat_with(|| cpu(std::process::id()).unwrap() - before);
        assert!(spent.take(1000).last().unwrap() > Duration::ZERO);
    }
}
