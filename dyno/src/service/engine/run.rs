//! What a call is made of, on a thread and in a task alike.

use std::sync::Arc;

use crate::balance::{Pick, Target, Tried};
use crate::breaker::{self, Breaker, Report};
use crate::clock::{self, Instant};
use crate::fault::Fault;
use crate::limit::Bulkhead;
use crate::outcome::{Asks, Verdict};
use crate::service::at::{At, Key};
use crate::service::judge::Judge;
use crate::service::layers::{Breaking, Place, Placing};
use crate::service::{Call, Service, key};

/// One call: what all of its attempts share.
pub(super) struct Run<'s> {
    service: &'s Service,
    at: Option<&'s At<'s>>,
    breaker: Option<&'s Breaker>,
    bulkhead: Option<&'s Bulkhead>,
    /// What the key of its attempts is made of.
    drawn: u64,
    /// Where there is a choice.
    tried: Option<&'s Tried>,
}

/// What a call has of targets: most have nothing, and make none.
pub(super) struct Targeted {
    /// The target's own, where each has one.
    breaker: Option<Arc<Breaker>>,
    bulkhead: Option<Arc<Bulkhead>>,
    tried: Option<Tried>,
}

impl Targeted {
    /// A call has to do with targets.
    #[inline]
    pub(super) const fn is(service: &Service, at: Option<&At<'_>>) -> bool {
        at.is_some() || service.given.per_target || service.balances()
    }

    /// # Panics
    /// When the service keeps its state by target and there is none, or chooses its targets and there
    /// is one.
    #[inline(never)]
    pub(super) fn new(service: &Service, at: Option<&At<'_>>) -> Self {
        if service.balances() {
            if at.is_some() {
                check(service, at);
            }
            return Self { breaker: None, bulkhead: None, tried: Some(Tried::new()) };
        }
        check(service, at);
        let breaker = match (&service.breaker, at) {
            (Breaking::Each(keyed), Some(at)) if at.breaker().is_none() => Some(keyed.get(at)),
            _ => None,
        };
        let bulkhead = match (&service.bulkhead, at) {
            (Placing::Each(keyed), Some(at)) => Some(keyed.get(at)),
            _ => None,
        };
        Self { breaker, bulkhead, tried: None }
    }
}

impl<'s> Run<'s> {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is large, and every move costs")]
    pub(super) fn new(
        service: &'s Service,
        at: Option<&'s At<'s>>,
        targeted: Option<&'s Targeted>,
    ) -> Self {
        let (breaker, bulkhead, tried) = match targeted {
            None => (None, None, None),
            Some(own) => (own.breaker.as_deref(), own.bulkhead.as_deref(), own.tried.as_ref()),
        };
        let kept = at.and_then(At::breaker);
        let breaker = kept.or(breaker).or(service.breaker.of_all());
        let bulkhead = bulkhead.or(service.bulkhead.of_all());
        Self { service, at, breaker, bulkhead, drawn: key::draw(), tried }
    }

    /// The target of an attempt, where there is a choice.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "most have none, and pay a branch for it")]
    pub(super) fn choose(&self, attempt: &mut Passed<'_>) -> Result<(), Fault> {
        if let Some(tried) = self.tried {
            attempt.pick = self.pick(tried)?;
        }
        Ok(())
    }

    /// Leave for it by the breaker; the fault is made where it is wanted.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "called, it would hand leave over by memory")]
    pub(super) fn pass(&self, attempt: &mut Passed<'s>) -> Result<(), breaker::Refused<'s>> {
        if let Some(breaker) = self.breaker {
            attempt.permit = Some(breaker.enter()?);
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn pick(&self, tried: &Tried) -> Result<Option<Pick>, Fault> {
        let Some(balancer) = self.service.given.balance else { return Ok(None) };
        let pick = match self.at {
            _ if self.service.given.unguarded => balancer.pick_unguarded(tried),
            Some(At { key: Key::Text(key) }) => balancer.pick_for(*key, tried),
            _ => balancer.pick(tried),
        };
        pick.map(Some)
    }

    /// A place for an attempt that may pass, for which the thread may be blocked.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "called, it would hand a place over by way of a `Fault`"
    )]
    pub(super) fn enter(&self, passed: &Passed<'_>) -> Result<Place<'_>, Fault> {
        match self.bulkhead {
            Some(bulkhead) => Place::lent(bulkhead.enter()),
            None => self.service.enter_bulkhead_of(passed.target()),
        }
    }

    /// A place that is free, or none that is needed: most attempts have to wait for none, and need no
    /// future for it.
    #[inline]
    pub(super) fn enter_free(&self) -> Option<Place<'_>> {
        match self.bulkhead {
            Some(bulkhead) => bulkhead.pass().map(Place::of),
            None => self.service.needs_no_place(),
        }
    }

    /// As [`enter`](Self::enter), without blocking the thread.
    pub(super) async fn enter_async(&self, passed: &Passed<'_>) -> Result<Place<'_>, Fault> {
        match self.bulkhead {
            Some(bulkhead) => Place::lent(bulkhead.enter_async().await),
            None => self.service.enter_bulkhead_of_async(passed.target()).await,
        }
    }

    /// What an attempt may know.
    #[inline]
    pub(super) fn call(&self, attempt: u32, passed: &Passed<'_>) -> Call {
        let target = match &passed.pick {
            Some(pick) => Some(pick.target().clone()),
            None => self.at.and_then(At::target),
        };
        Call::named(self.service.name(), self.drawn, attempt, target)
    }
}

#[cold]
fn check(service: &Service, at: Option<&At<'_>>) {
    let name = service.name();
    match at {
        None => panic!(
            "service \"{name}\": it keeps its state by target, so it has to be told of one: use \
             `call_at`, or give it a balancer"
        ),
        Some(At { key: Key::Target(target) }) if service.balances() => panic!(
            "service \"{name}\": its balancer chooses the target, so {target} cannot be called by \
             `call_at`; a text stands for a caller whose calls go to the same target"
        ),
        Some(at) if !service.balances() && !service.given.per_target => panic!(
            "service \"{name}\": it has the same state for all targets, so `call_at` for {at} says \
             nothing to it: make it `per_target()`, or use `call`"
        ),
        Some(_) => {}
    }
}

/// An attempt that may pass; dropped, it was cancelled, or panicked.
///
/// It stays where it is made: it is large, and every move costs.
pub(super) struct Passed<'r> {
    permit: Option<breaker::Permit<'r>>,
    pick: Option<Pick>,
}

impl Passed<'_> {
    /// Nobody has been asked yet.
    pub(super) const ASKING: Self = Self { permit: None, pick: None };

