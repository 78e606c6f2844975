//! Who would wait for itself is told the way round, with file and line, and never hangs.

use std::future::Future;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use dyno::{Fault, inject};

use crate::support::{Count, at_once, block_on, path, watched, why, yields};

const FILE: &str = file!();

mod through_attributes {
    use super::*;

    #[derive(Debug)]
    struct Db;
    #[derive(Debug)]
    struct Config;
    #[derive(Debug)]
    struct Log;

    const DB: u32 = line!() + 1;
    #[inject(config = load_config)]
    fn connect_db(config: &Config) -> Result<Db, Fault> {
        let _ = config;
        Ok(Db)
    }
    const CONFIG: u32 = line!() + 1;
    #[inject(log = open_log)]
    fn load_config(log: &Log) -> Result<Config, Fault> {
        let _ = log;
        Ok(Config)
    }
    const LOG: u32 = line!() + 1;
    #[inject(db = connect_db)]
    fn open_log(db: &Db) -> Result<Log, String> {
        let _ = db;
        Ok(Log)
    }

    #[inject(db = connect_db)]
    fn ask(db: &Db) -> Result<(), Fault> {
        let _ = db;
        Ok(())
    }

    #[test]
    fn the_path_names_every_step_with_file_and_line() {
        // The failure is remembered for as long as this test lasts.
        let _frozen = dyno::clock::freeze();
        let error = watched(|| why(ask()));
        let expected = [
            format!("connect_db ({FILE}:{DB})"),
            format!("load_config ({FILE}:{CONFIG})"),
            format!("open_log ({FILE}:{LOG})"),
            "connect_db".to_owned(),
        ];
        assert_eq!(path(&error), expected);
        let text = error.to_string();
        assert!(text.ends_with(&format!("dependency cycle: {}", expected.join(" -> "))), "{text}");
        // Who stands elsewhere in the circle is told of what it has asked for itself.
        let text = watched(|| why(load_config().map(drop))).to_string();
        let asked = format!("::load_config: parameter `log` (open_log, {FILE}:{CONFIG}): ");
        assert!(text.contains(&asked), "{text}");
    }
}

mod from_both_ends {
    use super::*;

    static BOTH: Barrier = Barrier::new(2);
    static TO_MEET: AtomicUsize = AtomicUsize::new(2);

    /// The first two who come leave together.
    fn meet() {
        if TO_MEET.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok() {
            BOTH.wait();
        }
    }

    #[derive(Debug)]
    struct Left;
    #[derive(Debug)]
    struct Right;

    fn left() -> Result<Left, Fault> {
        meet();
        needs_right()
    }
    #[inject(right = right)]
    fn needs_right(right: &Right) -> Result<Left, Fault> {
        let _ = right;
        Ok(Left)
    }
    fn right() -> Result<Right, Fault> {
        meet();
        needs_left()
    }
    #[inject(left = left)]
    fn needs_left(left: &Left) -> Result<Right, Fault> {
        let _ = left;
        Ok(Right)
    }

    #[test]
    fn two_threads_are_both_told() {
        let all = at_once(2, |n| {
            if n == 0 { why(needs_right().map(drop)) } else { why(needs_left().map(drop)) }
        });
        for error in all {
            let path = path(&error);
            assert!(path.len() == 3 && path[0].starts_with(&path[2]), "{path:?}");
        }
    }
}

mod side_by_side {
    use super::*;

    #[derive(Debug)]
    struct Left;
    #[derive(Debug)]
    struct Right;
    #[inject(right = right)]
    fn left(right: &Right) -> Result<Left, Fault> {
        let _ = right;
        Ok(Left)
    }
    #[inject(left = left)]
    fn right(left: &Left) -> Result<Right, Fault> {
        let _ = left;
        Ok(Right)
    }
    // Both are built at once, and each asks for the other.
    #[inject(left = left, right = right)]
    fn ask(left: &Left, right: &Right) -> Result<(), Fault> {
        let _ = (left, right);
        Ok(())
    }

    #[test]
    fn a_cycle_among_the_parameters_is_told() {
        for _ in 0..20 {
            assert_eq!(path(&watched(|| why(ask()))).len(), 3);
        }
    }
}

mod asynchronous {
    use super::*;
    use std::pin::Pin;

    #[derive(Debug)]
    struct Left;
    #[derive(Debug)]
    struct Right;

    #[inject(right = right.await)]
    async fn left(right: &Right) -> Result<Left, Fault> {
        let _ = right;
        Ok(Left)
    }
    /// A future that contains itself has to be boxed somewhere.
    fn right() -> Pin<Box<dyn Future<Output = Result<Right, Fault>> + Send>> {
        Box::pin(async {
            yields(2).await;
            needs_left().await
        })
    }
    #[inject(left = left.await)]
    async fn needs_left(left: &Left) -> Result<Right, Fault> {
        let _ = left;
        Ok(Right)
    }

    #[test]
    fn tasks_are_told_as_threads_are() {
        let error = why(block_on(left()).map(drop));
        let path = path(&error);
        assert_eq!(path.len(), 3, "{path:?}");
        assert!(path[0].contains(FILE), "{path:?}");
    }
}

mod on_threads_of_the_provider {
    use super::*;

    #[derive(Debug)]
    struct Db;
    fn in_a_pool() -> Result<Db, String> {
        let pool = dyno::pool::scoped(2).map_err(|error| error.to_string())?;
        pool.install(of_the_pool)
    }
    #[inject(db = in_a_pool)]
    fn of_the_pool(db: &Db) -> Result<Db, String> {
        let _ = db;
        Ok(Db)
    }
    async fn in_a_scope() -> Result<Db, String> {
        // Boxed, as the future would contain itself.
        let asking: std::pin::Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(of_the_scope());
        dyno::Scope::current().run_async(asking).await
    }
    #[inject(db = in_a_scope.await)]
    async fn of_the_scope(db: &Db) -> Result<Db, String> {
        let _ = db;
        Ok(Db)
    }

    #[test]
    fn who_is_waited_for_is_told() {
        let pooled = watched(|| of_the_pool().map(drop)).expect_err("a cycle");
        assert!(pooled.contains("dependency cycle: in_a_pool ("), "{pooled}");
        let scoped = block_on(of_the_scope()).map(drop).expect_err("a cycle");
        assert!(scoped.contains("dependency cycle: in_a_scope ("), "{scoped}");
    }
}

mod none {
    use super::*;

    static BUILT: Count = Count::new();
    #[derive(Debug)]
    struct Base;
    #[derive(Debug)]
    struct Left;
    #[derive(Debug)]
    struct Right;
    fn base() -> Base {
        BUILT.up();
        (0..50).for_each(|_| std::thread::yield_now());
        Base
    }
    #[inject(base = base)]
    fn left(base: &Base) -> Left {
        let _ = (base, BUILT.up());
        Left
    }
    #[inject(left = left, base = base)]
    fn right(base: &Base, left: &Left) -> Right {
        let _ = (base, left, BUILT.up());
        Right
    }
    #[inject(left = left, right = right, base = base)]
    fn forth(left: &Left, right: &Right, base: &Base) {
        let _ = (left, right, base);
    }
    #[inject(base = base, right = right, left = left)]
    fn back(left: &Left, right: &Right, base: &Base) {
        let _ = (left, right, base);
    }

    #[test]
    fn a_diamond_entered_from_all_sides_is_no_cycle() {
        let _all = at_once(16, |n| if n % 2 == 0 { forth() } else { back() });
        assert_eq!(BUILT.get(), 3);
    }
}
