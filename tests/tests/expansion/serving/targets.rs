//! `balance`: a target for each attempt, with a breaker of its own.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use super::super::{E, block_on, sendable};
use super::{MS, reason};
use dyno::balance::{Balancer, Policy};
use dyno::breaker::Settings;
use dyno::service::{Call, Service};
use dyno::{Error, Fault, Reason, clock, metrics, service};

fn target(call: &Call) -> String {
    call.target().expect("there is one").authority().to_owned()
}

static TURNS: Balancer =
    Balancer::new("serving.turns", &["http://a:1", "http://b:2"]).policy(Policy::RoundRobin);

#[service(balance = TURNS)]
fn in_turn(call: &Call) -> Result<String, E> {
    Ok(target(call))
}
#[service(balance = TURNS, retry = 2)]
async fn in_turn_later(call: &Call) -> Result<String, E> {
    if call.attempt() == 1 { Err(E::Bad) } else { Ok(target(call)) }
}

#[test]
fn da_23_targets_take_turns() {
    let mut called: Vec<_> = (0..4).filter_map(|_| in_turn().ok()).collect();
    called.sort();
    assert_eq!(called, ["a:1", "a:1", "b:2", "b:2"]);
    let picks = || TURNS.snapshot().targets.iter().map(|it| it.picks).collect::<Vec<_>>();
    let before: u64 = picks().iter().sum();
    assert!(block_on(sendable(in_turn_later())).is_ok());
    assert_eq!(picks().iter().sum::<u64>(), before + 2, "a pick for each attempt");
    assert!(TURNS.snapshot().targets.iter().all(|it| it.in_flight == 0));
}

/// An error that shows what is in it.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Shown(#[from] Fault);

/// The targets of one way each, as it is known who is out.
static OF_SAID: Balancer = hanging("serving.hangs.said");
static OF_PRESET: Balancer = hanging("serving.hangs.preset");
static OF_CALLED: Balancer = hanging("serving.hangs.called");
static HANGS_PRESET: Service =
    Service::builder("serving.hangs.preset").attempt_timeout(MS).balance(&OF_PRESET).build();
static HANGS_CALLED: Service =
    Service::builder("serving.hangs.called").attempt_timeout(MS).balance(&OF_CALLED).build();

const fn hanging(name: &'static str) -> Balancer {
    Balancer::new(name, &["http://a:1"]).breaker(Settings::new().fail_max(1))
}

fn hang(for_so_long: std::time::Duration) -> Result<(), Shown> {
    clock::sleep(for_so_long);
    Err(Fault::rejected("further-in", Reason::DeadlineSpent, None).into())
}
#[service(balance = OF_SAID, attempt_timeout = 1ms)]
fn hangs_said(for_so_long: std::time::Duration) -> Result<(), Shown> {
    hang(for_so_long)
}
#[service(HANGS_PRESET)]
fn hangs_preset(for_so_long: std::time::Duration) -> Result<(), Shown> {
    hang(for_so_long)
}
fn hangs_called(for_so_long: std::time::Duration) -> Result<(), Shown> {
    HANGS_CALLED.call(|_| hang(for_so_long))
}

#[test]
fn a_target_at_which_the_time_of_an_attempt_runs_out_is_out() {
    let _frozen = clock::freeze();
    let ways: [(fn(std::time::Duration) -> _, _); 3] =
        [(hangs_said, &OF_SAID), (hangs_preset, &OF_PRESET), (hangs_called, &OF_CALLED)];
    for (call, targets) in ways {
        let state = || targets.snapshot().targets[0].state;
        assert!(call(std::time::Duration::ZERO).is_err());
        assert_eq!(state(), "closed", "it came from further in");
        assert!(call(2 * MS).is_err());
        assert_eq!(state(), "open", "{}", targets.name());
    }
}

#[service(balance = ["http://bad:1", "http://good:2"], breaker(fail_max = 1, except = E::Worse(_)), retry = 2)]
fn own_targets(call: &Call, ignored: bool) -> Result<String, E> {
    match (target(call).as_str(), ignored) {
        ("bad:1", true) => Err(E::Worse(404)),
        ("bad:1", false) => Err(E::Bad),
        (other, _) => Ok(other.to_owned()),
    }
}

#[test]
fn da_17_a_target_that_is_out_leaves_the_others_alone() {
    let _frozen = clock::freeze();
    let balancer = || Balancer::named(concat!(module_path!(), "::own_targets")).expect("called");
    let picks = |target: &str| {
        let seen = balancer().snapshot();
        let one = seen.targets.iter().find(|it| it.url == target);
        one.map(|it| it.picks).expect("it is known")
    };
    // What is excluded is tried again, and says nothing of the target.
    for _ in 0..4 {
        assert_eq!(own_targets(true), Ok("good:2".into()));
    }
    for _ in 0..8 {
        assert_eq!(own_targets(false), Ok("good:2".into()));
    }
    // Another attempt goes to another target, and after one failure nobody goes there.
    let seen = picks("http://bad:1");
    for _ in 0..8 {
        assert_eq!(own_targets(false), Ok("good:2".into()));
    }
    assert!(seen >= 1 && picks("http://bad:1") == seen, "{seen}");
}

