//! The timer that is started and stopped by hand.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dyno::clock;
use dyno::timing::{Timer, TimerError};

use super::support::{ms, pass};

fn name() -> String {
    "t".to_owned()
}

#[test]
fn dy_77_a_second_start_or_stop_is_an_error() {
    let _time = clock::freeze();
    let timer = Timer::new("t");
    assert_eq!(timer.stop().err(), Some(TimerError::NotStarted { name: name() }));
    timer.start().expect("is the first");
    assert_eq!(timer.start().err(), Some(TimerError::AlreadyStarted { name: name() }));
    pass(5);
    timer.stop().expect("is the first");
    pass(5);
    assert_eq!(timer.stop().err(), Some(TimerError::AlreadyStopped { name: name() }));
    assert_eq!(timer.start().err(), Some(TimerError::AlreadyStarted { name: name() }));
    assert_eq!(timer.enter().err(), Some(TimerError::AlreadyStarted { name: name() }));
    assert_eq!(timer.duration(), Ok(ms(5)));
}

#[test]
fn dy_77_a_guarded_interval_stops_on_an_error_too() {
    let _time = clock::freeze();
    let timer = Timer::new("t");
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let _running = timer.enter().expect("is the first");
        pass(3);
        panic!("as expected");
    }));
    assert!(ended.is_err());
    assert_eq!(timer.duration(), Ok(ms(3)));
    let child = timer.child("child");
    let failed: Result<Result<(), u8>, _> = child.time(|| Err(7));
    assert_eq!(failed, Ok(Err(7)));
    assert!(child.duration().is_ok());
    let mut ran = false;
    assert!(child.time(|| ran = true).is_err() && !ran);
}

#[test]
fn dy_77_a_stop_inside_of_a_guard_is_the_one_that_counts() {
    let _time = clock::freeze();
    let timer = Timer::new("t");
    {
        let _running = timer.enter().expect("is the first");
        pass(2);
        timer.stop().expect("is the first");
        pass(2);
    }
    assert_eq!(timer.duration(), Ok(ms(2)));
}

#[test]
fn dy_79_what_is_a_mark_and_what_is_an_interval() {
    let _time = clock::freeze();
    let timer = Timer::new("t");
    assert!(!timer.is_mark() && timer.is_interval(), "not started");
    assert_eq!(timer.duration(), Err(TimerError::NotStarted { name: name() }));
    assert_eq!(format!("{timer:?}"), "Timer(t, not started)");
    timer.start().expect("is the first");
    pass(1);
    assert!(timer.is_mark() && !timer.is_interval(), "running");
    assert_eq!(timer.duration(), Err(TimerError::Unfinished { name: name() }));
    assert_eq!(format!("{timer:?}"), "Timer(t, running)");
    timer.stop().expect("is the first");
    assert!(!timer.is_mark() && timer.is_interval(), "finished");
    assert_eq!(timer.duration(), Ok(ms(1)));
    assert_eq!(format!("{timer:?}"), "Timer(t, 1.0mS)");
}

#[test]
fn dy_79_a_mark_is_never_stopped() {
    let timer = Timer::new("t");
    timer.mark("key in cache");
    let mark = timer.iter().nth(1).expect("is inside");
    assert!(mark.is_mark());
    assert_eq!(format!("{mark:?}"), "Timer(key in cache, mark)");
    assert!(mark.stop().is_err() && mark.start().is_err() && mark.duration().is_err());
    let node = timer.tree().find("key in cache").cloned().expect("is there");
    assert!(node.is_mark() && !node.is_running());
}

#[test]
fn a_timer_that_runs_is_no_mark_in_the_report() {
    let timer = Timer::new("t");
    timer.start().expect("is the first");
    assert!(timer.tree().nodes()[0].is_running());
    assert!(timer.to_string().contains("+ t (running)"));
}

#[test]
fn timers_are_counted_and_walked_in_the_order_of_the_tree() {
    let a = Timer::new("a");
    let b = a.child("b");
    let d = a.child("d");
    b.mark("c");
    let _e = d.child("e");
    let names: Vec<String> = a.iter().map(|timer| timer.name()).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e"]);
    assert_eq!((a.len(), b.len(), d.len()), (5, 2, 2));
    let of_d: Vec<String> = d.iter().map(|timer| timer.name()).collect();
    assert_eq!(of_d, ["d", "e"]);
    assert_eq!(d.tree().name(), "d");
}

#[test]
fn a_start_may_give_another_name() {
    let timer = Timer::new("t").described("first");
    timer.start_as("u").expect("is the first");
    assert_eq!((timer.name(), timer.description().as_deref()), ("u".to_owned(), Some("first")));
    assert!(timer.start_as("v").is_err());
    assert_eq!(timer.name(), "u");
}

#[test]
fn children_may_be_made_on_several_threads() {
    let timer = Timer::new("t");
    timer.start().expect("is the first");
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| {
                for _ in 0..100 {
                    timer.child("child").time(|| timer.mark("m")).expect("is the first");
                }
            });
        }
    });
    timer.stop().expect("is the first");
    assert_eq!((timer.len(), timer.tree().len()), (1601, 1601));
    assert_eq!(timer.tree().threads().len(), 9);
}

#[test]
fn errors_name_the_timer_and_the_remedy() {
    let timer = Timer::new("db");
    let error = timer.duration().expect_err("has none");
    assert_eq!(error.to_string(), "timer `db`: it has not been started; call `start` first");
}

#[test]
fn a_child_that_began_before_its_parent_is_in_the_tree_as_it_was() {
    let _time = clock::freeze();
    let timer = Timer::new("t");
    let child = timer.child("early");
    child.start().expect("is the first");
    pass(2);
    timer.start().expect("is the first");
    pass(1);
    timer.stop().expect("is the first");
    let tree = timer.tree();
    assert_eq!(tree.find("early").and_then(dyno::timing::Node::start), Some(ms(0)));
    assert_eq!(tree.find("t").and_then(dyno::timing::Node::start), Some(ms(2)));
    assert_eq!(tree.duration(), ms(3));
}
