//! A fake in place of a provider: for whom it holds, what is rebuilt from it, and that nothing of it
//! is left.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread;

use dyno::testing::run_test;
use dyno::{Fault, inject};

use crate::support::{Count, at_once, hear, until, watched, why};

#[derive(Clone, Debug, PartialEq)]
struct Db(String);

fn db(name: &str) -> Db {
    Db(name.to_owned())
}

mod captive {
    use super::*;

    static CONNECTED: Count = Count::new();
    static CONFIGURED: Count = Count::new();
    static REPOS: Count = Count::new();

    fn config() -> usize {
        CONFIGURED.up()
    }
    fn connect_db() -> Result<Db, String> {
        CONNECTED.up();
        Ok(db("real"))
    }
    #[inject(db = connect_db, config = config)]
    fn user_repo(db: Arc<Db>, config: &usize) -> Result<String, Fault> {
        REPOS.up();
        Ok(format!("repo {config} of {}", db.0))
    }
    #[inject(repo = user_repo)]
    fn service(repo: &String) -> Result<String, Fault> {
        Ok(format!("service with {repo}"))
    }
    #[inject(service = service, repo = user_repo)]
    fn ask(service: &String, repo: &String) -> Result<(String, String), Fault> {
        Ok((service.clone(), repo.clone()))
    }
    fn of(name: &str) -> Result<(String, String), Fault> {
        Ok((format!("service with repo 1 of {name}"), format!("repo 1 of {name}")))
    }

    /// Half of them before the program has built anything of its own, half of them after.
    #[test]
    fn sixteen_tests_at_once_see_their_own_fake_and_nothing_leaks() {
        for (round, globals) in [(0, 0), (1, 1)] {
            if round == 1 {
                assert_eq!(ask(), of("real"), "the fakes were there first, and left nothing");
                assert_eq!(REPOS.get(), 16 + 1);
            }
            let all = at_once(16, |n| {
                run_test("captive", || {
                    let name = format!("fake {n}");
                    let made = Arc::new(Count::new());
                    let (making, text) = (made.clone(), name.clone());
                    let _swap = dyno::swap(connect_db, move || {
                        making.up();
                        Ok(db(&text))
                    });
                    let wrong = (0..200).filter(|_| ask() != of(&name)).count();
                    let spawned = dyno::spawn(ask).join().expect("no panic");
                    (wrong, spawned == of(&name), made.get())
                })
            });
            assert_eq!(all, [(0, true, 1); 16], "wrong answers, spawned, fakes made");
            assert_eq!((CONNECTED.get(), CONFIGURED.get()), (globals, 1));
        }
        assert_eq!(ask(), of("real"), "untouched outside");
        assert_eq!((CONNECTED.get(), CONFIGURED.get(), REPOS.get()), (1, 1, 16 + 1 + 16));
    }
}

mod nested {
    use super::*;

    fn open() -> Db {
        db("real")
    }
    fn config() -> u8 {
        1
    }
    #[inject(db = open, config = config)]
    fn repo(db: &Db, config: &u8) -> String {
        format!("{} {config}", db.0)
    }
    #[inject(repo = repo)]
    fn ask(repo: &String) -> String {
        repo.clone()
    }

    #[test]
    fn the_inner_one_wins_and_each_keeps_what_was_built_from_it() {
        assert_eq!(ask(), "real 1");
        let outer = dyno::swap(open, || db("outer"));
        assert_eq!(ask(), "outer 1");
        let config_two = dyno::swap(config, || 2);
        assert_eq!(ask(), "outer 2");
        let inner = dyno::swap(open, || db("inner"));
        assert_eq!(ask(), "inner 2");
        drop(inner);
        assert_eq!(ask(), "outer 2");
        drop(config_two);
        assert_eq!(ask(), "outer 1");
        drop(outer);
        assert_eq!(ask(), "real 1");
    }

    #[test]
    fn guards_may_be_dropped_in_any_order() {
        for in_test in [false, true] {
            let all = || {
                let outer = dyno::swap(open, || db("outer"));
                let config_two = dyno::swap(config, || 2);
                let inner = dyno::swap(open, || db("inner"));
                drop(outer);
                assert_eq!(ask(), "inner 2");
                drop(inner);
                assert_eq!(ask(), "real 2");
                let again = dyno::swap(open, || db("again"));
                drop(config_two);
                assert_eq!(ask(), "again 1");
                drop(again);
                assert_eq!(ask(), "real 1");
            };
            if in_test { run_test("any order", all) } else { all() }
        }
    }

