//! Spans and marks of one thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno::clock;
use dyno::timing::{self, Recording, Tree};

use super::support::{ms, outline, pass};

#[test]
fn nothing_is_recorded_where_no_recording_is_in_force() {
    let span = timing::span("nowhere");
    timing::mark("nowhere");
    assert!(!span.is_recorded() && !timing::is_recorded());
    let (inside, tree) = timing::record("it", timing::is_recorded);
    assert!(inside && !timing::is_recorded());
    assert_eq!(outline(&tree), ["it"]);
}

#[test]
fn spans_are_inside_of_those_that_are_open() {
    let _time = clock::freeze();
    let (out, tree) = timing::record("request", || {
        pass(1);
        {
            let _session = timing::span("session");
            pass(2);
            timing::mark("key in cache");
            pass(3);
        }
        let query = timing::span(String::from("query"));
        let rows = timing::span(format_args!("rows of {}", "sku-1"));
        pass(4);
        rows.end();
        pass(1);
        query.end();
        timing::mark(format_args!("{} sent", 7));
        "out"
    });
    assert_eq!(out, "out");
    assert_eq!(
        outline(&tree),
        ["request", "  session", "    -key in cache", "  query", "    rows of sku-1", "  -7 sent"]
    );
    let of = |name: &str| {
        let node = tree.find(name).expect(name);
        (node.start(), node.duration())
    };
    assert_eq!(of("request"), (Some(ms(0)), Some(ms(11))));
    assert_eq!(of("session"), (Some(ms(1)), Some(ms(5))));
    assert_eq!(of("key in cache"), (Some(ms(3)), None));
    assert_eq!(of("query"), (Some(ms(6)), Some(ms(5))));
    assert_eq!(of("rows of sku-1"), (Some(ms(6)), Some(ms(4))));
    assert_eq!(of("7 sent"), (Some(ms(11)), None));
    assert_eq!(tree.duration(), ms(11));
    assert_eq!((tree.name(), tree.len(), tree.dropped()), ("request", 6, 0));
}

#[test]
fn a_tree_can_be_walked() {
    let ((), tree) = timing::record("root", || {
        let _a = timing::span("a");
        let _b = timing::span("b");
        timing::mark("c");
    });
    let root = &tree.nodes()[0];
    let children: Vec<&str> = tree.children(root).map(dyno::timing::Node::name).collect();
    assert_eq!(children, ["a"]);
    let mark = tree.find("c").expect("is there");
    assert_eq!(tree.parent(mark).map(dyno::timing::Node::name), Some("b"));
    assert_eq!(tree.parent(root), None);
    assert_eq!((&tree).into_iter().count(), 4);
    assert!(!tree.is_empty() && Tree::default().is_empty());
}

#[test]
fn guards_may_be_dropped_in_any_order() {
    let ((), tree) = timing::record("root", || {
        let outer = timing::span("outer");
        let inner = timing::span("inner");
        drop(outer);
        timing::mark("inside of inner");
        drop(inner);
        timing::mark("after both");
        let _next = timing::span("next");
    });
    assert_eq!(
        outline(&tree),
        ["root", "  outer", "    inner", "      -inside of inner", "  -after both", "  next"]
    );
}

#[test]
fn a_panic_closes_spans_and_leaves_nothing_open() {
    let _time = clock::freeze();
    let recording = Recording::new("root").start();
    let ended = catch_unwind(|| {
        let _step = timing::span("step");
        pass(5);
        let _deep = timing::span("deep");
        panic!("as expected");
    });
    assert!(ended.is_err());
    timing::mark("after");
    let tree = recording.finish();
    assert_eq!(outline(&tree), ["root", "  step", "    deep", "  -after"]);
    assert_eq!(tree.find("step").and_then(dyno::timing::Node::duration), Some(ms(5)));
}

#[test]
fn a_tree_is_told_although_what_is_recorded_panics() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = told.clone();
    let recording = Recording::new("root")
        .on_end(move |tree| tell.lock().expect("not poisoned").extend(outline(tree)));
    let ended = catch_unwind(AssertUnwindSafe(|| {
        recording.run(|| {
            let _step = timing::span("step");
            panic!("as expected");
        })
    }));
    assert!(ended.is_err() && !timing::is_recorded());
    assert_eq!(*told.lock().expect("not poisoned"), ["root", "  step"]);
}

#[test]
fn a_panic_of_what_is_done_at_the_end_harms_nobody() {
    let (out, tree) = Recording::new("root").on_end(|_| panic!("as expected")).run(|| 7);
    assert_eq!((out, tree.len(), timing::is_recorded()), (7, 1, false));
}

#[test]
fn what_runs_at_the_end_is_shown_as_running() {
    let _time = clock::freeze();
    let recording = Recording::new("root").start();
    let late = timing::span("late");
    pass(3);
    let so_far = recording.tree();
    assert_eq!(outline(&so_far), ["~root", "  ~late"]);
    assert_eq!(so_far.duration(), ms(3));
    pass(1);
    let tree = recording.finish();
    assert_eq!(outline(&tree), ["root", "  ~late"]);
    let node = tree.find("late").expect("is there");
    assert_eq!((node.start(), node.duration(), node.is_interval()), (Some(ms(0)), None, true));
    drop(late);
    assert!(!timing::span("later").is_recorded());
}

