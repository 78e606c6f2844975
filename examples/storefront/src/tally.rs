//! Counts what dyno says it did: an observer, nothing more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dyno::point::{self, Event, Observing};
use serde::Serialize;

use crate::services::current_request;

/// What happened, by the point where it happened.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Counts for each point and breaker.
    pub points: BTreeMap<String, Counts>,
    /// Attempts after the first, by the customer's request they were made for.
    pub again: BTreeMap<u64, u32>,
    /// Calls turned away without trying, by the reason.
    pub turned_away: BTreeMap<String, u64>,
    /// Every change of a breaker's state, in order.
    pub transitions: Vec<Transition>,
    /// How often each replica was passed over by a balancer, and for how long, until it was called again.
    pub passed_over: BTreeMap<String, PassedOver>,
    /// Every build of a dependency, by provider: one entry for each time it was built.
    pub built: BTreeMap<String, Vec<Duration>>,
    /// Builds that failed.
    pub build_failures: u64,
    /// What dyno wanted a person to look at.
    pub warnings: Vec<String>,
}

/// What happened at one point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Attempts after the first.
    pub retried: u64,
    /// Calls that a later attempt saved.
    pub recovered: u64,
    /// Calls whose last attempt failed too.
    pub gave_up: u64,
    /// Calls that were not answered in time.
    pub late: u64,
    /// Calls turned away without trying.
    pub rejected: u64,
    /// Calls answered by the fallback.
    pub fell_back: u64,
}

/// A replica was passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PassedOver {
    /// How often that began.
    pub times: u64,
    /// How long it took until it ended.
    pub time: Duration,
}

/// A breaker changed its state.
#[derive(Clone, Debug, Serialize)]
pub struct Transition {
    /// When, after the observer began.
    #[serde(rename = "at_ms", serialize_with = "crate::report::millis")]
    pub at: Duration,
    /// The request in whose service it happened.
    pub request: u64,
    /// Which breaker.
    pub breaker: String,
    /// The state before.
    pub from: &'static str,
    /// The state now.
    pub to: &'static str,
    /// Why.
    pub why: String,
}

/// Listens until it is asked for the result.
#[derive(Debug)]
pub struct Counting {
    tally: Arc<Mutex<Tally>>,
    started: Instant,
    observing: Observing,
}

impl Counting {
    /// Starts to count.
    pub fn start() -> Self {
        let tally = Arc::new(Mutex::new(Tally::default()));
        let started = Instant::now();
        let counted = tally.clone();
        let observing = point::observe(move |point: &str, event: &Event<'_>| {
            lock(&counted).note(started.elapsed(), point, event);
        });
        Self { tally, started, observing }
    }

    /// How long it has been counting.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// What was counted.
    pub fn finish(self) -> Tally {
        drop(self.observing);
        std::mem::take(&mut lock(&self.tally))
    }
}

impl Tally {
    /// All points together.
    pub fn total(&self) -> Counts {
        self.points.values().fold(Counts::default(), |sum, counts| Counts {
            retried: sum.retried + counts.retried,
            recovered: sum.recovered + counts.recovered,
            gave_up: sum.gave_up + counts.gave_up,
            late: sum.late + counts.late,
            rejected: sum.rejected + counts.rejected,
            fell_back: sum.fell_back + counts.fell_back,
        })
    }

    fn note(&mut self, at: Duration, point: &str, event: &Event<'_>) {
        match *event {
            Event::Retry { .. } => {
                self.at(point).retried += 1;
                *self.again.entry(current_request()).or_default() += 1;
            }
            Event::Recovered { .. } => self.at(point).recovered += 1,
            Event::GaveUp { .. } => self.at(point).gave_up += 1,
            Event::TimedOut { .. } | Event::Late { abandoned: false, .. } => {
                self.at(point).late += 1;
            }
            Event::Rejected { fault } => {
                self.at(point).rejected += 1;
                let why = fault.reason().map_or_else(|| "other".to_owned(), |why| why.to_string());
                *self.turned_away.entry(why).or_default() += 1;
            }
            Event::Fallback { .. } => self.at(point).fell_back += 1,
            Event::Breaker { from, to, why } => {
                let request = current_request();
                let breaker = point.to_owned();
                let why = why.to_string();
                self.transitions.push(Transition { at, request, breaker, from, to, why });
            }
            Event::Ejected { target } => {
                self.passed_over.entry(target.to_owned()).or_default().times += 1;
            }
            Event::Returned { target, after } => {
                self.passed_over.entry(target.to_owned()).or_default().time += after;
            }
            Event::Built { provider, took } => {
                self.built.entry(provider.to_owned()).or_default().push(took);
            }
            Event::BuildFailed { .. } => self.build_failures += 1,
            Event::Warning { message } => self.warnings.push(format!("{point}: {message}")),
            _ => {}
        }
    }

    fn at(&mut self, point: &str) -> &mut Counts {
        if !self.points.contains_key(point) {
            self.points.insert(point.to_owned(), Counts::default());
        }
        self.points.entry(point.to_owned()).or_default()
    }
}

fn lock(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_dyno_emits_is_counted_where_it_happened() {
        let counting = Counting::start();
        let after = Duration::from_millis(1);
        crate::services::for_request(31, async {
            point::emit("tally::a", &Event::Retry { attempt: 1, after });
            point::emit("tally::a", &Event::Recovered { attempts: 2 });
            point::emit("tally::b", &Event::Fallback { refused: true });
            let (limit, elapsed) = (after, 2 * after);
            point::emit("tally::b", &Event::Late { limit, elapsed, abandoned: false });
            let why = format_args!("5 failures in a row");
            point::emit("tally::c", &Event::Breaker { from: "closed", to: "open", why });
            let target = "http://tally-1";
            point::emit("tally::c", &Event::Ejected { target });
            point::emit("tally::c", &Event::Returned { target, after });
            point::emit("tally::d", &Event::Built { provider: "tally::open", took: after });
        })
        .await;
        let tally = counting.finish();
        assert_eq!(tally.again, [(31, 1)].into());
        let a = Counts { retried: 1, recovered: 1, ..Counts::default() };
        assert_eq!(tally.points.get("tally::a"), Some(&a));
        let b = Counts { late: 1, fell_back: 1, ..Counts::default() };
        assert_eq!(tally.points.get("tally::b"), Some(&b));
        assert_eq!(tally.built.get("tally::open"), Some(&vec![after]));
        let passed_over = PassedOver { times: 1, time: after };
        assert_eq!(tally.passed_over.get("http://tally-1"), Some(&passed_over));
        let [ref change] = tally.transitions[..] else { panic!("{:?}", tally.transitions) };
        assert_eq!((change.request, change.from, change.to), (31, "closed", "open"));
        assert_eq!(change.why, "5 failures in a row");
    }
}
