//! What a run did: everything once, in an order that works, and what it says about it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno::clock;
use dyno::inject::Outcome;

use crate::program::{self, ALL};
use crate::support::{Count, block_on, watched};

const MS: Duration = Duration::from_millis(1);

#[dyno::test]
fn each_provider_is_built_once_and_what_it_needs_before_it() {
    let _world = dyno::inject::isolated();
    let log: Arc<Mutex<Vec<&str>>> = Arc::default();
    let logs = |name: &'static str| {
        let log = log.clone();
        move || log.lock().expect("not poisoned").push(name)
    };
    let (config, db, repo, service) = (logs("config"), logs("db"), logs("repo"), logs("service"));
    let (slow, after, heavy) = (logs("slow"), logs("after"), logs("heavy"));
    let leaves = Arc::new(Count::new());
    let counting = leaves.clone();
    let _swaps = (
        dyno::swap(program::config, move || (config(), program::Config).1),
        dyno::swap(program::open_db, move || Ok((db(), program::Db).1)),
        dyno::swap(program::repo, move || Ok((repo(), program::Repo).1)),
        dyno::swap(program::service, move || Ok((service(), program::Service).1)),
        dyno::swap(program::slow, move || (slow(), program::Slow).1),
        dyno::swap(program::after_slow, move || (after(), program::AfterSlow).1),
        dyno::swap(program::heavy, move || (heavy(), program::Heavy).1),
        program::swap_leaves(move || {
            counting.up();
        }),
    );
    for round in 0..2 {
        let report = block_on(dyno::warm_up().run_async()).expect("all can be built");
        let log = log.lock().expect("not poisoned");
        let at = |name| log.iter().position(|it| *it == name).expect("it was built");
        assert!(at("config") < at("db") && at("db") < at("repo") && at("repo") < at("service"));
        assert!(at("slow") < at("after"));
        assert_eq!((log.len(), leaves.get()), (7, 12), "{log:?}");
        assert_eq!(report.built().len(), ALL, "{report}");
        let mut names: Vec<_> = report.built().iter().map(|built| built.provider).collect();
        names.sort_unstable();
        names.dedup();
        // Instances of one generic provider share its name.
        assert_eq!(names.len(), ALL - 11);
        assert!(names.contains(&"warm_up::program::open_db"), "{names:?}");
        for built in report.built().iter().filter(|it| !it.provider.contains('"')) {
            match round {
                0 => {
                    assert!(matches!(built.outcome, Outcome::Built), "{built:?}");
                    assert!(!built.thread.is_empty(), "{built:?}");
                }
                _ => {
                    assert!(matches!(built.outcome, Outcome::Kept), "{built:?}");
                    assert_eq!(built.took, Duration::ZERO);
                }
            }
        }
    }
    assert!(program::serve().is_ok() && program::lift() && program::answer().is_ok());
    assert_eq!((log.lock().expect("not poisoned").len(), leaves.get()), (7, 12), "by the warm-up");
}

/// One at a time and on a frozen clock every time is exact: sleeping is what moves the clock.
#[dyno::test]
fn times_add_up_and_the_longest_chain_is_found() {
    let _frozen = clock::freeze();
    let _world = dyno::inject::isolated();
    let takes = |n: u32| move || clock::sleep(MS * n);
    let (config, db, repo, service) = (takes(10), takes(20), takes(30), takes(5));
    let (slow, after) = (takes(50), takes(1));
    let _swaps = (
        dyno::swap(program::config, move || (config(), program::Config).1),
        dyno::swap(program::open_db, move || Ok((db(), program::Db).1)),
        dyno::swap(program::repo, move || Ok((repo(), program::Repo).1)),
        dyno::swap(program::service, move || Ok((service(), program::Service).1)),
        dyno::swap(program::slow, move || (slow(), program::Slow).1),
        dyno::swap(program::after_slow, move || (after(), program::AfterSlow).1),
    );
    let run = || block_on(dyno::warm_up().parallelism(1).run_async()).expect("all can be built");
    let report = watched(run);
    assert_eq!((report.sum(), report.wall()), (116 * MS, 116 * MS), "{report}");
    let (path, time) = report.critical_path();
    let names: Vec<_> = path.iter().map(|it| it.provider.rsplit("::").next()).collect();
    assert_eq!(names, [Some("config"), Some("open_db"), Some("repo"), Some("service")]);
    assert_eq!(time, 65 * MS);
    let of = |name: &str| report.built().iter().find(|it| it.provider.ends_with(name));
    let (db, repo) = (of("::open_db").expect("built"), of("::repo").expect("built"));
    assert_eq!((db.took, repo.took), (20 * MS, 30 * MS));
    assert!(repo.began >= db.began + db.took);
    assert!(db.thread.starts_with("dyno-build-"), "{db:?}");

    let table = report.to_string();
    assert!(table.contains("wall 116.0ms, one after the other 116.0ms"), "{table}");
    assert!(table.contains("critical path 65.0ms: warm_up::program::config -> "), "{table}");
    let json = report.to_json();
    assert!(json.contains("\"wall_ns\":116000000,\"sum_ns\":116000000"), "{json}");
    assert!(json.contains("\"provider\":\"warm_up::program::open_db\""), "{json}");
    assert!(json.contains("\"needs\":[\"warm_up::program::config\"]"), "{json}");
    for drawn in [report.to_dot(), report.to_mermaid()] {
        assert!(drawn.contains("warm_up::program::open_db") && drawn.contains("20.0ms"), "{drawn}");
    }
}

#[test]
fn settings_that_can_do_nothing_are_refused() {
    type Set = fn(dyno::inject::WarmUp) -> dyno::inject::WarmUp;
    let sets: [(Set, &str); 2] = [
        (|run| run.parallelism(0), "`parallelism` must be at least 1"),
        (|run| run.timeout_each(Duration::ZERO), "`timeout_each` must be more than zero"),
    ];
    for (set, text) in sets {
        let panic = std::panic::catch_unwind(|| drop(set(dyno::warm_up()))).expect_err("refused");
        let said = panic.downcast_ref::<&str>().copied().map(str::to_owned);
        let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        assert!(said.contains(text), "{said}");
    }
}
