//! A provider that fails: what is said, to whom, and when it is asked again.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use dyno::fault::InjectErrorKind;
use dyno::{Fault, InjectError, Registry, inject};

use crate::support::{Count, PATIENCE, at_once, why};

#[derive(Debug, PartialEq)]
struct NoDisk(u8);
impl fmt::Display for NoDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no disk {}", self.0)
    }
}
impl Error for NoDisk {}

#[derive(Debug, PartialEq)]
struct Db(usize);

const MS: Duration = Duration::from_millis(1);

mod pauses {
    use super::*;

    static ASKED: Count = Count::new();
    fn flaky() -> Result<Db, String> {
        match ASKED.up() {
            12 => Ok(Db(12)),
            n => Err(format!("refusal {n}")),
        }
    }
    #[inject(db = flaky)]
    fn ask(db: &Db) -> Result<usize, Fault> {
        Ok(db.0)
    }

    #[test]
    fn grow_up_to_half_a_minute_and_end_with_success() {
        let frozen = dyno::clock::freeze();
        let mut pause = 100 * MS;
        for n in 1..12 {
            let error = why(ask());
            assert!(
                error.to_string().ends_with(&format!("refusal {n} (asked again in {pause:.1?})")),
                "{error}"
            );
            assert_eq!(error.retry_after(), Some(pause));
            frozen.advance(pause.saturating_sub(MS));
            let error = why(ask());
            assert!(
                error.to_string().ends_with(&format!("refusal {n} (asked again in 1.0ms)")),
                "{error}"
            );
            assert_eq!((error.retry_after(), ASKED.get()), (Some(MS), n), "too soon");
            frozen.advance(MS);
            pause = (pause * 2).min(Duration::from_secs(30));
        }
        assert_eq!((ask(), ask()), (Ok(12), Ok(12)));
        assert_eq!((pause, ASKED.get()), (Duration::from_secs(30), 12));
    }

    static CROWD: Count = Count::new();
    fn refuses() -> Result<Db, String> {
        let n = CROWD.up();
        (0..100).for_each(|_| std::thread::yield_now());
        Err(format!("refusal {n}"))
    }
    #[inject(db = refuses)]
    fn crowd(db: &Db) -> Result<usize, Fault> {
        Ok(db.0)
    }

    #[test]
    fn hold_for_all_who_waited() {
        let frozen = dyno::clock::freeze();
        for round in 1..=3 {
            let scope = dyno::Scope::current();
            let mut all = at_once(16, move |_| scope.run(|| why(crowd()).to_string()));
            all.dedup();
            assert_eq!(all.len(), 1, "{all:?}");
            assert!(all[0].contains(&format!("refusal {round} (asked again in ")), "{all:?}");
            assert_eq!(CROWD.get(), round);
            frozen.advance(PATIENCE);
        }
    }
}

mod panics {
    use super::*;

    static TIMES: Count = Count::new();
    fn fragile() -> Db {
        match TIMES.up() {
            1 => panic!("dropped"),
            2 => panic!("dropped {} times", 2),
            3 => std::panic::panic_any(NoDisk(3)),
            n => Db(n),
        }
    }
    #[inject(db = fragile, on_error = panic)]
    fn ask(db: &Db) -> usize {
        db.0
    }
    #[inject(db = fragile)]
    fn ask_politely(db: Result<&Db, InjectError>) -> Result<usize, InjectError> {
        db.map(|db| db.0)
    }

    #[test]
    fn are_errors_with_their_message_and_poison_nothing() {
        let frozen = dyno::clock::freeze();
        for text in ["dropped", "dropped 2 times", "a panic without a message"] {
            let error = ask_politely().expect_err("it panics");
            let InjectErrorKind::Panicked(message) = error.kind() else { panic!("{error}") };
            assert_eq!(&**message, text);
            assert!(
                error.to_string().contains(&format!(": the provider panicked: {text} (asked "))
            );
            assert!(error.source().is_none());
            frozen.advance(PATIENCE);
        }
        assert_eq!((ask(), ask_politely()), (4, Ok(4)));
        assert_eq!(TIMES.get(), 4);
    }
}

mod words {
    use super::*;

    fn broken() -> Result<Db, NoDisk> {
        Err(NoDisk(1))
    }
    fn absent() -> Option<Db> {
        None
    }
    async fn later() -> Db {
        Db(1)
    }

    const STORE_LINE: u32 = line!() + 1;
    #[inject(db = broken)]
    fn store(db: Arc<Db>) -> Result<Vec<Arc<Db>>, Fault> {
        Ok(vec![db])
    }

    const SERVE_LINE: u32 = line!() + 1;
    #[inject(list = store)]
    fn serve(list: &Vec<Arc<Db>>) -> Result<usize, Fault> {
        Ok(list.len())
    }

