//! A value is built once, and a failure is tried again.

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
        text.contains("a_panic_is_an_error_that_names_who_wanted_what: parameter `it` (broken, ")
    );
    assert!(text.contains("build_once.rs:"), "{text}");
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
