//! Counting calls by hand, and by the attribute.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use super::counts::{self, Kind};
use super::meter::Meter;
use super::{Snapshot, Spans, hear, table};
use crate::clock;
use crate::fault::{Fault, Reason};
use crate::outcome::{Asks, Outcome, Verdict};
use crate::point::Point;

/// What counts calls under a name: [`call`](Self::call) it, or [`start`](Self::start) and end by hand.
///
/// All that have one name count together.
///
/// ```
/// use dyno::metrics::Metrics;
///
/// static ORDERS: Metrics = Metrics::new("shop.orders");
///
/// let placed: Result<u32, String> = ORDERS.call(|| Ok(17));
/// assert_eq!(placed, Ok(17));
/// assert_eq!(ORDERS.snapshot().total.successes, 1);
/// ```
pub struct Metrics {
    called: Called,
    spans: Option<Spans>,
    timed: bool,
    meter: OnceLock<&'static Meter>,
}

enum Called {
    Name(&'static str),
    Point(&'static Point),
}

impl Metrics {
    /// Counts under this name.
    ///
    /// # Panics
    /// When the name is empty; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str) -> Self {
        assert!(!name.is_empty(), "metrics: the name is empty: nobody could ask for it");
        Self::called(Called::Name(name))
    }

    /// Counts under a name that comes from outside: of those there are no more than of names of events.
    #[cfg(feature = "http")]
    pub(crate) fn bounded(name: &str) -> Self {
        hear::enable();
        let meter = table::of_event(name);
        meter.keep_times();
        Self { meter: OnceLock::from(meter), ..Self::called(Called::Name(meter.name())) }
    }

    /// Counts under the name of a point.
    #[doc(hidden)]
    #[must_use]
    pub const fn of(point: &'static Point) -> Self {
        Self::called(Called::Point(point))
    }

    const fn called(called: Called) -> Self {
        Self { called, spans: None, timed: true, meter: OnceLock::new() }
    }

    /// Over how long its windows go; of those that have one name, the first that is used decides.
    #[must_use]
    pub const fn spans(mut self, spans: Spans) -> Self {
        self.spans = Some(spans);
        self
    }

    /// Takes no latencies: of clocks only the kernel's own ticks are read, in a quarter of the time.
    #[must_use]
    pub const fn untimed(mut self) -> Self {
        self.timed = false;
        self
    }

    /// The name under which it counts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.called {
            Called::Name(name) => name,
            Called::Point(point) => point.name(),
        }
    }

    #[inline]
    fn meter(&self) -> &'static Meter {
        match self.meter.get() {
            Some(meter) => meter,
            None => self.first(),
        }
    }

    #[cold]
    fn first(&self) -> &'static Meter {
        self.meter.get_or_init(|| {
            hear::enable();
            let meter = table::of(self.name(), self.spans);
            if self.timed {
                meter.keep_times();
            }
            meter
        })
    }

    /// A call begins. It ends by one of the methods of what is returned; when that is dropped, it was
    /// cancelled, or panicked.
    #[inline]
    pub fn start(&self) -> Call {
        let meter = self.meter();
        meter.begin();
        let unwinding = if thread::panicking() { UNWINDING } else { 0 };
        let since = if self.timed { clock::now().as_nanos() } else { 0 };
        Call { meter, since: since | unwinding }
    }

    /// Makes a call, and counts how it ended.
    ///
    /// It was rejected when its failure is a [`Fault`] that is no time-out, by itself, in an [`io::Error`] or in a
    /// `Box<dyn Error>`; in an error of another type it counts as any failure. For one that borrows,
    /// [`start`](Self::start) and end by hand.
    ///
    /// ```
    /// use dyno::{Fault, Reason, metrics::Metrics};
    /// static ASKED: Metrics = Metrics::new("shop.asked");
    /// let _ = ASKED.call(|| Err::<u32, _>(Fault::rejected("db", Reason::BreakerOpen, None)));
    /// let seen = ASKED.snapshot().total;
    /// assert_eq!((seen.failures, seen.rejected.breaker_open), (0, 1));
    /// ```
    pub fn call<R: Outcome<Failure: 'static>>(&self, f: impl FnOnce() -> R) -> R {
        let call = self.start();
        let out = f();
        call.end_with(out.failure());
        out
    }

    /// The same of a future. The call begins when it is first polled.
    pub async fn call_async<R: Outcome<Failure: 'static>>(
        &self,
        future: impl Future<Output = R>,
    ) -> R {
        let call = self.start();
        let out = future.await;
        call.end_with(out.failure());
        out
    }

    /// Counts a call that was made elsewhere, and took so long; what was ignored has no latency.
    #[inline]
    pub fn record(&self, verdict: Verdict, latency: Duration) {
        let (meter, now) = (self.meter(), clock::coarse().as_nanos());
        if self.timed && !matches!(verdict, Verdict::Ignored) {
            meter.count_timed(kind(verdict), now, clock::nanos(latency));
        } else {
            meter.count(kind(verdict), now);
        }
    }

    /// Counts a call that was turned away.
    pub fn reject(&self, reason: Option<Reason>) {
        self.meter().count(counts::rejected(reason), clock::coarse().as_nanos());
    }

    /// What has been counted under this name.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.meter().snapshot()
    }

    /// Counts from nothing on, but for the calls in flight.
    pub fn reset(&self) {
        self.meter().reset();
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Metrics({})", self.name())
    }
}

