//! Attributes that share a pool.

use std::panic::catch_unwind;
use std::thread;

use dyno::pool::{self, Pool};
use dyno::{Fault, clock, timeout};

use super::MS;

#[timeout(250ms, on_pool("pool-shared", size = 2, queue = 5))]
fn named_here(n: u32) -> Result<String, Fault> {
    clock::sleep(MS * n);
    Ok(thread::current().name().unwrap_or_default().to_owned())
}

#[timeout(250ms, on_pool("pool-shared", idle = 10s))]
fn named_there() -> Result<String, Fault> {
    Ok(thread::current().name().unwrap_or_default().to_owned())
}

static OF_A_STATIC: Pool = Pool::new("pool-static").size(1);

#[timeout(250ms, on_pool = OF_A_STATIC)]
fn on_a_static() -> Result<String, Fault> {
    Ok(thread::current().name().unwrap_or_default().to_owned())
}

#[test]
fn attributes_share_a_pool_by_its_name() {
    let _frozen = clock::freeze();
    assert!(named_there().expect("it runs").starts_with("dyno-pool-shared-"));
    assert!(named_here(1).expect("it runs").starts_with("dyno-pool-shared-"));
    let shared = pool::named("pool-shared").expect("it is known");
    let now = shared.snapshot();
    assert_eq!((now.size, now.queue), (2, 5), "one place has said it, be it not the first");
    assert!(pool::all().iter().any(|pool| std::ptr::eq(*pool, shared)));
    let fault = named_here(251).expect_err("late");
    assert!(fault.is_timed_out());
    assert!(fault.to_string().contains("named_here"), "the limit is the function's: {fault}");
}

#[test]
fn attributes_find_a_static_and_so_does_its_name() {
    assert_eq!(on_a_static().as_deref(), Ok("dyno-pool-static-1"));
    let found = pool::named("pool-static").expect("it has been used");
    assert!(std::ptr::eq(found, &raw const OF_A_STATIC));
    assert!(format!("{found:?}").starts_with("Pool(pool-static, "));
}

#[test]
fn two_places_that_contradict_are_told() {
    #[timeout(1s, on_pool("pool-contradicting", size = 2))]
    fn one() -> Result<(), Fault> {
        Ok(())
    }
    #[timeout(1s, on_pool("pool-contradicting", size = 3))]
    fn other() -> Result<(), Fault> {
        Ok(())
    }
    one().expect("it runs");
    let panic = catch_unwind(other).expect_err("it contradicts");
    let told = panic.downcast_ref::<String>().cloned().unwrap_or_default();
    assert!(told.contains("pool \"pool-contradicting\""), "{told}");
    assert!(told.contains("contradict one another in `size`"), "{told}");
}