#[test]
fn a_recording_within_another_is_a_tree_of_its_own_and_a_part_of_the_other() {
    let _time = clock::freeze();
    let (inner, outer) = timing::record("outer", || {
        let _before = timing::span("before");
        pass(1);
        let ((), inner) = timing::record("inner", || {
            let _span = timing::span("work");
            pass(2);
            timing::mark("half");
        });
        pass(4);
        timing::mark("after");
        inner
    });
    assert_eq!(outline(&inner), ["inner", "  work", "    -half"]);
    assert_eq!(
        outline(&outer),
        ["outer", "  before", "    inner", "      work", "        -half", "    -after"]
    );
    let work = outer.find("work").expect("is there");
    assert_eq!((work.start(), work.duration()), (Some(ms(1)), Some(ms(2))));
    assert_eq!(outer.threads().len(), 1);
}

#[test]
fn recordings_may_end_out_of_turn() {
    let first = Recording::new("first").start();
    let second = Recording::new("second").start();
    timing::mark("of the second");
    let first = first.finish();
    timing::mark("of the second as well");
    let second = second.finish();
    assert!(!timing::is_recorded());
    assert_eq!(outline(&first), ["first"]);
    assert_eq!(outline(&second), ["second", "  -of the second", "  -of the second as well"]);
}

#[test]
fn of_scopes_that_are_left_out_of_turn_the_later_one_stays() {
    let recording = Recording::new("root").start();
    let (one, two) = {
        let one = timing::span("one");
        let first = dyno::Scope::current();
        drop(one);
        let _two = timing::span("two");
        (first, dyno::Scope::current())
    };
    let (first, second) = (one.enter(), two.enter());
    drop(first);
    timing::mark("of two");
    drop(second);
    timing::mark("of the root");
    assert_eq!(
        outline(&recording.finish()),
        ["root", "  one", "  two", "    -of two", "  -of the root"]
    );
}

#[test]
fn a_recording_that_ended_within_another_gives_way_to_it() {
    let outer = Recording::new("outer").start();
    let inner = Recording::new("inner").start();
    let scope = dyno::Scope::current();
    let _inner = inner.finish();
    scope.run(|| timing::mark("inside"));
    assert_eq!(outline(&outer.finish()), ["outer", "  inner", "  -inside"]);
}

#[test]
fn only_so_many_nodes_are_kept_and_the_rest_is_counted() {
    let ((), tree) = Recording::new("root").max_nodes(10).run(|| {
        for _ in 0..30 {
            let _span = timing::span("span");
        }
        for _ in 0..5 {
            timing::mark("mark");
        }
    });
    assert_eq!((tree.len(), tree.dropped()), (10, 26));
    assert!(tree.to_string().ends_with("… and 26 more, for which there was no room in 10\n"));
    let ((), tree) = Recording::new("root").max_nodes(1).run(|| timing::mark("no room"));
    assert_eq!((tree.len(), tree.dropped()), (1, 1));
    let ((), tree) = timing::record("root", || {
        for _ in 0..20_000 {
            timing::mark("mark");
        }
    });
    assert_eq!((tree.len(), tree.dropped()), (10_000, 10_001));
}

#[test]
fn an_outer_recording_has_no_more_room_for_what_an_inner_one_kept() {
    let ((), tree) = Recording::new("outer").max_nodes(3).run(|| {
        let ((), inner) = timing::record("inner", || {
            for _ in 0..20 {
                timing::mark("mark");
            }
        });
        assert_eq!(inner.len(), 21);
    });
    assert_eq!((tree.len(), tree.dropped()), (3, 19));
    assert_eq!(outline(&tree), ["outer", "  inner", "    -mark"]);
}

#[test]
#[should_panic(expected = "timing: `max_nodes` must be at least 1")]
fn a_recording_without_room_is_refused() {
    let _recording = Recording::new("root").max_nodes(0);
}

#[test]
fn many_nodes_of_many_chunks_keep_their_ends() {
    let _time = clock::freeze();
    let recording = Recording::new("root").start();
    let spans: Vec<_> = (0..300).map(|n| timing::span(format_args!("{n}"))).collect();
    for span in spans {
        pass(1);
        drop(span);
    }
    let tree = recording.finish();
    assert_eq!(tree.len(), 301);
    for (n, node) in (1_u64..).zip(&tree.nodes()[1..]) {
        assert_eq!(node.duration(), Some(ms(n)), "{}", node.name());
    }
    assert_eq!(tree.nodes()[300].depth(), 300);
}

#[test]
fn a_label_is_not_formatted_where_nothing_is_recorded() {
    struct Loud;
    impl std::fmt::Display for Loud {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("formatted");
        }
    }
    let _span = timing::span(format_args!("{Loud}"));
    timing::mark(format_args!("{Loud}"));
}

#[test]
fn a_label_may_use_spans_itself() {
    struct Nested;
    impl std::fmt::Display for Nested {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let _span = timing::span("formatting");
            f.write_str("nested")
        }
    }
    let ((), tree) = timing::record("root", || {
        let _span = timing::span(format_args!("{Nested}"));
        timing::mark("inside");
    });
    assert_eq!(outline(&tree), ["root", "  formatting", "  nested", "    -inside"]);
}

#[test]
fn the_time_is_that_of_the_scope() {
    let frozen = clock::freeze();
    let ((), tree) = timing::record("root", || frozen.advance(Duration::from_secs(3600)));
    assert_eq!(tree.duration(), Duration::from_secs(3600));
}
