//! The state machine: a few words, no lock, no clock of its own.
//!
//! Every change of state is one compare-and-swap of the first word, and its winner alone tells of
//! it. The moment of the change goes into the second word just after; who comes in between sees
//! that it speaks of another generation and puts in its own, so nobody waits for a thread that was
//! stopped there.

mod adopt;
mod answer;
mod lasting;
mod time;
mod trials;

use std::time::Duration;

use self::trials::Places;
use super::settings::Settings;
use super::state::State;
use super::why::{Change, Why};
use super::word::{LONG, Moment, Phase, TOLD, Tally, Ticks, View, closed, generation, untagged};
use crate::fault::Reason;
use crate::sync::Word;

pub(super) use self::adopt::Told;
pub(super) use self::answer::{Leave, Refusal, Verdict};
#[cfg_attr(not(loom), allow(unused_imports))]
pub(super) use self::time::{Nanos, Real, Time, between};
pub(super) use self::trials::decided;

#[derive(Debug)]
pub(super) struct Core<W> {
    pub(super) word: W,
    moment: W,
    /// How long the error that opened it asked for.
    asked: W,
    /// Until when it is open, once somebody has found out: a rejection looks here first.
    until: W,
    places: Places<W>,
}

impl<W> Core<W> {
    pub(super) const fn new(word: W, moment: W, asked: W, until: W) -> Self {
        Self { word, moment, asked, until, places: Places::new() }
    }
}

impl<W: Word> Core<W> {
    /// The stamp of a permit, when the breaker is closed by the short way: one relaxed load.
    #[inline]
    pub(super) fn pass(&self) -> Option<u64> {
        closed(self.word.peek())
    }

    /// The stamp of a permit, when the breaker is closed: by the long way, too.
    #[inline]
    pub(super) fn pass_long(&self) -> Option<u64> {
        closed(self.word.peek() & !LONG)
    }

    /// `true` when a success of `permit` changes nothing: one relaxed load.
    #[inline]
    pub(super) fn at_rest(&self, permit: u64) -> bool {
        self.word.peek() == permit
    }

    /// `true` when a success of `permit` changes nothing but a window.
    #[inline]
    pub(super) fn at_rest_long(&self, permit: u64) -> bool {
        self.word.peek() & !LONG == permit
    }

    pub(super) fn view(&self) -> View {
        View::of(self.word.read())
    }

    /// Sends all calls the long way, or lets them take the short one again.
    pub(super) fn go_long(&self, long: bool) {
        loop {
            let word = self.word.read();
            let view = View::of(word);
            if view.long == long || self.word.replace(word, View { long, ..view }.pack()) {
                return;
            }
        }
    }

    /// Asks when it is not simply closed.
    pub(super) fn admit(&self, settings: &Settings, time: &impl Time) -> Result<Leave, Refusal> {
        loop {
            let word = self.word.read();
            let view = View::of(word);
            let answer = match view.phase {
                Phase::Closed | Phase::Disabled | Phase::MetricsOnly => {
                    Some(Ok(Leave::plain(view.generation)))
                }
                Phase::ForcedOpen => Some(Err(Refusal::new(Reason::ForcedOpen, None))),
                Phase::Open => self.admit_open(word, view, settings, time),
                Phase::HalfOpen => self.admit_trial(word, view, settings, time),
                Phase::Recovering => self.admit_some(word, view, settings, time),
            };
            if let Some(answer) = answer {
                return answer;
            }
        }
    }