    #[test]
    fn a_provider_that_is_built_already_may_be_replaced_as_a_whole() {
        assert_eq!(ask(), "real 1");
        let whole = dyno::swap(repo, || "no repo".to_owned());
        assert_eq!(ask(), "no repo");
        // The fake has no database, so this one has no say in it.
        let _db = dyno::swap(open, || db("fake"));
        assert_eq!(ask(), "no repo");
        drop(whole);
        assert_eq!(ask(), "fake 1");
    }

    #[test]
    fn a_fake_may_be_injected_into() {
        #[inject(config = config)]
        fn fake_of_config(config: &u8) -> Db {
            db(&format!("fake for {config}"))
        }
        let fake = dyno::swap(open, fake_of_config);
        assert_eq!(ask(), "fake for 1 1");
        let config_two = dyno::swap(config, || 2);
        assert_eq!(ask(), "fake for 2 2", "what the fake has read is replaced");
        drop(config_two);
        assert_eq!(ask(), "fake for 1 1");
        drop(fake);
        assert_eq!(ask(), "real 1");
    }
}

mod ends {
    use super::*;

    fn open() -> Db {
        db("real")
    }
    #[inject(db = open)]
    fn ask(db: &Db) -> String {
        db.0.clone()
    }

    #[test]
    fn with_a_panic_too() {
        let panicked = catch_unwind(|| {
            let _swap = dyno::swap(open, || db("fake"));
            assert_eq!(ask(), "fake");
            panic!("as expected");
        });
        assert!(panicked.is_err());
        assert_eq!(ask(), "real");
        let panicked = catch_unwind(|| {
            run_test("panics", || {
                // Not even a guard that was forgotten outlives its test.
                std::mem::forget(dyno::swap(open, || db("fake")));
                assert_eq!(ask(), "fake");
                panic!("as expected");
            });
        });
        assert!(panicked.is_err());
        assert_eq!((ask(), dyno::Scope::current().is_empty()), ("real".to_owned(), true));
    }

    #[test]
    fn with_a_fake_that_panics_or_fails() {
        fn connect() -> Result<Db, String> {
            Ok(db("real"))
        }
        #[inject(db = connect)]
        fn ask(db: &Db) -> Result<String, Fault> {
            Ok(db.0.clone())
        }
        let panics = dyno::swap(connect, || -> Result<Db, String> { panic!("a bad fake") });
        assert!(why(ask()).to_string().contains("the provider panicked: a bad fake (asked "));
        drop(panics);
        assert_eq!(ask().as_deref(), Ok("real"), "at once: the failure was the fake's");
        let fails = dyno::swap(connect, || Err("refused".to_owned()));
        assert!(why(ask()).to_string().contains("the provider failed: refused (asked "));
        drop(fails);
        assert_eq!(ask().as_deref(), Ok("real"));
    }

    #[test]
    fn by_dropping_what_was_built_from_it() {
        struct Loud(Arc<Mutex<Vec<&'static str>>>, &'static str);
        impl Drop for Loud {
            fn drop(&mut self) {
                self.0.lock().expect("not poisoned").push(self.1);
            }
        }
        fn quiet() -> Loud {
            Loud(Arc::default(), "real")
        }
        #[inject(loud = quiet)]
        fn holder(loud: Arc<Loud>) -> (Arc<Loud>, Loud) {
            let other = Loud(loud.0.clone(), "holder");
            (loud, other)
        }
        #[inject(holder = holder)]
        fn touch(holder: &(Arc<Loud>, Loud)) -> usize {
            holder.1.1.len()
        }
        let log: Arc<Mutex<Vec<_>>> = Arc::default();
        let telling = log.clone();
        let swap = dyno::swap(quiet, move || Loud(telling.clone(), "fake"));
        assert_eq!((touch(), log.lock().expect("not poisoned").len()), (6, 0));
        drop(swap);
        // The worker that built it may be the last to let go.
        until(|| log.lock().expect("not poisoned").len() >= 2);
        let mut dropped = log.lock().expect("not poisoned").clone();
        dropped.sort_unstable();
        assert_eq!(dropped, ["fake", "holder"]);
    }
}

