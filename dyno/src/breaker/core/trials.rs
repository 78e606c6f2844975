//! Trials: how many at a time, and what becomes of one that never reports.
//!
//! The word counts how many are under way, so that there are never too many; each of them has a
//! place as well, which holds the moment it began. When all places are taken, one whose time is up
//! goes to the next caller; who held it before finds another moment there, and counts nowhere.

use once_cell::race::OnceBox;

use super::super::check::TRIALS;
use super::super::settings::Settings;
use super::super::why::{Change, Why};
use super::super::word::{
    Moment, Phase, Tally, Ticks, View, generation, place, stamp, tagged, trial, untagged,
};
use super::time::Nanos;
use super::{Core, Leave, Refusal, Time, Verdict};
use crate::fault::Reason;
use crate::outcome;
use crate::sync::Word;

/// A place that nobody has.
const FREE: u64 = 0;

/// The moments at which the trials under way began; made when the first one begins.
#[derive(Debug)]
pub(super) struct Places<W>(OnceBox<Vec<W>>);

impl<W> Places<W> {
    pub(super) const fn new() -> Self {
        Self(OnceBox::new())
    }
}

impl<W: Word> Places<W> {
    pub(super) fn all(&self) -> &[W] {
        // A model checker looks at every word: as few as it takes.
        let count = if cfg!(loom) { 2 } else { TRIALS };
        self.0.get_or_init(|| Box::new((0..count).map(|_| W::zero()).collect()))
    }
}

impl<W: Word> Core<W> {
    /// A model checker does not see what is made on the way.
    #[cfg(loom)]
    pub(in super::super) fn prepare(&self) {
        self.places.all();
    }

    /// `None`: look again.
    pub(super) fn admit_trial(
        &self,
        word: u64,
        view: View,
        settings: &Settings,
        time: &impl Time,
    ) -> Option<Result<Leave, Refusal>> {
        let tally = view.tally();
        if tally.busy < settings.permits() {
            let count = Tally { busy: tally.busy + 1, ..tally }.pack();
            if !self.word.replace(word, View { count, ..view }.pack()) {
                return None;
            }
            return Some(Ok(self.take_place(view.generation, time.nanos(), None)));
        }
        let limit = Ticks::lasting(settings.probe());
        let mut longest = Ticks::NONE;
        let mut held = 0;
        for (at, place) in self.places.all().iter().enumerate() {
            if held == tally.busy {
                break;
            }
            let holds = place.read();
            let Some(since) = untagged(holds, view.generation) else { continue };
            held += 1;
            let passed = time.passed(since, limit);
            longest = longest.max(passed);
            if passed < limit || limit == Ticks::EVER {
                continue;
            }
            if tally.busy > settings.permits() {
                // Fewer are allowed than before: it gives way to nobody.
                if place.replace(holds, FREE) {
                    self.one_less(view.generation);
                }
                return None;
            }
            let now = time.nanos();
            if !place.replace(holds, tagged(view.generation, now.ticks())) {
                return None;
            }
            let stamp = trial(view.generation, at);
            return Some(Ok(Leave { stamp, since: now.0, change: None }));
        }
        if self.word.read() != word {
            return None;
        }
        Some(Err(Refusal::new(Reason::HalfOpenBusy, longest.left_of(limit))))
    }

    /// Trials that others have counted, in a store that is away, have no place here and will not
    /// report: after the time of one they count no more.
    pub(in super::super) fn give_up_elsewhere(&self, settings: &Settings, time: &impl Time) {
        let word = self.word.read();
        let view = View::of(word);
        let limit = Ticks::lasting(settings.probe());
        let Some(moment) = self.moment(view.generation) else { return };
        if view.phase != Phase::HalfOpen || time.passed(moment.since, limit) < limit {
            return;
        }
        let mine = |place: &&W| untagged(place.read(), view.generation).is_some();
        let held = self.places.all().iter().filter(mine).count();
        let mut tally = view.tally();
        let busy = u32::try_from(held).unwrap_or(tally.busy);
        if busy < tally.busy {
            tally.busy = busy;
            // Whoever was faster has changed what this goes by.
            self.word.replace(word, View { count: tally.pack(), ..view }.pack());
        }
    }

