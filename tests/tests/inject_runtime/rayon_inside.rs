//! Providers and callers that use rayon.

use super::*;
use rayon::prelude::*;

#[test]
fn a_provider_may_use_rayon() {
    fn sum() -> u64 {
        (0..1000_u64).into_par_iter().sum()
    }
    point!();
    site!(SUM: u64 = sum);
    assert_eq!(watched(|| *SUM.get().expect("it is built")), 499_500);
}

/// A rayon thread that waited by helping would pick up a job that waits for its own build.
#[test]
fn many_rayon_jobs_may_ask_for_one_provider_that_uses_rayon() {
    static BUILT: AtomicUsize = AtomicUsize::new(0);
    fn sum() -> u64 {
        BUILT.fetch_add(1, SeqCst);
        (0..1000_u64)
            .into_par_iter()
            .map(|n| {
                thread::yield_now();
                n
            })
            .sum()
    }
    point!();
    site!(SUM: u64 = sum);
    let all = watched(|| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
        pool.install(|| {
            (0..256).into_par_iter().map(|_| *SUM.get().expect("it is built")).collect::<Vec<_>>()
        })
    });
    assert_eq!((all.len(), BUILT.load(SeqCst)), (256, 1));
    assert!(all.iter().all(|it| *it == 499_500));
}

#[test]
fn the_providers_jobs_may_ask_for_another_provider() {
    static BUILT: AtomicUsize = AtomicUsize::new(0);
    fn base() -> u64 {
        BUILT.fetch_add(1, SeqCst);
        (0..100_u64).into_par_iter().sum()
    }
    fn outer() -> u64 {
        point!();
        site!(BASE: u64 = base);
        (0..64_u64).into_par_iter().map(|_| *BASE.get().expect("base")).sum()
    }
    point!();
    site!(OUTER: u64 = outer);
    assert_eq!(watched(|| *OUTER.get().expect("it is built")), 64 * 4950);
    assert_eq!(BUILT.load(SeqCst), 1);
}
