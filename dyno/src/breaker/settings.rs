//! The numbers a breaker goes by: what is said, and what holds where nothing is.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::Range;
use std::time::Duration;

use super::check;
use super::rule::Rule;
use super::state::State;

/// What a breaker goes by: each setting given, or left to its default.
///
/// ```
/// use std::time::Duration;
/// use dyno::breaker::{Breaker, Settings};
///
/// const GENTLE: Settings = Settings::new().failure_rate(0.2).window_time(Duration::from_secs(30));
/// static DB: Breaker = Breaker::new("db").with(GENTLE);
/// DB.change(|settings| settings.failure_rate(0.4)); // while it works; its window is kept
/// ```
#[derive(Clone, Copy, Default)]
#[must_use = "settings do nothing until a breaker has them"]
pub struct Settings {
    pub(super) fail_max: Option<u32>,
    pub(super) reset: Option<(Duration, Duration)>,
    pub(super) jitter: Option<Share>,
    pub(super) success_threshold: Option<u32>,
    pub(super) success_rate: Option<Share>,
    pub(super) trials: Option<u32>,
    pub(super) probe_timeout: Option<Duration>,
    pub(super) window: Option<Span>,
    pub(super) failure_rate: Option<Share>,
    pub(super) min_calls: Option<u32>,
    pub(super) slow: Option<Duration>,
    pub(super) slow_rate: Option<Share>,
    pub(super) expected_in: Option<Duration>,
    pub(super) recover: Option<&'static [f64]>,
    pub(super) rule: Option<&'static dyn Rule>,
    pub(super) trip_error: Option<TripError>,
    pub(super) starts: Option<State>,
}

/// What the call that opens a breaker returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TripError {
    /// Its own outcome, as any other call.
    #[default]
    Own,
    /// The rejection that the next call would get; it holds the error as its
    /// [last one](crate::Fault::last_error).
    Rejected,
}

/// What a rate is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    Calls(u32),
    Time(Duration),
}

/// A share of one, in millionths, so that comparing is exact; and one more, so that an `Option` of it
/// takes no more room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Share(NonZeroU32);

impl Share {
    const ONE: u32 = 1_000_000;

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1, checked")]
    pub(super) const fn of(share: f64) -> Self {
        Self(NonZeroU32::MIN.saturating_add((share * Self::ONE as f64 + 0.5) as u32))
    }

    pub(super) const fn millionths(self) -> u32 {
        self.0.get() - 1
    }

    pub(super) fn as_f64(self) -> f64 {
        f64::from(self.millionths()) / f64::from(Self::ONE)
    }

    /// The least whole number that is this share of `whole`, or more; at least 1.
    pub(super) fn least(self, whole: u64) -> u64 {
        let parts = u128::from(whole) * u128::from(self.millionths());
        u64::try_from(parts.div_ceil(u128::from(Self::ONE))).unwrap_or(u64::MAX).max(1)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // From whole millionths, so that 7% is not 7.000000000000001%.
        write!(f, "{}%", f64::from(self.millionths()) / 10_000.0)
    }
}

impl Settings {
    /// Nothing said.
    pub const fn new() -> Self {
        Self {
            fail_max: None,
            reset: None,
            jitter: None,
            success_threshold: None,
            success_rate: None,
            trials: None,
            probe_timeout: None,
            window: None,
            failure_rate: None,
            min_calls: None,
            slow: None,
            slow_rate: None,
            expected_in: None,
            recover: None,
            rule: None,
            trip_error: None,
            starts: None,
        }
    }

    /// How many failures in a row open it. Default 5; with a failure rate or a rule of your own this
    /// counts only when it is given.
    ///
    /// # Panics
    /// When `failures` is 0; in a constant, at compile time. So do all that follow.
    #[track_caller]
    pub const fn fail_max(mut self, failures: u32) -> Self {
        check::at_least_one(
            failures,
            "breaker: `fail_max` must be at least 1: it is the failure in a row that opens it",
        );
        self.fail_max = Some(failures);
        self
    }