    /// A trial of `generation` is under way no more.
    fn one_less(&self, generation: u64) {
        while let Some((word, view)) = self.current(stamp(generation)) {
            let mut tally = view.tally();
            tally.busy = tally.busy.saturating_sub(1);
            if view.phase != Phase::HalfOpen
                || self.word.replace(word, View { count: tally.pack(), ..view }.pack())
            {
                return;
            }
        }
    }

    /// Takes a place for a trial that is counted already; so there is one.
    pub(super) fn take_place(&self, generation: u64, now: Nanos, change: Option<Change>) -> Leave {
        let mine = tagged(generation, now.ticks());
        loop {
            for (at, place) in self.places.all().iter().enumerate() {
                let holds = place.read();
                // What belongs to another generation is as good as free.
                if untagged(holds, generation).is_none() && place.replace(holds, mine) {
                    return Leave { stamp: trial(generation, at), since: now.0, change };
                }
            }
        }
    }

    /// Whether the trial still has its place, which another one may have taken when its time was up.
    pub(in super::super) fn has_place(&self, permit: u64, since: u64) -> bool {
        let mine = tagged(generation(permit), Nanos(since).ticks());
        self.places.all().get(place(permit)).is_some_and(|place| place.read() == mine)
    }

    /// Gives the place of a trial up; `false` when it had none any more.
    pub(in super::super) fn leave_place(&self, permit: u64, since: u64) -> bool {
        let mine = tagged(generation(permit), Nanos(since).ticks());
        self.places.all().get(place(permit)).is_some_and(|place| place.replace(mine, FREE))
    }

    /// How a trial ended.
    pub(in super::super) fn report(
        &self,
        permit: u64,
        since: u64,
        verdict: outcome::Verdict,
        settings: &Settings,
        time: &impl Time,
    ) -> Verdict {
        if !self.leave_place(permit, since) {
            return Verdict::Late;
        }
        loop {
            let Some((word, view)) = self.current(permit) else { return Verdict::Late };
            if view.phase != Phase::HalfOpen {
                return Verdict::Late;
            }
            let mut tally = view.tally();
            tally.busy = tally.busy.saturating_sub(1);
            match verdict {
                outcome::Verdict::Success => tally.good += 1,
                outcome::Verdict::Failure => tally.bad += 1,
                outcome::Verdict::Ignored => {}
            }
            let counted = !matches!(verdict, outcome::Verdict::Ignored);
            let Some((phase, why)) = decided(tally, settings).filter(|_| counted) else {
                if self.word.replace(word, View { count: tally.pack(), ..view }.pack()) {
                    return Verdict::Counted;
                }
                continue;
            };
            // None where it is half-open by hand.
            let openings = self.moment(view.generation).map_or(0, |moment| moment.openings);
            let count = if phase == Phase::Open { tally.bad } else { 0 };
            let moment = Moment { since: time.now(), openings };
            if let Some(change) = self.shift(word, view.next(phase, count), why, moment) {
                return match phase {
                    Phase::Open => Verdict::Opened(change),
                    Phase::Closed => Verdict::Closed(change),
                    // It stays half-open: the change is told when it has recovered.
                    _ => Verdict::Counted,
                };
            }
        }
    }
}

/// Whether the trials so far are enough to decide, and how.
pub(in super::super) fn decided(tally: Tally, settings: &Settings) -> Option<(Phase, Why)> {
    let Tally { good, bad, .. } = tally;
    let judged = settings.needed_successes();
    let (needed, allowed) = match settings.success_rate {
        None => (judged, 0),
        Some(share) => {
            let needed = u32::try_from(share.least(u64::from(judged))).unwrap_or(judged);
            (needed, judged - needed)
        }
    };
    if bad > allowed {
        return Some((Phase::Open, Why::TrialsFailed { failures: bad }));
    }
    let back = if settings.recover.is_some() { Phase::Recovering } else { Phase::Closed };
    (good >= needed).then_some((back, Why::TrialsSucceeded { successes: good }))
}
