//! How much a caller may ask: a leaky bucket per caller and a budget of run time per credential and method.
//!
//! Owns both counts (core.md 8); everything is off unless configured. Holds: memory is bounded, because
//! entries that no longer weigh anything are swept out and strangers' buckets have a ceiling. The clock is
//! handed in as unix milliseconds; one that steps back neither frees nor locks anybody. Never answers a
//! request itself.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::IpAddr;

/// Which limits are in force. None by default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LimitsConfig {
    /// The leaky bucket of requests.
    pub requests: Option<RequestLimit>,
    /// The budget of run time.
    pub operating: Option<OperatingLimit>,
}

/// A leaky bucket: each request adds one, and what would go over the brim is refused and not counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RequestLimit {
    /// Requests that may come at once.
    pub capacity: u32,
    /// Requests that drain in a second.
    pub per_second: f64,
}

impl Default for RequestLimit {
    /// The ordinary tariff: 50 at once, 2 a second.
    fn default() -> Self {
        Self { capacity: 50, per_second: 2.0 }
    }
}

/// A budget of run time within the last ten minutes, per credential and method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperatingLimit {
    /// Seconds; a call that begins below it may cross it, the next is refused.
    pub budget_seconds: u32,
}

impl Default for OperatingLimit {
    /// What an own installation uses once it is switched on.
    fn default() -> Self {
        Self { budget_seconds: 420 }
    }
}

/// Run time used so far, as `time` in an answer shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Operating {
    /// Unix seconds at which the oldest minute leaves the count.
    pub reset_at: i64,
    /// Seconds used by this method for this credential in the last ten minutes.
    pub seconds: f64,
}

/// The counts of a running server.
#[derive(Debug)]
pub struct Limits {
    requests: Option<(RequestLimit, Mutex<Buckets>)>,
    operating: Option<(OperatingLimit, Mutex<Book>)>,
}

impl Limits {
    /// Empty counts.
    pub fn new(config: LimitsConfig) -> Self {
        Self {
            requests: config.requests.map(|limit| (limit, Mutex::default())),
            operating: config.operating.map(|limit| (limit, Mutex::default())),
        }
    }

    /// Counts one request from this address; false means `QUERY_LIMIT_EXCEEDED`. A batch is one request.
    pub fn admit(&self, peer: IpAddr, now_millis: i64) -> bool {
        let Some((limit, buckets)) = &self.requests else { return true };
        buckets.lock().admit(peer, *limit, now_millis)
    }

    /// Whether run time is counted at all.
    pub fn counts_time(&self) -> bool {
        self.operating.is_some()
    }

    /// Asks before a call; the error is the unix second to name with `OPERATION_TIME_LIMIT`.
    pub fn before(&self, credential: i64, method: &'static str, now_millis: i64) -> Result<(), i64> {
        let Some((limit, book)) = &self.operating else { return Ok(()) };
        let used = book.lock().used(credential, method, minute_of(now_millis));
        if used.seconds >= f64::from(limit.budget_seconds) { Err(used.reset_at) } else { Ok(()) }
    }

    /// Records a finished call. Runs up to 0.1 s count for nothing, and neither does what is no positive
    /// number.
    pub fn after(&self, credential: i64, method: &'static str, now_millis: i64, seconds: f64) {
        let Some((_, book)) = &self.operating else { return };
        if seconds > SHORTEST_COUNTED_SECONDS {
            book.lock().record(credential, method, minute_of(now_millis), seconds);
        }
    }

    /// What an answer's `time` shows; none while the budget is off.
    pub fn operating(&self, credential: i64, method: &'static str, now_millis: i64) -> Option<Operating> {
        let (_, book) = self.operating.as_ref()?;
        Some(book.lock().used(credential, method, minute_of(now_millis)))
    }
}

/// Callers counted at once. Past it a new caller is let through uncounted: a flood of addresses must not lock
/// out people.
const MAX_BUCKETS: usize = 100_000;

/// At most one sweep in this time, however many callers come.
const SWEEP_MILLIS: i64 = 1_000;

#[derive(Debug, Default)]
struct Buckets {
    by_peer: HashMap<IpAddr, Bucket>,
    swept_at: i64,
}

#[derive(Debug)]
struct Bucket {
    /// Thousandths of a request, so that draining by the millisecond stays exact.
    level: u64,
    /// Unix milliseconds up to which it has drained.
    at: i64,
}

impl Buckets {
    fn admit(&mut self, peer: IpAddr, limit: RequestLimit, now: i64) -> bool {
        if let Some(bucket) = self.by_peer.get_mut(&peer) {
            return bucket.add(limit, now);
        }
        self.sweep(limit, now);
        let mut bucket = Bucket { level: 0, at: now };
        let admitted = bucket.add(limit, now);
        if self.by_peer.len() < MAX_BUCKETS {
            self.by_peer.insert(peer, bucket);
        }
        admitted
    }

    fn sweep(&mut self, limit: RequestLimit, now: i64) {
        if now.saturating_sub(self.swept_at) < SWEEP_MILLIS {
            return;
        }
        self.swept_at = now;
        self.by_peer.retain(|_, bucket| bucket.drained(limit, now) > 0);
    }
}