    fn admit_open(
        &self,
        word: u64,
        view: View,
        settings: &Settings,
        time: &impl Time,
    ) -> Option<Result<Leave, Refusal>> {
        let refusal = |passed: Ticks, lasts| {
            Some(Err(Refusal::new(Reason::BreakerOpen, passed.left_of(lasts))))
        };
        let Some(moment) = self.moment(view.generation) else {
            // It has only just come into this state, or has left it meanwhile.
            self.mark(view.generation, Moment { since: time.now(), openings: 0 });
            if self.word.read() != word {
                return None;
            }
            return refusal(Ticks::NONE, self.lasts(settings, view.generation, 0));
        };
        let lasts = self.lasts(settings, view.generation, moment.openings);
        let passed = time.passed(moment.since, lasts);
        if passed < lasts || lasts == Ticks::EVER {
            self.note_end(view.generation, moment, lasts);
            // An error may have asked for another time just now.
            if self.lasts(settings, view.generation, moment.openings) != lasts {
                self.forget_end();
            }
            return refusal(passed, lasts);
        }
        let tally = Tally { busy: 1, ..Tally::default() };
        let next = view.next(Phase::HalfOpen, tally.pack());
        let now = time.nanos();
        let why = Why::TimeOut { after: passed.duration() };
        // From now on: how many openings in a row there were.
        let openings = moment.openings + 1;
        let change = self.shift(word, next, why, Moment { since: now.ticks(), openings })?;
        Some(Ok(self.take_place(next.generation, now, Some(change))))
    }

    /// While it recovers, a share of the calls passes, and after the last stage all of them.
    fn admit_some(
        &self,
        word: u64,
        view: View,
        settings: &Settings,
        time: &impl Time,
    ) -> Option<Result<Leave, Refusal>> {
        let mut leave = Leave::plain(view.generation);
        match self.stage(view, settings, time) {
            Some((share, left)) => {
                if time.chance() < share {
                    return Some(Ok(leave));
                }
                Some(Err(Refusal::new(Reason::Recovering, Some(left))))
            }
            None => {
                // The generation stays: what is under way goes on to count.
                if !self.word.replace(word, View { phase: Phase::Closed, ..view }.pack()) {
                    return None;
                }
                let (from, to) = (State::HalfOpen, State::Closed);
                leave.change = Some(Change { from, to, why: Why::Recovered });
                Some(Ok(leave))
            }
        }
    }

    /// One failure more, where failures in a row are all that counts and it is not the last one
    /// allowed. `false`: ask [`failure`](Self::failure).
    #[inline]
    pub(super) fn count_failure(&self, permit: u64, settings: &Settings) -> bool {
        let word = self.word.read();
        let count = View::of(word).count;
        let plain = word - u64::from(count) == permit;
        let allowed = settings.max_failures().is_some_and(|max| count + 1 < max);
        plain && allowed && self.word.replace(word, word + 1)
    }

    /// A call went well. `true` when it counted.
    pub(super) fn success(&self, permit: u64) -> bool {
        while let Some((word, view)) = self.current(permit) {
            let counts = matches!(view.phase, Phase::Closed | Phase::Recovering)
                || view.phase == Phase::MetricsOnly;
            if !counts {
                return false;
            }
            let count = view.count & TOLD;
            if view.count == count || self.word.replace(word, View { count, ..view }.pack()) {
                return true;
            }
        }
        false
    }

    /// A call failed, or (not `failed`) took too long; `why` says whether that is too much after so
    /// many failures in a row.
    pub(super) fn failure(
        &self,
        permit: u64,
        failed: bool,
        settings: &Settings,
        why: impl Fn(u32) -> Option<Why>,
        asked: impl Fn() -> Option<Duration>,
        time: &impl Time,
    ) -> Verdict {
        while let Some((word, view)) = self.current(permit) {
            let told = view.count & TOLD;
            let before = view.count & !TOLD;
            let in_a_row = if failed { (before + 1).min(TOLD - 1) } else { 0 };
            match view.phase {
                Phase::Closed | Phase::Recovering => {
                    let Some(why) = why(in_a_row) else {
                        if self.word.replace(word, View { count: in_a_row, ..view }.pack()) {
                            return Verdict::Counted;
                        }
                        continue;
                    };
                    if let Some(change) = self.open(word, view, in_a_row, settings, why, time) {
                        if let Some(time) = asked() {
                            self.keep_open(time);
                        }
                        return Verdict::Opened(change);
                    }
                }
                Phase::MetricsOnly => {
                    let why = why(in_a_row);
                    let told = if why.is_some() { TOLD } else { told };
                    let count = in_a_row | told;
                    if self.word.replace(word, View { count, ..view }.pack()) {
                        let first = view.count & TOLD == 0;
                        return why.filter(|_| first).map_or(Verdict::Counted, Verdict::Exceeded);
                    }
                }
                _ => return Verdict::Late,
            }
        }
        Verdict::Late
    }

