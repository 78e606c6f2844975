//! What spans use of the processor and of memory.
#![cfg(unix)]

use std::time::Duration;

use dyno::timing::{self, Recording, Timer};
use serde_json::Value;

use super::support::block_on;

/// Uses the processor for some ms, as the kernel counts them.
fn work() {
    let mut used = Duration::ZERO;
    for _ in 0..10_000 {
        let timer = Timer::new("work").with_resources();
        let burnt = timer.time(|| {
            (1..20_000_u64).fold(1, |x: u64, i| std::hint::black_box(x.wrapping_mul(i | 3)))
        });
        assert!(burnt.is_ok());
        used += timer.usage().map_or(Duration::ZERO, |used| used.cpu);
        if used >= Duration::from_millis(2) {
            return;
        }
    }
    panic!("no processor time is counted");
}

#[test]
fn they_are_measured_where_that_is_asked_for() {
    let ((), plain) = timing::record("root", || timing::span("span").end());
    assert!(plain.iter().all(|node| node.usage().is_none()));
    let ((), tree) = Recording::new("root").with_resources().run(|| {
        let _outer = timing::span("outer");
        {
            let _busy = timing::span("busy");
            work();
        }
        timing::span("idle").end();
        timing::mark("mark");
    });
    let cpu = |name: &str| tree.find(name).and_then(|node| node.usage()).map(|it| it.cpu);
    let busy = cpu("busy").expect("was measured");
    assert!(busy >= Duration::from_millis(1), "{busy:?}");
    assert!(cpu("idle") < Some(busy) && cpu("outer") >= Some(busy) && cpu("root") >= Some(busy));
    assert_eq!(cpu("mark"), None);
    assert!(tree.to_string().contains(" cpu "));
    assert!(tree.to_svg().contains("&#10;cpu "));
    let trace: Value = serde_json::from_str(&tree.to_chrome_trace()).expect("is JSON");
    let events = trace["traceEvents"].as_array().expect("a list");
    assert!(
        events.iter().any(|e| e["name"] == "busy" && e["args"]["cpu_us"].as_f64() > Some(1000.0))
    );
}

#[test]
fn those_of_a_future_are_those_of_its_polls() {
    let ((), tree) = block_on(Recording::new("root").with_resources().run_async(async {
        timing::span_async("polled", async {
            super::support::turn().await;
            work();
            super::support::turn().await;
        })
        .await;
    }));
    let used = tree.find("polled").and_then(|node| node.usage()).expect("was measured");
    assert!(used.cpu >= Duration::from_millis(1), "{used:?}");
    assert!(tree.nodes()[0].usage().is_some_and(|root| root.cpu >= used.cpu));
}

#[test]
fn pages_are_counted() {
    let ((), tree) = Recording::new("root").with_resources().run(|| {
        let _span = timing::span("pages");
        let pages = vec![1_u8; 32 << 20];
        assert_eq!(std::hint::black_box(&pages)[7], 1);
    });
    let used = tree.find("pages").and_then(|node| node.usage()).expect("was measured");
    assert!(!cfg!(target_os = "linux") || used.minor_faults > 0, "{used:?}");
}

#[test]
fn a_timer_measures_its_thread() {
    let timer = Timer::new("t").with_resources();
    timer.time(work).expect("is the first");
    assert!(timer.usage().is_some_and(|used| used.cpu >= Duration::from_millis(1)));
    assert!(timer.tree().nodes()[0].usage().is_some());
    let moved = timer.child("moved");
    moved.start().expect("is the first");
    std::thread::scope(|threads| {
        threads.spawn(|| moved.stop().map(|_| ()).expect("is the first"));
    });
    assert_eq!(moved.usage(), None, "of two threads it would say nothing");
    assert_eq!(Timer::new("plain").time(|| ()).map(|()| Timer::new("plain").usage()), Ok(None));
}
