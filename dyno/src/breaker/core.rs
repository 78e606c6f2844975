//! The state machine: two words, no lock, no clock of its own.
//!
//! Every change is one compare-and-swap of the first word, and its winner alone tells of it. The
//! moment of the change goes into the second word just after; who comes in between sees that it
//! speaks of another generation and puts in its own, so nobody waits for a thread that was stopped
//! there.

use super::State;
use super::sync::Word;
use super::word::{Ticks, View, closed, moment, moment_of, stamp};

/// A change of state that has been made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Transition {
    pub(super) from: State,
    pub(super) to: State,
}

impl Transition {
    fn changes(self) -> Option<Self> {
        (self.from != self.to).then_some(self)
    }
}

/// Why a call may not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The trial is taken, rather than: the breaker is open.
    pub(super) busy: bool,
    /// What has passed of the reset time-out.
    pub(super) passed: Ticks,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) fail_max: u32,
    pub(super) success_threshold: u32,
    /// How long it stays open, and how long a trial keeps others out.
    pub(super) reset: Ticks,
}

#[derive(Debug)]
pub(super) struct Core<W> {
    word: W,
    moment: W,
}

impl<W> Core<W> {
    /// Closed, from two words that are zero.
    pub(super) const fn new(word: W, moment: W) -> Self {
        Self { word, moment }
    }
}

impl<W: Word> Core<W> {
    /// The stamp of a permit, when the breaker is closed: one relaxed load.
    #[inline]
    pub(super) fn pass(&self) -> Option<u64> {
        closed(self.word.peek())
    }

    /// `true` when a success of `permit` changes nothing: one relaxed load.
    #[inline]
    pub(super) fn at_rest(&self, permit: u64) -> bool {
        self.word.peek() == permit
    }

    pub(super) fn view(&self) -> View {
        View::of(self.word.read())
    }

    /// What has passed of `reset` since the breaker came into this state, or its trial began.
    pub(super) fn passed(&self, view: View, reset: Ticks, now: impl Fn() -> Ticks) -> Ticks {
        let since = moment_of(self.moment.read(), view.generation);
        since.map_or(Ticks::NONE, |since| passed(since, reset, now))
    }

    /// A permit's stamp, and the transition it took.
    ///
    /// Every trial has a generation of its own. One whose time is up is replaced by the next, so
    /// that a lost permit keeps nobody out for ever; should it report after all, it decides nothing.
    pub(super) fn admit(
        &self,
        rules: Rules,
        now: impl Fn() -> Ticks,
    ) -> Result<(u64, Option<Transition>), Refusal> {
        loop {
            let word = self.word.read();
            let view = View::of(word);
            if view.state == State::Closed {
                return Ok((stamp(view.generation), None));
            }
            if view.state == State::Open || view.busy {
                let Some(since) = moment_of(self.moment.read(), view.generation) else {
                    // It has only just come into this state, or has left it meanwhile.
                    self.mark(view.generation, now());
                    if self.word.read() != word {
                        continue;
                    }
                    return Err(Refusal { busy: view.busy, passed: Ticks::NONE });
                };
                let passed = passed(since, rules.reset, &now);
                if passed < rules.reset || rules.reset == Ticks::EVER {
                    return Err(Refusal { busy: view.busy, passed });
                }
            }
            let count = if view.state == State::HalfOpen { view.count } else { 0 };
            let trial = View { busy: true, ..view.next(State::HalfOpen, count) };
            if let Some(transition) = self.shift(word, trial, now()) {
                return Ok((stamp(trial.generation), transition.changes()));
            }
        }
    }

    pub(super) fn success(
        &self,
        permit: u64,
        rules: Rules,
        now: impl Fn() -> Ticks,
    ) -> Option<Transition> {
        loop {
            let (word, view) = self.current(permit)?;
            match view.state {
                State::Closed if view.count == 0 => return None,
                State::Closed => {
                    if self.word.replace(word, View { count: 0, ..view }.pack()) {
                        return None;
                    }
                }
                State::HalfOpen => {
                    let count = view.count.saturating_add(1);
                    if count >= rules.success_threshold {
                        let shifted = self.shift(word, view.next(State::Closed, 0), now());
                        if shifted.is_some() {
                            return shifted;
                        }
                    } else if self.word.replace(word, View { busy: false, count, ..view }.pack()) {
                        return None;
                    }
                }
                State::Open => return None,
            }
        }
    }

    pub(super) fn failure(
        &self,
        permit: u64,
        rules: Rules,
        now: impl Fn() -> Ticks,
    ) -> Option<Transition> {
        loop {
            let (word, view) = self.current(permit)?;
            let count = match view.state {
                State::Closed => view.count.saturating_add(1),
                State::HalfOpen => 1,
                State::Open => return None,
            };
            if view.state == State::HalfOpen || count >= rules.fail_max {
                let shifted = self.shift(word, view.next(State::Open, count), now());
                if shifted.is_some() {
                    return shifted;
                }
            } else if self.word.replace(word, View { count, ..view }.pack()) {
                return None;
            }
        }
    }

    /// Gives a trial back undecided.
    pub(super) fn ignored(&self, permit: u64) {
        while let Some((word, view)) = self.current(permit) {
            if !view.busy || self.word.replace(word, View { busy: false, ..view }.pack()) {
                return;
            }
        }
    }

    /// By hand, from any state: what is under way decides nothing any more.
    pub(super) fn force(&self, to: State, now: Ticks) -> Option<Transition> {
        loop {
            let word = self.word.read();
            let view = View::of(word);
            let keep = to == State::Open && view.state != State::HalfOpen;
            let next = view.next(to, if keep { view.count } else { 0 });
            if let Some(transition) = self.shift(word, next, now) {
                return transition.changes();
            }
        }
    }

    /// The word, while it is of the generation of `permit`.
    fn current(&self, permit: u64) -> Option<(u64, View)> {
        let word = self.word.read();
        let view = View::of(word);
        (stamp(view.generation) == permit).then_some((word, view))
    }

    fn shift(&self, word: u64, to: View, now: Ticks) -> Option<Transition> {
        if !self.word.replace(word, to.pack()) {
            return None;
        }
        self.mark(to.generation, now);
        Some(Transition { from: View::of(word).state, to: to.state })
    }

    /// Makes `now` the moment of `generation`, unless a later one is told, or that has passed.
    fn mark(&self, generation: u64, now: Ticks) {
        loop {
            let told = self.moment.read();
            let known = moment_of(told, generation);
            let newer = known.is_none_or(|known| now.since(known) > Some(Ticks::NONE));
            if !newer || View::of(self.word.read()).generation != generation {
                return;
            }
            if self.moment.replace(told, moment(generation, now)) {
                return;
            }
        }
    }
}

/// What has passed of `reset` at a moment after `since` was read, hence all of it where the clock
/// says less: `since` is of another clock, such as one that a test had frozen far ahead.
fn passed(since: Ticks, reset: Ticks, now: impl Fn() -> Ticks) -> Ticks {
    now().since(since).unwrap_or(reset)
}
