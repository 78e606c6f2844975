//! How each rule stands now, when nobody has been refused.

use dyno::breaker::{Breaker, State};
use dyno::clock;
use dyno::fault::explain::{Circuit, Rule};
use dyno::limit::{Bulkhead, Rate};
use dyno::pool::Pool;
use dyno::retry::Budget;

use crate::{MS, SECOND, fail};

#[test]
fn a_breaker_in_every_state() {
    let frozen = clock::freeze();
    let db = Breaker::new("db").fail_max(3).recover(&[0.1]).reset_timeout(SECOND * 10);
    let told = || db.explain().to_string();
    assert_eq!(told(), "the breaker is closed: 0 of 3 failures in a row");
    fail(&db, 2, "down");
    assert_eq!(told(), "the breaker is closed: 2 of 3 failures in a row");
    fail(&db, 1, "down");
    let open = "the breaker is open for 10.0s more: 3 failures in a row, the limit is 3; \
                last error: down";
    assert_eq!(told(), open);
    frozen.advance(SECOND * 10);
    let trial = db.acquire().expect("the trial");
    assert_eq!(told(), "the breaker is half-open: 1 of 1 trials under way; last error: down");
    trial.success();
    assert_eq!(
        told(),
        "the breaker is recovering: 10% of the calls pass, more in 10.0s; last error: down"
    );
    db.disable();
    assert_eq!(told(), "the breaker is disabled: all calls pass");
    db.metrics_only();
    assert_eq!(told(), "the breaker only measures: all calls pass");
    db.force_open();
    assert!(told().starts_with("the breaker is held open by hand: "), "{}", told());
    db.reset();
    assert_eq!(db.state(), State::Closed);
    let rated = Breaker::new("rated").failure_rate(0.5);
    assert!(matches!(
        rated.explain(),
        Rule::Breaker { circuit: Circuit::Closed { fail_max: None, .. }, .. }
    ));
    assert_eq!(rated.explain().to_string(), "the breaker is closed");
}

#[test]
fn limits_that_let_calls_pass() {
    let _frozen = clock::freeze();
    let db = Bulkhead::new("db", 10).wait(50 * MS).queue(5);
    let _places: Vec<_> = (0..3).map(|_| db.acquire().expect("a place")).collect();
    assert_eq!(db.explain().to_string(), "3 of 10 in flight, 0 of 5 waiting");
    let api = Rate::new("api", 2, SECOND);
    assert_eq!(api.explain().to_string(), "the rate is 2/1s, burst 2");
    api.try_acquire_many(2).expect("a burst");
    assert_eq!(
        api.explain().to_string(),
        "the rate limit is reached: 2/1s, burst 2, next permit in 500.0ms"
    );
    static IO: Pool = Pool::new("explain-standing").size(4);
    assert_eq!(IO.explain().to_string(), "0 of 4 in flight");
}

#[test]
fn a_budget_that_is_spent() {
    let _frozen = clock::freeze();
    let budget: &'static Budget = Box::leak(Box::new(Budget::new().capacity(2).reserve(0)));
    let told = || budget.explain().to_string();
    let full =
        "the retry budget: 2 tokens, a further attempt takes 1; a call gives 0.2, a second 0";
    assert_eq!(told(), full);
    let _: Option<()> = dyno::retry::retry(5).budget(budget).run(|| None);
    assert_eq!(
        told(),
        "the retry budget is spent: 0 tokens, a further attempt takes 1; a call gives 0.2, \
         a second 0"
    );
    let Rule::Budget { tokens, cost, share, reserve, .. } = budget.explain() else {
        panic!("{}", told())
    };
    assert_eq!((tokens, cost, share, reserve), (0.0, 1.0, 0.2, 0));
}
