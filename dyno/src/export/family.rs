//! What is exported, under which names: one table for all systems.

use crate::metrics::{Rejections, Snapshot};

/// What is counted from the start of the program on, at all points.
pub(super) struct Counter {
    /// As OpenTelemetry and statsd write names.
    pub(super) name: &'static str,
    /// As Prometheus writes them.
    pub(super) flat: &'static str,
    /// In UCUM, as OpenTelemetry writes units.
    pub(super) unit: &'static str,
    pub(super) about: &'static str,
    /// The label that tells its series apart.
    pub(super) label: Option<&'static str>,
    each: fn(&Snapshot, &mut dyn FnMut(&'static str, u64)),
}

impl Counter {
    /// Tells the label's value and the count of each series of a point: of its calls, where calls are
    /// counted; of what has never happened there, none, as most policies stand at few points.
    pub(super) fn series(&self, point: &Snapshot, mut tell: impl FnMut(&'static str, u64)) {
        let calls = self.flat == CALLS && point.counts_calls();
        self.all(point, |series, count| {
            if calls || count > 0 {
                tell(series, count);
            }
        });
    }

    /// Tells every series, be it of nothing.
    pub(super) fn all(&self, point: &Snapshot, mut tell: impl FnMut(&'static str, u64)) {
        (self.each)(point, &mut tell);
    }
}

/// What is so now.
pub(super) struct Gauge {
    pub(super) name: &'static str,
    pub(super) flat: &'static str,
    pub(super) unit: &'static str,
    pub(super) about: &'static str,
    pub(super) read: fn(&Snapshot) -> u64,
}

pub(super) static GAUGES: [Gauge; 2] = [
    Gauge {
        name: "dyno.calls.in_flight",
        flat: "dyno_calls_in_flight",
        unit: "{call}",
        about: "Calls that have begun and not ended.",
        read: |point| point.in_flight,
    },
    Gauge {
        name: "dyno.calls.in_flight.max",
        flat: "dyno_calls_in_flight_max",
        unit: "{call}",
        about: "The most calls in flight at a time, lately.",
        read: |point| point.in_flight_max,
    },
];

/// The label that names the point.
pub(super) const POINT: &str = "point";

/// How long calls took.
pub(super) const DURATION: &str = "dyno.call.duration";
pub(super) const FLAT_DURATION: &str = "dyno_call_duration_seconds";
pub(super) const ABOUT_DURATION: &str = "How long calls took that succeeded or failed, in seconds.";

/// The percentiles that are told of the latest calls, as a percentage, as a quantile, and as statsd's
/// users write them.
pub(super) const QUANTILES: [(f64, f64, &str); 5] = [
    (50.0, 0.5, "p50"),
    (90.0, 0.9, "p90"),
    (95.0, 0.95, "p95"),
    (99.0, 0.99, "p99"),
    (99.9, 0.999, "p99_9"),
];

const CALLS: &str = "dyno_calls_total";

pub(super) static COUNTERS: [Counter; 16] = [
    Counter {
        name: "dyno.calls",
        flat: CALLS,
        unit: "{call}",
        about: "Calls that have ended, by how.",
        label: Some("outcome"),
        each: |point, tell| {
            tell("success", point.total.successes);
            tell("failure", point.total.failures);
            tell("ignored", point.total.ignored);
            tell("rejected", point.total.rejected.total());
        },
    },
    Counter {
        name: "dyno.panics",
        flat: "dyno_panics_total",
        unit: "{call}",
        about: "Calls that panicked, which are among the failures.",
        label: None,
        each: |point, tell| tell("", point.total.panics),
    },
    Counter {
        name: "dyno.cancellations",
        flat: "dyno_cancellations_total",
        unit: "{call}",
        about: "Calls that were dropped before their end, which are among the ignored.",
        label: None,
        each: |point, tell| tell("", point.total.cancelled),
    },
    Counter {
        name: "dyno.rejections",
        flat: "dyno_rejections_total",
        unit: "{call}",
        about: "Calls that dyno refused, by reason, as they came back to the metrics.",
        label: Some("reason"),
        each: |point, tell| rejections(&point.total.rejected, tell),
    },
    Counter {
        name: "dyno.policy.rejections",
        flat: "dyno_policy_rejections_total",
        unit: "{attempt}",
        about: "What policies of this name refused to let pass, by reason; of a retried call, every attempt.",
        label: Some("reason"),
        each: |point, tell| rejections(&point.total.policies.rejected, tell),
    },
    Counter {
        name: "dyno.timeouts",
        flat: "dyno_timeouts_total",
        unit: "{call}",
        about: "Limits that were reached before there was an answer.",
        label: None,
        each: |point, tell| tell("", point.total.policies.timed_out),
    },
    Counter {
        name: "dyno.late_answers",
        flat: "dyno_late_answers_total",
        unit: "{call}",
        about: "Answers that came after the limit, by whether somebody still waited.",
        label: Some("awaited"),
        each: |point, tell| {
            let policies = &point.total.policies;
            tell("yes", policies.late.saturating_sub(policies.abandoned));
            tell("no", policies.abandoned);
        },
    },
    Counter {
        name: "dyno.retries",
        flat: "dyno_retries_total",
        unit: "{attempt}",
        about: "Attempts after the first.",
        label: None,
        each: |point, tell| tell("", point.total.policies.retried),
    },
    Counter {
        name: "dyno.retried_calls",
        flat: "dyno_retried_calls_total",
        unit: "{call}",
        about: "Calls that a retry ended, by how: recovered by a later attempt, or given up.",
        label: Some("outcome"),
        each: |point, tell| {
            tell("recovered", point.total.policies.recovered);
            tell("gave_up", point.total.policies.gave_up);
        },
    },
    Counter {
        name: "dyno.fallbacks",
        flat: "dyno_fallbacks_total",
        unit: "{call}",
        about: "Fallbacks that stood in, by what for: a refused call, or a failed one.",
        label: Some("cause"),
        each: |point, tell| {
            tell("refused", point.total.policies.fallback_refused);
            tell("failure", point.total.policies.fallback_failure);
        },
    },
    Counter {
        name: "dyno.fallback.failures",
        flat: "dyno_fallback_failures_total",
        unit: "{call}",
        about: "Fallbacks that failed as well.",
        label: None,
        each: |point, tell| tell("", point.total.policies.fallback_failed),
    },
    Counter {
        name: "dyno.cache",
        flat: "dyno_cache_total",
        unit: "{event}",
        about: "What came of asking a cache.",
        label: Some("result"),
        each: |point, tell| {
            let cache = &point.total.policies.cache;
            tell("hit", cache.hits);
            tell("miss", cache.misses);
            tell("early", cache.early);
            tell("stale", cache.stale);
            tell("stale_if_error", cache.stale_if_error);
            tell("waited", cache.waited);
            tell("refreshed", cache.refreshed);
            tell("evicted", cache.evicted);
        },
    },
    Counter {
        name: "dyno.breaker.transitions",
        flat: "dyno_breaker_transitions_total",
        unit: "{transition}",
        about: "Changes of a breaker's state, by the state it changed to.",
        label: Some("to"),
        each: |point, tell| {
            let policies = &point.total.policies;
            tell("open", policies.opened);
            tell("half_open", policies.half_opened);
            tell("closed", policies.closed);
            tell("other", policies.changed);
        },
    },
    Counter {
        name: "dyno.balance.changes",
        flat: "dyno_balance_changes_total",
        unit: "{change}",
        about: "Targets that a balancer passed over from then on, or called again.",
        label: Some("to"),
        each: |point, tell| {
            tell("out", point.total.policies.ejected);
            tell("in", point.total.policies.returned);
        },
    },
    Counter {
        name: "dyno.fuse.switches",
        flat: "dyno_fuse_switches_total",
        unit: "{switch}",
        about: "How often a fuse was switched, by what to.",
        label: Some("to"),
        each: |point, tell| {
            tell("on", point.total.policies.fuse_on);
            tell("off", point.total.policies.fuse_off);
        },
    },
    Counter {
        name: "dyno.builds",
        flat: "dyno_builds_total",
        unit: "{build}",
        about: "Dependencies that were built, or could not be.",
        label: Some("outcome"),
        each: |point, tell| {
            tell("success", point.total.policies.built);
            tell("failure", point.total.policies.build_failed);
        },
    },
];

fn rejections(rejections: &Rejections, tell: &mut dyn FnMut(&'static str, u64)) {
    for (reason, count) in rejections.iter() {
        tell(reason, count);
    }
}