impl Bucket {
    fn add(&mut self, limit: RequestLimit, now: i64) -> bool {
        self.level = self.drained(limit, now);
        self.at = self.at.max(now);
        let filled = self.level.saturating_add(1_000);
        if filled > u64::from(limit.capacity) * 1_000 {
            return false;
        }
        self.level = filled;
        true
    }

    fn drained(&self, limit: RequestLimit, now: i64) -> u64 {
        let elapsed = u32::try_from(now.saturating_sub(self.at).max(0)).unwrap_or(u32::MAX);
        let drained = limit.per_second.max(0.0) * f64::from(elapsed);
        self.level.saturating_sub(drained as u64)
    }
}

const WINDOW_MINUTES: i64 = 10;
const SHORTEST_COUNTED_SECONDS: f64 = 0.1;

/// Run time by credential and method. Only known credentials and methods come here, and only while they run
/// long, so sweeping once a minute bounds it.
#[derive(Debug, Default)]
struct Book {
    by_credential: HashMap<i64, HashMap<&'static str, Ledger>>,
    swept_in: i64,
}

/// Minute since the epoch and seconds used in it, oldest first, none twice.
#[derive(Debug, Default)]
struct Ledger(Vec<(i64, f64)>);

impl Book {
    fn used(&self, credential: i64, method: &'static str, minute: i64) -> Operating {
        let ledger = self.by_credential.get(&credential).and_then(|methods| methods.get(method));
        ledger.map_or_else(|| Ledger::default().used(minute), |ledger| ledger.used(minute))
    }

    fn record(&mut self, credential: i64, method: &'static str, minute: i64, seconds: f64) {
        self.sweep(minute);
        let methods = self.by_credential.entry(credential).or_default();
        methods.entry(method).or_default().record(minute, seconds);
    }

    fn sweep(&mut self, minute: i64) {
        if minute <= self.swept_in {
            return;
        }
        self.swept_in = minute;
        self.by_credential.retain(|_, methods| {
            methods.retain(|_, ledger| ledger.0.iter().any(|&(then, _)| counts(then, minute)));
            !methods.is_empty()
        });
    }
}

impl Ledger {
    fn used(&self, minute: i64) -> Operating {
        let counted = || self.0.iter().filter(|&&(then, _)| counts(then, minute));
        let oldest = counted().next().map_or(minute, |&(then, _)| then);
        Operating {
            reset_at: oldest.saturating_add(WINDOW_MINUTES).saturating_mul(60),
            seconds: counted().map(|&(_, seconds)| seconds).sum(),
        }
    }

    fn record(&mut self, minute: i64, seconds: f64) {
        self.0.retain(|&(then, _)| counts(then, minute));
        match self.0.last_mut() {
            // A clock that stepped back adds to the newest minute, which keeps the order.
            Some((then, used)) if *then >= minute => *used += seconds,
            _ => self.0.push((minute, seconds)),
        }
    }
}

fn minute_of(now_millis: i64) -> i64 {
    now_millis.div_euclid(60_000)
}

