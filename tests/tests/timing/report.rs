//! The indented report.

use dyno::timing::{self, Recording, Timer};
use dyno::{clock, spawn};

use super::support::pass;

#[test]
fn a_line_for_each_start_mark_and_end() {
    let _time = clock::freeze();
    let ((), tree) = timing::record("request", || {
        pass(1);
        let query = timing::span("query");
        timing::mark("key in cache");
        pass(12);
        timing::mark("two\nlines");
        query.end();
        pass(1);
    });
    assert_eq!(
        tree.to_string(),
        "      0.00 + request 14.0mS
      1.00   + query 12.0mS
         V     - key in cache
     13.00     - two lines
         V   = query
     14.00 = request
"
    );
}

#[test]
fn what_runs_has_no_end_and_is_no_mark() {
    let _time = clock::freeze();
    let recording = Recording::new("request").start();
    let _open = timing::span("query");
    timing::mark("sent");
    pass(2);
    assert_eq!(
        recording.tree().to_string(),
        "      0.00 + request (running)
         V   + query (running)
         V     - sent
"
    );
}

#[test]
fn unstarted_timers_have_no_stamp() {
    let _time = clock::freeze();
    let timer = Timer::new("request").described("of a customer");
    let _never = timer.child("never");
    assert_eq!(
        timer.to_string(),
        "           + request (not started): of a customer
             + never (not started)
"
    );
    timer.start().expect("is the first");
    pass(3);
    timer.stop().expect("is the first");
    assert_eq!(
        timer.to_string(),
        "      0.00 + request 3.0mS: of a customer
             + never (not started)
      3.00 = request
"
    );
}

#[test]
fn another_thread_is_named() {
    let _time = clock::freeze();
    let ((), tree) = timing::record("request", || {
        spawn(|| timing::mark("there")).join().expect("joins");
    });
    assert_eq!(
        tree.to_string(),
        "      0.00 + request 0.0nS
         V   - there [thread]
         V = request
"
    );
}

#[test]
fn stamps_are_rounded_to_the_hundredth() {
    let time = clock::freeze();
    let ((), tree) = timing::record("r", || {
        time.advance(std::time::Duration::from_micros(4));
        timing::mark("a");
        time.advance(std::time::Duration::from_micros(1));
        timing::mark("b");
    });
    assert_eq!(
        tree.to_string(),
        "      0.00 + r 5.0uS
         V   - a
      0.01   - b
         V = r
"
    );
}
