//! Shutting down what a test has built.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno::fault::InjectErrorKind;
use dyno::{Fault, inject};

use crate::support::{block_on, watch, why, yields};

type Log = Arc<Mutex<Vec<String>>>;

/// What a stop hook writes to.
#[derive(Clone, Default)]
struct Part {
    name: &'static str,
    log: Log,
}

impl Part {
    fn stop(&self) {
        self.log.lock().expect("not poisoned").push(format!("stopped {}", self.name));
    }
}

fn parts(log: &Log) -> impl Fn(&'static str) -> Part + Clone + Send + Sync + 'static {
    let log = log.clone();
    move |name| Part { name, log: log.clone() }
}

mod in_order {
    use super::*;

    fn config() -> Part {
        Part::default()
    }
    fn with_config(config: &Part, name: &'static str) -> Part {
        Part { name, log: config.log.clone() }
    }
    #[inject(config(config, stop = Part::stop))]
    fn open_db(config: &Part) -> Result<Part, Fault> {
        Ok(with_config(config, "db"))
    }
    fn close_db(db: &Part) -> Result<(), String> {
        db.stop();
        Err("the db is busy".to_owned())
    }
    #[inject(db(open_db, stop = close_db))]
    async fn connect(db: &Part) -> Result<Part, Fault> {
        yields(2).await;
        Ok(with_config(db, "connection"))
    }
    async fn hang_up(connection: &Part) {
        yields(2).await;
        connection.stop();
    }
    #[inject(connection(connect.await, stop = hang_up.await))]
    async fn serve(connection: &Part) -> Result<Part, Fault> {
        Ok(with_config(connection, "server"))
    }
    fn panics(server: &Part) {
        server.stop();
        panic!("as expected");
    }
    #[inject(server(serve.await, stop = panics))]
    async fn ask(server: &Part) -> Result<&'static str, Fault> {
        Ok(server.name)
    }
    #[inject(db = open_db)]
    fn ask_db(db: &Part) -> Result<&'static str, Fault> {
        Ok(db.name)
    }

    #[dyno::test(tokio, threads = 2)]
    async fn the_last_completed_is_stopped_first_and_every_hook_runs() {
        let _watch = watch();
        let log = Log::default();
        let _world = dyno::inject::isolated();
        let part = parts(&log);
        let _config = dyno::swap(config, move || part("config"));
        assert_eq!(ask().await, Ok("server"));
        let error = dyno::shutdown().await.expect_err("two hooks fail");
        let lines = log.lock().expect("not poisoned").clone();
        assert_eq!(lines, ["stopped server", "stopped connection", "stopped db", "stopped config"]);
        let failures: Vec<_> = error.failures().map(|(name, e)| format!("{name}: {e}")).collect();
        assert_eq!(
            failures,
            [
                "injection::shutdown::in_order::serve: the stop hook panicked",
                "injection::shutdown::in_order::open_db: the db is busy"
            ]
        );
        assert!(error.to_string().starts_with("2 dependencies could not be stopped:"), "{error}");

        for down in
            [why(ask().await), why(ask_db()), why(tokio::spawn(ask()).await.expect("no panic"))]
        {
            assert!(matches!(down.kind(), InjectErrorKind::ShutDown), "{down}");
            assert!(down.to_string().ends_with("dyno has been shut down"), "{down}");
        }
        assert!(dyno::shutdown().await.is_ok(), "nothing is stopped twice");
        assert_eq!(log.lock().expect("not poisoned").len(), 4);
    }

    #[test]
    fn another_test_is_not_shut_down() {
        for _ in 0..50 {
            assert_eq!(ask_db(), Ok("db"));
        }
    }
}

mod declared_elsewhere {
    use super::*;

    fn open() -> Part {
        Part::default()
    }
    #[inject(part = open)]
    fn uses(part: &Part) -> &'static str {
        part.name
    }
    /// It says how to stop, but nobody calls it.
    #[expect(dead_code, reason = "it is here for its declaration")]
    #[inject(part(open, stop = Part::stop))]
    fn never_called(part: &Part) -> &'static str {
        part.name
    }

    #[dyno::test]
    fn a_hook_counts_wherever_it_is_declared() {
        let _watch = watch();
        let log = Log::default();
        let _world = dyno::inject::isolated();
        let part = parts(&log);
        let _open = dyno::swap(open, move || part("part"));
        assert_eq!(uses(), "part");
        dyno::shutdown().run().expect("all is stopped");
        assert_eq!(*log.lock().expect("not poisoned"), ["stopped part"]);
    }
}

mod late {
    use super::*;
    use std::future::IntoFuture;

    fn open() -> Part {
        Part::default()
    }
    fn fast() -> u8 {
        1
    }
    async fn never(_: &Part) {
        std::future::pending::<()>().await;
    }
    fn stop_fast(_: &u8) -> Result<(), String> {
        Err("asked".to_owned())
    }
    #[inject(fast(fast, stop = stop_fast))]
    fn ask_fast(fast: &u8) -> u8 {
        *fast
    }
    #[inject(part(open, stop = never.await))]
    fn ask(part: &Part) -> usize {
        part.name.len()
    }

