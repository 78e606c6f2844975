//! The way of a call through a breaker that shares its state.
//!
//! Each of these does what the machine does in one that does not; where the store is away, the machine
//! does it.

use std::time::Duration;

use super::super::Breaker;
use super::super::core::{Leave, Real, Refusal, Time, Verdict};
use super::super::settings::Settings;
use super::super::state::State;
use super::super::why::{Change, Why};
use super::super::word::{Phase, Ticks, View, generation};
use super::shared::{Changed, Standing};
use super::{Record, Shared};
use crate::fault::Reason;
use crate::outcome;

/// How often a call looks again when others change the state under it.
const TRIES: usize = 16;

type Answer = Option<Result<Leave, Refusal>>;

impl Breaker {
    /// Asks when it is not simply closed.
    pub(in super::super) fn admit_shared(&self, settings: &Settings) -> Result<Leave, Refusal> {
        let Some(shared) = &*self.shared.load() else { return self.core.admit(settings, &Real) };
        for _ in 0..TRIES {
            let view = self.core.view();
            let answer = match view.phase {
                Phase::Closed | Phase::Disabled | Phase::MetricsOnly => {
                    Some(Ok(Leave::plain(view.generation)))
                }
                Phase::ForcedOpen => refuse(Reason::ForcedOpen, None),
                Phase::Open | Phase::HalfOpen | Phase::Recovering => {
                    match shared.standing(self, Some(view.generation)) {
                        Standing::Late => None,
                        Standing::Alone => {
                            self.core.give_up_elsewhere(settings, &Real);
                            return self.core.admit(settings, &Real);
                        }
                        Standing::Shared(mine) => self.leave(shared, view, &mine, settings),
                    }
                }
            };
            if let Some(answer) = answer {
                return answer;
            }
        }
        Err(Refusal::new(Reason::HalfOpenBusy, None))
    }

    /// `None`: look again.
    fn leave(&self, shared: &Shared, view: View, mine: &Record, settings: &Settings) -> Answer {
        match view.phase {
            Phase::Open => self.leave_open(shared, mine, settings),
            Phase::HalfOpen => self.leave_trial(shared, mine, settings),
            _ => self.leave_some(shared, view, mine, settings),
        }
    }

    fn leave_open(&self, shared: &Shared, mine: &Record, settings: &Settings) -> Answer {
        let (passed, lasts) = self.core.open_until(settings, &Real)?;
        if passed < lasts || lasts == Ticks::EVER {
            return refuse(Reason::BreakerOpen, passed.left_of(lasts));
        }
        let lasts = lasts.duration();
        let changed = shared.change(self, mine, |record| record.half_open(lasts, shared.me))?;
        let generation = shared.taken(self, &changed);
        if changed.made {
            let why = Why::TimeOut { after: mine.since.unwrap_or(lasts) };
            let change = Change { from: mine.state, to: State::HalfOpen, why };
            if let Some(generation) = generation {
                return self.seat(generation, Some(change));
            }
            // It is over already, and nobody else tells of it.
            self.tell_change(change);
            return None;
        }
        // By the clock of the store it is not over yet; that of the machine may be ahead by a bit.
        let record = changed.record.filter(|record| record.era() == mine.era())?;
        refuse(Reason::BreakerOpen, Some(lasts.saturating_sub(record.since.unwrap_or(lasts))))
    }

    fn leave_trial(&self, shared: &Shared, mine: &Record, settings: &Settings) -> Answer {
        let probe = Ticks::lasting(settings.probe());
        let left = |tried: Ticks| tried.left_of(probe);
        if mine.trials >= settings.permits() {
            let tried = shared.tried(Real.now()).filter(|tried| *tried < probe);
            if let Some(tried) = tried {
                return refuse(Reason::HalfOpenBusy, left(tried));
            }
        }
        let changed = shared.change(self, mine, |record| record.try_again(settings, shared.me))?;
        let generation = shared.taken(self, &changed);
        if changed.made {
            return self.seat(generation?, None);
        }
        let record = changed.record.filter(|record| record.era() == mine.era())?;
        refuse(Reason::HalfOpenBusy, left(Ticks::lasting(record.tried.unwrap_or_default())))
    }

    /// Sits a trial down that is counted in the record.
    fn seat(&self, generation: u64, change: Option<Change>) -> Answer {
        let seat = self.core.seat(generation, Real.nanos());
        match seat {
            Some(leave) => Some(Ok(Leave { change, ..leave })),
            None => refuse(Reason::HalfOpenBusy, None),
        }
    }

    fn leave_some(
        &self,
        shared: &Shared,
        view: View,
        mine: &Record,
        settings: &Settings,
    ) -> Answer {
        if let Some((share, left)) = self.core.stage(view, settings, &Real) {
            if Real.chance() < share {
                return Some(Ok(Leave::plain(view.generation)));
            }
            return refuse(Reason::Recovering, Some(left));
        }
        let changed = shared.change(self, mine, |record| record.recovered(shared.me))?;
        let generation = shared.taken(self, &changed)?;
        if !changed.made {
            return None;
        }
        let change = Change { from: State::HalfOpen, to: State::Closed, why: Why::Recovered };
        Some(Ok(Leave { change: Some(change), ..Leave::plain(generation) }))
    }

    /// A call went well.
    pub(in super::super) fn succeed_shared(&self, permit: u64) {
        let view = self.core.view();
        let here = generation(permit) == view.generation;
        // Most calls end here: there is nothing to forget.
        if !here || view.failures() == 0 {
            return;
        }
        if self.succeed_record(permit).is_none() {
            self.core.success(permit);
        }
    }

