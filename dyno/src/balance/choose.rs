//! Which of the targets a policy picks.

use std::cell::OnceCell;
use std::sync::atomic::Ordering;

use super::marks::Marks;
use super::policy::Policy;
use super::table::{Entry, Table};
use super::tried::Tried;
use super::{Balancer, sticky};
use crate::breaker::Hope;

/// How often two are drawn before all are looked at.
const EFFORT: u32 = 5;
/// What a weight is counted in.
const UNIT: f64 = 1000.0;

/// What a choice goes by.
pub(super) struct Asked<'a> {
    pub(super) table: &'a Table,
    pub(super) tried: &'a Tried,
    /// Of its key, where it is to stick to a target.
    pub(super) key: Option<u64>,
    pub(super) now: u64,
    /// Which of the targets that are out may be tried.
    pub(super) trials: Marks,
    /// Whoever is out may be called.
    pub(super) anyone: bool,
}

/// A target, and how it is to be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) at: usize,
    pub(super) how: How,
}

/// How a target may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// As any other.
    Plain,
    /// It is out, and a call may find out how it does.
    Trial,
    /// It recovers by stages: it gets the share of its stage, and the others what it leaves out.
    Staged,
    /// It recovers by stages, and nobody is in who would get what it leaves out.
    Alone,
    /// It is out, and no more than are may be.
    AllTheSame,
}

impl How {
    /// Of what it could get it leaves some out, where it is warming up.
    #[inline]
    fn leaves_out(self) -> bool {
        matches!(self, Self::Plain | Self::Staged)
    }
}

/// Whom a call avoids that has tried some.
#[derive(Clone, Copy)]
enum Avoid {
    Tried,
    Last,
    Nobody,
}

impl Balancer {
    #[inline]
    pub(super) fn choose(&self, asked: &Asked<'_>) -> Option<Choice> {
        if asked.tried.is_empty() {
            return self.choose_from(asked, Avoid::Nobody);
        }
        [Avoid::Tried, Avoid::Last, Avoid::Nobody]
            .into_iter()
            .find_map(|avoid| self.choose_from(asked, avoid))
    }

    fn choose_from(&self, asked: &Asked<'_>, avoid: Avoid) -> Option<Choice> {
        if let Some(key) = asked.key {
            let best = self.best(asked, avoid, |_, entry, warmth| {
                let weight = f64::from(entry.weight) * warmth;
                -sticky::score(key, entry.member.place, weight)
            });
            return best.map(|(_, choice)| choice);
        }
        match self.given.policy {
            Policy::P2c => self.two_choices(asked, avoid),
            Policy::RoundRobin => self.in_turn(asked, avoid, |_, _| 0.0),
            Policy::LeastInFlight => self.least_in_flight(asked, avoid),
            Policy::Weighted => self.smooth(asked, avoid),
            Policy::Random => self.any(asked, avoid),
        }
    }

    /// How the target may be called; `None`: it may not.
    #[inline]
    fn may_call(asked: &Asked<'_>, avoid: Avoid, at: usize) -> Option<How> {
        let member = &asked.table.entries[at].member;
        let avoided = match avoid {
            Avoid::Nobody => false,
            Avoid::Last => asked.tried.is_last(member.id),
            Avoid::Tried => asked.tried.has(member.id),
        };
        if avoided {
            return None;
        }
        if member.live.0.standing.is_in() {
            return Some(How::Plain);
        }
        may_call_one_out(asked, at)
    }

    /// The share of its calls that it gets.
    #[inline]
    fn warmth(&self, entry: &Entry, how: How, now: u64) -> f64 {
        match how {
            How::Staged => entry.member.breaker.stage_share().unwrap_or(1.0),
            How::Alone => 1.0,
            _ => entry.member.live.0.standing.warmth(now, self.given.slow_start()),
        }
    }

    /// Whether one that is warming up gets this call.
    #[inline]
    fn is_warm(&self, entry: &Entry, how: How, now: u64) -> bool {
        let warmth = self.warmth(entry, how, now);
        warmth >= 1.0 || fastrand::f64() < warmth
    }