#[service(balance(["http://a:1", "http://b:2", "http://c:3"], key = user))]
async fn sticky(user: &str, call: &Call) -> Result<String, E> {
    Ok(target(call))
}

#[test]
fn calls_of_one_key_go_to_one_target() {
    let mut all = std::collections::BTreeSet::new();
    for number in 0..32 {
        let user = format!("user {number}");
        let first = block_on(sendable(sticky(&user)));
        assert!((0..4).all(|_| block_on(sticky(&user)) == first));
        all.extend(first);
    }
    assert_eq!(all.len(), 3);
}

static ASKED: AtomicUsize = AtomicUsize::new(0);
fn nobody() -> Result<&'static str, String> {
    let _ = ASKED.fetch_add(1, Ordering::SeqCst);
    Err("the registry is away".into())
}
static NOBODY: Balancer = Balancer::by("serving.nobody", &nobody);

#[service(balance = NOBODY, retry = 3, metrics, name = "serving.nobody.refused")]
fn none_to_call() -> Result<u8, E> {
    Ok(1)
}
#[service(balance = NOBODY, retry = 3, fallback = Some(7))]
async fn none_stood_in() -> Option<u8> {
    Some(1)
}
#[service(balance = NOBODY, retry = 3, wrap)]
async fn none_wrapped() -> Result<u8, std::fmt::Error> {
    Ok(1)
}

#[test]
fn da_25_a_balancer_that_fails_is_a_refusal() {
    let out = none_to_call();
    let told = matches!(&out, Err(E::Refused(fault)) if fault.to_string() == "serving.nobody: no target to call: the registry is away");
    assert!(told, "{out:?}");
    assert_eq!(ASKED.load(Ordering::SeqCst), 1, "it is not tried again");
    let counts = metrics::of("serving.nobody.refused").expect("it was called").total;
    assert_eq!((counts.rejected.total(), counts.failures), (1, 0));
    assert_eq!(block_on(sendable(none_stood_in())), Some(7));
    assert!(matches!(block_on(sendable(none_wrapped())), Err(Error::Fault(_))));
}

static OUT: Balancer = Balancer::new("serving.out", &["http://a:1", "http://b:2"])
    .breaker(Settings::new().fail_max(1));

#[service(balance(OUT, except = E::Worse(_)), bulkhead = 5)]
fn all_out(code: u16) -> Result<u8, E> {
    if code == 0 { Err(E::Bad) } else { Err(E::Worse(code)) }
}

#[test]
fn when_all_targets_are_out_calls_are_refused() {
    let _frozen = clock::freeze();
    for _ in 0..9 {
        assert_eq!(all_out(404), Err(E::Worse(404)));
    }
    let ends: Vec<_> = (0..4).map(|_| reason(&all_out(0))).collect();
    assert_eq!(ends.last(), Some(&Some(Reason::BreakerOpen)), "{ends:?}");
    let Err(E::Refused(fault)) = all_out(0) else { panic!("it is refused") };
    assert!(fault.retry_after().is_some_and(|left| left > MS));
}

/// Resolves to `last`, once that is let.
fn resolving(last: u8) -> io::Result<Vec<SocketAddr>> {
    drop(HELD.lock().expect("held by the test alone"));
    Ok(vec![SocketAddr::from(([10, 0, 0, last], 80))])
}
static HELD: Mutex<()> = Mutex::new(());
static NAMED: Balancer =
    Balancer::dns("serving.named", "http://prices.internal").resolver(|_, _| resolving(1));
static PRESET_NAMED: Balancer =
    Balancer::dns("serving.preset-named", "http://prices.internal").resolver(|_, _| resolving(2));
static PRESET: Service = Service::builder("serving.named-preset").balance(&PRESET_NAMED).build();
static AWAY: Balancer = Balancer::dns("serving.away", "http://prices.internal")
    .resolver(|_, _| Err(io::Error::other("no such name")));

#[service(balance = NAMED)]
async fn named(call: &Call) -> Result<String, E> {
    Ok(target(call))
}
#[service(PRESET)]
async fn named_by_preset(call: &Call) -> Result<String, E> {
    Ok(target(call))
}
#[service(balance = AWAY, retry = 3)]
async fn away(call: &Call) -> Result<String, E> {
    Ok(target(call))
}

#[test]
fn a_task_is_not_blocked_while_a_name_is_resolved() {
    let held = HELD.lock().expect("the first to hold it");
    let mut cx = Context::from_waker(Waker::noop());
    let (mut first, mut second) = (pin!(named()), pin!(named_by_preset()));
    assert!(first.as_mut().poll(&mut cx).is_pending());
    assert!(second.as_mut().poll(&mut cx).is_pending());
    drop(held);
    assert_eq!(block_on(first), Ok("10.0.0.1:80".to_owned()));
    assert_eq!(block_on(second), Ok("10.0.0.2:80".to_owned()));
    let fault = block_on(sendable(away())).expect_err("there is nobody");
    assert!(matches!(fault, E::Refused(Fault::NoTarget { .. })), "{fault:?}");
}
