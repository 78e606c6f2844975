//! Which failures count, and constants where literals may stand.

use super::{E, Tries};
use dyno::breaker::Breaker;
use dyno::{Error, Fault, breaker, retry};
use std::ops::Range;
use std::time::Duration;

static ONLY: Tries = Tries::new();
#[retry(3, only = E::Worse(500..=599))]
fn only(status: u16) -> Result<u8, E> {
    let _ = ONLY.fail(0);
    Err(E::Worse(status))
}

static EXCEPT: Tries = Tries::new();
#[retry(3, except = E::Bad | E::Worse(404))]
fn except(error: E) -> Result<u8, E> {
    let _ = EXCEPT.fail(0);
    Err(error)
}

fn retryable(e: &E) -> bool {
    matches!(e, E::Worse(n) if n % 2 == 0)
}
static GUARDED: Tries = Tries::new();
#[retry(3, only = E::Worse(_) if retryable(e))]
fn guarded(status: u16) -> Result<u8, E> {
    let _ = GUARDED.fail(0);
    Err(E::Worse(status))
}

static PREDICATE: Tries = Tries::new();
#[retry(3, except_if = |e: &E| !retryable(e))]
fn predicate(status: u16) -> Result<u8, E> {
    let _ = PREDICATE.fail(0);
    Err(E::Worse(status))
}

static CHOOSY: Breaker = Breaker::new("choosing.choosy").fail_max(1);
#[breaker(CHOOSY, except = E::Bad)]
fn choosy(error: E) -> Result<u8, E> {
    Err(error)
}

#[test]
fn patterns_and_predicates() {
    let _ = (only(500), only(404));
    assert_eq!(ONLY.made(), 3 + 1);
    let _ = (except(E::Worse(500)), except(E::Bad), except(E::Worse(404)));
    assert_eq!(EXCEPT.made(), 3 + 1 + 1);
    let _ = (guarded(2), guarded(3));
    assert_eq!(GUARDED.made(), 3 + 1);
    let _ = (predicate(2), predicate(3));
    assert_eq!(PREDICATE.made(), 3 + 1);
    assert_eq!(choosy(E::Bad), Err(E::Bad));
    assert_eq!(choosy(E::Bad), Err(E::Bad));
    assert_eq!(choosy(E::Worse(1)), Err(E::Worse(1)));
    assert!(matches!(choosy(E::Bad), Err(E::Refused(_))));
}

const TIMES: u32 = 2;
const PAUSE: Duration = Duration::from_millis(5);
const GROWING: Range<Duration> = Duration::from_millis(1)..Duration::from_millis(4);
static CONSTANTS: Tries = Tries::new();

#[retry(TIMES + 1, delay = PAUSE)]
#[breaker(fail_max = TIMES * 5, reset_timeout = PAUSE * 2)]
fn constants() -> Result<u32, E> {
    CONSTANTS.fail(2)
}

static AS_ASKED: Tries = Tries::new();
#[retry(times, backoff = GROWING)]
fn as_asked(times: u32) -> Result<u32, E> {
    AS_ASKED.fail(9)
}

#[test]
fn expressions_stand_where_literals_do() {
    let time = dyno::clock::freeze();
    let before = dyno::clock::now();
    assert_eq!(constants(), Ok(3));
    assert_eq!(dyno::clock::now() - before, PAUSE * 2);
    assert_eq!(as_asked(4), Err(E::Bad));
    assert_eq!(AS_ASKED.made(), 4);
    drop(time);
}

/// An error with no room for a `Fault`.
#[derive(Debug, PartialEq)]
struct Poor;
static WRAPPED: Breaker = Breaker::new("choosing.wrapped").fail_max(1);

#[breaker(WRAPPED, wrap)]
#[retry(2, only = Poor)]
fn wrapped(ok: bool) -> Result<u8, Poor> {
    if ok { Ok(1) } else { Err(Poor) }
}

#[test]
fn wrap_makes_room_for_the_fault() {
    assert_eq!(wrapped(true), Ok(1));
    assert_eq!(wrapped(false), Err(Error::Inner(Poor)));
    assert!(matches!(wrapped(true), Err(Error::Fault(Fault::Rejected { .. }))));
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Slow,
    Busy,
    Other(String),
}
use Kind::{Busy, Slow};

const LOCKED: u8 = 11;
const GONE: &str = "gone";

static VARIANTS: Tries = Tries::new();
#[retry(2, only = Slow | Busy if !matches!(e, Busy))]
fn by_variants(kind: Kind) -> Result<u8, Kind> {
    let _ = VARIANTS.fail(0);
    Err(kind)
}
static MIXED: Tries = Tries::new();
#[retry(2, except = Slow | Kind::Other(_))]
fn by_mixed(kind: Kind) -> Result<u8, Kind> {
    let _ = MIXED.fail(0);
    Err(kind)
}
static BOUND: Tries = Tries::new();
#[retry(2, only = error if matches!(error, Kind::Other(_)))]
fn by_guard(kind: Kind) -> Result<u8, Kind> {
    let _ = BOUND.fail(0);
    Err(kind)
}
static CODES: Tries = Tries::new();
#[retry(2, only = LOCKED | 5 | 100..=199)]
fn by_code(code: u8) -> Result<u8, u8> {
    let _ = CODES.fail(0);
    Err(code)
}
static TEXTS: Tries = Tries::new();
#[retry(2, only = "busy" | GONE)]
fn by_text(text: &'static str) -> Result<u8, &'static str> {
    let _ = TEXTS.fail(0);
    Err(text)
}
static OWNED: Tries = Tries::new();
#[retry(2, only = _ if e == "busy")]
fn by_owned_text(text: &str) -> Result<u8, String> {
    let _ = OWNED.fail(0);
    Err(text.to_owned())
}

#[test]
fn variants_constants_and_text_are_patterns_of_the_error() {
    let _ = (by_variants(Slow), by_variants(Busy), by_variants(Kind::Other(String::new())));
    assert_eq!(VARIANTS.made(), 2 + 1 + 1);
    let _ = (by_mixed(Slow), by_mixed(Busy), by_mixed(Kind::Other(String::new())));
    assert_eq!(MIXED.made(), 1 + 2 + 1);
    let _ = (by_guard(Slow), by_guard(Kind::Other(String::new())));
    assert_eq!(BOUND.made(), 1 + 2);
    let _ = (by_code(LOCKED), by_code(5), by_code(150), by_code(6));
    assert_eq!(CODES.made(), 2 + 2 + 2 + 1);
    let _ = (by_text("busy"), by_text(GONE), by_text("wrong"));
    assert_eq!(TEXTS.made(), 2 + 2 + 1);
    let _ = (by_owned_text("busy"), by_owned_text("wrong"));
    assert_eq!(OWNED.made(), 2 + 1);
}