    /// How long it stays open before a trial; `Duration::MAX`: until it is reset by hand. Default
    /// 60 s (as `PyBreaker` and Resilience4j).
    ///
    /// # Panics
    /// When `timeout` is zero.
    #[track_caller]
    pub const fn reset_timeout(mut self, timeout: Duration) -> Self {
        check::above_zero(
            timeout,
            "breaker: `reset_timeout` must be above zero, else it never turns a call away",
        );
        self.reset = Some((timeout, timeout));
        self
    }

    /// A reset time-out that begins at `limits.start` and doubles, up to `limits.end`, each time it
    /// opens again before it has been closed for as long as it last was open.
    ///
    /// Spread by [`jitter`](Self::jitter), half of it unless said otherwise.
    ///
    /// # Panics
    /// When the range is empty or begins at zero.
    #[track_caller]
    pub const fn reset_backoff(mut self, limits: Range<Duration>) -> Self {
        check::above_zero(
            limits.start,
            "breaker: `reset_timeout` must begin above zero, else it never grows",
        );
        check::growing(limits.start, limits.end);
        self.reset = Some((limits.start, limits.end));
        self
    }

    /// The share of the reset time-out that is left to chance, so that many callers do not try again
    /// at the same moment: it lasts between `(1 - share)` and 1 times what it would. Default 0 for
    /// a fixed time-out, 0.5 for a growing one.
    ///
    /// # Panics
    /// When `share` is not in 0 to 1.
    #[track_caller]
    pub const fn jitter(mut self, share: f64) -> Self {
        check::jitter(share);
        self.jitter = Some(Share::of(share));
        self
    }

    /// How many trials must succeed to close it: in a row, or, with a
    /// [`success_rate`](Self::success_rate), how many are judged. Default 1.
    ///
    /// # Panics
    /// When `successes` is not in 1 to 4000.
    #[track_caller]
    pub const fn success_threshold(mut self, successes: u32) -> Self {
        check::success_threshold(successes);
        self.success_threshold = Some(successes);
        self
    }

    /// The share of the first [`success_threshold`](Self::success_threshold) trials that must
    /// succeed. Without it a single failed trial opens it again.
    ///
    /// # Panics
    /// When `share` is not above 0 and up to 1.
    #[track_caller]
    pub const fn success_rate(mut self, share: f64) -> Self {
        check::share(share, "breaker: `success_rate` must be above 0 and at most 1 (100%)");
        self.success_rate = Some(Share::of(share));
        self
    }

    /// How many trials may be under way at a time while it is half-open. Default 1.
    ///
    /// # Panics
    /// When `permits` is not in 1 to 64.
    #[track_caller]
    pub const fn trials(mut self, permits: u32) -> Self {
        check::trials(permits);
        self.trials = Some(permits);
        self
    }

    /// How long a trial may take to report. Then its place goes to the next call, and what it may
    /// still report decides nothing. Default: the (first) reset time-out.
    ///
    /// # Panics
    /// When `timeout` is zero.
    #[track_caller]
    pub const fn probe_timeout(mut self, timeout: Duration) -> Self {
        check::above_zero(
            timeout,
            "breaker: `probe_timeout` must be above zero, else no trial can report in time",
        );
        self.probe_timeout = Some(timeout);
        self
    }

    /// Rates are taken over this many calls, the latest; that is the default, with 100.
    ///
    /// # Panics
    /// When `calls` is not in 1 to 100 000, or below the [`min_calls`](Self::min_calls) given.
    #[track_caller]
    pub const fn window_calls(mut self, calls: u32) -> Self {
        check::window_calls(calls);
        self.window = Some(Span::Calls(calls));
        check::min_calls(self.min_calls, self.window);
        self
    }

    /// Rates are taken over the calls of this time, the latest, to a tenth of it.
    ///
    /// # Panics
    /// When `time` is below 100 ms.
    #[track_caller]
    pub const fn window_time(mut self, time: Duration) -> Self {
        check::window_time(time);
        self.window = Some(Span::Time(time));
        self
    }