    fn two_choices(&self, asked: &Asked<'_>, avoid: Avoid) -> Option<Choice> {
        let count = asked.table.len();
        let mut one: Option<Choice> = None;
        for _ in 0..EFFORT {
            let Some(drawn) = two_of(count) else { break };
            for at in [drawn.0, drawn.1] {
                let Some(other) = self.drawn(asked, avoid, at) else { continue };
                match one {
                    Some(one) if one.at != at => return Some(Self::cheaper(asked, one, other)),
                    _ => one = Some(other),
                }
            }
            if count == 2 {
                break;
            }
        }
        if one.is_some() {
            return one;
        }
        let best = self.best(asked, avoid, |_, entry, warmth| {
            let weight = f64::from(entry.weight) * warmth;
            entry.member.cost(asked.now) / weight
        });
        best.map(|(_, choice)| choice)
    }

    #[inline]
    fn drawn(&self, asked: &Asked<'_>, avoid: Avoid, at: usize) -> Option<Choice> {
        let how = Self::may_call(asked, avoid, at)?;
        let warm = !how.leaves_out() || self.is_warm(&asked.table.entries[at], how, asked.now);
        warm.then_some(Choice { at, how })
    }

    #[inline]
    fn cheaper(asked: &Asked<'_>, one: Choice, other: Choice) -> Choice {
        // What waits for a trial is not cheap, and has to be tried to become so.
        if one.how == How::Trial || other.how == How::Trial {
            return if one.how == How::Trial { one } else { other };
        }
        let cost = |choice: Choice| {
            let entry = &asked.table.entries[choice.at];
            let cost = entry.member.cost(asked.now);
            if asked.table.equal { cost } else { cost / f64::from(entry.weight) }
        };
        if cost(other) < cost(one) { other } else { one }
    }

    /// The one of the least rank; one that waits for a trial goes first, but where keys stick.
    fn best<R: PartialOrd + Copy>(
        &self,
        asked: &Asked<'_>,
        avoid: Avoid,
        rank: impl Fn(usize, &Entry, f64) -> R,
    ) -> Option<(R, Choice)> {
        let mut best: Option<(R, Choice)> = None;
        for (at, entry) in asked.table.entries.iter().enumerate() {
            let Some(how) = Self::may_call(asked, avoid, at) else { continue };
            let choice = Choice { at, how };
            let rank = rank(at, entry, self.warmth(entry, how, asked.now));
            if how == How::Trial && asked.key.is_none() {
                return Some((rank, choice));
            }
            if best.is_none_or(|(least, _)| rank < least) {
                best = Some((rank, choice));
            }
        }
        best
    }

