//! The runtime of `inject`, by the names that expansions use.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use dyno::__private::{Point, Site, Slot};
use dyno::fault::InjectErrorKind;

const PATIENCE: Duration = Duration::from_secs(20);

/// Runs `f`; a hang is a loud failure.
fn watched<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, finished) = mpsc::channel();
    let thread = dyno::spawn(move || done.send(f()));
    match finished.recv_timeout(PATIENCE) {
        Ok(value) => value,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it hangs"),
        Err(mpsc::RecvTimeoutError::Disconnected) => match thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(_) => unreachable!("it has sent"),
        },
    }
}

/// The point of the function it stands in, as expansions have it.
macro_rules! point {
    () => {
        fn here() {}
        static POINT: Point = Point::new(None, || std::any::type_name_of_val(&here));
    };
}

/// A site of the function it stands in, as the expansion of `#[inject(it = provider)]` has it.
macro_rules! site {
    ($name:ident: $ty:ty = $provider:path, $slot:ident $(, $build:ident($($arg:expr)?))*) => {
        static $name: Site<$ty> =
            Site::new(&POINT, "it", stringify!($provider), || Slot::$slot($provider))
                $(.$build($($arg)?))*;
        dyno::__private::register! { &$name }
    };
    ($name:ident: $ty:ty = $tag:literal, tagged) => {
        static $name: Site<$ty> = Site::new(&POINT, "it", $tag, || Slot::tagged(Some($tag)));
    };
    ($name:ident: $ty:ty = $provider:path $(, $build:ident($($arg:expr)?))*) => {
        site!($name: $ty = $provider, of $(, $build($($arg)?))*);
    };
}

mod build_once {
    use super::*;

    #[test]
    fn two_sites_of_one_provider_share_an_instance() {
        static BUILT: AtomicUsize = AtomicUsize::new(0);
        fn number() -> usize {
            BUILT.fetch_add(1, SeqCst)
        }
        point!();
        site!(FIRST: usize = number);
        site!(SECOND: usize = number);
        let asking = Arc::new(Barrier::new(16));
        let ask = |n: usize| {
            let asking = asking.clone();
            thread::spawn(move || {
                asking.wait();
                let site = if n % 2 == 0 { &FIRST } else { &SECOND };
                std::ptr::from_ref(&*site.get().expect("it is built")).addr()
            })
        };
        let threads: Vec<_> = (0..16).map(ask).collect();
        let mut seen: Vec<_> = threads.into_iter().map(|it| it.join().expect("no panic")).collect();
        seen.dedup();
        assert_eq!((seen.len(), BUILT.load(SeqCst)), (1, 1));
    }

