//! Recordings of futures, on one thread and on several.

use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use dyno::timing::{self, Recording};
use dyno::{Scope, clock};
use tokio::runtime::Builder;

use super::support::{block_on, ms, outline, turn};

#[test]
fn a_span_is_open_across_awaits_and_other_tasks_are_not_inside_of_it() {
    let _time = clock::freeze();
    let ((), tree) = block_on(timing::record_async("root", async {
        let one = timing::span_async("one", async {
            turn().await;
            timing::mark("of one");
            turn().await;
        });
        let two = async {
            timing::mark("of nobody");
            timing::span_async("two", turn()).await;
        };
        let (mut one, mut two) = (Box::pin(one), Box::pin(two));
        // By turns, on one thread.
        let (mut one_is_done, mut two_is_done) = (false, false);
        std::future::poll_fn(|cx| {
            one_is_done = one_is_done || one.as_mut().poll(cx).is_ready();
            two_is_done = two_is_done || two.as_mut().poll(cx).is_ready();
            if one_is_done && two_is_done {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }));
    assert_eq!(outline(&tree), ["root", "  one", "    -of one", "  -of nobody", "  two"],);
}

#[test]
fn a_guard_may_live_across_awaits_where_the_future_stays_on_its_thread() {
    let ((), tree) = block_on(timing::record_async("root", async {
        timing::span_async("one", async {
            let _guard = timing::span("guard");
            turn().await;
            timing::mark("inside");
        })
        .await;
        timing::mark("outside");
    }));
    assert_eq!(outline(&tree), ["root", "  one", "    guard", "      -inside", "  -outside"]);
}

#[test]
fn a_guard_that_waits_is_not_in_force_elsewhere() {
    let recorded = timing::record_async("root", async {
        let _guard = timing::span("guard");
        turn().await;
    });
    let mut recorded = Box::pin(recorded);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(recorded.as_mut().poll(&mut cx).is_pending());
    assert!(!timing::is_recorded());
    timing::mark("elsewhere");
    let ((), tree) = block_on(recorded);
    assert_eq!(outline(&tree), ["root", "  guard"]);
}

#[test]
fn a_guard_that_was_dropped_while_its_future_waited_is_open_no_longer() {
    let slot = std::cell::RefCell::new(None);
    let mut recorded = Box::pin(timing::record_async("root", async {
        *slot.borrow_mut() = Some(timing::span("guard"));
        turn().await;
        timing::mark("after");
    }));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(recorded.as_mut().poll(&mut cx).is_pending());
    drop(slot.take());
    let ((), tree) = block_on(recorded);
    assert_eq!(outline(&tree), ["root", "  guard", "  -after"]);
}

#[test]
fn a_future_that_is_dropped_ends_its_spans_and_tells_its_tree() {
    let _time = clock::freeze();
    let told = Arc::new(Mutex::new(None));
    let tell = told.clone();
    let recording = Recording::new("root")
        .on_end(move |tree| *tell.lock().expect("not poisoned") = Some(tree.clone()));
    let mut recorded = Box::pin(recording.run_async(timing::span_async("one", async {
        let _guard = timing::span("guard");
        clock::sleep_async(ms(60_000)).await;
        std::future::pending::<()>().await;
    })));
    assert!(recorded.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    clock::sleep(ms(5));
    drop(recorded);
    let tree = told.lock().expect("not poisoned").take().expect("is told");
    assert_eq!(outline(&tree), ["root", "  one", "    guard"]);
    for node in &tree {
        assert_eq!(node.duration(), Some(ms(5)), "{}", node.name());
    }
}

#[test]
fn a_panic_within_a_poll_leaves_the_recording() {
    let recorded = timing::record_async("root", async {
        let _guard = timing::span("guard");
        turn().await;
        panic!("as expected");
    });
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| block_on(recorded)));
    assert!(ended.is_err() && !timing::is_recorded());
}

#[test]
fn tasks_of_a_runtime_with_several_threads_write_one_tree() {
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let task = |number: usize| async move {
        timing::span_async(format!("task {number}"), async {
            for _ in 0..20 {
                tokio::task::yield_now().await;
                let _step = timing::span("step");
                timing::mark("mark");
            }
        })
        .await;
    };
    let ((), tree) = runtime.block_on(timing::record_async("root", async {
        let tasks: Vec<_> =
            (0..50).map(|n| tokio::spawn(Scope::current().run_async(task(n)))).collect();
        for task in tasks {
            task.await.expect("ends");
        }
    }));
    assert_eq!((tree.len(), tree.dropped()), (1 + 50 * 41, 0));
    for node in &tree {
        let parent = tree.parent(node).map(dyno::timing::Node::name);
        match node.name() {
            "root" => assert_eq!(parent, None),
            "step" => assert!(parent.is_some_and(|name| name.starts_with("task "))),
            "mark" => assert_eq!(parent, Some("step")),
            _ => assert_eq!(parent, Some("root")),
        }
        assert!(node.is_mark() || node.duration().is_some());
    }
}

#[test]
fn recordings_of_tasks_that_take_turns_do_not_mix() {
    let runtime = Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let recorded = |name: &'static str| {
        timing::record_async(name, async move {
            for _ in 0..100 {
                timing::mark(name);
                tokio::task::yield_now().await;
            }
        })
    };
    runtime.block_on(async {
        let tasks = ["a", "b", "c", "d"].map(|name| (name, tokio::spawn(recorded(name))));
        for (name, task) in tasks {
            let ((), tree) = task.await.expect("ends");
            assert_eq!(tree.len(), 101);
            assert!(tree.iter().all(|node| node.name() == name));
        }
    });
}

#[test]
fn a_recorded_future_can_be_sent_where_its_own_can() {
    fn sendable<T: Send>(it: T) -> T {
        it
    }
    drop(sendable(timing::record_async("root", async {
        timing::span_async("one", turn()).await;
    })));
}

#[test]
fn a_recording_of_a_future_within_another_is_a_part_of_it() {
    let (inner, outer) = block_on(timing::record_async("outer", async {
        let ((), inner) = timing::record_async("inner", async {
            turn().await;
            timing::mark("inside");
        })
        .await;
        timing::mark("after");
        inner
    }));
    assert_eq!(outline(&inner), ["inner", "  -inside"]);
    assert_eq!(outline(&outer), ["outer", "  inner", "    -inside", "  -after"]);
}