    /// Opens it: the how many-th time in a row depends on how long it had been closed.
    fn open(
        &self,
        word: u64,
        view: View,
        count: u32,
        settings: &Settings,
        why: Why,
        time: &impl Time,
    ) -> Option<Change> {
        let now = time.now();
        let openings = self.openings(view, settings, now);
        let next = view.next(Phase::Open, count);
        self.shift(word, next, why, Moment { since: now, openings })
    }

    /// By hand, from any state: what is under way decides nothing any more.
    pub(super) fn force(&self, phase: Phase, why: Why, now: Ticks) -> Option<Change> {
        loop {
            let word = self.word.read();
            let view = View::of(word);
            let keep = phase == Phase::Open && matches!(view.phase, Phase::Closed | Phase::Open);
            let count = if keep { view.count } else { 0 };
            let moment = Moment { since: now, openings: 0 };
            if let Some(change) = self.shift(word, view.next(phase, count), why, moment) {
                return (change.from != change.to).then_some(change);
            }
        }
    }

    /// The word, while it is of the generation of `permit`.
    fn current(&self, permit: u64) -> Option<(u64, View)> {
        let word = self.word.read();
        let view = View::of(word);
        (view.generation == generation(permit)).then_some((word, view))
    }

    /// The phase, while a result of `permit` may still count.
    pub(super) fn phase_of(&self, permit: u64) -> Option<Phase> {
        self.current(permit).map(|(_, view)| view.phase)
    }

    /// How long it has been open, and for how long it is to be.
    pub(super) fn open_since(
        &self,
        settings: &Settings,
        time: &impl Time,
    ) -> Option<(Ticks, Ticks)> {
        let view = self.view();
        if view.phase != Phase::Open {
            return None;
        }
        let Some(moment) = self.moment(view.generation) else {
            return Some((Ticks::NONE, self.lasts(settings, view.generation, 0)));
        };
        let lasts = self.lasts(settings, view.generation, moment.openings);
        Some((time.passed(moment.since, lasts), lasts))
    }

    /// Begins a new generation in the same state: what its window holds is forgotten.
    pub(super) fn renew(&self) {
        loop {
            let word = self.word.read();
            let view = View::of(word);
            let kept = self.moment(view.generation);
            // Trials belong to their generation; they go on in it.
            if matches!(view.phase, Phase::HalfOpen | Phase::Open) {
                return;
            }
            let next = view.next(view.phase, view.count);
            if self.word.replace(word, next.pack()) {
                if let Some(moment) = kept {
                    self.mark(next.generation, moment);
                }
                return;
            }
        }
    }

    fn shift(&self, word: u64, to: View, why: Why, moment: Moment) -> Option<Change> {
        if !self.word.replace(word, to.pack()) {
            return None;
        }
        self.mark(to.generation, moment);
        if to.phase == Phase::Open {
            // What another opening asked for, 65 536 states ago, looks like its own.
            let asked = self.asked.read();
            if untagged(asked, to.generation).is_some() {
                self.asked.replace(asked, 0);
            }
        }
        Some(Change { from: View::of(word).phase.state(), to: to.phase.state(), why })
    }

    /// When `generation` began, if that is told already.
    pub(super) fn moment(&self, generation: u64) -> Option<Moment> {
        Moment::of(self.moment.read(), generation)
    }

    /// Makes `moment` that of `generation`, unless a later one is told, or that has passed.
    fn mark(&self, generation: u64, moment: Moment) {
        loop {
            let told = self.moment.read();
            let known = Moment::of(told, generation);
            // Who only found no moment knows of no openings, and gives way to who knows of some.
            let newer = known.is_none_or(|known| {
                let later = moment.since.since(known.since) > Some(Ticks::NONE);
                known.openings < moment.openings || known.openings == moment.openings && later
            });
            if !newer || View::of(self.word.read()).generation != generation {
                return;
            }
            if self.moment.replace(told, moment.pack(generation)) {
                return;
            }
        }
    }
}
