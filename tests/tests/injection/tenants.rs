//! `scope = registry`: each tenant has its own, and nobody sees another's.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Weak};

use dyno::registry::InRegistry;
use dyno::{Fault, Registry, inject};

use crate::support::{Count, at_once, until, watch, yields};

fn tenant(name: &str) -> Registry {
    let registry = Registry::global().child();
    registry.set("tenants.name", Arc::new(name.to_owned())).expect("not sealed");
    registry
}

mod isolation {
    use super::*;

    static BUILT: Count = Count::new();

    #[derive(Clone, Debug, PartialEq)]
    struct Session(String, usize);

    #[inject(name = tag("tenants.name"))]
    fn open(name: &String) -> Result<Session, Fault> {
        let n = BUILT.up();
        (0..20).for_each(|_| std::thread::yield_now());
        Ok(Session(name.clone(), n))
    }
    #[inject(session(open, scope = registry))]
    fn session(session: Session) -> Result<Session, Fault> {
        Ok(session)
    }

    #[test]
    fn holds_for_eight_tenants_with_two_threads_each() {
        let tenants: Vec<_> = (0..8).map(|n| tenant(&format!("t{n}"))).collect();
        let all = at_once(16, move |n| {
            let of = n / 2;
            let sessions: Vec<_> =
                (0..100).map(|_| tenants[of].scope(session).expect("it is built")).collect();
            assert!(sessions.iter().all(|it| *it == sessions[0]));
            (of, sessions[0].clone())
        });
        for pair in all.chunks(2) {
            assert_eq!(pair[0], pair[1], "one for each tenant");
            assert_eq!(pair[0].1.0, format!("t{}", pair[0].0));
        }
        assert_eq!(BUILT.get(), 8);
    }
}

mod captive {
    use super::*;

    static REPORTS: Count = Count::new();

    #[inject(name = tag("tenants.name"))]
    fn reader(name: &String) -> Result<String, Fault> {
        Ok(format!("reader of {name}"))
    }
    #[inject(reader = reader)]
    fn report(reader: &String) -> Result<String, Fault> {
        REPORTS.up();
        Ok(format!("report by {reader}"))
    }
    #[inject(report = report)]
    fn ask(report: &String) -> Result<String, Fault> {
        Ok(report.clone())
    }

    #[test]
    fn a_tenants_value_gets_into_no_other_and_not_into_the_programs() {
        let (acme, globex) = (tenant("acme"), tenant("globex"));
        let of = |name: &str| Ok(format!("report by reader of {name}"));
        // The tenants come first: what they build must not become the program's.
        assert_eq!(acme.scope(ask), of("acme"));
        assert_eq!(globex.scope(ask), of("globex"));
        assert!(ask().is_err(), "the program has no name");
        Registry::global().set("tenants.name", Arc::new("all".to_owned())).expect("not sealed");
        let frozen = dyno::clock::freeze();
        frozen.advance(std::time::Duration::from_secs(60));
        assert_eq!(ask(), of("all"));
        // And the program's must not become theirs.
        assert_eq!(tenant("later").scope(ask), of("later"));
        assert_eq!((acme.scope(ask), globex.scope(ask)), (of("acme"), of("globex")));
        // One each, and the one of the program that failed never got so far.
        assert_eq!(REPORTS.get(), 4);
    }
}

mod provided {
    use super::*;

    static OPENED: Count = Count::new();
    fn open() -> usize {
        OPENED.up()
    }
    #[inject(db = tag("tenants.provided"))]
    fn repo(db: &usize) -> Result<usize, Fault> {
        Ok(*db)
    }
    #[inject(repo = repo, db = tag("tenants.provided"))]
    fn ask(repo: &usize, db: &usize) -> Result<(usize, usize), Fault> {
        Ok((*repo, *db))
    }

