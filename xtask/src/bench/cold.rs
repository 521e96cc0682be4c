//! The first read of a person's list, on a server that knows nothing of their chats yet.

use anyhow::Result;

use super::load::Load;
use super::portal::Binary;
use super::{process, town};

/// What the first reads of a person took.
pub struct Cold {
    /// In how many chats the person is.
    pub chats: i64,
    /// The server's time on a processor, in milliseconds, once for each start.
    pub times: Vec<f64>,
}

/// Starts the server so many times, and each time asks once for each person's list.
pub fn measure(binary: &Binary, starts: u64) -> Result<Vec<Cold>> {
    let mut all: Vec<Cold> = town::COLD.iter().map(|&(_, chats)| Cold { chats, times: Vec::new() }).collect();
    for start in 1..=starts {
        eprintln!("first reads, start {start} of {starts}");
        let portal = binary.serve(&[])?;
        // What a server does once, whoever comes first.
        portal.answer(Load::Recent { chats: town::FRESH })?;
        for (cold, (person, _)) in all.iter_mut().zip(town::COLD) {
            let before = process::cpu(portal.id())?;
            let answer = portal.recent(person)?;
            cold.times.push((process::cpu(portal.id())? - before).as_secs_f64() * 1e3);
            Load::Look.judge(&answer)?;
        }
    }
    Ok(all)
}
