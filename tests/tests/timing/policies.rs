//! What dyno's policies add by themselves.

use std::sync::atomic::{AtomicU32, Ordering};

use dyno::point::{self, Cached, Event};
use dyno::timing;
use dyno::{Fault, breaker, clock, fallback, fuse, inject, rate, retry};

use super::support::{ms, outline};

#[derive(Debug, Clone)]
enum E {
    Down,
    Refused(Fault),
}
impl From<Fault> for E {
    fn from(fault: Fault) -> Self {
        Self::Refused(fault)
    }
}
impl std::fmt::Display for E {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Down => f.write_str("down"),
            Self::Refused(fault) => fault.fmt(f),
        }
    }
}
impl std::error::Error for E {}

#[retry(3, delay = 50ms, name = "policies.flaky")]
#[timing("attempt")]
fn flaky(fails: &AtomicU32) -> Result<u32, E> {
    let left = fails.load(Ordering::SeqCst);
    if left == 0 {
        return Ok(7);
    }
    fails.store(left - 1, Ordering::SeqCst);
    Err(E::Down)
}

#[test]
fn attempts_are_marks_between_the_spans_of_each() {
    let _time = clock::freeze();
    let (out, tree) = timing::record("root", || flaky(&AtomicU32::new(2)));
    assert_eq!(out.ok(), Some(7));
    let marks = outline(&tree);
    assert_eq!(
        marks,
        [
            "root",
            "  attempt",
            "  -policies.flaky: attempt 1 failed, trying again in 50.0ms",
            "  attempt",
            "  -policies.flaky: attempt 2 failed, trying again in 50.0ms",
            "  attempt",
            "  -policies.flaky: succeeded after 3 attempts",
        ]
    );
    assert_eq!(tree.nodes()[3].start(), Some(ms(50)));
}

#[breaker("policies.db", fail_max = 1)]
fn db() -> Result<u32, E> {
    Err(E::Down)
}

#[fallback(|_| Ok(1), name = "policies.shop")]
#[fuse("policies.off", off)]
fn shop() -> Result<u32, E> {
    Ok(2)
}

#[rate("policies.rate", rate = 1/1h)]
fn rare() -> Result<u32, E> {
    Ok(3)
}

#[test]
fn breakers_rejections_and_fallbacks_are_marks() {
    let _time = clock::freeze();
    let ((), tree) = timing::record("root", || {
        for _ in 0..2 {
            assert!(db().is_err());
        }
        assert_eq!(shop().ok(), Some(1));
        assert!(rare().is_ok() && rare().is_err());
    });
    let text = tree.to_string();
    for part in [
        "- policies.db: breaker closed -> open: ",
        "- policies.db: rejected: the breaker is open, ",
        "- policies.off: rejected: the fuse is off",
        "- policies.shop: refused, a fallback stands in",
        "- policies.rate: rejected: ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

struct Db;

fn open_db() -> Db {
    clock::sleep(ms(20));
    Db
}

#[inject(db = open_db)]
fn ask(db: &Db) -> u32 {
    let Db = db;
    7
}

#[test]
fn a_dependency_that_is_built_is_an_interval() {
    let _time = clock::freeze();
    let (out, tree) = timing::record("root", || {
        let _span = timing::span("call");
        ask()
    });
    assert_eq!(out, 7);
    let built = tree.iter().find(|node| node.name().starts_with("build "));
    let built = built.unwrap_or_else(|| panic!("{tree}"));
    assert!(built.name().ends_with("open_db"), "{tree}");
    assert_eq!((built.depth(), built.start(), built.duration()), (2, Some(ms(0)), Some(ms(20))));
}

#[test]
fn every_event_of_a_point_is_told_where_it_happened() {
    let ((), tree) = timing::record("root", || {
        let _span = timing::span("call");
        point::emit("policies.cache", &Event::Cache { cached: Cached::Early });
        dyno::spawn(|| point::emit("policies.cache", &Event::Cache { cached: Cached::Hit }))
            .join()
            .expect("joins");
        std::thread::spawn(|| point::emit("policies.cache", &Event::FallbackFailed))
            .join()
            .expect("joins");
    });
    assert_eq!(
        outline(&tree),
        [
            "root",
            "  call",
            "    -policies.cache: cache early refresh",
            "    -policies.cache: cache hit"
        ]
    );
}
