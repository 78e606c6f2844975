//! What a breaker should do, in plain words: one thread, whole lists, no tricks.

use std::collections::VecDeque;
use std::time::Duration;

use dyno::breaker::{Settings, State};
use dyno::{Reason, Verdict};

pub(crate) const FOR_EVER: Duration = Duration::MAX;

/// What rates are taken over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Span {
    Calls(u32),
    Time(Duration),
}

/// The settings that are given; shares in percent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) fail_max: Option<u32>,
    /// Two different ones: growing.
    pub(crate) reset: Option<(Duration, Duration)>,
    pub(crate) threshold: Option<u32>,
    pub(crate) success_rate: Option<u32>,
    pub(crate) trials: Option<u32>,
    pub(crate) probe: Option<Duration>,
    pub(crate) window: Option<Span>,
    pub(crate) failure_rate: Option<u32>,
    pub(crate) min_calls: Option<u32>,
    pub(crate) slow: Option<Duration>,
    pub(crate) slow_rate: Option<u32>,
    pub(crate) expected_in: Option<Duration>,
    pub(crate) starts: Option<State>,
}

/// The least number that is this percentage of `whole`, or more.
fn least(percent: u32, whole: usize) -> usize {
    (whole * percent as usize).div_ceil(100).max(1)
}

/// What holds where nothing is said.
impl Rules {
    fn failure_percent(&self) -> Option<u32> {
        let for_it = self.window.is_some() || self.min_calls.is_some();
        self.failure_rate.or((for_it && self.slow.is_none()).then_some(50))
    }
    fn max_failures(&self) -> Option<u32> {
        self.fail_max.or(if self.failure_percent().is_some() { None } else { Some(5) })
    }
    fn span(&self) -> Span {
        self.window.unwrap_or(Span::Calls(100))
    }
    fn least_calls(&self) -> usize {
        let given = self.min_calls.unwrap_or(20) as usize;
        match self.span() {
            Span::Calls(calls) => given.min(calls as usize),
            Span::Time(_) => given,
        }
    }
    fn watches(&self) -> bool {
        self.failure_percent().is_some() || self.slow.is_some()
    }
    fn reset(&self) -> (Duration, Duration) {
        self.reset.unwrap_or((Duration::from_secs(60), Duration::from_secs(60)))
    }
    fn probe(&self) -> Duration {
        self.probe.unwrap_or(self.reset().0)
    }
    /// How long the how many-th opening in a row lasts, from 1.
    fn lasts(&self, opening: u32) -> Duration {
        let (first, last) = self.reset();
        (1..opening).fold(first, |lasts, _| lasts.saturating_mul(2).min(last))
    }
    /// The same, said to a breaker.
    pub(crate) fn settings(&self) -> Settings {
        fn with<T>(
            to: Settings,
            given: Option<T>,
            set: impl FnOnce(Settings, T) -> Settings,
        ) -> Settings {
            match given {
                Some(given) => set(to, given),
                None => to,
            }
        }
        let share = |percent: u32| f64::from(percent) / 100.0;
        let to = with(Settings::new(), self.fail_max, Settings::fail_max);
        let to = with(to, self.reset, |to, (first, last)| {
            if first == last {
                to.reset_timeout(first)
            } else {
                to.reset_backoff(first..last).jitter(0.0)
            }
        });
        let to = with(to, self.threshold, Settings::success_threshold);
        let to = with(to, self.success_rate, |to, rate| to.success_rate(share(rate)));
        let to = with(to, self.trials, Settings::trials);
        let to = with(to, self.probe, Settings::probe_timeout);
        let to = with(to, self.window, |to, span| match span {
            Span::Calls(calls) => to.window_calls(calls),
            Span::Time(time) => to.window_time(time),
        });
        let to = with(to, self.failure_rate, |to, rate| to.failure_rate(share(rate)));
        let to = with(to, self.min_calls, Settings::min_calls);
        let to = with(to, self.slow, Settings::slow);
        let to = with(to, self.slow_rate, |to, rate| to.slow_rate(share(rate)));
        let to = with(to, self.expected_in, Settings::expected_in);
        with(to, self.starts, Settings::starts)
    }
}

