//! Fakes, and what is built with them.

use super::*;

#[derive(Clone, Debug, PartialEq)]
struct Db(String);

#[test]
fn a_fake_holds_for_its_thread_and_is_gone_afterwards() {
    fn open() -> Result<Db, std::num::ParseIntError> {
        Ok(Db("real".to_owned()))
    }
    point!();
    site!(DB: Db = open);
    let name = || DB.get().expect("it is built").0.clone();
    assert_eq!(name(), "real");
    {
        let _outer = dyno::swap(open, || Ok(Db("outer".to_owned())));
        assert_eq!(name(), "outer");
        {
            let _inner = dyno::swap(open, || Ok(Db("inner".to_owned())));
            assert_eq!(name(), "inner");
            assert_eq!(dyno::spawn(name).join().expect("no panic"), "inner");
            assert_eq!(thread::spawn(name).join().expect("no panic"), "real");
        }
        assert_eq!(name(), "outer");
    }
    assert_eq!(name(), "real");
}

/// `repo` reads `connect` and `config`; only `connect` is replaced. What was built from the
/// real one must not be seen inside, and nothing of the inside may be seen outside.
#[test]
fn sixteen_threads_with_fakes_do_not_see_each_other() {
    static CONNECTS: AtomicUsize = AtomicUsize::new(0);
    static REPOS: AtomicUsize = AtomicUsize::new(0);
    static CONFIGS: AtomicUsize = AtomicUsize::new(0);
    fn config() -> u64 {
        CONFIGS.fetch_add(1, SeqCst);
        1
    }
    fn connect() -> Result<Db, String> {
        CONNECTS.fetch_add(1, SeqCst);
        Ok(Db("real".to_owned()))
    }
    fn repo() -> Result<String, dyno::Fault> {
        point!();
        site!(DB: Db = connect);
        site!(CONFIG: u64 = config);
        REPOS.fetch_add(1, SeqCst);
        Ok(format!("repo {} {}", *CONFIG.get()?, DB.get()?.0))
    }
    fn service() -> Result<String, dyno::Fault> {
        point!();
        site!(REPO: String = repo);
        Ok(format!("service of {}", *REPO.get()?))
    }
    point!();
    site!(SERVICE: String = service);
    site!(REPO: String = repo);
    let ask = || (SERVICE.get().expect("service").clone(), REPO.get().expect("repo").clone());
    let expected = |db: &str| (format!("service of repo 1 {db}"), format!("repo 1 {db}"));
    for with_global in [false, true] {
        if with_global {
            assert_eq!(ask(), expected("real"));
            assert_eq!((CONNECTS.load(SeqCst), CONFIGS.load(SeqCst)), (1, 1));
            assert_eq!(REPOS.load(SeqCst), 17);
        }
        let start = Arc::new(Barrier::new(16));
        let run = |n: usize| {
            let start = start.clone();
            thread::spawn(move || {
                let name = format!("fake {n}");
                let fakes = Arc::new(AtomicUsize::new(0));
                let (made, text) = (fakes.clone(), name.clone());
                let _swap = dyno::swap(connect, move || {
                    made.fetch_add(1, SeqCst);
                    Ok(Db(text.clone()))
                });
                start.wait();
                let wrong = (0..500).filter(|_| ask() != expected(&name)).count();
                (wrong, fakes.load(SeqCst))
            })
        };
        let threads: Vec<_> = (0..16).map(run).collect();
        let all = watched(move || {
            threads.into_iter().map(|it| it.join().expect("no panic")).collect::<Vec<_>>()
        });
        assert_eq!(all, [(0, 1); 16], "wrong answers and fakes made, by thread");
    }
    assert_eq!(ask(), expected("real"));
    assert_eq!((CONNECTS.load(SeqCst), CONFIGS.load(SeqCst)), (1, 1));
    // One for the program and one for each of the 32 fakes.
    assert_eq!(REPOS.load(SeqCst), 33);
}