    /// `None`: the machine forgets its own.
    fn succeed_record(&self, permit: u64) -> Option<()> {
        let shared = self.shared.load();
        let shared = shared.as_deref()?;
        match shared.standing(self, Some(generation(permit))) {
            Standing::Late => {}
            Standing::Shared(mine) if mine.state != State::MetricsOnly => {
                let changed = shared.change(self, &mine, Record::succeeded)?;
                shared.taken(self, &changed);
            }
            _ => return None,
        }
        Some(())
    }

    /// A call failed, or (not `failed`) took too long; `why` says whether that is too much by what is
    /// known here alone.
    pub(in super::super) fn fail_shared(
        &self,
        permit: u64,
        failed: bool,
        settings: &Settings,
        why: impl Fn(u32) -> Option<Why>,
        asked: impl Fn() -> Option<Duration>,
    ) -> Verdict {
        let view = self.core.view();
        // A rule is the user's: it is asked before the store is, which may hold a lock.
        let here = why(if failed { view.failures().saturating_add(1) } else { 0 });
        let why = |in_a_row| {
            let max = settings.max_failures();
            let too_many = max.is_some_and(|max| in_a_row >= max);
            here.or_else(|| too_many.then_some(Why::Failures { in_a_row }))
        };
        self.fail_record(permit, failed, settings, why, &asked)
            .unwrap_or_else(|| self.core.failure(permit, failed, settings, why, asked, &Real))
    }

    /// `None`: the machine counts it.
    fn fail_record(
        &self,
        permit: u64,
        failed: bool,
        settings: &Settings,
        why: impl Fn(u32) -> Option<Why>,
        asked: impl Fn() -> Option<Duration>,
    ) -> Option<Verdict> {
        let shared = self.shared.load();
        let shared = shared.as_deref()?;
        let mine = match shared.standing(self, Some(generation(permit))) {
            Standing::Late => return Some(Verdict::Late),
            // What would open it is told by each process by itself.
            Standing::Shared(mine) if mine.state != State::MetricsOnly => mine,
            _ => return None,
        };
        let mut opened = None;
        let changed = shared.change(self, &mine, |record| {
            let (next, because) = record.failed(failed, settings, shared.me, &why);
            opened = because;
            next
        })?;
        shared.taken(self, &changed);
        if let Some(why) = opened.filter(|_| changed.made) {
            if let Some(time) = asked() {
                self.keep_open(time);
            }
            return Some(Verdict::Opened(Change { from: mine.state, to: State::Open, why }));
        }
        let counts = changed.record.is_none_or(|record| record.era() == mine.era());
        Some(if counts { Verdict::Counted } else { Verdict::Late })
    }

    /// How a trial ended.
    pub(in super::super) fn report_shared(
        &self,
        permit: u64,
        since: u64,
        verdict: outcome::Verdict,
        settings: &Settings,
    ) -> Verdict {
        self.report_record(permit, since, verdict, settings)
            .unwrap_or_else(|| self.core.report(permit, since, verdict, settings, &Real))
    }

    /// `None`: the machine counts it.
    fn report_record(
        &self,
        permit: u64,
        since: u64,
        verdict: outcome::Verdict,
        settings: &Settings,
    ) -> Option<Verdict> {
        let shared = self.shared.load();
        let shared = shared.as_deref()?;
        let mine = match shared.standing(self, Some(generation(permit))) {
            Standing::Shared(mine) if self.core.has_place(permit, since) => mine,
            Standing::Alone => return None,
            Standing::Shared(_) | Standing::Late => return Some(Verdict::Late),
        };
        let mut why = None;
        let changed = shared.change(self, &mine, |record| {
            let (next, decided) = record.reported(verdict, settings, shared.me);
            why = decided;
            next
        })?;
        self.core.leave_place(permit, since);
        shared.taken(self, &changed);
        let Changed { record: Some(record), made: true } = changed else {
            return Some(Verdict::Late);
        };
        let change = why.map(|why| Change { from: mine.state, to: record.state, why });
        Some(match change {
            Some(change) if change.to == State::Open => Verdict::Opened(change),
            Some(change) if change.to == State::Closed => Verdict::Closed(change),
            // It stays half-open: the change is told when it has recovered.
            _ => Verdict::Counted,
        })
    }

    /// Keeps it open for so long, as the error that has opened it asked for.
    ///
    /// A second change, and not one with the opening: the error is asked only when it has opened it.
    pub(in super::super) fn keep_open(&self, time: Duration) {
        let shared = self.shared.load();
        let changed = shared.as_deref().and_then(|shared| {
            let Standing::Shared(mine) = shared.standing(self, None) else { return None };
            let changed = shared.change(self, &mine, |record| record.open_for(time))?;
            shared.taken(self, &changed);
            Some(())
        });
        if changed.is_none() {
            self.core.keep_open(time);
        }
    }

    /// By hand, from any state.
    pub(in super::super) fn force_shared(&self, phase: Phase) -> Option<Change> {
        let alone = || self.core.force(phase, Why::ByHand, Real.now());
        let Some(shared) = &*self.shared.load() else { return alone() };
        if let Standing::Shared(mine) = shared.standing(self, None) {
            let set = |record: &Record| Some(record.set(phase.state(), shared.me));
            if let Some(changed) = shared.update(self, &mine, set) {
                shared.taken(self, &changed);
                let change = Change { from: mine.state, to: phase.state(), why: Why::ByHand };
                return (change.from != change.to).then_some(change);
            }
        }
        let change = alone();
        shared.set_by_hand();
        change
    }
}

#[expect(clippy::unnecessary_wraps, reason = "an answer, as the others")]
fn refuse(reason: Reason, retry_after: Option<Duration>) -> Answer {
    Some(Err(Refusal::new(reason, retry_after)))
}