    #[inject(db = absent)]
    fn of_absent(db: &Db) -> Result<usize, Fault> {
        Ok(db.0)
    }
    #[inject(db = later.await)]
    fn of_later(db: &Db) -> Result<usize, Fault> {
        Ok(db.0)
    }
    #[inject(db)]
    fn by_type(db: Arc<Db>) -> Result<usize, Fault> {
        Ok(db.0)
    }

    struct Shop;
    impl Shop {
        #[inject(spare = Shop::closed)]
        fn open(spare: &Db) -> Result<usize, Fault> {
            Ok(spare.0)
        }
        fn closed() -> Result<Db, NoDisk> {
            Err(NoDisk(2))
        }
        #[inject(db = broken)]
        #[dyno::retry(2)]
        fn named(&self, db: &Db) -> Result<usize, String> {
            Ok(db.0)
        }
    }
    #[inject(db = broken, name = "shop.till")]
    fn till(db: &Db) -> Result<usize, Fault> {
        Ok(db.0)
    }

    const FILE: &str = file!();

    #[test]
    fn name_function_parameter_provider_file_line_and_source() {
        // The pause does not run, and that of the store's own error is not told.
        let _frozen = dyno::clock::freeze();
        let error = why(serve());
        assert_eq!(error.function(), Some("injection::failures::words::serve"));
        assert_eq!((error.parameter(), error.provider()), (Some("list"), Some("store")));
        let at = error.location().expect("it is known");
        assert_eq!((at.file(), at.line()), (FILE, SERVE_LINE));
        assert_eq!(
            error.to_string(),
            format!(
                "injection::failures::words::serve: parameter `list` (store, {FILE}:{SERVE_LINE}): \
                 the provider failed: \
                 injection::failures::words::store: parameter `db` (broken, {FILE}:{STORE_LINE}): \
                 the provider failed: no disk 1 (asked again in 100.0ms)"
            )
        );
        let inner = error.source().expect("the store's");
        let inner = inner.downcast_ref::<Fault>().expect("as the store has returned it");
        let disk = inner.source().expect("the provider's own");
        assert_eq!(disk.downcast_ref::<NoDisk>(), Some(&NoDisk(1)));
    }

    #[test]
    fn tell_each_kind_and_what_to_do() {
        let absent = why(of_absent()).to_string();
        assert!(absent.contains("of_absent: parameter `db` (absent, "), "{absent}");
        assert!(
            absent.contains("the provider failed: it returned `None` (asked again in "),
            "{absent}"
        );

        let later = why(of_later());
        assert!(matches!(later.kind(), InjectErrorKind::NeedsWarmUp));
        assert!(later.to_string().contains("`dyno::warm_up().run_async().await`"), "{later}");

        let missing = why(by_type()).to_string();
        assert!(missing.contains("by_type: parameter `db` ("), "{missing}");
        assert!(missing.contains("nothing is registered for `injection::failures::Db`"));
        assert!(missing.ends_with("register it with `set` or `provide` before its first use"));

        let sealed = Registry::new();
        sealed.seal();
        let error = sealed.set("x", Arc::new(1_u8)).expect_err("it is sealed");
        assert!(matches!(error.kind(), InjectErrorKind::Sealed));
        assert_eq!(error.to_string(), "`u8` \"x\": the registry is sealed");
    }

    #[test]
    fn name_methods_and_given_names() {
        let of_type = why(Shop::open());
        assert_eq!(of_type.function(), Some("injection::failures::words::Shop::open"));
        assert_eq!(of_type.provider(), Some("Shop::closed"));
        let text = Shop.named().expect_err("it fails");
        assert!(
            text.starts_with("injection::failures::words::Shop::named: parameter `db` (broken")
        );
        assert_eq!(why(till()).function(), Some("shop.till"));
    }
}

mod many {
    use super::*;

    static ENDED: AtomicUsize = AtomicUsize::new(0);
    fn left() -> Result<u8, NoDisk> {
        ENDED.fetch_add(1, SeqCst);
        Err(NoDisk(1))
    }
    fn right() -> Result<u16, NoDisk> {
        ENDED.fetch_add(1, SeqCst);
        Err(NoDisk(2))
    }
    #[inject(left = left, right = right)]
    fn both(left: &u8, right: &u16) -> Result<(), Fault> {
        let _ = (left, right);
        Ok(())
    }

    #[test]
    fn failures_are_told_in_the_order_of_the_attribute() {
        let _frozen = dyno::clock::freeze();
        for _ in 0..3 {
            assert_eq!(why(both()).parameter(), Some("left"));
        }
        assert_eq!(ENDED.load(SeqCst), 2, "both were tried, side by side, and once");
    }
}
