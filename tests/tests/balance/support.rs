//! What the tests of balancers share.

use std::thread;
use std::time::{Duration, Instant};

use dyno::balance::{Balancer, Pick, TargetSnapshot, Tried};

pub(super) const MS: Duration = Duration::from_millis(1);
pub(super) const SEC: Duration = Duration::from_secs(1);

pub(super) const A: &str = "http://10.0.0.1:80";
pub(super) const B: &str = "http://10.0.0.2:80";
pub(super) const C: &str = "http://10.0.0.3:80";
pub(super) const D: &str = "http://10.0.0.4:80";

pub(super) fn pick(balancer: &Balancer) -> Pick {
    balancer.pick(&Tried::new()).expect("a target")
}

/// The target of a call that goes well at once.
pub(super) fn ask(balancer: &Balancer) -> String {
    let pick = pick(balancer);
    let url = pick.target().url().to_owned();
    pick.success();
    url
}

/// So many calls that go well, as the last figure of the host of each: `ABCA`.
pub(super) fn order(balancer: &Balancer, calls: usize) -> String {
    (0..calls).map(|_| letter(&ask(balancer))).collect()
}

pub(super) fn letter(url: &str) -> char {
    match url {
        A => 'A',
        B => 'B',
        C => 'C',
        D => 'D',
        other => panic!("an unknown target: {other}"),
    }
}

pub(super) fn seen(balancer: &Balancer, url: &str) -> TargetSnapshot {
    let all = balancer.snapshot().targets;
    all.into_iter().find(|target| target.url == url).expect("it is a target")
}

pub(super) fn picks(balancer: &Balancer) -> Vec<u64> {
    balancer.snapshot().targets.iter().map(|target| target.picks).collect()
}

pub(super) fn in_flight(balancer: &Balancer) -> u64 {
    balancer.snapshot().targets.iter().map(|target| target.in_flight).sum()
}

/// Asks until it is `true` by what other threads do; what never comes hangs nobody.
pub(super) fn until(mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < 60 * SEC, "waited in vain");
        thread::yield_now();
    }
}

/// Opens the breaker of the target at `url`; it is out when this returns. Keys take no turns.
pub(super) fn fail(balancer: &Balancer, url: &str) {
    let all = balancer.members();
    let member = all.iter().find(|member| member.target().url() == url).expect("it is a target");
    member.breaker().trip();
    for key in 0.. {
        drop(balancer.pick_for(&key, &Tried::new()));
        if seen(balancer, url).out {
            return;
        }
    }
}
