//! Budgets: what is paid, by whom, and that it is never more than there is.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use dyno::__private::SharedBudget;
use dyno::Fault;
use dyno::clock;
use dyno::retry::{Budget, Retry, retry};

use super::support::{MS, Scribe};

/// How many attempts a call makes that always fails.
fn attempts(retry: Retry) -> u32 {
    let mut made = 0;
    let _ = retry.run(|| {
        made += 1;
        Err::<(), u32>(made)
    });
    made
}

fn tokens(budget: &Budget) -> f64 {
    budget.snapshot().tokens
}

#[track_caller]
fn holds(budget: &Budget, expected: f64) {
    assert!((tokens(budget) - expected).abs() < 1e-9, "{budget}, expected {expected}");
}

#[test]
fn a_spent_budget_returns_the_original_error_and_says_why() {
    static BUDGET: Budget = Budget::new().capacity(1).reserve(0).share(0.0);
    static SCRIBE: Scribe = Scribe::new();
    let retry = retry(3).budget(&BUDGET).listen(&SCRIBE);
    assert_eq!(retry.run(|| Err::<(), _>("busy")), Err("busy"));
    assert_eq!(SCRIBE.told().pop().as_deref(), Some("gave up after 2: Budget"));
    let spent = BUDGET.snapshot();
    assert_eq!((spent.granted, spent.refused, spent.capacity), (1, 1, 1));
}

#[test]
fn a_fifth_of_the_calls_and_ten_a_second_are_tried_again() {
    static BUDGET: Budget = Budget::new();
    let frozen = clock::freeze();
    let two = retry(2).budget(&BUDGET);
    holds(&BUDGET, 100.0);
    let first: u32 = (0..100).map(|_| attempts(two) - 1).sum();
    assert_eq!(first, 100, "it is full at the beginning");
    // What the 99 later calls have put in lasts for 24 more: 19.8, and a fifth of each of them.
    let more: u32 = (0..100).map(|_| attempts(two) - 1).sum();
    assert_eq!(more, 39, "{BUDGET}");
    frozen.advance(Duration::from_secs(3));
    holds(&BUDGET, 30.8);
    frozen.advance(Duration::from_secs(3600));
    holds(&BUDGET, 100.0);
    frozen.advance(Duration::from_secs(86_400 * 400));
    holds(&BUDGET, 100.0);
}

#[test]
fn the_reserve_fills_in_whole_steps_and_loses_none() {
    static BUDGET: Budget = Budget::new().share(0.0).reserve(10).capacity(5);
    let frozen = clock::freeze();
    assert_eq!(attempts(retry(9).budget(&BUDGET)), 6);
    let mut granted = 0;
    for _ in 0..1000 {
        frozen.advance(7 * MS);
        granted += attempts(retry(2).budget(&BUDGET)) - 1;
    }
    // Seven seconds; the first step may have begun before.
    assert!((69..=71).contains(&granted), "{granted}");
}

#[test]
fn the_standard_budget_is_that_of_the_aws_sdks() {
    static BUDGET: Budget = Budget::standard();
    let retry = retry(2).budget(&BUDGET);
    holds(&BUDGET, 500.0);
    assert_eq!(attempts(retry), 2);
    holds(&BUDGET, 495.0);
    // A success at the first attempt gives 1.
    assert_eq!(retry.run(|| Some(1)), Some(1));
    holds(&BUDGET, 496.0);
    // A success after a further attempt gives back its cost.
    let mut answers = vec![Some(1), None];
    assert_eq!(retry.run(|| answers.pop().flatten()), Some(1));
    holds(&BUDGET, 496.0);
    // A time-out costs twice as much.
    let timed_out = || Err::<(), _>(Fault::timed_out("db", MS));
    let _ = retry.heeding().run(timed_out);
    holds(&BUDGET, 486.0);
    let dry: u32 = (0..200).map(|_| attempts(retry) - 1).sum();
    assert_eq!(dry, 97);
    holds(&BUDGET, 1.0);
    // No time fills it.
    let frozen = clock::freeze();
    frozen.advance(Duration::from_secs(3600));
    holds(&BUDGET, 1.0);
}

