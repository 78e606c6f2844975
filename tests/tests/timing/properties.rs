//! Whatever is recorded: a tree that holds together, in every form.

use dyno::clock;
use dyno::timing::{self, Recording, Span, Tree};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Open(String),
    Mark(String),
    Pass(u64),
    /// Drops one of the open guards.
    Close(usize),
    Elsewhere(String),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        ".{0,40}".prop_map(Step::Open),
        ".{0,40}".prop_map(Step::Mark),
        (0_u64..5_000_000_000).prop_map(Step::Pass),
        (0_usize..100).prop_map(Step::Close),
        "[a-z:]{0,30}".prop_map(Step::Elsewhere),
    ]
}

fn recorded(steps: &[Step], most: usize) -> Tree {
    let time = clock::freeze();
    let recording = Recording::new("root").max_nodes(most).start();
    let mut open: Vec<Span> = Vec::new();
    for step in steps {
        match step.clone() {
            Step::Open(name) => open.push(timing::span(name)),
            Step::Mark(name) => timing::mark(name),
            Step::Pass(nanos) => time.advance(std::time::Duration::from_nanos(nanos)),
            Step::Close(_) if open.is_empty() => {}
            Step::Close(at) => drop(open.swap_remove(at % open.len())),
            Step::Elsewhere(name) => {
                dyno::spawn(|| timing::span(name).end()).join().expect("joins");
            }
        }
    }
    recording.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_tree_holds_together(steps in prop::collection::vec(step(), 0..60), most in 1_usize..80) {
        let tree = recorded(&steps, most);
        let made = steps.iter().filter(|step| !matches!(step, Step::Pass(_) | Step::Close(_)));
        prop_assert_eq!(tree.len() as u64 + tree.dropped(), 1 + made.count() as u64);
        prop_assert!(tree.len() <= most);
        let mut path: Vec<&timing::Node> = Vec::new();
        for node in &tree {
            path.truncate(node.depth());
            prop_assert_eq!(path.len(), node.depth());
            prop_assert_eq!(tree.parent(node).map(std::ptr::from_ref), path.last().copied().map(std::ptr::from_ref));
            if let Some(parent) = path.last() {
                prop_assert!(parent.start() <= node.start());
                prop_assert!(parent.is_interval());
            }
            path.push(node);
        }
        let ended = tree.iter().filter(|node| node.duration().is_some()).count();
        let lines = tree.to_string().lines().count() - usize::from(tree.dropped() > 0);
        prop_assert_eq!(lines, tree.len() + ended);
    }

    #[test]
    fn every_form_can_be_read_back(steps in prop::collection::vec(step(), 0..40)) {
        let tree = recorded(&steps, 1000);
        let svg = tree.to_svg();
        let document = roxmltree::Document::parse(&svg);
        let titles = document.as_ref().map(|it| it.descendants().filter(|n| n.has_tag_name("title")).count());
        prop_assert_eq!(titles.ok(), Some(tree.len() + 1));
        let trace: Result<serde_json::Value, _> = serde_json::from_str(&tree.to_chrome_trace());
        let events = trace.ok().and_then(|it| it["traceEvents"].as_array().map(Vec::len));
        prop_assert!(events >= Some(tree.len()));
        let json = serde_json::to_string(&tree).expect("is written");
        prop_assert_eq!(serde_json::from_str::<Tree>(&json).ok(), Some(tree));
    }
}
