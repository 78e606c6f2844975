//! `#[fallback]`: chains, for some failures only, and what is kept of the first error.

use super::{E, Tries, block_on, sendable};
use dyno::breaker::{Breaker, State};
use dyno::fallback::Failed;
use dyno::{Fault, breaker, fallback, retry};
use std::error::Error;

fn cached(sku: &str) -> Result<u8, E> {
    if sku == "cached" { Ok(1) } else { Err(E::Worse(404)) }
}

#[fallback([cached(sku), |error| match error { E::Worse(404) if sku == "listed" => Ok(2), other => Err(other) }, default_price(sku)])]
fn chained(sku: &str, fails: bool) -> Result<u8, E> {
    if fails { Err(E::Bad) } else { Ok(0) }
}
fn default_price(sku: &str) -> Result<u8, E> {
    if sku == "none" { Err(E::Worse(500)) } else { Ok(3) }
}
#[fallback([None, async |_| Some(text.len())])]
async fn chained_async(text: String) -> Option<usize> {
    None
}

#[test]
fn one_stands_in_for_the_other() {
    assert_eq!(chained("cached", false), Ok(0));
    assert_eq!(chained("cached", true), Ok(1));
    assert_eq!(chained("listed", true), Ok(2));
    assert_eq!(chained("new", true), Ok(3));
    assert_eq!(chained("none", true), Err(E::Worse(500)));
    assert_eq!(block_on(sendable(chained_async("four".to_owned()))), Some(4));
}

static DOWN: Breaker = Breaker::new("falling_back.down").fail_max(1);
#[retry(2)]
#[fallback(only = E::Worse(404), with = Ok(4))]
#[fallback(only = E::Refused(_), with = |error| { assert!(matches!(error, E::Refused(_))); Ok(5) })]
#[breaker(DOWN, except = E::Worse(_))]
fn by_pattern(tries: &Tries, error: &E) -> Result<u8, E> {
    let _ = tries.fail(0);
    Err(error.clone())
}
static ABOVE: Breaker = Breaker::new("falling_back.above").fail_max(1);
static BELOW: Breaker = Breaker::new("falling_back.below");
#[breaker(ABOVE)]
#[fallback(except = E::Bad, with = Err(E::Worse(1)), name = "falling_back.refused")]
#[breaker(BELOW)]
fn fails_instead() -> Result<u8, E> {
    Err(E::Bad)
}

#[test]
fn for_some_failures_only() {
    let tries = Tries::new();
    assert_eq!(by_pattern(&tries, &E::Worse(404)), Ok(4));
    assert_eq!(tries.made(), 1, "the retry above sees an answer");
    assert_eq!(by_pattern(&tries, &E::Worse(500)), Err(E::Worse(500)));
    assert_eq!(tries.made(), 3, "and what is not for the fallback");
    DOWN.force_open();
    assert_eq!(by_pattern(&tries, &E::Bad), Ok(5));
    assert_eq!(fails_instead(), Err(E::Bad));
    ABOVE.reset();
    BELOW.force_open();
    // A refusal that was answered by a failure is one for those above.
    assert_eq!(fails_instead(), Err(E::Worse(1)));
    assert_eq!(ABOVE.state(), State::Open);
    let count = fallback::count("falling_back.refused");
    assert_eq!((count.stood_in, count.refused, count.failed), (1, 1, 1));
}

#[derive(Debug, thiserror::Error)]
enum Told {
    #[error("no answer")]
    NoAnswer,
    #[error("not cached")]
    NotCached,
    #[error(transparent)]
    Both(#[from] Failed),
    #[error(transparent)]
    Refused(#[from] Fault),
}
static TOLD: Breaker = Breaker::new("falling_back.told");
#[fallback(Err(Told::NotCached))]
#[breaker(TOLD)]
fn told() -> Result<u8, Told> {
    Err(Told::NoAnswer)
}
type Any = Box<dyn Error + Send + Sync>;
#[fallback([Err("not cached".into()), Err("no default".into())])]
fn any() -> Result<u8, Any> {
    Err("no answer".into())
}

#[test]
fn the_first_error_is_kept_as_the_cause() {
    let error = told().expect_err("both fail");
    assert!(matches!(error, Told::Both(_)));
    let cause = error.source().and_then(|cause| cause.downcast_ref::<Told>());
    assert!(matches!(cause, Some(Told::NoAnswer)), "{cause:?}");
    TOLD.force_open();
    let error = told().expect_err("refused, and not cached");
    let cause = error.source().and_then(|cause| cause.downcast_ref::<Fault>());
    assert_eq!(
        cause.map(ToString::to_string).as_deref(),
        Some("falling_back.told: the breaker is held open by hand")
    );
    let error = any().expect_err("all fail");
    let first = error.source().and_then(Error::source);
    assert_eq!(first.map(ToString::to_string).as_deref(), Some("no answer"));
}