    /// The share of the calls in the window that fail when it opens, or more. Default 0.5 where a
    /// window is given for it, else no rate counts.
    ///
    /// # Panics
    /// When `share` is not above 0 and up to 1.
    #[track_caller]
    pub const fn failure_rate(mut self, share: f64) -> Self {
        check::share(share, "breaker: `failure_rate` must be above 0 and at most 1 (100%)");
        self.failure_rate = Some(Share::of(share));
        self
    }

    /// How many calls the window must hold before a rate counts. Default 20, or all of a smaller
    /// window.
    ///
    /// # Panics
    /// When `calls` is 0 or more than the window holds.
    #[track_caller]
    pub const fn min_calls(mut self, calls: u32) -> Self {
        check::at_least_one(calls, "breaker: `min_calls` must be at least 1");
        self.min_calls = Some(calls);
        check::min_calls(self.min_calls, self.window);
        self
    }

    /// A call that takes longer than this is slow, also when it succeeds. Without it no clock is
    /// read.
    ///
    /// # Panics
    /// When `limit` is zero, or as long as what a call is [`expected_in`](Self::expected_in).
    #[track_caller]
    pub const fn slow(mut self, limit: Duration) -> Self {
        check::above_zero(limit, "breaker: `slow` must be above zero, else every call is slow");
        self.slow = Some(limit);
        check::slow_in_time(self.slow, self.expected_in);
        self
    }

    /// The share of slow calls in the window that opens it, or more. Default 1: all of them.
    ///
    /// # Panics
    /// When `share` is not above 0 and up to 1.
    #[track_caller]
    pub const fn slow_rate(mut self, share: f64) -> Self {
        check::share(share, "breaker: `slow_rate` must be above 0 and at most 1 (100%)");
        self.slow_rate = Some(Share::of(share));
        self
    }

    /// A success that takes longer than this counts as a failure, in a row, in the window and as a
    /// trial; what it returned is returned all the same. Without it no clock is read. Where
    /// [`slow`](Self::slow) only marks a call, this condemns it: so it is the longer one of both.
    ///
    /// ```
    /// use std::time::Duration;
    /// use dyno::breaker::{Breaker, State};
    ///
    /// static DB: Breaker = Breaker::new("db").fail_max(1).expected_in(Duration::from_millis(200));
    ///
    /// let _frozen = dyno::clock::freeze();
    /// let answer = DB.call(|| {
    ///     dyno::clock::sleep(Duration::from_millis(312));
    ///     Some(42)
    /// });
    /// assert_eq!((answer, DB.state()), (Some(42), State::Open));
    /// let told = "took 312.0ms, was expected in 200.0ms";
    /// assert_eq!(DB.snapshot().last_error.as_deref(), Some(told));
    /// ```
    ///
    /// # Panics
    /// When `limit` is zero, or no longer than [`slow`](Self::slow).
    #[track_caller]
    pub const fn expected_in(mut self, limit: Duration) -> Self {
        check::above_zero(
            limit,
            "breaker: `expected_in` must be above zero, else every call has failed",
        );
        self.expected_in = Some(limit);
        check::slow_in_time(self.slow, self.expected_in);
        self
    }

    /// Lets traffic back by stages: after good trials these shares of the calls pass, one after the
    /// other, for a (first) reset time-out in all, a minute where that never ends; meanwhile it is
    /// half-open, and opens again by the rules of a closed one.
    ///
    /// # Panics
    /// When there is no stage, or one is not above the one before, above 0 and below 1.
    #[track_caller]
    pub const fn recover(mut self, stages: &'static [f64]) -> Self {
        check::stages(stages);
        self.recover = Some(stages);
        self
    }

    /// A rule of your own, beside the others that are given.
    #[track_caller]
    pub const fn rule(mut self, rule: &'static dyn Rule) -> Self {
        self.rule = Some(rule);
        self
    }

    /// What the call that opens it returns. Default: its own outcome.
    #[track_caller]
    pub const fn trip_error(mut self, returns: TripError) -> Self {
        self.trip_error = Some(returns);
        self
    }

    /// The state it starts in. Default closed. An open one stays open for its time-out from the
    /// moment it is first asked.
    #[track_caller]
    pub const fn starts(mut self, state: State) -> Self {
        self.starts = Some(state);
        self
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Settings{}", super::merge::Said(self))
    }
}