    #[test]
    fn a_failure_is_tried_again_after_a_growing_pause() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        fn flaky() -> Result<u8, String> {
            match ASKED.fetch_add(1, SeqCst) {
                3 => Ok(7),
                n => Err(format!("refusal {n}")),
            }
        }
        point!();
        site!(SITE: u8 = flaky);
        let clock = dyno::clock::freeze();
        for (n, pause) in [(1, 100), (2, 200), (3, 400)] {
            for _ in 0..3 {
                let error = SITE.get().expect_err("it fails");
                assert!(error.to_string().contains(&format!("refusal {}", n - 1)), "{error}");
                assert_eq!(error.retry_after(), Some(Duration::from_millis(pause)));
            }
            assert_eq!(ASKED.load(SeqCst), n);
            clock.advance(Duration::from_millis(pause));
        }
        assert_eq!(*SITE.get().expect("it is built"), 7);
        assert_eq!(ASKED.load(SeqCst), 4);
    }

    #[test]
    fn a_panic_is_an_error_that_names_who_wanted_what() {
        fn broken() -> u8 {
            panic!("no disk")
        }
        point!();
        site!(SITE: u8 = broken);
        let error = SITE.get().expect_err("it panics");
        assert!(matches!(error.kind(), InjectErrorKind::Panicked(text) if *text == "no disk"));
        let text = error.to_string();
        assert!(
            text.contains(
                "a_panic_is_an_error_that_names_who_wanted_what: parameter `it` (broken, "
            )
        );
        assert!(text.contains("inject_runtime.rs:"), "{text}");
    }

    #[test]
    fn twenty_nested_providers_are_built_from_eight_threads() {
        static BUILT: AtomicUsize = AtomicUsize::new(0);
        struct Level<const N: usize>(usize);
        macro_rules! levels {
            ($last:ident $lastn:literal $($name:ident $n:literal)*) => {
                levels!(@ $($name $n)* ; $last $lastn);
            };
            (@ $name:ident $n:literal $($rest:ident $restn:literal)* ; $above:ident $aboven:literal) => {
                fn $above() -> Level<$aboven> {
                    point!();
                    site!(BELOW: Level<$n> = $name);
                    BUILT.fetch_add(1, SeqCst);
                    Level(BELOW.get().expect("below").0 + 1)
                }
                levels!(@ $($rest $restn)* ; $name $n);
            };
            (@ ; $bottom:ident $n:literal) => {
                fn $bottom() -> Level<$n> {
                    BUILT.fetch_add(1, SeqCst);
                    Level(1)
                }
            };
        }
        levels!(l20 20 l19 19 l18 18 l17 17 l16 16 l15 15 l14 14 l13 13 l12 12 l11 11
            l10 10 l9 9 l8 8 l7 7 l6 6 l5 5 l4 4 l3 3 l2 2 l1 1);
        point!();
        site!(TOP: Level<20> = l20);
        site!(MIDDLE: Level<10> = l10);
        let heights = watched(|| {
            let ask = |n: usize| {
                thread::spawn(move || {
                    if n % 2 == 0 {
                        TOP.get().expect("top").0
                    } else {
                        MIDDLE.get().expect("mid").0
                    }
                })
            };
            let threads: Vec<_> = (0..8).map(ask).collect();
            threads.into_iter().map(|it| it.join().expect("no panic")).collect::<Vec<_>>()
        });
        assert_eq!(heights, [20, 10, 20, 10, 20, 10, 20, 10]);
        assert_eq!(BUILT.load(SeqCst), 20);
    }
}

mod cycles {
    use super::*;

    fn path(error: &dyno::InjectError) -> Vec<String> {
        match error.kind() {
            InjectErrorKind::Cycle(path) => path.iter().map(|name| name.to_string()).collect(),
            _ => panic!("no cycle: {error}"),
        }
    }

    #[test]
    fn a_cycle_is_told_with_files_and_lines() {
        fn connect() -> Result<u8, dyno::Fault> {
            point!();
            site!(CONFIG: u16 = load);
            Ok(u8::try_from(*CONFIG.get()?).unwrap_or(0))
        }
        fn load() -> Result<u16, String> {
            point!();
            site!(DB: u8 = connect);
            // What the user makes of the error does not hide the cycle.
            DB.get().map(|db| u16::from(*db)).map_err(|_| "no luck".to_owned())
        }
        point!();
        site!(SITE: u8 = connect);
        let path = path(&watched(|| SITE.get().expect_err("a cycle")));
        let [first, second, third] = &path[..] else { panic!("{path:?}") };
        assert!(first.starts_with("connect (") && first.contains("inject_runtime.rs:"), "{path:?}");
        assert!(second.starts_with("load ("), "{path:?}");
        assert_eq!(third, "connect");
    }

    #[test]
    fn two_threads_that_enter_from_both_ends_are_told() {
        static BOTH: Barrier = Barrier::new(2);
        static MEET: AtomicUsize = AtomicUsize::new(2);
        fn meet() {
            if MEET.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok() {
                BOTH.wait();
            }
        }
        fn left() -> Result<u8, dyno::Fault> {
            point!();
            site!(RIGHT: u16 = right);
            meet();
            Ok(u8::try_from(*RIGHT.get()?).unwrap_or(0))
        }
        fn right() -> Result<u16, dyno::Fault> {
            point!();
            site!(LEFT: u8 = left);
            meet();
            Ok(u16::from(*LEFT.get()?))
        }
        point!();
        site!(L: u8 = left);
        site!(R: u16 = right);
        let (l, r) = watched(|| {
            let l = thread::spawn(|| L.get().expect_err("a cycle"));
            let r = thread::spawn(|| R.get().expect_err("a cycle"));
            (l.join().expect("no panic"), r.join().expect("no panic"))
        });
        assert_eq!((path(&l).len(), path(&r).len()), (3, 3));
    }