#[test]
fn a_value_of_the_fake_dies_with_it() {
    struct Loud(Arc<AtomicUsize>);
    impl Drop for Loud {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
        }
    }
    fn quiet() -> Loud {
        Loud(Arc::default())
    }
    fn holder() -> Result<Arc<Loud>, dyno::Fault> {
        point!();
        site!(LOUD: Loud = quiet);
        Ok(LOUD.get()?.into_arc())
    }
    point!();
    site!(HOLDER: Loud = holder);
    let dropped = Arc::new(AtomicUsize::new(0));
    let count = dropped.clone();
    let swap = dyno::swap(quiet, move || Loud(count.clone()));
    drop(HOLDER.get().expect("it is built"));
    assert_eq!(dropped.load(SeqCst), 0);
    drop(swap);
    // The worker that built it may still be letting go.
    watched(move || {
        while dropped.load(SeqCst) == 0 {
            thread::yield_now();
        }
    });
}

#[test]
fn a_failure_of_the_fake_stays_with_it() {
    fn connect() -> Result<Db, String> {
        Ok(Db("real".to_owned()))
    }
    fn repo() -> Result<String, dyno::Fault> {
        point!();
        site!(DB: Db = connect);
        Ok(DB.get()?.0.clone())
    }
    point!();
    site!(REPO: String = repo);
    let swap = dyno::swap(connect, || Err("no fake either".to_owned()));
    let error = REPO.get().expect_err("the fake fails");
    assert!(error.to_string().contains("no fake either"), "{error}");
    drop(swap);
    assert_eq!(*REPO.get().expect("the real one does not"), "real");
}

#[test]
fn a_thread_that_misses_the_swap_of_a_test_is_warned_of_once() {
    fn connect() -> Db {
        Db("real".to_owned())
    }
    point!();
    site!(DB: Db = connect);
    let warnings = Arc::new(AtomicUsize::new(0));
    let heard = warnings.clone();
    let _watching = dyno::point::observe(move |_: &str, event: &dyno::point::Event<'_>| {
        if let dyno::point::Event::Warning { message } = event {
            if message.contains("`forgetful`") && message.contains("connect") {
                heard.fetch_add(1, SeqCst);
            }
        }
    });
    let test = dyno::scope::test("forgetful");
    let swap = dyno::swap(connect, || Db("fake".to_owned()));
    for _ in 0..3 {
        let seen = thread::spawn(|| DB.get().expect("it is built").0.clone()).join();
        assert_eq!(seen.expect("no panic"), "real");
        let seen = dyno::spawn(|| DB.get().expect("it is built").0.clone()).join();
        assert_eq!(seen.expect("no panic"), "fake");
    }
    assert_eq!(warnings.load(SeqCst), 1);
    let strict = dyno::inject::strict();
    assert!(thread::spawn(|| DB.get().is_ok()).join().is_err());
    drop((strict, swap, test));
    assert!(thread::spawn(|| DB.get().is_ok()).join().is_ok());
}

#[test]
fn a_strict_scope_turns_fallbacks_into_errors() {
    fn down() -> Result<u8, String> {
        Err("down".to_owned())
    }
    point!();
    site!(SITE: u8 = down, with_fallback());
    assert!(matches!(SITE.get_or(), Ok(Err(_))));
    let strict = dyno::inject::strict();
    assert!(SITE.get_or().is_err());
    drop(strict);
    assert!(matches!(SITE.get_or(), Ok(Err(_))));
}

#[test]
fn a_registry_has_values_of_its_own() {
    fn per_tenant() -> Result<String, dyno::InjectError> {
        point!();
        site!(NAME: String = "name", tagged);
        Ok(format!("for {}", *NAME.get()?))
    }
    fn report() -> Result<String, dyno::InjectError> {
        point!();
        site!(OF: String = per_tenant, per_registry);
        Ok(format!("report {}", *OF.get()?))
    }
    point!();
    site!(REPORT: String = report);
    let global = dyno::Registry::global();
    global.set("name", Arc::new("all".to_owned())).expect("not sealed");
    let acme = global.child();
    acme.set("name", Arc::new("acme".to_owned())).expect("not sealed");
    let ask = || REPORT.get().expect("it is built").clone();
    assert_eq!(acme.scope(ask), "report for acme");
    assert_eq!(ask(), "report for all");
    assert_eq!(acme.scope(ask), "report for acme");
    assert_eq!(ask(), "report for all");
}
