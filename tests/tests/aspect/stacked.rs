//! Pointcuts among other layers.

use std::time::Duration;

use dyno::aspect::JoinPoint;
use dyno::breaker::Fuse;
use dyno::{Fault, aspect, fallback, fuse, retry};

use super::advice::Log;
use super::block_on;

static OFF: Fuse = Fuse::new("advice.off").off();
struct Unfit;
#[fallback(Err(Unfit))]
#[aspect(name = "refused::f")]
#[fuse(OFF)]
fn refused() -> Result<u8, Unfit> {
    Ok(1)
}
#[fallback(Err(Unfit))]
#[aspect(name = "refused::g")]
#[aspect(before = |_| ())]
#[fuse(OFF)]
async fn refused_async() -> Result<u8, Unfit> {
    Ok(1)
}
#[test]
fn a_refusal_inside_comes_to_the_fallback_outside_through_the_advice() {
    // The error cannot carry a `Fault`: only the fallback's label can.
    let log = Log::default();
    let _bound = aspect::bind("refused::*", log.clone());
    assert!(refused().is_err() && block_on(refused_async()).is_err());
    let ends: Vec<_> = log.take().into_iter().filter(|line| line.starts_with('<')).collect();
    assert_eq!(
        ends,
        [
            "< refused::f failed: advice.off: the fuse is off",
            "< refused::g failed: advice.off: the fuse is off"
        ]
    );
}

#[aspect(name = "stack::f", before = |_: &JoinPoint<'_>| STACK.add("before".into()))]
#[retry(2)]
#[aspect("stack::join", after = |_, _| STACK.add("after".into()))]
fn stacked(a: u8) -> Result<u8, Fault> {
    STACK.add(format!("body {a}"));
    Err(Fault::timed_out("x", Duration::ZERO))
}
static STACK: std::sync::LazyLock<Log> = std::sync::LazyLock::new(Log::default);
#[test]
fn pointcuts_are_around_static_advice_which_is_around_filters() -> Result<(), Fault> {
    let _bound = aspect::bind("stack::join", STACK.clone());
    aspect::join("stack::join").arguments(|a: &mut u8| {
        STACK.add("filter".into());
        *a += 1;
    })?;
    assert!(stacked(1).is_err());
    assert_eq!(
        STACK.take().join(", "),
        "> stack::f(?), ( stack::f, before, filter, body 2, after, filter, body 2, after, ) stack::f, \
         < stack::f failed: x: no answer within 0ns"
    );
    Ok(())
}