    #[test]
    fn what_the_registry_builds_for_one_test_ends_with_it() {
        let global = Registry::global();
        global.provide::<usize, _>("tenants.provided", open).expect("not sealed");
        dyno::testing::run_test("one", || assert_eq!(ask(), Ok((1, 1))));
        dyno::testing::run_test("two", || assert_eq!(ask(), Ok((2, 2))));
        assert_eq!(ask(), Ok((3, 3)), "the program's own, at last");
        dyno::testing::run_test("three", || assert_eq!(ask(), Ok((4, 4))));
        assert_eq!((ask(), OPENED.get()), (Ok((3, 3)), 4));
    }
}

mod clean {
    use super::*;

    static OPENED: Count = Count::new();
    fn open() -> usize {
        OPENED.up()
    }
    #[inject(db = open)]
    fn ask(db: &usize) -> usize {
        *db
    }

    #[test]
    fn what_asks_no_registry_is_shared_by_all_tenants() {
        let (acme, globex) = (tenant("acme"), tenant("globex"));
        assert_eq!([acme.scope(ask), globex.scope(ask), ask()], [1; 3]);
        assert_eq!(OPENED.get(), 1);
    }
}

mod life {
    use super::*;

    static ALIVE: AtomicUsize = AtomicUsize::new(0);
    struct Session;
    impl Drop for Session {
        fn drop(&mut self) {
            ALIVE.fetch_sub(1, SeqCst);
        }
    }
    fn open() -> Session {
        ALIVE.fetch_add(1, SeqCst);
        Session
    }
    #[inject(session(open, scope = registry))]
    fn session(session: Arc<Session>) -> Weak<Session> {
        Arc::downgrade(&session)
    }

    #[test]
    fn a_tenants_values_end_with_it() {
        let acme = tenant("acme");
        let weak = acme.scope(session);
        assert!(Weak::ptr_eq(&weak, &acme.scope(session)));
        assert!(weak.upgrade().is_some());
        drop(acme);
        // The worker that built it may be the last to let go.
        until(|| ALIVE.load(SeqCst) == 0);
        assert!(weak.upgrade().is_none());
    }
}

mod tasks {
    use super::*;

    async fn open() -> Result<String, Fault> {
        yields(3).await;
        named().await
    }
    #[inject(name = tag("tenants.name"))]
    async fn named(name: Arc<String>) -> Result<String, Fault> {
        yields(1).await;
        Ok(name.to_string())
    }
    #[inject(session(open.await, scope = registry))]
    async fn serve(session: &String) -> Result<String, Fault> {
        yields(2).await;
        Ok(session.clone())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn take_their_tenant_along() {
        let _watch = watch();
        let tenants: Vec<_> = (0..4).map(|n| tenant(&format!("t{n}"))).collect();
        let tasks: Vec<_> =
            (0..64).map(|n| (n % 4, tokio::spawn(serve().in_registry(&tenants[n % 4])))).collect();
        for (of, task) in tasks {
            assert_eq!(task.await.expect("no panic"), Ok(format!("t{of}")));
        }
    }
}

mod workers {
    use super::*;

    /// It blocks, so a worker builds it while the task sleeps.
    #[inject(name = tag("tenants.name"))]
    fn open(name: &String) -> Result<String, Fault> {
        (0..20).for_each(|_| std::thread::yield_now());
        Ok(name.clone())
    }
    #[inject(session(open, scope = registry))]
    async fn serve(session: &String) -> Result<String, Fault> {
        yields(2).await;
        Ok(session.clone())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn build_for_the_tenant_whose_task_asks() {
        let _watch = watch();
        let (acme, globex) = (tenant("acme"), tenant("globex"));
        let tasks = [&acme, &globex, &acme].map(|of| tokio::spawn(serve().in_registry(of)));
        let mut names = Vec::new();
        for task in tasks {
            names.push(task.await.expect("no panic").expect("every tenant has a name"));
        }
        assert_eq!(names, ["acme", "globex", "acme"]);
    }
}
