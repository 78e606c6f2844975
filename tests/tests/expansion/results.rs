//! What a function may return.

use super::{E, Tries};
use dyno::breaker::{Breaker, State};
use dyno::{Outcome, breaker, fallback, retry};
use std::ops::ControlFlow;

static NONE: Tries = Tries::new();
#[retry(3)]
fn option() -> Option<u32> {
    NONE.fail(2).ok()
}

static BROKEN: Tries = Tries::new();
#[retry(3)]
fn control() -> ControlFlow<E, u32> {
    match BROKEN.fail(2) {
        Ok(n) => ControlFlow::Continue(n),
        Err(e) => ControlFlow::Break(e),
    }
}

static OPTIONAL: Breaker = Breaker::new("results.optional").fail_max(1);
#[breaker(OPTIONAL)]
fn refused_option(x: Option<u8>) -> Option<u8> {
    x
}

#[breaker]
fn io() -> std::io::Result<u8> {
    Ok(1)
}
#[breaker]
fn boxed() -> Result<u8, Box<dyn std::error::Error + Send + Sync>> {
    Ok("1".parse()?)
}
#[breaker]
fn text() -> Result<u8, String> {
    Ok(1)
}

struct Reply(u16);
impl Outcome for Reply {
    type Failure = Self;
    fn failure(&self) -> Option<&Self> {
        (self.0 >= 500).then_some(self)
    }
    fn split(self) -> Result<Self, Self> {
        if self.0 >= 500 { Err(self) } else { Ok(self) }
    }
}
static REPLIES: Tries = Tries::new();
#[fallback(|reply| Reply(reply.0 - 300))]
#[retry(3)]
fn reply() -> Reply {
    let _ = REPLIES.fail(0);
    Reply(503)
}

#[test]
fn outcomes() {
    assert_eq!(option(), Some(3));
    assert_eq!(control(), ControlFlow::Continue(3));
    assert_eq!(refused_option(None), None);
    assert_eq!(OPTIONAL.state(), State::Open);
    assert_eq!(refused_option(Some(1)), None);
    assert_eq!((io().ok(), boxed().ok(), text().ok()), (Some(1), Some(1), Some(1)));
    assert_eq!((reply().0, REPLIES.made()), (203, 3));
}

static PANICS: Breaker = Breaker::new("results.panics").fail_max(1);
#[breaker(PANICS)]
fn panics() -> Result<u8, E> {
    panic!("as it is")
}

#[test]
fn a_panic_is_a_failure_and_passes_through_unchanged() {
    let caught = std::panic::catch_unwind(panics);
    let text = caught.err().and_then(|payload| payload.downcast_ref::<&str>().copied());
    assert_eq!(text, Some("as it is"));
    assert_eq!(PANICS.state(), State::Open);
}
