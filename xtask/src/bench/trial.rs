//! One load on one server, and how it fared in each round.

use super::figures::median;
use super::load::{Load, Server};
use super::wrk::Figures;

/// What is run in each round: who answers, to what, on how many connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Who answers.
    pub server: Server,
    /// To what.
    pub load: Load,
    /// How many connections at once.
    pub connections: u32,
}

/// A setting with what came out.
pub struct Trial {
    /// What was run.
    pub setting: Setting,
    /// One a round.
    pub samples: Vec<Sample>,
}

/// What came out in one round.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// What the load saw.
    pub figures: Figures,
    /// The server's time on a processor, in microseconds a request; zero where it is not told from the load's own.
    pub cpu: f64,
}

/// All trials of a run.
pub struct Trials(pub Vec<Trial>);

impl Trials {
    /// The trial of a setting, if it was run.
    pub fn find(&self, server: Server, load: Load, connections: u32) -> Option<&Trial> {
        let setting = Setting { server, load, connections };
        self.0.iter().find(|trial| trial.setting == setting && !trial.samples.is_empty())
    }
}

impl Trial {
    /// The medians over the rounds.
    pub fn middle(&self) -> Sample {
        let of = |pick: fn(&Sample) -> f64| median(self.samples.iter().map(pick).collect());
        let figures = Figures {
            requests: of(|sample| sample.figures.requests),
            rate: of(|sample| sample.figures.rate),
            p50: of(|sample| sample.figures.p50),
            p99: of(|sample| sample.figures.p99),
        };
        Sample { figures, cpu: of(|sample| sample.cpu) }
    }

    /// Something of both trials in the same round: the median over the rounds, since what disturbs a round disturbs
    /// both.
    pub fn with(&self, other: &Self, judge: impl Fn(&Sample, &Sample) -> f64) -> f64 {
        let rounds = self.samples.iter().zip(&other.samples);
        median(rounds.map(|(one, other)| judge(one, other)).collect())
    }

    /// The other's time on a processor a request over this one's: above one if this one is the cheaper.
    pub fn cheaper_than(&self, other: &Self) -> f64 {
        self.with(other, |one, other| other.cpu / one.cpu)
    }

    /// This one's rate over the other's.
    pub fn faster_than(&self, other: &Self) -> f64 {
        self.with(other, |one, other| one.figures.rate / other.figures.rate)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Three rounds, the first disturbed.
    pub fn trial(server: Server, load: Load, connections: u32, rate: f64, cpu: f64) -> Trial {
        let sample = |share: f64| {
            let figures = Figures { requests: rate * share, rate: rate * share, p50: 1.0, p99: 2.0 };
            Sample { figures, cpu: cpu / share }
        };
        let setting = Setting { server, load, connections };
        Trial { setting, samples: vec![sample(0.5), sample(1.0), sample(1.1)] }
    }

    #[test]
    fn what_disturbs_both_disturbs_no_ratio() {
        let one = trial(Server::Lately, Load::Synced, 64, 1_000.0, 50.0);
        let other = trial(Server::Nginx, Load::Synced, 64, 4_000.0, 20.0);
        assert_eq!(one.cheaper_than(&other), 0.4);
        assert_eq!(one.faster_than(&other), 0.25);
        assert_eq!(one.middle().cpu, 50.0);
    }

    #[test]
    fn a_trial_that_was_not_run_is_not_found() {
        let trials = Trials(vec![trial(Server::Lately, Load::Synced, 64, 1.0, 1.0)]);
        assert!(trials.find(Server::Lately, Load::Synced, 64).is_some());
        assert!(trials.find(Server::Lately, Load::Synced, 1).is_none());
    }
}
