//! Events of policies become counts.

use std::sync::Once;

use super::counts::{self, Kind};
use super::table;
use crate::clock;
use crate::point::{self, Event};

/// From now on events are counted: for good.
#[inline]
pub(super) fn enable() {
    static ON: Once = Once::new();
    ON.call_once(|| point::METRICS.open(hear));
}

fn hear(point: &str, event: &Event<'_>) {
    let Some(kind) = kind(event) else { return };
    let meter = table::of_event(point);
    let now = clock::coarse().as_nanos();
    meter.count(kind, now);
    if let Event::Breaker { to, .. } = event {
        meter.keep_breaker(to);
    }
    if matches!(event, Event::Late { abandoned: true, .. }) {
        meter.count(counts::ABANDONED, now);
    }
}

fn kind(event: &Event<'_>) -> Option<Kind> {
    Some(match event {
        Event::Retry { .. } => counts::RETRIED,
        Event::Recovered { .. } => counts::RECOVERED,
        Event::GaveUp { .. } => counts::GAVE_UP,
        Event::TimedOut { .. } => counts::TIMED_OUT,
        Event::Late { .. } => counts::LATE,
        Event::Rejected { fault } => counts::told_rejected(fault.reason()),
        Event::Breaker { to: "open" | "forced-open", .. } => counts::OPENED,
        Event::Breaker { to: "half-open", .. } => counts::HALF_OPENED,
        Event::Breaker { to: "closed", .. } => counts::CLOSED,
        Event::Breaker { .. } => counts::CHANGED,
        Event::Fuse { on: true } => counts::FUSE_ON,
        Event::Fuse { on: false } => counts::FUSE_OFF,
        Event::Fallback { refused: true } => counts::FELL_BACK_REFUSED,
        Event::Fallback { refused: false } => counts::FELL_BACK_FAILED,
        Event::FallbackFailed => counts::FALLBACK_FAILED,
        Event::Cache { cached } => counts::cached(*cached),
        Event::Built { .. } => counts::BUILT,
        Event::BuildFailed { .. } => counts::BUILD_FAILED,
        Event::Ejected { .. } => counts::EJECTED,
        Event::Returned { .. } => counts::RETURNED,
        Event::Warning { .. } => return None,
    })
}