    #[dyno::test]
    fn a_hook_that_never_ends_is_left_alone() {
        let _watch = watch();
        let _world = dyno::inject::isolated();
        assert_eq!((ask_fast(), ask()), (1, 0));
        let _frozen = dyno::clock::freeze();
        let error = block_on(dyno::shutdown().timeout(Duration::from_secs(5)).into_future())
            .expect_err("one never ends");
        let failures: Vec<_> =
            error.failures().map(|(name, e)| (name.to_owned(), e.to_string())).collect();
        assert_eq!(failures.len(), 2, "{failures:?}");
        assert!(failures[0].0.ends_with("late::open"), "{failures:?}");
        assert_eq!(failures[0].1, "not stopped within 5s");
    }
    fn other() -> Part {
        Part::default()
    }
    #[inject(part(other, fallback = Part { name: "instead", ..Part::default() }))]
    fn with_fallback(part: &Part) -> Result<&'static str, Fault> {
        Ok(part.name)
    }

    #[dyno::test]
    fn no_fallback_hides_that_it_is_over() {
        let _watch = watch();
        let _world = dyno::inject::isolated();
        assert_eq!(with_fallback(), Ok(""));
        dyno::shutdown().run().expect("nothing fails");
        assert!(matches!(why(with_fallback()).kind(), InjectErrorKind::ShutDown));
    }
}

mod without_a_world {
    use super::*;

    static STOPPED: crate::support::Count = crate::support::Count::new();
    fn open() -> u16 {
        3
    }
    fn count(_: &u16) {
        STOPPED.up();
    }
    #[inject(number(open, stop = count))]
    fn ask(number: &u16) -> Result<u16, Fault> {
        Ok(*number)
    }

    #[test]
    fn a_test_never_shuts_the_program_down() {
        assert_eq!(ask(), Ok(3));
        dyno::testing::run_test("over", || {
            dyno::shutdown().run().expect("nothing to stop");
            assert_eq!(STOPPED.get(), 0);
        });
        assert_eq!(ask(), Ok(3));
    }
}

mod meanwhile {
    use super::*;
    use crate::support::{Count, until};
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

    static ENTERED: Barrier = Barrier::new(2);
    static GO: Barrier = Barrier::new(2);
    static STOPPED: Count = Count::new();
    fn open() -> u32 {
        ENTERED.wait();
        GO.wait();
        4
    }
    fn stop(_: &u32) {
        STOPPED.up();
    }
    #[inject(number(open, stop = stop))]
    fn ask(number: &u32) -> Result<u32, Fault> {
        Ok(*number)
    }

    #[dyno::test]
    fn a_build_that_ends_too_late_is_stopped_at_once() {
        let _watch = watch();
        let _world = dyno::inject::isolated();
        let asking = dyno::spawn(ask);
        ENTERED.wait();
        dyno::shutdown().run().expect("nothing is there yet");
        assert_eq!(STOPPED.get(), 0);
        GO.wait();
        let error = why(asking.join().expect("no panic"));
        assert!(matches!(error.kind(), InjectErrorKind::ShutDown), "{error}");
        until(|| STOPPED.get() == 1);
    }

    static BEGUN: AtomicBool = AtomicBool::new(false);
    static GO_ON: AtomicBool = AtomicBool::new(false);
    static HUNG_UP: Count = Count::new();
    async fn dial() -> u64 {
        BEGUN.store(true, SeqCst);
        while !GO_ON.load(SeqCst) {
            yields(1).await;
        }
        5
    }
    async fn hang_up(_: &u64) {
        yields(2).await;
        HUNG_UP.up();
    }
    #[inject(line(dial.await, stop = hang_up.await))]
    async fn call(line: &u64) -> Result<u64, Fault> {
        Ok(*line)
    }

    #[dyno::test(tokio, threads = 2)]
    async fn a_task_that_ends_too_late_is_stopped_at_once() {
        let _watch = watch();
        let _world = dyno::inject::isolated();
        let calling = tokio::spawn(call());
        until(|| BEGUN.load(SeqCst));
        dyno::shutdown().await.expect("nothing is there yet");
        GO_ON.store(true, SeqCst);
        let error = why(calling.await.expect("no panic"));
        assert!(matches!(error.kind(), InjectErrorKind::ShutDown), "{error}");
        assert_eq!(HUNG_UP.get(), 1);
    }
}

mod of_registries {
    use super::*;
    use crate::support::Count;
    use dyno::Registry;

    static STOPPED: Count = Count::new();
    static OPENED: Count = Count::new();
    fn open() -> usize {
        OPENED.up()
    }
    fn stop(_: &usize) {
        STOPPED.up();
    }
    #[inject(session(open, scope = registry, stop = stop))]
    fn session(session: &usize) -> Result<usize, Fault> {
        Ok(*session)
    }

    #[test]
    fn each_instance_of_an_isolated_part_is_stopped() {
        let _watch = watch();
        let _world = dyno::inject::isolated();
        let own = Registry::new();
        assert_eq!((session(), own.scope(session)), (Ok(1), Ok(2)));
        dyno::shutdown().run().expect("all is stopped");
        assert_eq!(STOPPED.get(), 2);
    }
}
