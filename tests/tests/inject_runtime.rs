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
        assert!(text.contains("a_panic_is_an_error_that_names_who_wanted_what: parameter `it` (broken, "));
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
                    if n % 2 == 0 { TOP.get().expect("top").0 } else { MIDDLE.get().expect("mid").0 }
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
            (0..1000_u64).into_par_iter().map(|n| { thread::yield_now(); n }).sum()
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
}