/// A call that is under way; see [`Metrics::start`].
///
/// Dropped, it was cancelled and is ignored; dropped by a panic, it has failed.
#[must_use = "a call that is dropped at once counts as cancelled"]
pub struct Call {
    meter: &'static Meter,
    /// When it began; 0 where that is not known.
    since: u64,
}

/// The call began while its thread was unwinding already: what drops it need not be a panic of its own.
const UNWINDING: u64 = 1 << 63;

impl Call {
    /// It succeeded.
    #[inline]
    pub fn success(self) {
        self.end(Verdict::Success);
    }

    /// It failed.
    #[inline]
    pub fn failure(self) {
        self.end(Verdict::Failure);
    }

    /// It counts neither way.
    #[inline]
    pub fn ignore(self) {
        self.end(Verdict::Ignored);
    }

    /// It ended so.
    #[inline]
    pub fn end(self, verdict: Verdict) {
        let Self { meter, since } = self;
        // It is counted here; only `drop` is left out, there is nothing to free.
        std::mem::forget(self);
        match verdict {
            Verdict::Success => ended(meter, since, counts::SUCCEEDED),
            Verdict::Failure => ended(meter, since, counts::FAILED),
            Verdict::Ignored => uncounted(meter, counts::EXCLUDED),
        }
    }

    #[inline]
    fn end_with<E: 'static>(self, failure: Option<&E>) {
        match failure {
            None => self.success(),
            Some(failure) => match fault_in(failure) {
                Some(fault) => self.fault(fault),
                None => self.failure(),
            },
        }
    }

    /// It ended so, but with a failure that dyno itself had turned away further in it counts as turned
    /// away. What a failure `asks` is looked at after a failure only.
    #[doc(hidden)]
    #[inline]
    pub fn end_unless_rejected(self, verdict: Verdict, asks: impl FnOnce() -> Asks) {
        if verdict.is_failure() { self.failed(asks) } else { self.end(verdict) }
    }

    #[cold]
    fn failed(self, asks: impl FnOnce() -> Asks) {
        match asks() {
            Asks::Rejected(reason, _) => self.reject(reason),
            _ => self.failure(),
        }
    }

    /// It was not made: something within turned it away.
    #[cold]
    pub fn reject(self, reason: Option<Reason>) {
        let meter = self.meter;
        std::mem::forget(self);
        uncounted(meter, counts::rejected(reason));
    }

    /// A fault came back in place of an outcome: it was not made, or took too long.
    #[doc(hidden)]
    #[cold]
    pub fn fault(self, fault: &Fault) {
        if fault.is_timed_out() { self.failure() } else { self.reject(fault.reason()) }
    }
}

/// dyno's own word, if the failure is nothing else.
fn fault_in(failure: &dyn Any) -> Option<&Fault> {
    if let Some(error) = failure.downcast_ref::<io::Error>() {
        return error.get_ref()?.downcast_ref();
    }
    if let Some(error) = failure.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        return error.downcast_ref();
    }
    if let Some(error) = failure.downcast_ref::<Box<dyn Error>>() {
        return error.downcast_ref();
    }
    failure.downcast_ref()
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        // By value: lent to anybody, it could not stay in registers while the call is made.
        dropped(self.meter, self.since);
    }
}

#[cold]
fn dropped(meter: &'static Meter, since: u64) {
    if thread::panicking() && since & UNWINDING == 0 {
        ended(meter, since, counts::PANICKED);
    } else {
        uncounted(meter, counts::CANCELLED);
    }
}

#[inline]
fn ended(meter: &'static Meter, since: u64, kind: Kind) {
    let since = since & !UNWINDING;
    if since == 0 {
        meter.end(kind, clock::coarse().as_nanos());
    } else {
        let now = clock::now().as_nanos();
        meter.end_timed(kind, now, now.saturating_sub(since));
    }
}

#[cold]
fn uncounted(meter: &'static Meter, kind: Kind) {
    meter.end(kind, clock::coarse().as_nanos());
}

#[inline]
fn kind(verdict: Verdict) -> Kind {
    match verdict {
        Verdict::Success => counts::SUCCEEDED,
        Verdict::Failure => counts::FAILED,
        Verdict::Ignored => counts::EXCLUDED,
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({})", self.meter.name())
    }
}