/// A call that has ended, in a window.
struct Ended {
    at: u64,
    failed: bool,
    slow: bool,
}

/// A call under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    era: u64,
    began: u64,
    /// Which trial it is.
    place: Option<usize>,
}

pub(crate) struct Model {
    pub(crate) rules: Rules,
    /// In nanoseconds, on the breaker's clock.
    pub(crate) now: u64,
    pub(crate) state: State,
    /// Counts the states: what belongs to an earlier one is late.
    era: u64,
    /// When this state began; an open one that has not been asked yet has not begun.
    since: Option<u64>,
    /// How many times in a row it has opened.
    openings: u32,
    /// In a row; failed trials while half-open.
    pub(crate) failures: u32,
    pub(crate) successes: u32,
    /// Each with the moment at which it began.
    trials: Vec<Option<u64>>,
    ended: VecDeque<Ended>,
    exceeded: bool,
    /// What listeners hear of states.
    pub(crate) heard: Vec<String>,
}

fn passed(from: u64, to: u64) -> Duration {
    Duration::from_nanos(to - from)
}

impl Model {
    pub(crate) fn new(rules: Rules, now: u64) -> Self {
        let state = rules.starts.unwrap_or(State::Closed);
        Self {
            rules,
            now,
            state,
            era: 0,
            since: None,
            openings: u32::from(state == State::Open),
            failures: 0,
            successes: 0,
            trials: Vec::new(),
            ended: VecDeque::new(),
            exceeded: false,
            heard: Vec::new(),
        }
    }

    fn shift(&mut self, state: State) {
        if self.state != state {
            self.heard.push(format!("{} -> {state}", self.state));
        }
        self.state = state;
        self.era += 1;
        self.since = Some(self.now);
        self.successes = 0;
        self.trials.clear();
        self.ended.clear();
        self.exceeded = false;
        if state != State::Open {
            self.failures = 0;
        }
    }

    /// By hand: a row of openings ends.
    pub(crate) fn by_hand(&mut self, state: State) {
        let keeps = matches!(self.state, State::Closed | State::Open);
        if !keeps {
            self.failures = 0;
        }
        self.shift(state);
        self.openings = u32::from(state == State::Open);
    }

    /// The row goes on unless it has been closed for as long as it last was open.
    fn open(&mut self) {
        let was_closed = passed(self.since.unwrap_or(self.now), self.now);
        let healthy = self.openings == 0
            || self.state == State::Closed && was_closed >= self.rules.lasts(self.openings);
        self.openings = if healthy { 1 } else { self.openings + 1 };
        self.shift(State::Open);
    }

    pub(crate) fn change(&mut self, rules: Rules) {
        let anew = rules.span() != self.rules.span();
        self.rules = rules;
        if anew && !matches!(self.state, State::Open | State::HalfOpen) {
            // The calls under way belong to the old window.
            self.era += 1;
            self.ended.clear();
        }
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let lasts = self.rules.lasts(self.openings);
        if self.state != State::Open || lasts == FOR_EVER {
            return None;
        }
        Some(
            lasts
                .saturating_sub(self.since.map_or(Duration::ZERO, |since| passed(since, self.now))),
        )
    }

    /// Asks for leave.
    pub(crate) fn begin(&mut self) -> Result<Call, (Reason, Option<Duration>)> {
        let plain = Call { era: self.era, began: self.now, place: None };
        match self.state {
            State::ForcedOpen => Err((Reason::ForcedOpen, None)),
            State::HalfOpen => self.begin_trial(),
            State::Open => {
                self.since = self.since.or(Some(self.now));
                match self.retry_after() {
                    Some(Duration::ZERO) => {
                        self.shift(State::HalfOpen);
                        self.begin_trial()
                    }
                    left => Err((Reason::BreakerOpen, left)),
                }
            }
            _ => Ok(plain),
        }
    }