    #[inline]
    fn target(&self) -> Option<&Target> {
        self.pick.as_ref().map(|pick| &**pick.target())
    }

    /// Nothing more is to be done of one that was judged so, or has just been.
    #[inline]
    pub(super) fn is_done(&mut self, judged: (Verdict, Asks)) -> bool {
        let is_done = |permit: &breaker::Permit<'_>| permit.is_done(Verdict::Success);
        let done = matches!(judged, (Verdict::Success, Asks::Nothing))
            && self.pick.is_none()
            && self.permit.as_ref().is_none_or(is_done);
        if done {
            self.permit.take().map(breaker::Permit::forget);
        }
        done
    }

    /// How the attempt went; what is to be returned in place of its outcome.
    fn settle(self, verdict: Verdict, report: &Report<'_>) -> Option<Fault> {
        let Self { permit, pick } = self;
        let instead = match permit {
            Some(permit) if permit.is_done(verdict) => permit.forget(),
            Some(permit) => permit.settle(verdict, report),
            None => None,
        };
        match pick {
            Some(pick) => pick.settle(verdict, report).or(instead),
            None => instead,
        }
    }

    /// What came of an attempt that was made, and judged so; on a thread until `limit` at best.
    #[cold]
    #[inline(never)]
    pub(super) fn ended<R, By>(
        self,
        out: R,
        (verdict, asks): (Verdict, Asks),
        judge: &impl Judge<R, By>,
        limit: Option<Instant>,
        why: &mut Why,
    ) -> Ended<R> {
        let asks = match limit {
            // It failed when its time was over: by that, as far as anybody can tell.
            Some(end) if verdict.is_failure() && asks != Asks::Once && clock::reached(end) => {
                Asks::TimedOut
            }
            _ => asks,
        };
        let counts = verdict.unless_rejected(|| asks);
        let after = || judge.retry_after(&out);
        let tell = |f: &mut std::fmt::Formatter<'_>| judge.tell(&out, f);
        let instead = self.settle(counts, &Report::new(&tell).retry_after(&after));
        match instead {
            None => Ended { end: Ok(out), verdict, asks, refused: false },
            Some(fault) => Ended::refused(fault, why),
        }
    }

    /// What came of an attempt that was late.
    #[cold]
    pub(super) fn late<R, By>(
        self,
        fault: Fault,
        judge: &impl Judge<R, By>,
        why: &mut Why,
    ) -> Ended<R> {
        if !fault.is_timed_out() {
            let _nothing = self.settle(Verdict::Ignored, &Report::NOTHING);
            return Ended::refused(fault, why);
        }
        let tell = |f: &mut std::fmt::Formatter<'_>| std::fmt::Display::fmt(&fault, f);
        if let Some(instead) = self.settle(Verdict::Failure, &Report::new(&tell)) {
            return Ended::refused(instead, why);
        }
        let (verdict, asks) = (Verdict::Failure, judge.asks_late());
        Ended { end: Err(why.put(fault)), verdict, asks, refused: false }
    }
}

/// How an attempt ended, in the eyes of the retry.
pub(super) struct Ended<R> {
    pub(super) end: Result<R, Refused>,
    pub(super) verdict: Verdict,
    pub(super) asks: Asks,
    /// By dyno, so that there is no attempt to tell of.
    pub(super) refused: bool,
}

impl<R> Ended<R> {
    /// It was not made.
    #[cold]
    pub(super) fn refused(fault: Fault, why: &mut Why) -> Self {
        let asks = Asks::of_refusal(&fault);
        Self { end: Err(why.put(fault)), verdict: Verdict::Failure, asks, refused: true }
    }
}

/// There is no outcome: [why](Why) is kept apart.
pub(super) struct Refused(());

/// Why there is no outcome, in the frame of the call: a fault is large, and each layer that handed it
/// on would move it, and have an outcome moved as if it were as large.
pub(super) struct Why(Option<Fault>);

impl Why {
    pub(super) const NONE: Self = Self(None);

    #[cold]
    pub(super) fn put(&mut self, fault: Fault) -> Refused {
        self.0 = Some(fault);
        Refused(())
    }

    /// It is tried again.
    pub(super) fn clear(&mut self) {
        self.0 = None;
    }

    /// How the call ended.
    #[inline]
    pub(super) fn of<R>(&mut self, end: Result<R, Refused>) -> Result<R, Fault> {
        match end {
            Ok(out) => Ok(out),
            Err(Refused(())) => Err(self.take()),
        }
    }

    #[cold]
    fn take(&mut self) -> Fault {
        self.0.take().unwrap_or_else(|| unreachable!("what is refused is refused for a reason"))
    }
}
