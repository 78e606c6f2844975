//! The tree, to be written in any format.

use dyno::clock;
use dyno::timing::{self, Tree};
use serde_json::json;

use super::support::pass;

#[test]
fn a_tree_reads_as_a_person_would_write_it() {
    let _time = clock::freeze();
    let work = || {
        let _query = timing::span("query");
        pass(3);
        timing::mark("sent");
    };
    let named = std::thread::Builder::new().name("main".to_owned());
    let recorded = dyno::Scope::current().wrap(move || timing::record("root", work).1);
    let tree = named.spawn(recorded).expect("starts").join().expect("joins");
    let value = serde_json::to_value(&tree).expect("is written");
    assert_eq!(
        value,
        json!({
            "nodes": [
                { "name": "root", "kind": "interval", "depth": 0, "parent": null, "thread": 0, "start": 0, "end": 3_000_000 },
                { "name": "query", "kind": "interval", "depth": 1, "parent": 0, "thread": 0, "start": 0, "end": 3_000_000 },
                { "name": "sent", "kind": "mark", "depth": 2, "parent": 1, "thread": 0, "start": 3_000_000, "end": null },
            ],
            "threads": ["main"],
            "dropped": 0,
            "most": 10_000,
            "lasted": 3_000_000,
        })
    );
    let back: Tree = serde_json::from_value(value).expect("is read");
    assert_eq!((back.to_string(), &back), (tree.to_string(), &tree));
}

#[test]
fn a_tree_that_does_not_hold_together_is_not_read() {
    let node = |depth: usize, parent: Option<usize>, thread: usize| json!({ "name": "n", "kind": "interval", "depth": depth, "parent": parent, "thread": thread, "start": 0, "end": 1 });
    let tree = |nodes: Vec<serde_json::Value>| {
        let value =
            json!({ "nodes": nodes, "threads": ["main"], "dropped": 0, "most": 9, "lasted": 1 });
        serde_json::from_value::<Tree>(value)
    };
    assert!(tree(vec![node(0, None, 0), node(1, Some(0), 0)]).is_ok());
    for wrong in [
        vec![node(0, None, 0), node(1, Some(7), 0)],
        vec![node(0, None, 0), node(1, Some(1), 0)],
        vec![node(0, None, 0), node(5, Some(0), 0)],
        vec![node(1, None, 0)],
        vec![node(0, None, 3)],
    ] {
        let error = tree(wrong).expect_err("does not hold together").to_string();
        assert!(error.contains("timing: node "), "{error}");
    }
}
