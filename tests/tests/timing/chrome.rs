//! The trace for Perfetto: what its format asks for.

use std::collections::BTreeMap;

use dyno::clock;
use dyno::timing::{self, Recording, Timer, Tree};
use serde_json::Value;

use super::support::{block_on, pass, turn};

fn events(tree: &Tree) -> Vec<Value> {
    let text = tree.to_chrome_trace();
    let trace: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    assert_eq!(trace["displayTimeUnit"], "ms");
    trace["traceEvents"].as_array().expect("a list").clone()
}

/// What "Trace Event Format" says of complete events, instants and metadata.
fn check(tree: &Tree) -> Vec<Value> {
    let events = events(tree);
    let mut named = Vec::new();
    for event in &events {
        assert!(event["name"].is_string() && event["args"].is_object(), "{event}");
        assert!(event["pid"].is_u64() && event["tid"].is_u64(), "{event}");
        match event["ph"].as_str() {
            Some("X") => {
                assert!(event["ts"].as_f64() >= Some(0.0), "{event}");
                assert!(event["dur"].as_f64() >= Some(0.0), "{event}");
            }
            Some("i") => {
                assert!(event["ts"].as_f64() >= Some(0.0), "{event}");
                assert_eq!(event["s"], "t", "{event}");
            }
            Some("M") => {
                let (name, args) = (event["name"].as_str(), &event["args"]);
                match name {
                    Some("process_name" | "thread_name") => assert!(args["name"].is_string()),
                    Some("thread_sort_index") => assert!(args["sort_index"].is_u64()),
                    _ => panic!("{event}"),
                }
                if name == Some("thread_name") {
                    named.push(event["tid"].clone());
                }
            }
            _ => panic!("{event}"),
        }
    }
    let used = events.iter().filter(|event| event["ph"] != "M");
    assert!(used.clone().all(|event| named.contains(&event["tid"])), "a track without a name");
    nested(used);
    events
}

/// On one track intervals are inside of each other or apart.
fn nested<'e>(events: impl Iterator<Item = &'e Value>) {
    let nanos = |value: &Value| (value.as_f64().expect("a number") * 1000.0).round();
    let mut tracks: BTreeMap<u64, Vec<(f64, f64)>> = BTreeMap::new();
    for event in events.filter(|event| event["ph"] == "X") {
        let from = nanos(&event["ts"]);
        let track = tracks.entry(event["tid"].as_u64().expect("a number")).or_default();
        track.push((from, from + nanos(&event["dur"])));
    }
    for spans in tracks.values() {
        for a in spans {
            for b in spans {
                let apart = a.1 <= b.0 || b.1 <= a.0;
                let inside = (a.0 <= b.0 && b.1 <= a.1) || (b.0 <= a.0 && a.1 <= b.1);
                assert!(apart || inside, "{a:?} {b:?}");
            }
        }
    }
}

fn find<'e>(events: &'e [Value], name: &str) -> &'e Value {
    let found = events.iter().find(|event| event["name"] == name && event["ph"] != "M");
    found.unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn intervals_are_complete_events_and_marks_instants() {
    let _time = clock::freeze();
    let recording = Recording::new("root").start();
    {
        let _query = timing::span("query \"a\"\\\u{1}\n");
        pass(3);
        timing::mark("sent");
        pass(1);
    }
    let _open = timing::span("open");
    pass(2);
    let tree = recording.finish();
    let events = check(&tree);
    let query = find(&events, "query \"a\"\\\u{1}\n");
    assert_eq!((query["ts"].as_f64(), query["dur"].as_f64()), (Some(0.0), Some(4000.0)));
    assert_eq!(query["args"]["parent"], "root");
    let sent = find(&events, "sent");
    assert_eq!((sent["ph"].as_str(), sent["ts"].as_f64()), (Some("i"), Some(3000.0)));
    assert_eq!(sent["tid"], query["tid"]);
    let open = find(&events, "open");
    assert_eq!(
        (open["dur"].as_f64(), open["args"]["running"].as_bool()),
        (Some(2000.0), Some(true))
    );
}

#[test]
fn every_thread_has_a_track_with_its_name() {
    let ((), tree) = timing::record("root", || {
        for name in ["reader", "writer"] {
            let work = dyno::Scope::current().wrap(|| timing::span("work").end());
            let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
            thread.expect("starts").join().expect("joins");
        }
    });
    let events = check(&tree);
    let names: Vec<&str> = events
        .iter()
        .filter(|event| event["name"] == "thread_name")
        .filter_map(|event| event["args"]["name"].as_str())
        .collect();
    assert_eq!(names[1..], ["reader", "writer"]);
}

#[test]
fn tasks_that_took_turns_are_on_tracks_of_their_own() {
    let _time = clock::freeze();
    let ((), tree) = block_on(timing::record_async("root", async {
        let task = |name| {
            Box::pin(timing::span_async(name, async {
                for _ in 0..3 {
                    pass(1);
                    turn().await;
                }
                pass(1);
                timing::mark("ends");
            }))
        };
        let mut tasks = ["one", "two", "three"].map(task).map(Some);
        std::future::poll_fn(|cx| {
            for slot in &mut tasks {
                if slot.as_mut().is_some_and(|task| task.as_mut().poll(cx).is_ready()) {
                    *slot = None;
                }
            }
            let all = tasks.iter().all(Option::is_none);
            if all { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }));
    let events = check(&tree);
    let (one, two) = (find(&events, "one"), find(&events, "two"));
    assert_ne!(one["tid"], two["tid"]);
}

#[test]
fn what_has_not_begun_is_not_in_it() {
    let timer = Timer::new("t");
    let events = check(&timer.tree());
    assert!(events.iter().all(|event| event["ph"] == "M"));
    let _nothing = check(&Tree::default());
}
