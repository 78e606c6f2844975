//! What a call is made of, on a thread and in a task alike.

use std::ops::Deref;
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
    at: Option<At<'s>>,
    breaker: Option<Hold<'s, Breaker>>,
    bulkhead: Option<Hold<'s, Bulkhead>>,
    key: u128,
    /// Where there is a choice.
    tried: Option<Tried>,
}

/// The service's own, or that of a target.
enum Hold<'s, T> {
    Lent(&'s T),
    Own(Arc<T>),
}

impl<T> Deref for Hold<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match self {
            Self::Lent(one) => one,
            Self::Own(one) => one,
        }
    }
}

impl<'s> Run<'s> {
    /// # Panics
    /// When the service keeps its state by target and there is none, or chooses its targets and there
    /// is one.
    #[inline]
    pub(super) fn new(service: &'s Service, at: Option<At<'s>>) -> Self {
        let balances = service.balances();
        if at.is_some() || service.given.per_target && !balances {
            check(service, at.as_ref());
        }
        let each = |at: &Option<At<'s>>| if balances { None } else { at.clone() };
        let breaker = match &service.breaker {
            Breaking::None => None,
            Breaking::Own(breaker) => Some(Hold::Lent(breaker)),
            Breaking::Shared(breaker) => Some(Hold::Lent(*breaker)),
            Breaking::Each(keyed) => each(&at).map(|at| Hold::Own(keyed.get(&at))),
        };
        let bulkhead = match &service.bulkhead {
            Placing::None => None,
            Placing::Own(bulkhead) => Some(Hold::Lent(bulkhead)),
            Placing::Shared(bulkhead) => Some(Hold::Lent(*bulkhead)),
            Placing::Each(keyed) => each(&at).map(|at| Hold::Own(keyed.get(&at))),
        };
        let tried = if balances { Some(Tried::new()) } else { None };
        Self { service, at, breaker, bulkhead, key: key::draw(), tried }
    }

    /// Leave for an attempt, by the balancer or the breaker.
    #[inline]
    pub(super) fn pass(&self) -> Result<Passed<'_>, Fault> {
        let pick = match &self.tried {
            Some(tried) => self.pick(tried)?,
            None => None,
        };
        let permit = match &self.breaker {
            Some(breaker) => Some(breaker.enter().map_err(breaker::Refused::fault)?),
            None => None,
        };
        Ok(Passed { permit, pick })
    }

    #[inline(never)]
    fn pick(&self, tried: &Tried) -> Result<Option<Pick>, Fault> {
        let Some(balancer) = self.service.given.balance else { return Ok(None) };
        let pick = match &self.at {
            _ if self.service.given.unguarded => balancer.pick_unguarded(tried),
            Some(At { key: Key::Text(key) }) => balancer.pick_for(*key, tried),
            _ => balancer.pick(tried),
        };
        pick.map(Some)
    }

    /// A place for an attempt that may pass, for which the thread may be blocked.
    #[inline]
    pub(super) fn enter(&self, passed: &Passed<'_>) -> Result<Place<'_>, Fault> {
        match &self.bulkhead {
            Some(bulkhead) => Place::lent(bulkhead.enter()),
            None => self.service.enter_bulkhead_of(passed.target()),
        }
    }

    /// The same without blocking the thread.
    #[inline]
    pub(super) async fn enter_async(&self, passed: &Passed<'_>) -> Result<Place<'_>, Fault> {
        match &self.bulkhead {
            Some(bulkhead) => Place::lent(bulkhead.enter_async().await),
            None => self.service.enter_bulkhead_of_async(passed.target()).await,
        }
    }

    /// What an attempt may know.
    #[inline]
    pub(super) fn call(&self, attempt: u32, passed: &Passed<'_>) -> Call {
        let target = match &passed.pick {
            Some(pick) => Some(pick.target().clone()),
            None => self.at.as_ref().and_then(At::target),
        };
        Call::named(self.service.name(), self.key, attempt, target)
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
pub(super) struct Passed<'r> {
    permit: Option<breaker::Permit<'r>>,
    pick: Option<Pick>,
}

impl Passed<'_> {
    #[inline]
    fn target(&self) -> Option<&Target> {
        self.pick.as_ref().map(|pick| &**pick.target())
    }

    /// How the attempt went; what is to be returned in place of its outcome.
    #[inline]
    fn settle(self, verdict: Verdict, report: &Report<'_>) -> Option<Fault> {
        let Self { permit, pick } = self;
        let instead = match permit {
            Some(permit) if permit.is_done(verdict) => permit.forget(),
            Some(permit) => breaker::aside(|| permit.settle(verdict, report)),
            None => None,
        };
        match pick {
            Some(pick) => pick.settle(verdict, report).or(instead),
            None => instead,
        }
    }

    /// What came of an attempt that was made, on a thread until `limit` at best.
    #[inline]
    pub(super) fn ended<R, By>(
        self,
        out: R,
        judge: &impl Judge<R, By>,
        limit: Option<Instant>,
    ) -> Ended<R> {
        let (verdict, asks) = judge.judge(&out);
        let asks = match limit {
            // It failed when its time was over: by that, as far as anybody can tell.
            Some(end) if verdict.is_failure() && clock::reached(end) => Asks::TimedOut,
            _ => asks,
        };
        let counts = verdict.unless_rejected(|| asks);
        let after = || judge.retry_after(&out);
        let tell = |f: &mut std::fmt::Formatter<'_>| judge.tell(&out, f);
        let instead = self.settle(counts, &Report::new(&tell).retry_after(&after));
        match instead {
            None => Ended { end: Ok(out), verdict, asks, refused: false },
            Some(fault) => Ended::refused(fault),
        }
    }

    /// What came of an attempt that was late.
    #[cold]
    pub(super) fn late<R>(self, fault: Fault) -> Ended<R> {
        if !fault.is_timed_out() {
            let _nothing = self.settle(Verdict::Ignored, &Report::NOTHING);
            return Ended::refused(fault);
        }
        let tell = |f: &mut std::fmt::Formatter<'_>| std::fmt::Display::fmt(&fault, f);
        if let Some(instead) = self.settle(Verdict::Failure, &Report::new(&tell)) {
            return Ended::refused(instead);
        }
        Ended { end: Err(fault), verdict: Verdict::Failure, asks: Asks::TimedOut, refused: false }
    }
}

/// How an attempt ended, in the eyes of the retry.
pub(super) struct Ended<R> {
    pub(super) end: Result<R, Fault>,
    pub(super) verdict: Verdict,
    pub(super) asks: Asks,
    /// By dyno, so that there is no attempt to tell of.
    pub(super) refused: bool,
}

impl<R> Ended<R> {
    /// It was not made.
    #[cold]
    pub(super) fn refused(fault: Fault) -> Self {
        let asks = Asks::of_refusal(&fault);
        Self { end: Err(fault), verdict: Verdict::Failure, asks, refused: true }
    }
}