    /// Among those of the least rank the one whose turn was the longest ago.
    fn in_turn(
        &self,
        asked: &Asked<'_>,
        avoid: Avoid,
        rank: impl Fn(&Entry, f64) -> f64,
    ) -> Option<Choice> {
        let mut left_out = Marks::NONE;
        loop {
            let turn = |entry: &Entry| entry.member.live.0.turn.load(Ordering::Relaxed);
            let ((rank, before), choice) = self.best(asked, avoid, |at, entry, warmth| {
                let rank = if left_out.has(at) { f64::INFINITY } else { rank(entry, warmth) };
                (rank, turn(entry))
            })?;
            let entry = &asked.table.entries[choice.at];
            let next = self.turn.fetch_add(1, Ordering::Relaxed) + 1;
            let taken = entry.member.live.0.turn.compare_exchange(
                before,
                next,
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            if taken.is_err() {
                // Another thread has this turn.
                continue;
            }
            // One that is warming up leaves some of its turns out, as long as there are others.
            let may_leave = choice.how.leaves_out() && rank.is_finite();
            if !may_leave || self.is_warm(entry, choice.how, asked.now) {
                return Some(choice);
            }
            left_out.put(choice.at);
        }
    }

    fn least_in_flight(&self, asked: &Asked<'_>, avoid: Avoid) -> Option<Choice> {
        let round = OnceCell::new();
        self.in_turn(asked, avoid, |entry, warmth| {
            // With few calls in flight it would be the least one with each pick.
            if warmth < 1.0
                && !self.is_round_over(entry, *round.get_or_init(|| asked.table.round()))
            {
                return f64::INFINITY;
            }
            #[expect(clippy::cast_precision_loss, reason = "a few calls")]
            let calls = (entry.member.in_flight() + 1) as f64;
            calls / f64::from(entry.weight)
        })
    }

    /// Whether as many turns have passed since its own as there are to a round of those that are in.
    #[cold]
    fn is_round_over(&self, entry: &Entry, round: u64) -> bool {
        let weight = u64::from(entry.weight);
        let round = if entry.is_in() { round } else { round + weight };
        let next = self.turn.load(Ordering::Relaxed) + 1;
        let passed = next.saturating_sub(entry.member.live.0.turn.load(Ordering::Relaxed));
        passed.saturating_mul(weight) >= round
    }

    /// Each saves up its weight, and the richest pays for all: nginx's smooth weighted round robin.
    fn smooth(&self, asked: &Asked<'_>, avoid: Avoid) -> Option<Choice> {
        let _one = self.one_at_a_time();
        let credit = |at: usize| &asked.table.entries[at].member.live.0.credit;
        let (mut total, mut best) = (0, None::<(i64, Choice)>);
        for (at, entry) in asked.table.entries.iter().enumerate() {
            let Some(how) = Self::may_call(asked, avoid, at) else { continue };
            let share = f64::from(entry.weight) * self.warmth(entry, how, asked.now) * UNIT;
            #[expect(clippy::cast_possible_truncation, reason = "a weight")]
            let share = share as i64;
            total += share;
            let saved = credit(at).load(Ordering::Relaxed) + share;
            credit(at).store(saved, Ordering::Relaxed);
            if best.is_none_or(|(most, _)| saved > most) {
                best = Some((saved, Choice { at, how }));
            }
        }
        let (saved, choice) = best?;
        credit(choice.at).store(saved - total, Ordering::Relaxed);
        Some(choice)
    }

    fn any(&self, asked: &Asked<'_>, avoid: Avoid) -> Option<Choice> {
        let table = asked.table;
        if table.equal {
            for _ in 0..EFFORT.min(u32::try_from(table.len()).unwrap_or(EFFORT)) {
                if let Some(choice) = self.drawn(asked, avoid, fastrand::usize(..table.len())) {
                    return Some(choice);
                }
            }
        }
        let weight = |at: usize| {
            let how = Self::may_call(asked, avoid, at)?;
            let entry = &table.entries[at];
            Some((how, f64::from(entry.weight) * self.warmth(entry, how, asked.now)))
        };
        let total: f64 = (0..table.len()).filter_map(weight).map(|(_, weight)| weight).sum();
        let mut left = fastrand::f64() * total;
        let mut last = None;
        for at in 0..table.len() {
            let Some((how, weight)) = weight(at) else { continue };
            last = Some(Choice { at, how });
            left -= weight;
            if left < 0.0 {
                break;
            }
        }
        last
    }
}

#[cold]
fn may_call_one_out(asked: &Asked<'_>, at: usize) -> Option<How> {
    let member = &asked.table.entries[at].member;
    if member.breaker.is_passing() {
        // By hand, or by a call that is not ours.
        return Some(How::Plain);
    }
    if asked.trials.has(at) {
        match member.breaker.hope() {
            Hope::Trial => return Some(How::Trial),
            Hope::Stage if asked.table.out() == asked.table.len() => return Some(How::Alone),
            Hope::Stage => return Some(How::Staged),
            Hope::None => {}
        }
    }
    (asked.anyone || !asked.table.passes_over(at)).then_some(How::AllTheSame)
}

/// Two different ones of so many, by one draw; `None` when there are not two.
#[inline]
fn two_of(count: usize) -> Option<(usize, usize)> {
    if count < 2 {
        return None;
    }
    let drawn = fastrand::u64(..);
    let of = |part: u64, count: usize| ((part * count as u64) >> 32) as usize;
    let one = of(drawn >> 32, count);
    let other = of(drawn & 0xffff_ffff, count - 1);
    Some((one, if other >= one { other + 1 } else { other }))
}
