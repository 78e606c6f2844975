//! Any stack of attributes on one function is one expansion, and the top one is the outermost.

#![deny(warnings)]
#![forbid(unsafe_code)]

use dyno::{aspect, fallback, retry};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

#[derive(Debug, PartialEq, Clone)]
enum E {
    Bad,
    Refused,
}
impl From<dyno::Fault> for E {
    fn from(_: dyno::Fault) -> Self {
        Self::Refused
    }
}

static CALLS: AtomicU32 = AtomicU32::new(0);
#[retry(3)]
fn third_time(id: u8, name: String, (a, b): (u8, u8), mut n: u32) -> Result<String, E> {
    n += 1;
    if CALLS.fetch_add(1, SeqCst) < 2 {
        return Err(E::Bad);
    }
    let name = name;
    Ok(format!("{id}{name}{a}{b}{n}"))
}

#[test]
fn arguments_are_renewed_for_every_attempt() {
    assert_eq!(third_time(1, "x".into(), (2, 3), 4).as_deref(), Ok("1x235"));
    assert_eq!(CALLS.load(SeqCst), 3);
}

#[fallback(|e| Ok(if e == E::Bad { 7 } else { 0 }))]
#[retry(2)]
fn always_bad() -> Result<u8, E> {
    Err(E::Bad)
}

#[test]
fn falls_back() {
    assert_eq!(always_bad(), Ok(7));
}

static SEEN: AtomicU32 = AtomicU32::new(0);
fn count(_: &dyno::aspect::JoinPoint<'_>) {
    SEEN.fetch_add(1, SeqCst);
}
#[aspect(before = count, after = |_, out| { assert_eq!(out, &5); SEEN.fetch_add(10, SeqCst); })]
fn watched() -> u8 {
    5
}

#[test]
fn advice_runs() {
    assert_eq!(watched(), 5);
    assert_eq!(SEEN.load(SeqCst), 11);
}
