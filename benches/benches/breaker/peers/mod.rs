//! The peers, each in the groups that it can be in, and set up as its own documentation would.

mod breaker;
mod breaker_machines;
mod circuit_breaker;
mod circuitbreaker_rs;
mod failsafe;
mod nobreak;
mod recloser;
mod reliakit;
mod seatbelt;
mod throttle_net;
mod tower;

use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use crate::group::Group;

pub(crate) use self::failsafe::NAME as FAILSAFE;
pub(crate) use self::recloser::RATED as RECLOSER;

pub(crate) const ABOUT: &str = "\
dyno, failsafe, recloser, nobreak, circuit_breaker, reliakit-circuit, throttle-net, circuitbreaker-rs, \
breaker-machines (0.17: its later versions need a Rust that is not out), breaker, seatbelt and \
tower-resilience, each where it can do what is measured. Left out: the window of time of \
tower-resilience, which keeps every call and counts all of them at each, so that its figure would \
depend on the run's length.";

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Situation {
    /// Closed, a rule that counts failures (in a row, where the peer can), which never opens it.
    Counted,
    /// Closed, a rule about the rate of failures, which never opens it.
    Rated,
    /// Closed, a rule about slow calls.
    Slow,
    /// Open for an hour.
    Open,
    /// Half-open, and the trial that it allows is under way.
    Busy,
    /// Half-open, and trial after trial succeeds.
    Trials,
}

impl Situation {
    /// Open, or was so to be half-open.
    fn trips(self) -> bool {
        self == Self::Open || self.half_open()
    }

    fn half_open(self) -> bool {
        matches!(self, Self::Busy | Self::Trials)
    }

    /// How long the breaker is open.
    fn open_for(self) -> Duration {
        if self.half_open() { MOMENT } else { HOUR }
    }
}

/// Longer than a run.
const HOUR: Duration = Duration::from_secs(3600);
/// How long a breaker is open that is to be half-open.
const MOMENT: Duration = Duration::from_millis(1);
/// More failures than there are in a run.
const NEVER: u32 = 4_000_000_000;

/// Enters all peers that know the situation.
pub(crate) fn enter(group: &mut Group, situation: Situation) {
    failsafe::enter(group, situation);
    recloser::enter(group, situation);
    nobreak::enter(group, situation);
    circuit_breaker::enter(group, situation);
    reliakit::enter(group, situation);
    throttle_net::enter(group, situation);
    circuitbreaker_rs::enter(group, situation);
    breaker_machines::enter(group, situation);
    breaker::enter(group, situation);
    seatbelt::enter(group, situation);
    tower::enter(group, situation);
}

/// For the contenders, which are entered for the whole run.
fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// Lets the time-out of a breaker pass that is open for a [`MOMENT`].
fn wait() {
    thread::sleep(MOMENT * 5);
}

/// Begins a call that is never to end.
fn begin(future: impl Future + 'static) {
    let future = Box::leak(Box::new(Box::pin(future)));
    let context = &mut Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(context).is_pending(), "the trial is over at once");
}
