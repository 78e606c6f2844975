//! The names that dashboards for Resilience4j know.

use std::fmt::{self, Write};

use super::Prometheus;
use super::text::{Family, Type};
use crate::metrics::Snapshot;

/// Counts by `kind`.
struct Kinds {
    name: &'static str,
    about: &'static str,
    of: Type,
    each: fn(&Snapshot, &mut dyn FnMut(&'static str, u64)),
}

const KINDS: [Kinds; 5] = [
    Kinds {
        name: "resilience4j_circuitbreaker_calls_total",
        about: "Calls by kind.",
        of: Type::Counter,
        each: |point, tell| {
            if point.counts_calls() {
                tell("successful", point.total.successes);
                tell("failed", point.total.failures);
                tell("ignored", point.total.ignored);
            }
            if listed(point) {
                tell("not_permitted", not_permitted(point));
            }
        },
    },
    Kinds {
        name: "resilience4j_circuitbreaker_not_permitted_calls_total",
        about: "Calls that the breaker turned away.",
        of: Type::Counter,
        each: |point, tell| {
            if listed(point) {
                tell("not_permitted", not_permitted(point));
            }
        },
    },
    Kinds {
        name: "resilience4j_circuitbreaker_buffered_calls",
        about: "Calls in the last seconds, by kind.",
        of: Type::Gauge,
        each: |point, tell| {
            if point.counts_calls() {
                tell("successful", point.window.successes);
                tell("failed", point.window.failures);
            }
        },
    },
    Kinds {
        name: "resilience4j_retry_calls_total",
        about: "Calls that a retry ended, by kind.",
        of: Type::Counter,
        each: |point, tell| {
            let policies = &point.total.policies;
            if policies.retried + policies.recovered + policies.gave_up > 0 {
                tell("successful_with_retry", policies.recovered);
                tell("failed_with_retry", policies.gave_up);
            }
        },
    },
    Kinds {
        name: "resilience4j_timelimiter_calls_total",
        about: "Calls that a time-out ended.",
        of: Type::Counter,
        each: |point, tell| {
            if point.total.policies.timed_out > 0 {
                tell("timeout", point.total.policies.timed_out);
            }
        },
    },
];

pub(super) fn write<W: Write>(page: &Prometheus, points: &[Snapshot], out: &mut W) -> fmt::Result {
    for kinds in &KINDS {
        let mut family = Family::new(out, kinds.name, kinds.about, kinds.of);
        for point in points {
            let mut told = Ok(());
            (kinds.each)(point, &mut |kind, count| {
                let labels = [("name", point.name), ("kind", kind)];
                told = told.and_then(|()| family.sample("", labels, count));
            });
            told?;
        }
    }
    states(points, out)?;
    rates(points, out)?;
    let (name, about) = ("resilience4j_circuitbreaker_calls_seconds", "How long calls took.");
    page.latencies(Family::new(out, name, about, page.latency()), points, "name")
}

fn rates<W: Write>(points: &[Snapshot], out: &mut W) -> fmt::Result {
    let name = "resilience4j_circuitbreaker_failure_rate";
    let about = "The percentage of calls that failed in the last seconds; -1 without calls.";
    let mut family = Family::new(out, name, about, Type::Gauge);
    for point in points.iter().filter(|point| point.counts_calls()) {
        let calls = point.window.successes + point.window.failures;
        let rate = if calls > 0 { point.failure_ratio() * 100.0 } else { -1.0 };
        family.sample("", [("name", point.name)], rate)?;
    }
    Ok(())
}

fn not_permitted(point: &Snapshot) -> u64 {
    let rejected = &point.total.policies.rejected;
    rejected.short_circuits() - rejected.fuse_off
}

/// As breakers name their states, and as Resilience4j does.
const STATES: [(&str, &str); 6] = [
    ("closed", "closed"),
    ("open", "open"),
    ("half-open", "half_open"),
    ("forced-open", "forced_open"),
    ("disabled", "disabled"),
    ("metrics-only", "metrics_only"),
];

/// The dashboard takes its list of breakers from these series, so that every name has them.
fn states<W: Write>(points: &[Snapshot], out: &mut W) -> fmt::Result {
    let name = "resilience4j_circuitbreaker_state";
    let about = "The states of the circuit breaker: 1 at the one it is in.";
    let mut family = Family::new(out, name, about, Type::Gauge);
    for point in points.iter().filter(|point| listed(point)) {
        let now = point.breaker.unwrap_or("closed");
        for (own, state) in STATES {
            let labels = [("name", point.name), ("state", state)];
            family.sample("", labels, u8::from(now == own))?;
        }
    }
    Ok(())
}

fn listed(point: &Snapshot) -> bool {
    point.counts_calls() || point.breaker.is_some() || not_permitted(point) > 0
}