mod missed {
    use super::*;

    fn connect() -> Db {
        db("real")
    }
    #[inject(db = connect)]
    fn ask(db: &Db) -> String {
        db.0.clone()
    }

    #[test]
    fn a_thread_that_a_swap_cannot_reach_is_told_of_once() {
        let (_observing, heard) = hear("missed::connect");
        run_test("shop::forgetful", || {
            let _swap = dyno::swap(connect, || db("fake"));
            for _ in 0..3 {
                assert_eq!(thread::spawn(ask).join().expect("no panic"), "real");
                assert_eq!(dyno::spawn(ask).join().expect("no panic"), "fake");
            }
            let heard = heard.lock().expect("not poisoned");
            let [warning] = &heard[..] else { panic!("{heard:#?}") };
            assert!(warning.contains("the test `shop::forgetful`"), "{warning}");
            assert!(warning.contains("missed::connect`"), "{warning}");
            assert!(warning.contains("`dyno::spawn`"), "{warning}");
        });
        assert_eq!(thread::spawn(ask).join().expect("no panic"), "real");
        assert_eq!(heard.lock().expect("not poisoned").len(), 1, "the test is over");
        // For each test anew; one that is strict wants a panic.
        run_test("shop::strict", || {
            let _strict = dyno::inject::strict();
            let _swap = dyno::swap(connect, || db("fake"));
            let panic = thread::spawn(ask).join().expect_err("it panics");
            let text = panic.downcast::<String>().expect("a message");
            assert!(text.contains("shop::strict"), "{text}");
            let quiet = catch_unwind(AssertUnwindSafe(|| dyno::spawn(ask).join()));
            assert_eq!(quiet.expect("no panic").expect("no panic"), "fake");
        });
        assert_eq!(heard.lock().expect("not poisoned").len(), 2);
    }
}

mod per_call {
    use super::*;

    fn ticket() -> Result<Db, String> {
        Ok(db("real"))
    }
    #[inject(ticket = ticket, scope = call)]
    fn ask(mut ticket: Db) -> Result<String, Fault> {
        ticket.0.push('!');
        Ok(ticket.0)
    }

    #[test]
    fn values_of_the_call_come_from_the_fake() {
        let made = Arc::new(Count::new());
        let making = made.clone();
        let swap = dyno::swap(ticket, move || Ok(db(&format!("fake {}", making.up()))));
        assert_eq!((ask().as_deref(), ask().as_deref()), (Ok("fake 1!"), Ok("fake 2!")));
        drop(swap);
        assert_eq!((ask().as_deref(), made.get()), (Ok("real!"), 2));
    }

    #[inject(ticket = ticket, scope = call)]
    fn holder(ticket: Db) -> Result<String, Fault> {
        Ok(format!("holder of {}", ticket.0))
    }
    #[inject(holder = holder)]
    fn ask_holder(holder: &String) -> Result<String, Fault> {
        Ok(holder.clone())
    }

    #[test]
    fn who_was_built_with_one_is_rebuilt() {
        assert_eq!(ask_holder().as_deref(), Ok("holder of real"));
        let swap = dyno::swap(ticket, || Ok(db("fake")));
        assert_eq!(ask_holder().as_deref(), Ok("holder of fake"));
        drop(swap);
        assert_eq!(ask_holder().as_deref(), Ok("holder of real"));
    }
}

mod leaving {
    use super::*;

    static LEFT: Count = Count::new();

    fn open() -> u8 {
        1
    }

    #[inject(n = open)]
    fn read(n: &u8) -> u8 {
        *n
    }

    /// Uses dyno at its drop.
    struct Mock;

    impl Drop for Mock {
        fn drop(&mut self) {
            let _ = dyno::clock::now();
            assert_eq!(read(), 1, "what it was part of is gone");
            LEFT.up();
        }
    }

    #[test]
    fn a_fake_may_use_dyno_at_its_drop() {
        watched(|| {
            run_test("leaving", || {
                let mock = Mock;
                let fake = dyno::swap(open, move || {
                    let _ = &mock;
                    2_u8
                });
                assert_eq!(read(), 2);
                drop(fake);
            });
        });
        // A test that looks at all fakes just then drops it in this one's place.
        until(|| LEFT.get() == 1);
    }
}
