//! Building everything before the program works.

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
#[expect(dead_code, reason = "`main` is never called, and `base` needs nothing")]
mod diamond {
    use super::*;

    pub(super) static ORDER: std::sync::Mutex<Vec<&str>> = std::sync::Mutex::new(Vec::new());
    /// `left` and `right` meet here: they run side by side.
    pub(super) static MEET: Barrier = Barrier::new(2);

    macro_rules! provider {
        ($name:ident, $point:ident: $($site:ident = $need:ident),*; $($act:expr)?) => {
            static $point: Point = Point::new(None, || concat!(module_path!(), "::", stringify!($name), "::here"));
            $(pub(super) static $site: Site<&'static str> =
                Site::new(&$point, stringify!($need), stringify!($need), || Slot::of($need).slot);)*
            pub(super) fn $name() -> Result<&'static str, dyno::Fault> {
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
    pub(super) static ALL: [&dyn AnySite; 5] =
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
    assert_eq!(outcomes(&report.expect("all is built")), [("blocking", true), ("polled", true)]);
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