#[test]
fn threads_spend_exactly_what_there_is() {
    const THREADS: usize = 8;
    const EACH: u32 = 8_000;
    static BUDGET: Budget = Budget::new().capacity(100_000).reserve(0).share(0.25);
    let _frozen = clock::freeze();
    let ready = Barrier::new(THREADS);
    // Of each call: how many further attempts, and whether one was refused.
    let (further, refused): (u32, u64) = thread::scope(|scope| {
        let spending: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    ready.wait();
                    let made = (0..EACH).map(|_| attempts(retry(3).budget(&BUDGET)) - 1);
                    made.fold((0, 0), |(all, refused), further| {
                        (all + further, refused + u64::from(further < 2))
                    })
                })
            })
            .collect();
        let spent = spending.into_iter().map(|thread| thread.join().expect("it ends"));
        spent.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
    });
    let spent = BUDGET.snapshot();
    assert_eq!(spent.granted, u64::from(further));
    assert_eq!(spent.refused, refused);
    // Every call puts in a quarter, but for those that found it full; it never is again.
    let calls = u32::try_from(THREADS).expect("few") * EACH;
    let in_all = f64::from(100_000 + calls / 4);
    let left = in_all - f64::from(further);
    assert!(spent.tokens <= left && left - spent.tokens <= 0.25 * 8.0, "{BUDGET}, {left}");
    assert!(spent.tokens < 1.0, "{BUDGET}");
}

#[test]
fn calls_in_good_times_leave_it_full() {
    static BUDGET: Budget = Budget::new();
    for _ in 0..1000 {
        assert_eq!(retry(3).budget(&BUDGET).run(|| Some(1)), Some(1));
    }
    holds(&BUDGET, 100.0);
    assert_eq!(BUDGET.snapshot().granted, 0);
}

#[test]
fn budgets_are_found_by_their_names() {
    static SHARED: SharedBudget = SharedBudget::new("budgets::found");
    static LISTED: Budget = Budget::new().name("budgets::listed").capacity(3);
    let found = Budget::named("budgets::found");
    assert!(std::ptr::eq(SHARED.get(), found));
    assert!(std::ptr::eq(SHARED.get(), Budget::named("budgets::found")));
    assert!(std::ptr::eq(LISTED.list().list(), Budget::named("budgets::listed")));
    assert_eq!(Budget::named("budgets::listed").snapshot().capacity, 3);
    assert!(Budget::all().iter().any(|budget| std::ptr::eq(*budget, found)));
    assert!(std::ptr::eq(Budget::named("global"), Budget::global().list()));
    assert!(Budget::all().iter().any(|budget| std::ptr::eq(*budget, Budget::global())));
}

#[test]
#[should_panic(expected = "retry: another budget is called \"budgets::taken\" already")]
fn a_name_that_is_taken_is_told() {
    static LATE: Budget = Budget::new().name("budgets::taken");
    let _ = Budget::named("budgets::taken");
    LATE.list();
}

#[test]
fn budgets_tell_how_they_stand() {
    static BUDGET: Budget = Budget::new().name("search").capacity(2).reserve(0).share(0.5);
    assert_eq!(attempts(retry(9).budget(&BUDGET)), 3);
    let _ = retry(1).budget(&BUDGET).run(|| Some(1));
    let words = "search: 0.5 of 2 tokens, 2 further attempts granted, 1 refused";
    assert_eq!(BUDGET.to_string(), words);
    assert_eq!(format!("{BUDGET:?}"), format!("Budget({words})"));
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    for share in [-0.1, 1.1, f64::NAN, 0.000_01] {
        let refused = std::panic::catch_unwind(|| Budget::new().share(share));
        assert!(refused.is_err(), "{share}");
    }
    for capacity in [0, 400_001] {
        let refused = std::panic::catch_unwind(|| Budget::new().capacity(capacity));
        assert!(refused.is_err(), "{capacity}");
    }
    assert!(std::panic::catch_unwind(|| Budget::standard().capacity(4)).is_err());
}
