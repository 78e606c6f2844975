//! Recordings of several threads.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::sync::mpsc;
use std::thread;

use dyno::timing::{self, Recording, Tree};
use dyno::{Scope, clock};

use super::support::{outline, pass};

fn counts(tree: &Tree) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for node in tree {
        *counts.entry(node.name()).or_default() += 1;
    }
    counts
}

#[test]
fn the_span_in_force_goes_along_with_the_scope() {
    let ((), tree) = timing::record("root", || {
        let _outer = timing::span("outer");
        let spawned = dyno::spawn(|| timing::mark("spawned"));
        spawned.join().expect("joins");
        let scope = Scope::current();
        thread::scope(|threads| {
            threads.spawn(scope.wrap(|| {
                let _inside = timing::span("wrapped");
                timing::mark("deep");
            }));
        });
        // This one takes nothing along.
        thread::spawn(|| assert!(!timing::is_recorded())).join().expect("joins");
    });
    assert_eq!(outline(&tree), ["root", "  outer", "    -spawned", "    wrapped", "      -deep"]);
    assert_eq!(tree.threads().len(), 3);
}

#[test]
fn eight_threads_write_one_tree() {
    const THREADS: usize = 8;
    const SPANS: usize = 500;
    let gate = Barrier::new(THREADS);
    let ((), tree) = Recording::new("root").max_nodes(50_000).run(|| {
        thread::scope(|threads| {
            for worker in 0..THREADS {
                let gate = &gate;
                let work = move || {
                    gate.wait();
                    let _worker = timing::span(format_args!("worker {worker}"));
                    for _ in 0..SPANS {
                        let _span = timing::span("step");
                        timing::mark("mark");
                    }
                };
                threads.spawn(Scope::current().wrap(work));
            }
        });
    });
    assert_eq!((tree.len(), tree.dropped()), (1 + THREADS * (1 + 2 * SPANS), 0));
    assert_eq!(tree.threads().len(), THREADS + 1);
    let counts = counts(&tree);
    assert_eq!((counts["step"], counts["mark"]), (THREADS * SPANS, THREADS * SPANS));
    for node in &tree {
        let parent = tree.parent(node).map(dyno::timing::Node::name);
        match node.name() {
            "step" => {
                assert!(parent.is_some_and(|name| name.starts_with("worker ")));
                assert_eq!(tree.parent(node).map(|it| tree.thread(it)), Some(tree.thread(node)));
                assert!(node.duration().is_some());
            }
            "mark" => assert_eq!(parent, Some("step")),
            "root" => assert_eq!(parent, None),
            _ => assert_eq!(parent, Some("root")),
        }
    }
}

#[test]
fn eight_threads_over_the_limit_lose_none_from_the_count() {
    let ((), tree) = Recording::new("root").max_nodes(1000).run(|| {
        thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(Scope::current().wrap(|| (0..400).for_each(|_| timing::mark("m"))));
            }
        });
    });
    let kept = u64::try_from(tree.len()).expect("fits");
    assert_eq!(kept + tree.dropped(), 1 + 8 * 400);
    assert!((1000 - 8 * 8..=1000).contains(&kept), "{kept}");
}

#[test]
fn recordings_at_a_time_do_not_mix() {
    let gate = Barrier::new(4);
    thread::scope(|threads| {
        for number in 0..4_usize {
            let gate = &gate;
            threads.spawn(move || {
                let name = format!("{number}");
                let ((), tree) = timing::record(name.clone(), || {
                    gate.wait();
                    for _ in 0..200 {
                        let _span = timing::span(name.clone());
                        dyno::spawn(|| timing::mark("there")).join().expect("joins");
                    }
                    gate.wait();
                });
                let counts = counts(&tree);
                assert_eq!((counts[&*name], counts["there"], tree.len()), (201, 200, 401));
            });
        }
    });
}

#[test]
fn what_runs_on_another_thread_when_a_recording_ends_is_shown_as_running() {
    let (tell, told) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let recording = Recording::new("root").start();
    let worker = dyno::spawn(move || {
        let _outer = timing::span("outer");
        timing::span("done").end();
        let _inner = timing::span("inner");
        tell.send(()).expect("is heard");
        ended.recv().expect("is told");
        // Nobody records any more.
        timing::mark("too late");
        timing::is_recorded()
    });
    told.recv().expect("is told");
    let tree = recording.finish();
    end.send(()).expect("is heard");
    assert_eq!(worker.join().ok(), Some(false));
    assert_eq!(outline(&tree), ["root", "  ~outer", "    done", "    ~inner"]);
}

#[test]
fn a_worker_serves_one_recording_after_the_other() {
    let (jobs, work) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
    let worker = thread::spawn(move || work.iter().for_each(|job| job()));
    for round in 0..50 {
        let ((), tree) = timing::record("root", || {
            let (done, is_done) = mpsc::channel();
            let job = Scope::current().wrap(move || {
                let _span = timing::span(format_args!("round {round}"));
                done.send(()).expect("is heard");
            });
            jobs.send(Box::new(job)).expect("is heard");
            is_done.recv().expect("is told");
        });
        let name = tree.nodes().get(1).map(|node| node.name().to_owned());
        assert_eq!((tree.len(), name), (2, Some(format!("round {round}"))));
    }
    drop(jobs);
    worker.join().expect("joins");
}

#[dyno::timeout(1h, on_pool)]
fn blocks() -> Result<u32, dyno::Fault> {
    timing::mark("blocking");
    Ok(7)
}

#[test]
fn dynos_pools_carry_it() {
    let ((), tree) = timing::record("root", || {
        let pool = dyno::pool::scoped(2).expect("two threads");
        pool.broadcast(|_| timing::mark("on the pool"));
        assert_eq!(blocks(), Ok(7));
    });
    assert_eq!(
        outline(&tree).iter().filter(|line| line.as_str() == "  -on the pool").count(),
        2,
        "{tree}"
    );
    assert!(tree.find("blocking").is_some_and(|node| node.depth() == 1), "{tree}");
}

#[test]
fn a_scope_that_was_taken_outside_does_not_end_a_recording() {
    let outside = Scope::current();
    let ((), tree) = timing::record("root", || outside.run(|| timing::mark("inside")));
    assert_eq!(outline(&tree), ["root", "  -inside"]);
}

#[test]
fn a_scope_brings_another_recording_and_takes_it_away_again() {
    let first = Recording::new("first").start();
    let scope = {
        let _span = timing::span("of the first");
        Scope::current()
    };
    let worker = dyno::spawn(move || {
        let ((), second) = timing::record("second", || {
            timing::mark("a");
            scope.run(|| timing::mark("b"));
            timing::mark("c");
        });
        second
    });
    let second = worker.join().expect("joins");
    let first = first.finish();
    assert_eq!(outline(&second), ["second", "  -a", "  -c"]);
    let marks: Vec<String> = outline(&first);
    assert!(marks.contains(&"    -b".to_owned()), "{first}");
    // What the worker recorded is a part of it as well.
    assert!(marks.contains(&"    -a".to_owned()), "{first}");
}

#[test]
fn threads_of_one_name_are_told_apart() {
    let _time = clock::freeze();
    let ((), tree) = timing::record("root", || {
        for _ in 0..2 {
            let named = thread::Builder::new().name("worker".to_owned());
            let work = Scope::current().wrap(|| {
                timing::mark("m");
                pass(1);
            });
            named.spawn(work).expect("starts").join().expect("joins");
        }
    });
    assert_eq!(tree.threads()[1..], ["worker", "worker (2)"]);
}