fn counts(then: i64, minute: i64) -> bool {
    minute.saturating_sub(then) < WINDOW_MINUTES
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const NOON: i64 = 1_790_000_040_000;
    const MINUTE: i64 = 60_000;

    /// Whose credentials are counted.
    const ALICE: i64 = 1;
    const BOB: i64 = 2;

    fn at(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(number).into()
    }

    fn bucket(capacity: u32, per_second: f64) -> Limits {
        let requests = Some(RequestLimit { capacity, per_second });
        Limits::new(LimitsConfig { requests, ..LimitsConfig::default() })
    }

    fn budget(budget_seconds: u32) -> Limits {
        let operating = Some(OperatingLimit { budget_seconds });
        Limits::new(LimitsConfig { operating, ..LimitsConfig::default() })
    }

    fn admitted(limits: &Limits, peer: u32, times: usize, now: i64) -> usize {
        (0..times).filter(|_| limits.admit(at(peer), now)).count()
    }

    #[test]
    fn without_configuration_nothing_is_limited() {
        let limits = Limits::new(LimitsConfig::default());
        limits.after(ALICE, "im.recent.get", NOON, 1e9);
        assert_eq!(admitted(&limits, 1, 1000, NOON), 1000);
        assert_eq!(limits.before(ALICE, "im.recent.get", NOON), Ok(()));
        assert_eq!(limits.operating(ALICE, "im.recent.get", NOON), None);
    }

    #[test]
    fn fifty_come_at_once_and_then_two_a_second() {
        let limits = bucket(50, 2.0);
        assert_eq!(admitted(&limits, 1, 60, NOON), 50);
        assert_eq!(admitted(&limits, 1, 5, NOON + 499), 0);
        assert_eq!(admitted(&limits, 1, 5, NOON + 500), 1);
        assert_eq!(admitted(&limits, 1, 5, NOON + 1_500), 2);
        assert_eq!(admitted(&limits, 1, 60, NOON + 60_000), 50);
    }

    #[test]
    fn a_steady_two_a_second_is_never_refused() {
        let limits = bucket(50, 2.0);
        admitted(&limits, 1, 49, NOON);
        assert!((0..1000).all(|step| limits.admit(at(1), NOON + step * 500)));
    }

    #[test]
    fn callers_have_buckets_of_their_own() {
        let limits = bucket(1, 1.0);
        assert!(limits.admit(at(1), NOON) && limits.admit(at(2), NOON));
        assert!(!limits.admit(at(1), NOON) && !limits.admit(at(2), NOON));
    }

    #[test]
    fn a_bucket_without_room_admits_nobody() {
        assert!(!bucket(0, 2.0).admit(at(1), NOON));
    }

    #[test]
    fn a_clock_that_steps_back_frees_nothing() {
        let limits = bucket(1, 1.0);
        assert!(limits.admit(at(1), NOON));
        assert!(!limits.admit(at(1), NOON - 10_000));
        assert!(!limits.admit(at(1), NOON + 999));
        assert!(limits.admit(at(1), NOON + 1_000));
        assert!(bucket(1, 1.0).admit(at(1), i64::MIN) && bucket(1, 1.0).admit(at(1), i64::MAX));
    }

    #[test]
    fn drained_buckets_are_forgotten() {
        let limits = bucket(50, 2.0);
        for number in 0..5_000 {
            limits.admit(at(number), NOON);
        }
        limits.admit(at(9_999), NOON + 2_000);
        let (_, buckets) = limits.requests.as_ref().unwrap();
        assert_eq!(buckets.lock().by_peer.len(), 1);
    }

    #[test]
    fn the_number_of_buckets_has_a_ceiling() {
        let limits = bucket(1, 1.0);
        assert!(
            (0..=u32::try_from(MAX_BUCKETS).unwrap())
                .map(|number| number + 10)
                .all(|number| limits.admit(at(number), NOON))
        );
        let (_, buckets) = limits.requests.as_ref().unwrap();
        assert_eq!(buckets.lock().by_peer.len(), MAX_BUCKETS);
        assert!(limits.admit(at(1), NOON) && limits.admit(at(1), NOON));
        assert!(!limits.admit(at(10), NOON));
    }

    #[test]
    fn the_call_that_crosses_the_budget_ends_and_the_next_is_refused() {
        let limits = budget(10);
        limits.after(ALICE, "user.get", NOON, 9.0);
        assert_eq!(limits.before(ALICE, "user.get", NOON), Ok(()));
        limits.after(ALICE, "user.get", NOON + MINUTE, 5.0);
        assert_eq!(limits.before(ALICE, "user.get", NOON + MINUTE), Err(NOON / 1000 + 600));
    }

    #[test]
    fn the_budget_is_per_credential_and_method() {
        let limits = budget(1);
        limits.after(ALICE, "user.get", NOON, 2.0);
        assert!(limits.before(ALICE, "user.get", NOON).is_err());
        assert!(limits.before(ALICE, "im.recent.get", NOON).is_ok());
        assert!(limits.before(BOB, "user.get", NOON).is_ok());
    }

    #[test]
    fn minutes_leave_the_count_one_by_one() {
        let limits = budget(100);
        limits.after(ALICE, "user.get", NOON, 1.0);
        limits.after(ALICE, "user.get", NOON + MINUTE - 1, 2.0);
        limits.after(ALICE, "user.get", NOON + 3 * MINUTE, 4.0);
        let used = |now| limits.operating(ALICE, "user.get", now).unwrap();
        let noon = NOON / 1000;
        assert_eq!(used(NOON + 9 * MINUTE), Operating { reset_at: noon + 600, seconds: 7.0 });
        assert_eq!(used(NOON + 10 * MINUTE - 1), Operating { reset_at: noon + 600, seconds: 7.0 });
        assert_eq!(used(NOON + 10 * MINUTE), Operating { reset_at: noon + 780, seconds: 4.0 });
        assert_eq!(used(NOON + 13 * MINUTE), Operating { reset_at: noon + 1380, seconds: 0.0 });
    }

    #[test]
    fn short_runs_and_nonsense_count_for_nothing() {
        let limits = budget(1);
        for seconds in [0.1, 0.0, -5.0, f64::NAN, f64::NEG_INFINITY] {
            limits.after(ALICE, "user.get", NOON, seconds);
        }
        assert_eq!(limits.operating(ALICE, "user.get", NOON).map(|used| used.seconds), Some(0.0));
    }

    #[test]
    fn an_old_ledger_is_forgotten_and_a_running_one_stays_small() {
        let limits = budget(1_000_000);
        limits.after(BOB, "user.get", NOON, 1.0);
        for step in 0..100 {
            limits.after(ALICE, "user.get", NOON + step * MINUTE, 1.0);
        }
        limits.after(ALICE, "user.get", NOON, 1.0);
        let (_, book) = limits.operating.as_ref().unwrap();
        let book = book.lock();
        assert_eq!(book.by_credential.keys().collect::<Vec<_>>(), [&ALICE]);
        assert_eq!(book.by_credential[&ALICE]["user.get"].0.len(), 10);
    }
}
