//! `#[fuse]`: a switch that stands anywhere in a stack and looks at no outcome.

use std::sync::atomic::{AtomicU32, Ordering};

use super::{E, Tries, block_on, sendable};
use dyno::breaker::{self, Breaker, Fuse, State};
use dyno::{Error, Fault, Reason, fallback, fuse, retry};

fn reason<T>(result: Result<T, E>) -> Option<Reason> {
    match result {
        Err(E::Refused(fault)) => fault.reason(),
        _ => None,
    }
}

#[fuse(name = "fusing.own")]
fn own(fails: bool) -> Result<u8, E> {
    if fails { Err(E::Bad) } else { Ok(1) }
}
#[fuse("fusing.named")]
fn named(name: String) -> Option<String> {
    Some(name)
}
#[fuse("fusing.named")]
async fn named_too(name: &str) -> Result<&str, String> {
    Ok(name)
}
static BETA: Fuse = Fuse::new("fusing.beta").off();
#[fuse(BETA, wrap)]
async fn beta<T: Copy>(value: &T) -> Result<T, std::convert::Infallible> {
    Ok(*value)
}
#[fuse("fusing.off", off, fallback = Some("old"))]
fn new_checkout() -> Option<&'static str> {
    Some("new")
}

#[test]
fn a_fuse_is_switched_by_hand() {
    for _ in 0..9 {
        assert_eq!(own(true), Err(E::Bad));
    }
    breaker::fuse("fusing.own").trip();
    assert_eq!(reason(own(false)), Some(Reason::FuseOff));
    breaker::fuse("fusing.own").reset();
    assert_eq!(own(false), Ok(1));

    assert_eq!(named("x".to_owned()).as_deref(), Some("x"));
    breaker::fuse("fusing.named").trip();
    assert_eq!(named("x".to_owned()), None);
    let refused = block_on(sendable(named_too("x")));
    assert_eq!(refused, Err("fusing.named: the fuse is off".to_owned()));

    assert!(matches!(block_on(sendable(beta(&1))), Err(Error::Fault(_))));
    BETA.reset();
    assert_eq!(block_on(sendable(beta(&1))).ok(), Some(1));

    assert_eq!(new_checkout(), Some("old"));
    breaker::fuse("fusing.off").reset();
    assert_eq!(new_checkout(), Some("new"));
}

static SOUND: AtomicU32 = AtomicU32::new(0);
#[fuse("fusing.instead", fallback = 7)]
fn plain() -> u8 {
    1
}
#[fuse("fusing.instead", fallback = { let _ = SOUND.fetch_add(10, Ordering::Relaxed); })]
fn unit() {
    let _ = SOUND.fetch_add(1, Ordering::Relaxed);
}
#[fuse("fusing.instead", fallback = |fault| fault.to_string())]
fn by_closure() -> String {
    "on".to_owned()
}
#[fuse("fusing.instead", fallback = async |fault: Fault| format!("{fault} for {name}"))]
async fn awaited(name: &str) -> String {
    name.to_owned()
}
#[fuse("fusing.instead", fallback = Ok(7))]
fn failing() -> Result<u8, E> {
    Err(E::Bad)
}
#[retry(3)]
#[fuse("fusing.instead", fallback = Some(7))]
fn tried() -> Option<u8> {
    (SOUND.fetch_add(100, Ordering::Relaxed) > 900).then_some(1)
}

#[test]
fn a_fallback_stands_in_for_the_fuse_alone() {
    assert_eq!((plain(), by_closure().as_str()), (1, "on"));
    assert_eq!(block_on(sendable(awaited("x"))), "x");
    unit();
    assert_eq!(SOUND.load(Ordering::Relaxed), 1);
    // What fails while it is on does not hide, and is seen by what stands further out.
    assert_eq!((failing(), tried()), (Err(E::Bad), None));
    assert_eq!(SOUND.load(Ordering::Relaxed), 301);

    breaker::fuse("fusing.instead").trip();
    assert_eq!((plain(), failing(), tried()), (7, Ok(7), Some(7)));
    unit();
    assert_eq!(SOUND.load(Ordering::Relaxed), 311);
    assert_eq!(by_closure(), "fusing.instead: the fuse is off");
    assert_eq!(block_on(sendable(awaited("x"))), "fusing.instead: the fuse is off for x");
}

struct Client {
    fuse: Fuse,
}
impl Client {
    #[fuse(self.fuse)]
    fn send(&mut self, text: &str) -> std::io::Result<usize> {
        Ok(text.len())
    }
    #[fuse]
    async fn close(self) -> Option<()> {
        Some(())
    }
}

#[test]
fn methods() {
    let mut client = Client { fuse: Fuse::new("fusing.client") };
    assert_eq!(client.send("text").ok(), Some(4));
    client.fuse.trip();
    assert_eq!(
        client.send("text").map_err(|e| e.to_string()).err().as_deref(),
        Some("fusing.client: the fuse is off")
    );
    assert_eq!(block_on(sendable(client.close())), Some(()));
}

static MADE: Tries = Tries::new();
static GUARD: Breaker = Breaker::new("fusing.guard").fail_max(2);
#[fuse("fusing.stack.outer")]
#[fallback(|error| match error { E::Refused(fault) => Ok(told(&fault)), other => Err(other) })]
#[retry(5)]
#[dyno::breaker(GUARD)]
#[fuse("fusing.stack")]
fn stacked(text: String) -> Result<String, E> {
    let _ = MADE.fail(9)?;
    Ok(text)
}

fn told(fault: &Fault) -> String {
    fault.reason().map(|reason| reason.to_string()).unwrap_or_default()
}

#[test]
fn a_stack_with_retry_and_fallback() {
    breaker::fuse("fusing.stack").trip();
    // A refusal is not tried again, counts for no breaker and is what the fallback is for.
    for _ in 0..3 {
        assert_eq!(stacked("x".to_owned()).as_deref(), Ok("the fuse is off"));
    }
    assert_eq!((MADE.made(), GUARD.state()), (0, State::Closed));
    breaker::fuse("fusing.stack").reset();
    assert_eq!(stacked("x".to_owned()).as_deref(), Ok("the breaker is open"));
    assert_eq!((MADE.made(), GUARD.state()), (2, State::Open));
    breaker::fuse("fusing.stack.outer").trip();
    assert_eq!(reason(stacked("x".to_owned())), Some(Reason::FuseOff));
}
