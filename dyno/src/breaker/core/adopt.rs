//! Telling a state, and taking one over that is told elsewhere.

use std::time::Duration;

use super::super::settings::Settings;
use super::super::state::State;
use super::super::word::{Moment, Phase, TOLD, Ticks, View, tagged, trial, untagged};
use super::{Core, Leave, Nanos, Time};
use crate::sync::Word;

/// A state as one machine tells it to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Told {
    pub(in super::super) phase: Phase,
    pub(in super::super) count: u32,
    /// How long ago it was entered, where that is known.
    pub(in super::super) since: Option<Duration>,
    pub(in super::super) openings: u32,
    /// How long it is open, where the error that opened it asked for a time.
    pub(in super::super) asked: Option<Duration>,
}

impl<W: Word> Core<W> {
    /// The state, and its generation.
    pub(in super::super) fn told(&self, time: &impl Time) -> (u64, Told) {
        let View { generation, phase, count, .. } = self.view();
        let moment = self.moment(generation);
        let since = moment.map(|moment| time.now().since(moment.since).unwrap_or(Ticks::NONE));
        let asked = untagged(self.asked.read(), generation).map(Ticks::duration);
        let told = Told {
            phase,
            count,
            since: since.map(Ticks::duration),
            openings: moment.map_or(0, |moment| moment.openings),
            asked: asked.filter(|_| phase == Phase::Open),
        };
        (generation, told)
    }

    /// Takes a state over: the state before, and the generation it has now.
    ///
    /// With `keep` it is the same one that it is in, if it is in such a one: only counts are new, and
    /// what is under way goes on to count.
    pub(in super::super) fn adopt(&self, told: &Told, keep: bool, now: Ticks) -> (State, u64) {
        loop {
            let word = self.word.read();
            let view = View::of(word);
            let same = keep && view.phase == told.phase;
            let next = if same {
                // That the excess has been told is known here alone.
                let told = if view.phase == Phase::MetricsOnly { view.count } else { told.count };
                View { count: told, ..view }
            } else {
                view.next(told.phase, told.count & !TOLD)
            };
            if next != view && !self.word.replace(word, next.pack()) {
                continue;
            }
            // Of one whose moment nobody knows, it is when it was first seen.
            if !same || told.since.is_some() {
                let since = now.before(told.since.unwrap_or_default());
                self.mark(next.generation, Moment { since, openings: told.openings });
            }
            let asked = self.asked.read();
            if let Some(time) = told.asked {
                self.ask(next.generation, Ticks::lasting(time));
            } else if !same && untagged(asked, next.generation).is_some() {
                // What an opening of long ago asked for.
                self.asked.replace(asked, 0);
            }
            return (view.phase.state(), next.generation);
        }
    }

    /// How long it has been open, and for how long it is to be; a rejection knows that from then on.
    pub(in super::super) fn open_until(
        &self,
        settings: &Settings,
        time: &impl Time,
    ) -> Option<(Ticks, Ticks)> {
        let generation = self.view().generation;
        if self.moment(generation).is_none() {
            // Nobody knows since when: from now on, when it is first asked.
            self.mark(generation, Moment { since: time.now(), openings: 0 });
        }
        let (passed, lasts) = self.open_since(settings, time)?;
        if let Some(moment) = self.moment(generation).filter(|_| passed < lasts) {
            self.note_end(generation, moment, lasts);
        }
        Some((passed, lasts))
    }

    /// A place for a trial that is counted elsewhere; `None` when all are taken.
    pub(in super::super) fn seat(&self, generation: u64, now: Nanos) -> Option<Leave> {
        let mine = tagged(generation, now.ticks());
        self.places.all().iter().enumerate().find_map(|(at, place)| {
            let holds = place.read();
            let free = untagged(holds, generation).is_none() && place.replace(holds, mine);
            free.then(|| Leave { stamp: trial(generation, at), since: now.0, change: None })
        })
    }

    /// It is as it was made: nobody has been told of anything yet.
    pub(in super::super) fn is_fresh(&self, starts: State) -> bool {
        let View { generation, phase, count, .. } = self.view();
        let first = u64::from(starts != State::Closed);
        generation == first && phase == Phase::of(starts) && count == 0
    }
}
