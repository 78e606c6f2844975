//! How long it stays open, and how it comes back by stages.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::OnceLock;
use std::time::Duration;

use super::super::settings::Settings;
use super::super::word::{Moment, Phase, Ticks, View, tagged, untagged};
use super::{Core, Time};
use crate::clock;
use crate::sync::Word;

/// How long all stages of recovery take where the reset time-out never ends.
const STAGES: Duration = Duration::from_secs(60);

impl<W: Word> Core<W> {
    /// How long it is open in `generation`, the `openings`-th time in a row. Asked again it says the
    /// same, so nothing is kept: the settings may change meanwhile, and then it follows them.
    pub(super) fn lasts(&self, settings: &Settings, generation: u64, openings: u32) -> Ticks {
        if let Some(asked) = untagged(self.asked.read(), generation) {
            return asked;
        }
        let first = Ticks::lasting(settings.first_reset());
        let lasts = first.doubled(openings, Ticks::lasting(settings.last_reset()));
        let jitter = settings.jitter_share();
        if jitter == 0.0 || lasts == Ticks::EVER {
            return lasts;
        }
        lasts.times(1.0 - jitter * self.luck(generation))
    }

    /// The time to the next trial when it is known to be open: a few words and a coarse clock.
    #[inline]
    pub(in super::super) fn still_open(&self, time: &impl Time) -> Option<Ticks> {
        let view = View::of(self.word.read());
        if view.phase != Phase::Open {
            return None;
        }
        let until = untagged(self.until.read(), view.generation)?;
        let began = self.moment(view.generation)?.since;
        let now = time.coarse();
        // A clock that says less is another one, such as a test had frozen far ahead.
        now.since(began)?;
        let left = until.since(now)?;
        (left > Ticks::lasting(clock::COARSE)).then_some(left)
    }

    /// Remembers until when it is open.
    pub(super) fn note_end(&self, generation: u64, moment: Moment, lasts: Ticks) {
        if lasts < Ticks::EVER {
            self.until.write(tagged(generation, moment.since.plus_round(lasts)));
        }
    }

    /// Forgets it: the settings have changed, or an error asked for another time.
    pub(in super::super) fn forget_end(&self) {
        self.until.write(0);
    }

    /// Keeps it open for so long, as the error that has opened it asked for.
    pub(in super::super) fn keep_open(&self, time: Duration) {
        let view = self.view();
        if view.phase == Phase::Open {
            self.ask(view.generation, Ticks::lasting(time));
        }
    }

    /// Keeps how long the error that has opened it asked for.
    pub(super) fn ask(&self, generation: u64, time: Ticks) {
        let told = self.asked.read();
        // Whoever comes second belongs to another generation, which the tag tells.
        self.asked.replace(told, tagged(generation, time));
        self.forget_end();
    }

    /// Drawn from 0 to 1: the same for one generation of one breaker, another in every process.
    fn luck(&self, generation: u64) -> f64 {
        static SEED: OnceLock<RandomState> = OnceLock::new();
        let place = std::ptr::from_ref(self).addr();
        let drawn = SEED.get_or_init(RandomState::new).hash_one((place, generation));
        f64::from(u32::try_from(drawn >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX)
    }

    /// The how many-th time in a row it opens now, from 0: the row ends when it has been closed for
    /// as long as it last was open.
    pub(super) fn openings(&self, view: View, settings: &Settings, now: Ticks) -> u32 {
        // That of a closed state tells how many openings in a row came before it.
        let Some(moment) = self.moment(view.generation) else { return 0 };
        let Some(last) = moment.openings.checked_sub(1) else { return 0 };
        let first = Ticks::lasting(settings.first_reset());
        let was_open = first.doubled(last, Ticks::lasting(settings.last_reset()));
        let healthy = now.since(moment.since).is_none_or(|healthy| healthy >= was_open);
        if healthy { 0 } else { moment.openings }
    }

    /// The share of calls that pass now and the time to the next stage; `None` after the last.
    pub(in super::super) fn stage(
        &self,
        view: View,
        settings: &Settings,
        time: &impl Time,
    ) -> Option<(f64, Duration)> {
        let stages = settings.recover.unwrap_or_default();
        let count = u32::try_from(stages.len()).ok().filter(|count| *count > 0)?;
        let first = settings.first_reset();
        let whole = if Ticks::lasting(first) == Ticks::EVER { STAGES } else { first };
        let whole = Ticks::lasting(whole);
        let since = self.moment(view.generation).map(|moment| moment.since);
        let passed = since.map_or(Ticks::NONE, |since| time.passed(since, whole));
        // Of the whole, so that what each stage rounds does not add up.
        let (passed, whole, count) = (passed.raw(), whole.raw().max(1), u64::from(count));
        let at = passed * count / whole;
        let share = stages.get(usize::try_from(at).ok()?)?;
        let end = (whole * (at + 1)).div_ceil(count);
        Some((*share, Duration::from_micros(end - passed)))
    }
}