    fn begin_trial(&mut self) -> Result<Call, (Reason, Option<Duration>)> {
        let permits = self.rules.trials.unwrap_or(1) as usize;
        let (now, probe) = (self.now, self.rules.probe());
        let lapsed = |trial: &Option<u64>| trial.is_some_and(|since| passed(since, now) >= probe);
        // Fewer are allowed than before: one that is lost gives way to nobody.
        while self.busy() > permits {
            let Some(lost) = self.trials.iter_mut().find(|trial| lapsed(trial)) else { break };
            *lost = None;
        }
        let place = if self.busy() < permits {
            let free = self.trials.iter().position(Option::is_none);
            free.unwrap_or_else(|| {
                self.trials.push(None);
                self.trials.len() - 1
            })
        } else if let Some(lost) = self.trials.iter().position(lapsed) {
            lost
        } else {
            let longest = self.trials.iter().flatten().map(|since| passed(*since, now)).max();
            let left = probe.saturating_sub(longest.unwrap_or_default());
            return Err((Reason::HalfOpenBusy, (probe != FOR_EVER).then_some(left)));
        };
        self.trials[place] = Some(now);
        Ok(Call { era: self.era, began: now, place: Some(place) })
    }

    pub(crate) fn busy(&self) -> usize {
        self.trials.iter().flatten().count()
    }

    pub(crate) fn end(&mut self, call: Call, verdict: Verdict) {
        if call.era != self.era {
            return;
        }
        let long = self.rules.slow.is_some_and(|limit| passed(call.began, self.now) > limit);
        let slow = long && verdict != Verdict::Ignored;
        let late = self.rules.expected_in.is_some_and(|limit| passed(call.began, self.now) > limit);
        let verdict = match verdict {
            Verdict::Success if late => Verdict::Failure,
            verdict => verdict,
        };
        match (self.state, call.place) {
            (State::HalfOpen, Some(place)) if self.trials.get(place) == Some(&Some(call.began)) => {
                self.trials[place] = None;
                self.end_trial(if slow { Verdict::Failure } else { verdict });
            }
            (State::Closed | State::MetricsOnly, _) if verdict != Verdict::Ignored => {
                self.count(verdict == Verdict::Failure, slow);
            }
            _ => {}
        }
    }

    fn end_trial(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Success => self.successes += 1,
            Verdict::Failure => self.failures += 1,
            Verdict::Ignored => return,
        }
        let judged = self.rules.threshold.unwrap_or(1) as usize;
        let needed = least(self.rules.success_rate.unwrap_or(100), judged);
        if self.failures as usize > judged - needed {
            self.open();
        } else if self.successes as usize >= needed {
            self.shift(State::Closed);
        }
    }

    fn count(&mut self, failed: bool, slow: bool) {
        self.failures = if failed { self.failures + 1 } else { 0 };
        if self.rules.watches() {
            self.ended.push_back(Ended { at: self.now, failed, slow });
        }
        let (calls, failures, slows) = self.window();
        let enough = calls >= self.rules.least_calls();
        let failing = self.rules.failure_percent().filter(|_| enough && failed);
        let slowing = self.rules.slow.filter(|_| enough && slow);
        let too_many = self.rules.max_failures().is_some_and(|max| failed && self.failures >= max)
            || failing.is_some_and(|percent| failures >= least(percent, calls))
            || slowing.is_some_and(|_| slows >= least(self.rules.slow_rate.unwrap_or(100), calls));
        if too_many && self.state == State::Closed {
            self.open();
        } else if too_many && !self.exceeded {
            self.exceeded = true;
            self.heard.push("exceeded".to_owned());
        }
    }

    /// Calls in the window, and how many of them failed and were slow.
    pub(crate) fn window(&self) -> (usize, usize, usize) {
        let within: Vec<_> = match self.rules.span() {
            Span::Calls(calls) => self.ended.iter().rev().take(calls as usize).collect(),
            Span::Time(time) => {
                // The part of now, and the nine before it.
                let part = time.as_nanos() / 10;
                let number = |at: u64| u128::from(at) / part;
                self.ended.iter().filter(|call| number(call.at) + 10 > number(self.now)).collect()
            }
        };
        let count = |is: fn(&Ended) -> bool| within.iter().filter(|call| is(call)).count();
        (within.len(), count(|call| call.failed), count(|call| call.slow))
    }
}
