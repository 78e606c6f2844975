//! A fake reaches the threads that work for the one who put it there, and what a provider builds
//! with threads of its own is still built from it.

use rayon::prelude::*;
use std::sync::mpsc;
use std::thread;

use dyno::testing::run_test;
use dyno::{Fault, inject};

use crate::support::{Count, PATIENCE, watched};

#[derive(Clone, Debug, PartialEq)]
struct Db(&'static str);

mod carried {
    use super::*;

    fn open() -> Db {
        Db("real")
    }
    #[inject(db = open)]
    fn repo(db: &Db) -> String {
        format!("repo of {}", db.0)
    }
    #[inject(repo = repo, db = open)]
    fn ask(repo: &String, db: &Db) -> (String, &'static str) {
        (repo.clone(), db.0)
    }
    fn is_fake() -> bool {
        ask() == ("repo of fake".to_owned(), "fake")
    }

    #[dyno::test]
    fn into_spawned_threads_and_scoped_pools() {
        let (early, begun) = mpsc::channel();
        // Started before the swap, asks after it.
        let thread = dyno::spawn(move || {
            begun.recv_timeout(PATIENCE).expect("it is told to go on");
            (is_fake(), dyno::spawn(is_fake).join().expect("no panic"))
        });
        let old_pool = dyno::pool::scoped(2).expect("two threads");
        let _swap = dyno::swap(open, || Db("fake"));
        early.send(()).expect("it waits");
        assert_eq!(watched(|| thread.join().expect("no panic")), (true, true));

        for pool in [old_pool, dyno::pool::scoped(4).expect("four threads")] {
            let fakes = pool.install(|| (0..500).into_par_iter().filter(|_| is_fake()).count());
            assert_eq!(fakes, 500);
        }
        let carried = dyno::Scope::current();
        let wrapped = thread::spawn(carried.wrap(is_fake));
        assert!(wrapped.join().expect("no panic"));
    }

    #[test]
    fn outside_of_a_test_too() {
        let swap = dyno::swap(open, || Db("fake"));
        let pool = dyno::pool::scoped(2).expect("two threads");
        assert!(pool.broadcast(|_| is_fake()).iter().all(|it| *it));
        assert!(dyno::spawn(is_fake).join().expect("no panic"));
        assert!(!thread::spawn(is_fake).join().expect("no panic"), "it carries nothing");
        drop(swap);
        assert!(pool.broadcast(|_| is_fake()).iter().all(|it| !*it), "it has ended there too");
    }

    #[dyno::test]
    fn but_not_out_of_a_thread_that_has_one_of_its_own() {
        let _swap = dyno::swap(open, || Db("fake"));
        let own = || {
            let _own = dyno::swap(open, || Db("own"));
            (ask(), dyno::spawn(ask).join().expect("no panic"))
        };
        let threads: Vec<_> = (0..8).map(|_| dyno::spawn(own)).collect();
        let expected = ("repo of own".to_owned(), "own");
        for thread in threads {
            assert!(is_fake(), "the test keeps its own");
            assert_eq!(thread.join().expect("no panic"), (expected.clone(), expected.clone()));
        }
        assert!(is_fake());
    }

    #[test]
    fn into_the_threads_that_threads_of_a_test_start() {
        run_test("deep", || {
            let _swap = dyno::swap(open, || Db("fake"));
            let deep = || dyno::spawn(|| dyno::spawn(is_fake).join().expect("no panic"));
            let all: Vec<_> = (0..16).map(|_| dyno::spawn(move || deep().join())).collect();
            for thread in all {
                assert!(thread.join().expect("no panic").expect("no panic"));
            }
        });
    }
}

/// The provider itself works with several threads: what those read, it has read.
mod providers_with_threads {
    use super::*;

    static REAL: Count = Count::new();
    fn open() -> Db {
        REAL.up();
        Db("real")
    }
    #[inject(db = open)]
    fn name(db: &Db) -> &'static str {
        db.0
    }

    macro_rules! built_on {
        ($($module:ident: $make:expr;)+) => {$(
            mod $module {
                use super::*;

                fn made() -> Result<Vec<&'static str>, Fault> {
                    Ok($make)
                }
                #[inject(made = made)]
                fn ask(made: Vec<&'static str>) -> Result<Vec<&'static str>, Fault> {
                    Ok(made)
                }

                #[test]
                fn the_fake_does_not_leak_into_the_program() {
                    run_test("leaks", || {
                        let _swap = dyno::swap(open, || Db("fake"));
                        assert_eq!(ask(), Ok(vec!["fake"; 4]));
                    });
                    assert_eq!(ask(), Ok(vec!["real"; 4]));
                }

                fn made_later() -> Result<Vec<&'static str>, Fault> {
                    Ok($make)
                }
                #[inject(made = made_later)]
                fn ask_later(made: Vec<&'static str>) -> Result<Vec<&'static str>, Fault> {
                    Ok(made)
                }

                #[test]
                fn what_the_program_has_built_is_rebuilt() {
                    assert_eq!(ask_later(), Ok(vec!["real"; 4]));
                    run_test("rebuilds", || {
                        let _swap = dyno::swap(open, || Db("fake"));
                        assert_eq!(ask_later(), Ok(vec!["fake"; 4]));
                    });
                    assert_eq!(ask_later(), Ok(vec!["real"; 4]));
                }
            }
        )+};
    }

    built_on! {
        rayon_here: (0..4).into_par_iter().map(|_| name()).collect();
        scoped_pool: {
            let pool = dyno::pool::scoped(2).expect("two threads");
            pool.install(|| (0..4).into_par_iter().map(|_| name()).collect())
        };
        spawned: {
            let all: Vec<_> = (0..4).map(|_| dyno::spawn(name)).collect();
            all.into_iter().map(|it| it.join().expect("no panic")).collect()
        };
        carried_by_hand: {
            let scope = dyno::Scope::current();
            let carried = |_| thread::spawn(scope.clone().wrap(name));
            let all: Vec<_> = (0..4).map(carried).collect();
            all.into_iter().map(|it| it.join().expect("no panic")).collect()
        };
    }
}

mod too_late {
    use super::*;
    use std::sync::Barrier;

    static ENTERED: Barrier = Barrier::new(2);
    static GO: Barrier = Barrier::new(2);
    fn open() -> Db {
        Db("real")
    }
    #[inject(db = open)]
    fn repo(db: &Db) -> String {
        if db.0 == "fake" {
            ENTERED.wait();
            GO.wait();
        }
        format!("repo of {}", db.0)
    }
    #[inject(repo = repo)]
    fn ask(repo: &String) -> Result<String, Fault> {
        Ok(repo.clone())
    }

    #[test]
    fn a_build_that_outlives_its_stand_in_leaves_nothing_to_the_program() {
        let swap = dyno::swap(open, || Db("fake"));
        let asking = dyno::spawn(ask);
        ENTERED.wait();
        drop(swap);
        GO.wait();
        assert_eq!(watched(|| asking.join().expect("no panic")), Ok("repo of real".to_owned()));
        assert_eq!(ask(), Ok("repo of real".to_owned()));
    }
}
