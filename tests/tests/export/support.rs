//! Points with something to tell.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dyno::metrics::Metrics;
use dyno::point::{Cached, Event, Stop, emit};
use dyno::{Fault, Reason, Verdict};

/// Who exports reads every point of the program, on its own clock.
pub(super) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) const MS: Duration = Duration::from_millis(1);

/// Three successes, two failures, an ignored call, and two that were turned away.
pub(super) fn call(point: &Metrics) {
    for ms in [2, 20, 20] {
        point.record(Verdict::Success, ms * MS);
    }
    for ms in [200, 2000] {
        point.record(Verdict::Failure, ms * MS);
    }
    point.record(Verdict::Ignored, 9 * MS);
    point.reject(Some(Reason::BreakerOpen));
    point.reject(Some(Reason::BulkheadFull));
}

type Label = (&'static str, &'static str);

/// How often each thing is told by [`tell`], at the series that counts it.
pub(super) const TOLD: [(&str, Option<Label>, u32); 30] = [
    ("dyno.policy.rejections", Some(("reason", "breaker_open")), 2),
    ("dyno.policy.rejections", Some(("reason", "rate_limited")), 1),
    ("dyno.timeouts", None, 3),
    ("dyno.late_answers", Some(("awaited", "yes")), 1),
    ("dyno.late_answers", Some(("awaited", "no")), 2),
    ("dyno.retries", None, 4),
    ("dyno.retried_calls", Some(("outcome", "recovered")), 2),
    ("dyno.retried_calls", Some(("outcome", "gave_up")), 1),
    ("dyno.fallbacks", Some(("cause", "refused")), 1),
    ("dyno.fallbacks", Some(("cause", "failure")), 2),
    ("dyno.fallback.failures", None, 1),
    ("dyno.cache", Some(("result", "hit")), 8),
    ("dyno.cache", Some(("result", "miss")), 7),
    ("dyno.cache", Some(("result", "early")), 6),
    ("dyno.cache", Some(("result", "stale")), 5),
    ("dyno.cache", Some(("result", "stale_if_error")), 4),
    ("dyno.cache", Some(("result", "waited")), 3),
    ("dyno.cache", Some(("result", "refreshed")), 2),
    ("dyno.cache", Some(("result", "evicted")), 1),
    ("dyno.breaker.transitions", Some(("to", "open")), 3),
    ("dyno.breaker.transitions", Some(("to", "half_open")), 2),
    ("dyno.breaker.transitions", Some(("to", "closed")), 1),
    ("dyno.breaker.transitions", Some(("to", "other")), 1),
    ("dyno.balance.changes", Some(("to", "out")), 2),
    ("dyno.balance.changes", Some(("to", "in")), 1),
    ("dyno.fuse.switches", Some(("to", "on")), 1),
    ("dyno.fuse.switches", Some(("to", "off")), 2),
    ("dyno.builds", Some(("outcome", "success")), 2),
    ("dyno.builds", Some(("outcome", "failure")), 1),
    // Of calls, none: only policies have told something.
    ("dyno.calls", Some(("outcome", "success")), 0),
];

/// As policies would tell it.
pub(super) fn tell(point: &'static str) {
    let times = |count: u32, event: &Event<'_>| (0..count).for_each(|_| emit(point, event));
    let rejected = |reason| Fault::rejected(point, reason, None);
    times(2, &Event::Rejected { fault: &rejected(Reason::BreakerOpen) });
    times(1, &Event::Rejected { fault: &rejected(Reason::RateLimited) });
    times(3, &Event::TimedOut { limit: MS, elapsed: MS });
    times(1, &Event::Late { limit: MS, elapsed: MS, abandoned: false });
    times(2, &Event::Late { limit: MS, elapsed: MS, abandoned: true });
    times(4, &Event::Retry { attempt: 1, after: MS });
    times(2, &Event::Recovered { attempts: 2 });
    times(1, &Event::GaveUp { attempts: 2, why: Stop::Attempts });
    times(1, &Event::Fallback { refused: true });
    times(2, &Event::Fallback { refused: false });
    times(1, &Event::FallbackFailed);
    let cached = [
        Cached::Evicted,
        Cached::Refreshed,
        Cached::Waited,
        Cached::StaleIfError,
        Cached::Stale,
        Cached::Early,
        Cached::Miss,
        Cached::Hit,
    ];
    for (count, cached) in (1..).zip(cached) {
        times(count, &Event::Cache { cached });
    }
    for to in ["open", "half-open", "open", "half-open", "closed", "metrics-only", "forced-open"] {
        times(1, &Event::Breaker { from: "", to, why: format_args!("so it is") });
    }
    times(2, &Event::Ejected { target: "http://10.0.0.1:80" });
    times(1, &Event::Returned { target: "http://10.0.0.1:80", after: MS });
    times(1, &Event::Fuse { on: true });
    times(2, &Event::Fuse { on: false });
    times(2, &Event::Built { provider: "db", took: MS });
    let error = dyno::InjectError::new(dyno::fault::InjectErrorKind::ShutDown);
    times(1, &Event::BuildFailed { provider: "db", error: &error });
}
