//! Bodies that do not come to their end, and less usual ways to say a thing.

use super::Tries;
use super::injecting::{Db, open};
use dyno::inject;

#[inject(db = open)]
#[allow(clippy::needless_return)]
fn returns_early(db: &Db) -> usize {
    return db.url.len();
}
#[inject(db = open)]
fn never_returns(db: &Db) -> ! {
    panic!("{}", db.url)
}
#[inject(db = open)]
fn to_do(db: &Db) -> u8 {
    unimplemented!("{}", db.url)
}

#[test]
fn bodies_that_do_not_come_to_their_end() {
    assert_eq!(returns_early(), 2);
    for ends in [|| -> u8 { never_returns() }, to_do] {
        assert!(std::panic::catch_unwind(ends).is_err());
    }
}

#[inject(db = self::open, rest(tag("nowhere"), fallback = 3_u8))]
fn spelled_otherwise(db: &Db, rest: u8) -> usize {
    db.url.len() + usize::from(rest)
}
#[inject(db = open, with)]
fn unnamed_beside_a_sibling(db: &Db, _: u8) -> usize {
    db.url.len()
}
mod tested {
    use super::{Db, open};
    #[dyno::test]
    #[dyno::inject(db = open)]
    fn with_arguments(db: &Db) {
        assert_eq!(db.url, "db");
    }
}

static STOPPED: Tries = Tries::new();
fn stop(_: &Pool) {
    let _ = STOPPED.fail(0);
}
#[derive(Default)]
struct Pool;
#[inject(pool(Pool::default, lazy, stop = stop))]
fn stops_what_is_lazy(pool: &Pool) -> usize {
    size_of_val(pool)
}
#[test]
fn what_is_lazy_is_stopped_as_well() {
    let world = dyno::inject::isolated();
    assert_eq!(stops_what_is_lazy(), 0);
    assert!(dyno::shutdown().run().is_ok());
    assert_eq!(STOPPED.made(), 1);
    drop(world);
}

#[test]
fn spelled_in_less_usual_ways() {
    assert_eq!((spelled_otherwise(), unnamed_beside_a_sibling(1)), (5, 2));
}
