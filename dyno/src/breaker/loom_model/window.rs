//! The window: no failure is overlooked by everybody.

use loom::sync::Arc;
use loom::thread;

use super::super::window::{End, Window};
use super::*;
use crate::lanes::Lane;

fn both_of_two() -> Settings {
    Settings::new().window_calls(2).failure_rate(1.0)
}

fn fresh_window() -> Arc<Window<AtomicU64>> {
    let window = Window::new();
    window.prepare(2);
    Arc::new(window)
}

const FAILED: End = End { failed: true, slow: false };

#[test]
fn model_two_failures_at_once_are_seen_by_one_of_them() {
    // More steps than all orders can be gone through; three switches in mid-step find what is lost.
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let window = fresh_window();
        // Full already, so that each of the two must find the other's mark.
        window.success(0, Lane::of_model(0), &both_of_two());
        let theirs = window.clone();
        let other = thread::spawn(move || theirs.bad(0, Lane::of_model(1), FAILED, &both_of_two()));
        let here = window.bad(0, Lane::of_model(0), FAILED, &both_of_two());
        let there = other.join().expect("joins");
        assert!(here.is_some() || there.is_some(), "both have failed, and nobody saw it");
        let seen = window.seen(0, &both_of_two());
        assert_eq!((seen.calls, seen.failures), (2, 2));
    });
}

#[test]
fn model_what_is_late_does_not_count_in_the_next_generation() {
    loom::model(|| {
        let window = fresh_window();
        let theirs = window.clone();
        let late = thread::spawn(move || {
            theirs.bad(1, Lane::of_model(1), FAILED, &both_of_two());
        });
        window.success(2, Lane::of_model(0), &both_of_two());
        late.join().expect("joins");
        let seen = window.seen(2, &both_of_two());
        assert_eq!((seen.calls, seen.failures), (1, 0));
    });
}