    #[test]
    fn a_fallback_does_not_hide_a_cycle() {
        fn itself() -> Result<u8, dyno::Fault> {
            point!();
            site!(MYSELF: u8 = itself, with_fallback());
            match MYSELF.get_or() {
                Ok(Ok(it)) => Ok(*it),
                Ok(Err(_)) => Ok(1),
                Err(error) => Err(error.into()),
            }
        }
        point!();
        site!(SITE: u8 = itself);
        assert_eq!(path(&watched(|| SITE.get().expect_err("a cycle"))).len(), 2);
    }
}

mod rayon_inside {
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
                (0..256)
                    .into_par_iter()
                    .map(|_| *SUM.get().expect("it is built"))
                    .collect::<Vec<_>>()
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
}

mod swapping {
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
}

mod asynchronous {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    async fn yields(times: usize) {
        for _ in 0..times {
            let mut first = true;
            std::future::poll_fn(|cx| {
                if std::mem::take(&mut first) {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Ready(())
            })
            .await;
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn it_is_built_once_for_all_tasks() {
        static BUILT: AtomicUsize = AtomicUsize::new(0);
        async fn connect() -> Result<usize, String> {
            BUILT.fetch_add(1, SeqCst);
            yields(20).await;
            Ok(7)
        }
        point!();
        site!(SITE: usize = connect, of_async);
        assert!(matches!(
            SITE.get().expect_err("nobody polls").kind(),
            InjectErrorKind::NeedsWarmUp
        ));
        let tasks: Vec<_> = (0..64)
            .map(|_| tokio::spawn(async { *SITE.get_async().await.expect("it is built") }))
            .collect();
        for task in tasks {
            assert_eq!(task.await.expect("no panic"), 7);
        }
        assert_eq!(BUILT.load(SeqCst), 1);
        assert_eq!(*SITE.get().expect("it is there now"), 7);
    }

    #[test]
    fn a_task_that_is_dropped_while_it_builds_hands_over() {
        static BUILT: AtomicUsize = AtomicUsize::new(0);
        async fn slow() -> usize {
            yields(3).await;
            BUILT.fetch_add(1, SeqCst)
        }
        point!();
        site!(SITE: usize = slow, of_async);
        let mut cx = Context::from_waker(Waker::noop());
        let mut leader = Box::pin(SITE.get_async());
        assert!(leader.as_mut().poll(&mut cx).is_pending());
        let mut follower = pin!(SITE.get_async());
        assert!(follower.as_mut().poll(&mut cx).is_pending());
        drop(leader);
        let value = watched_poll(follower);
        assert_eq!((value, BUILT.load(SeqCst)), (0, 1));
    }

    fn watched_poll(
        mut future: std::pin::Pin<
            &mut impl Future<Output = Result<dyno::inject::Held<usize>, dyno::InjectError>>,
        >,
    ) -> usize {
        for _ in 0..1000 {
            if let Poll::Ready(value) =
                future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
            {
                return *value.expect("it is built");
            }
        }
        panic!("it hangs");
    }

    #[tokio::test]
    async fn a_blocking_provider_does_not_block_the_task() {
        static GO: std::sync::LazyLock<(mpsc::Sender<()>, std::sync::Mutex<mpsc::Receiver<()>>)> =
            std::sync::LazyLock::new(|| {
                let (go, gone) = mpsc::channel();
                (go, gone.into())
            });
        fn waits() -> u8 {
            let _ = GO.1.lock().expect("not poisoned").recv_timeout(PATIENCE);
            3
        }
        point!();
        site!(SITE: u8 = waits);
        // On a runtime of one thread: were it blocked, nobody could send.
        let (value, ()) =
            tokio::join!(async { *SITE.get_async().await.expect("it is built") }, async {
                GO.0.send(()).expect("somebody listens")
            },);
        assert_eq!(value, 3);
    }

    #[tokio::test]
    async fn the_fake_of_an_async_provider_may_be_either() {
        async fn connect() -> Result<String, String> {
            Ok("real".to_owned())
        }
        point!();
        site!(SITE: String = connect, of_async);
        {
            let _plain = dyno::swap(connect, || Ok("plain".to_owned()));
            assert_eq!(*SITE.get_async().await.expect("it is built"), "plain");
            assert_eq!(*SITE.get().expect("it blocks nobody"), "plain");
        }
        {
            let _later = dyno::swap(connect, || async {
                yields(2).await;
                Ok("later".to_owned())
            });
            assert!(SITE.get().is_err());
            assert_eq!(*SITE.get_async().await.expect("it is built"), "later");
        }
        assert_eq!(*SITE.get_async().await.expect("it is built"), "real");
    }

    #[tokio::test]
    async fn an_async_cycle_is_told() {
        fn boxed<'a, T: 'a>(
            future: impl Future<Output = T> + Send + 'a,
        ) -> std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>> {
            Box::pin(future)
        }
        async fn a() -> Result<u8, dyno::Fault> {
            point!();
            site!(B: u16 = b, of_async);
            Ok(u8::try_from(*boxed(B.get_async()).await?).unwrap_or(0))
        }
        fn b() -> std::pin::Pin<Box<dyn Future<Output = Result<u16, dyno::Fault>> + Send>> {
            point!();
            site!(A: u8 = a, of_async);
            boxed(async { Ok(u16::from(*A.get_async().await?)) })
        }
        point!();
        site!(SITE: u8 = a, of_async);
        let error = SITE.get_async().await.expect_err("a cycle");
        assert!(matches!(error.kind(), InjectErrorKind::Cycle(path) if path.len() == 3), "{error}");
    }

    #[tokio::test]
    async fn async_ones_are_built_together() {
        use dyno::__private::{AnySite, build_together_async};
        static HERE: AtomicUsize = AtomicUsize::new(0);
        async fn meet() {
            HERE.fetch_add(1, SeqCst);
            while HERE.load(SeqCst) < 2 {
                tokio::task::yield_now().await;
            }
        }
        async fn left() -> u8 {
            meet().await;
            1
        }
        async fn right() -> u16 {
            meet().await;
            2
        }
        point!();
        site!(LEFT: u8 = left, of_async);
        site!(RIGHT: u16 = right, of_async);
        let sites: [&'static dyn AnySite; 2] = [&LEFT, &RIGHT];
        tokio::time::timeout(PATIENCE, build_together_async(&sites)).await.expect("they meet");
        assert!(LEFT.is_hot() && RIGHT.is_hot());
    }
}

mod together {
    use super::*;
    use dyno::__private::{AnySite, build_together};

    #[test]
    fn cold_ones_are_built_side_by_side() {
        static MEET: Barrier = Barrier::new(3);
        fn one() -> u8 {
            MEET.wait();
            1
        }
        fn two() -> u16 {
            MEET.wait();
            2
        }
        fn three() -> Result<u32, String> {
            MEET.wait();
            Err("left for get".to_owned())
        }
        point!();
        site!(ONE: u8 = one);
        site!(TWO: u16 = two);
        site!(THREE: u32 = three);
        watched(|| {
            let sites: [&'static dyn AnySite; 3] = [&ONE, &TWO, &THREE];
            build_together(&sites);
        });
        assert!(ONE.is_hot() && TWO.is_hot() && !THREE.is_hot());
        assert!(THREE.get().expect_err("it fails").to_string().contains("left for get"));
    }
}

mod warming_up {
    use super::*;
    use dyno::__private::AnySite;
    use dyno::inject::Outcome;

    fn outcomes(report: &dyno::inject::Report) -> Vec<(&str, bool)> {
        let last = |path: &'static str| path.rsplit("::").next().unwrap_or(path);
        report.built().iter().map(|it| (last(it.provider), it.error().is_none())).collect()
    }

    /// Four chains, of which each waits for another's first half: waves would deadlock here, for
    /// `b2` only ends when `c2` has begun, though `c1` ends after `b1`.
    #[test]
    fn a_provider_starts_when_what_it_needs_is_there() {
        static B2_RUNS: Barrier = Barrier::new(2);
        fn a1() -> u8 {
            1
        }
        fn a2() -> Result<u16, dyno::Fault> {
            point!();
            site!(A1: u8 = a1);
            let a1 = *A1.get()?;
            // `b1` is of the first wave, and ends only when this, of the second, is under way.
            B2_RUNS.wait();
            Ok(u16::from(a1) + 1)
        }
        fn b1() -> u32 {
            B2_RUNS.wait();
            5
        }
        point!();
        site!(A2: u16 = a2);
        site!(B1: u32 = b1);
        static ALL: [&dyn AnySite; 2] = [&A2, &B1];
        // The site inside `a2` is not in this list: it is built on the way.
        let report = watched(|| dyno::warm_up_sites(&ALL).run().expect("all is built"));
        assert_eq!(outcomes(&report), [("a2", true), ("b1", true)]);
        let again = dyno::warm_up_sites(&ALL).run().expect("all is built");
        assert!(again.built().iter().all(|it| matches!(it.outcome, Outcome::Kept)));
    }

    /// `top` needs `left` and `right`, both need `base`; declared as expansions declare it, but
    /// where a list can name the sites.
    mod diamond {
        use super::*;

        pub static ORDER: std::sync::Mutex<Vec<&str>> = std::sync::Mutex::new(Vec::new());
        /// `left` and `right` meet here: they run side by side.
        pub static MEET: Barrier = Barrier::new(2);

        macro_rules! provider {
            ($name:ident, $point:ident: $($site:ident = $need:ident),*; $($act:expr)?) => {
                static $point: Point = Point::new(None, || concat!(module_path!(), "::", stringify!($name), "::here"));
                $(pub static $site: Site<&'static str> =
                    Site::new(&$point, stringify!($need), stringify!($need), || Slot::of($need));)*
                pub fn $name() -> Result<&'static str, dyno::Fault> {
                    ORDER.lock().expect("not poisoned").push(concat!(stringify!($name), " begins"));
                    $($site.get()?;)*
                    $($act;)?
                    ORDER.lock().expect("not poisoned").push(concat!(stringify!($name), " ends"));
                    Ok(stringify!($name))
                }
            };
        }
        provider!(base, BASE:; );
        provider!(left, LEFT: LEFT_BASE = base; MEET.wait());
        provider!(right, RIGHT: RIGHT_BASE = base; MEET.wait());
        provider!(top, TOP: TOP_LEFT = left, TOP_RIGHT = right; );
        provider!(main, MAIN: MAIN_TOP = top; );
        pub static ALL: [&dyn AnySite; 5] =
            [&MAIN_TOP, &TOP_LEFT, &TOP_RIGHT, &LEFT_BASE, &RIGHT_BASE];
    }

    #[test]
    fn a_diamond_is_built_from_its_base_with_its_sides_together() {
        use diamond::{ALL, ORDER};
        let graph = dyno::inject::graph_of(&ALL);
        let last = |path: &str| path.rsplit("::").next().unwrap_or(path).to_owned();
        let known: Vec<(String, Vec<String>)> = graph
            .nodes()
            .map(|(name, needs)| (last(name), needs.into_iter().map(last).collect()))
            .collect();
        let expected = [
            ("top", vec!["left", "right"]),
            ("left", vec!["base"]),
            ("right", vec!["base"]),
            ("base", vec![]),
            ("main", vec!["top"]),
        ];
        let expected = expected.map(|(name, needs)| {
            (name.to_owned(), needs.into_iter().map(str::to_owned).collect::<Vec<_>>())
        });
        assert_eq!(known, expected);
        assert!(graph.check().is_ok());
        let report = watched(|| dyno::warm_up_sites(&ALL).run().expect("all is built"));
        let order = std::mem::take(&mut *ORDER.lock().expect("not poisoned"));
        assert_eq!(order[..2], ["base begins", "base ends"]);
        assert_eq!(order[6..], ["top begins", "top ends"]);
        let (path, _) = report.critical_path();
        let path: Vec<String> = path.iter().map(|it| last(it.provider)).collect();
        assert!(path.first().is_some_and(|it| it == "base"), "{path:?}");
        assert!(path.last().is_some_and(|it| it == "top"), "{path:?}");
        assert!(report.to_dot().contains("base") && report.to_mermaid().contains("-->"));
    }

    #[test]
    fn a_hanging_provider_is_given_up_and_its_late_value_taken() {
        static GO: Barrier = Barrier::new(2);
        static BEGAN: Barrier = Barrier::new(2);
        fn hangs() -> u8 {
            BEGAN.wait();
            GO.wait();
            9
        }
        fn quick() -> u16 {
            2
        }
        point!();
        site!(HANGS: u8 = hangs);
        site!(QUICK: u16 = quick);
        static ALL: [&dyn AnySite; 2] = [&HANGS, &QUICK];
        let clock = dyno::clock::freeze().manual();
        let run = dyno::spawn(|| {
            // One worker: the second provider needs the one that the first does not give back.
            dyno::warm_up_sites(&ALL).parallelism(1).timeout_each(Duration::from_secs(5)).run()
        });
        BEGAN.wait();
        clock.advance(Duration::from_secs(5));
        let error = watched(move || run.join().expect("no panic").expect_err("one hangs"));
        assert_eq!(outcomes(error.report()), [("hangs", false), ("quick", true)]);
        assert!(error.to_string().contains("had not finished within 5s"), "{error}");
        assert!(HANGS.get().is_err());
        GO.wait();
        watched(|| {
            while HANGS.get().is_err() {
                thread::yield_now();
            }
        });
        assert_eq!(*HANGS.get().expect("it came late"), 9);
    }

    #[test]
    fn what_has_a_fallback_may_fail_unless_strict() {
        fn down() -> Result<u8, String> {
            Err("down".to_owned())
        }
        point!();
        site!(DOWN: u8 = down, with_fallback());
        static ALL: [&dyn AnySite; 1] = [&DOWN];
        let report = dyno::warm_up_sites(&ALL).run().expect("there is a fallback");
        assert_eq!(outcomes(&report), [("down", false)]);
        let error = dyno::warm_up_sites(&ALL).strict().run().expect_err("strict");
        assert_eq!(error.failed().count(), 1);
    }

    #[tokio::test]
    async fn async_and_blocking_ones_are_built_in_one_run() {
        static MEET: AtomicUsize = AtomicUsize::new(0);
        fn blocking() -> u8 {
            MEET.fetch_add(1, SeqCst);
            while MEET.load(SeqCst) < 2 {
                thread::yield_now();
            }
            1
        }
        async fn polled() -> Result<u16, String> {
            MEET.fetch_add(1, SeqCst);
            while MEET.load(SeqCst) < 2 {
                tokio::task::yield_now().await;
            }
            Ok(2)
        }
        point!();
        site!(BLOCKING: u8 = blocking);
        site!(POLLED: u16 = polled, of_async);
        static ALL: [&dyn AnySite; 2] = [&BLOCKING, &POLLED];
        {
            let _world = dyno::inject::isolated();
            let error = dyno::warm_up_sites(&ALL[1..]).run().expect_err("nobody polls");
            assert!(error.to_string().contains("run_async"), "{error}");
        }
        let run = dyno::warm_up_sites(&ALL).run_async();
        let report = tokio::time::timeout(PATIENCE, run).await.expect("they meet");
        assert_eq!(
            outcomes(&report.expect("all is built")),
            [("blocking", true), ("polled", true)]
        );
        assert_eq!(*POLLED.get().expect("it is there"), 2);
    }

    #[test]
    fn a_declared_cycle_ends_with_an_error() {
        fn a() -> Result<u8, dyno::Fault> {
            point!();
            site!(B: u16 = b);
            Ok(u8::try_from(*B.get()?).unwrap_or(0))
        }
        fn b() -> Result<u16, dyno::Fault> {
            point!();
            site!(A: u8 = a);
            Ok(u16::from(*A.get()?))
        }
        let known = dyno::graph();
        let error = known.check().expect_err("a cycle");
        let cycles: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
        let mine = cycles.iter().filter(|it| it.contains("a_declared_cycle")).count();
        assert_eq!(mine, 1, "{cycles:#?}");
        point!();
        site!(SITE: u8 = a);
        static ALL: [&dyn AnySite; 1] = [&SITE];
        let error = watched(|| dyno::warm_up_sites(&ALL).run().expect_err("a cycle"));
        assert!(error.to_string().contains("dependency cycle: a ("), "{error}");
    }
}

mod checking {
    use super::*;

    #[test]
    fn captives_and_unbound_tags_are_told_together() {
        fn tenant() -> u8 {
            1
        }
        fn holder() -> u16 {
            point!();
            site!(TENANT: u8 = tenant, per_registry);
            u16::from(*TENANT.get().expect("it is built"))
        }
        point!();
        site!(HOLDER: u16 = holder);
        dyno::Registry::global().set("primary", Arc::new(1_u64)).expect("not sealed");
        static UNBOUND: Site<u64> =
            Site::new(&POINT, "db", "tag(\"primry\")", || Slot::tagged(Some("primry")));
        dyno::__private::register! { &UNBOUND }
        let error = dyno::graph().check().expect_err("two problems");
        let mine: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
        let mine: Vec<&String> =
            mine.iter().filter(|it| it.contains("captives_and_unbound")).collect();
        let [captive, unbound] = &mine[..] else { panic!("{mine:#?}") };
        assert!(captive.contains("holder: parameter `it`"), "{captive}");
        assert!(captive.contains("scope program would hold one of scope registry"), "{captive}");
        assert!(unbound.contains("did you mean \"primary\""), "{unbound}");
        assert_eq!(*HOLDER.get().expect("it is built"), 1);
        let dot = dyno::graph().to_dot();
        assert!(dot.contains("holder"), "{dot}");
    }
}

mod stopping {
    use super::*;
    use dyno::__private::{StopResult, stopped};

    static STOPPED: std::sync::Mutex<Vec<&str>> = std::sync::Mutex::new(Vec::new());

    #[derive(Debug)]
    struct Part(&'static str);

    fn stop(part: &Part) {
        STOPPED.lock().expect("not poisoned").push(part.0);
    }

    fn refuse(part: &Part) -> Result<(), String> {
        stop(part);
        Err(format!("{} will not", part.0))
    }

    async fn later(part: &Part) {
        dyno::clock::sleep_async(Duration::from_millis(1)).await;
        stop(part);
    }

    fn explode(part: &Part) -> StopResult {
        stop(part);
        panic!("boom")
    }

    #[test]
    fn what_was_completed_last_is_stopped_first_and_all_errors_are_told() {
        fn base() -> Part {
            Part("base")
        }
        fn middle() -> Result<Part, dyno::Fault> {
            point!();
            site!(BASE: Part = base, stop(|it| stopped(stop(it))));
            BASE.get()?;
            Ok(Part("middle"))
        }
        fn top() -> Result<Part, dyno::Fault> {
            point!();
            site!(MIDDLE: Part = middle, stop(|it| stopped(refuse(it))));
            MIDDLE.get()?;
            Ok(Part("top"))
        }
        fn last() -> Part {
            Part("last")
        }
        point!();
        site!(TOP: Part = top, stop_async(|it| Box::pin(async move { stopped(later(it).await) })));
        site!(LAST: Part = last, stop(explode));
        let _clock = dyno::clock::freeze();
        {
            let _world = dyno::inject::isolated();
            TOP.get().expect("it is built");
            LAST.get().expect("it is built");
            let error = dyno::shutdown().run().expect_err("two refuse");
            assert_eq!(
                std::mem::take(&mut *STOPPED.lock().expect("not poisoned")),
                ["last", "top", "middle", "base"]
            );
            let text = error.to_string();
            assert!(text.contains("middle will not") && text.contains("panicked"), "{text}");
            let refused = TOP.get().expect_err("it is over");
            assert!(matches!(refused.kind(), InjectErrorKind::ShutDown));
            assert!(dyno::shutdown().run().is_ok(), "nothing is stopped twice");
        }
        assert!(TOP.get().is_ok(), "outside nothing was shut down");
    }

    #[test]
    fn a_hook_that_hangs_is_given_up() {
        static HOLD: Barrier = Barrier::new(2);
        fn stuck() -> u8 {
            1
        }
        fn hang(_: &u8) {
            HOLD.wait();
        }
        point!();
        site!(STUCK: u8 = stuck, stop(|it| stopped(hang(it))));
        let _clock = dyno::clock::freeze();
        let _world = dyno::inject::isolated();
        STUCK.get().expect("it is built");
        let error = dyno::shutdown().timeout(Duration::from_secs(2)).run().expect_err("it hangs");
        assert!(error.to_string().contains("not stopped within 2s"), "{error}");
        HOLD.wait();
    }
}
