//! The same policies, said in an attribute, by a preset's function, and to a service that is called:
//! each of the three on a thread and in a task.

mod cases;

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::super::block_on;
use super::MS;
use dyno::breaker::{self, Breaker, Settings, State, TripError};
use dyno::point::{self, Event};
use dyno::retry::Retry;
use dyno::service::Service;
use dyno::{Deadline, Fault, Reason, clock, metrics, service};

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
enum E {
    #[error("Bad")]
    Bad,
    #[error("not made")]
    Refused(#[from] Fault),
}

/// What an attempt does: it takes so many milliseconds, and gives this.
type Step = (u32, fn() -> Result<u32, E>);

const OK: Step = (0, || Ok(1));
const BAD: Step = (0, || Err(E::Bad));
const PANICS: Step = (0, || panic!("as planned"));
/// As a policy further in tells of it.
const REFUSED: Step =
    (0, || Err(E::Refused(Fault::rejected("further-in", Reason::BreakerOpen, None))));
const SPENT: Step =
    (0, || Err(E::Refused(Fault::rejected("further-in", Reason::DeadlineSpent, None))));
const TIMED_OUT: Step = (0, || Err(E::Refused(Fault::timed_out("further-in", MS))));

const fn slow(millis: u32, gives: fn() -> Result<u32, E>) -> Step {
    (millis, gives)
}

/// The steps of all attempts, the last one for all that follow.
struct Plan<'a> {
    steps: &'static [Step],
    made: Cell<usize>,
    /// Called in the midst of the first attempt.
    within: Option<&'a dyn Fn()>,
}

impl<'a> Plan<'a> {
    fn new(steps: &'static [Step]) -> Self {
        Self { steps, made: Cell::new(0), within: None }
    }

    fn within(self, within: &'a dyn Fn()) -> Self {
        Self { within: Some(within), ..self }
    }

    fn next(&self) -> Step {
        let made = self.made.replace(self.made.get() + 1);
        if let (Some(within), 0) = (self.within, made) {
            within();
        }
        self.steps[made.min(self.steps.len() - 1)]
    }

    fn here(&self) -> Result<u32, E> {
        let (takes, gives) = self.next();
        clock::sleep(Duration::from_millis(takes.into()));
        gives()
    }

    async fn task(&self) -> Result<u32, E> {
        let (takes, gives) = self.next();
        if takes > 0 {
            clock::sleep_async(Duration::from_millis(takes.into())).await;
        }
        gives()
    }
}

type Calls = Box<dyn for<'a, 'b> Fn(&'a Plan<'b>) -> Result<u32, E>>;
type Cancels = Box<dyn for<'a, 'b> Fn(&'a Plan<'b>)>;

/// One of the six.
struct Way {
    how: &'static str,
    /// What counts its calls.
    counted: &'static str,
    call: Calls,
    /// Polls it once and drops it, where it is a task.
    cancel: Option<Cancels>,
    breaker: Box<dyn Fn() -> Option<breaker::Snapshot>>,
}

fn once(future: impl Future) {
    let mut future = std::pin::pin!(future);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(future.as_mut().poll(&mut cx).is_pending());
}

fn of(service: &'static Service) -> Box<dyn Fn() -> Option<breaker::Snapshot>> {
    Box::new(|| service.snapshot().breaker)
}

fn own(name: &'static str) -> Box<dyn Fn() -> Option<breaker::Snapshot>> {
    Box::new(move || breaker::named(name).map(Breaker::snapshot))
}

/// The ways of one set of policies; `or` stands in.
macro_rules! alike {
    ($name:ident; [$($keys:tt)*]; [$($built:tt)*] $(; or $or:expr)?) => {
        mod $name {
            use super::*;

            macro_rules! service {
                ($way:literal) => {
                    Service::builder(concat!(module_path!(), "::", $way)).metrics()$($built)*.build()
                };
            }
            static PRESET: Service = service!("preset-of-here");
            static PRESET_TASK: Service = service!("preset-of-task");
            static CALLED: Service = service!("called-here");
            static CALLED_TASK: Service = service!("called-task");

            #[service(metrics, $($keys)* $(, fallback = $or)?)]
            fn said_here(plan: &Plan<'_>) -> Result<u32, E> {
                plan.here()
            }
            #[service(metrics, $($keys)* $(, fallback = $or)?)]
            async fn said_task(plan: &Plan<'_>) -> Result<u32, E> {
                plan.task().await
            }
            #[service(PRESET $(, fallback = $or)?)]
            fn preset_here(plan: &Plan<'_>) -> Result<u32, E> {
                plan.here()
            }
            #[service(PRESET_TASK $(, fallback = $or)?)]
            async fn preset_task(plan: &Plan<'_>) -> Result<u32, E> {
                plan.task().await
            }
            fn called_here(plan: &Plan<'_>) -> Result<u32, E> {
                CALLED$(.or($or))?.call(|_| plan.here())
            }
            async fn called_task(plan: &Plan<'_>) -> Result<u32, E> {
                CALLED_TASK$(.or($or))?.call_async(async |_| plan.task().await).await
            }

            pub(super) fn ways() -> (&'static str, [Way; 6]) {
                const SAID: &str = concat!(module_path!(), "::said_here");
                const SAID_TASK: &str = concat!(module_path!(), "::said_task");
                let here = |how, counted, call: fn(&Plan<'_>) -> Result<u32, E>, breaker| {
                    Way { how, counted, call: Box::new(call), cancel: None, breaker }
                };
                let ways = [
                    here("attribute, here", SAID, said_here, own(SAID)),
                    here("preset, here", PRESET.name(), preset_here, of(&PRESET)),
                    here("called, here", CALLED.name(), called_here, of(&CALLED)),
                    Way {
                        how: "attribute, task",
                        counted: SAID_TASK,
                        call: Box::new(|plan| block_on(said_task(plan))),
                        cancel: Some(Box::new(|plan| once(said_task(plan)))),
                        breaker: own(SAID_TASK),
                    },
                    Way {
                        how: "preset, task",
                        counted: PRESET_TASK.name(),
                        call: Box::new(|plan| block_on(preset_task(plan))),
                        cancel: Some(Box::new(|plan| once(preset_task(plan)))),
                        breaker: of(&PRESET_TASK),
                    },
                    Way {
                        how: "called, task",
                        counted: CALLED_TASK.name(),
                        call: Box::new(|plan| block_on(called_task(plan))),
                        cancel: Some(Box::new(|plan| once(called_task(plan)))),
                        breaker: of(&CALLED_TASK),
                    },
                ];
                (concat!(module_path!(), "::"), ways)
            }
        }
    };
}

fn in_words(out: std::thread::Result<Result<u32, E>>) -> String {
    match out {
        Ok(Ok(value)) => format!("{value}"),
        Ok(Err(E::Refused(fault))) => match fault.reason() {
            Some(reason) => format!("{reason:?}"),
            None => "late".to_owned(),
        },
        Ok(Err(error)) => error.to_string(),
        Err(_) => "panic".to_owned(),
    }
}

/// What came of it: the outcomes, the attempts, how long it took, what was told, what was counted.
fn seen(
    way: &Way,
    of: &'static str,
    plan: &Plan<'_>,
    scenario: impl Fn(&Way, &Plan<'_>) -> Vec<String>,
) -> String {
    let _frozen = clock::freeze();
    let told = Arc::new(Mutex::new(Vec::new()));
    let to = told.clone();
    let watching = point::observe(move |point: &str, event: &Event<'_>| {
        if point.starts_with(of) {
            let told = match event {
                Event::Rejected { fault } => format!("rejected: {:?}", fault.reason()),
                event => event.to_string(),
            };
            to.lock().expect("held briefly").push(told);
        }
    });
    let began = clock::now();
    let mut seen = scenario(way, plan).join(", ");
    let took = began.elapsed().as_millis();
    drop(watching);
    write!(seen, "; {} attempts, {took} ms", plan.made.get()).expect("text");
    for told in &*told.lock().expect("held briefly") {
        write!(seen, "\n    {told}").expect("text");
    }
    let counted = metrics::of(way.counted).map(|it| it.total).unwrap_or_default();
    for (name, count) in counted.iter().filter(|(name, _)| !name.starts_with("policies")) {
        if count != 0 {
            write!(seen, "\n    {name}: {count}").expect("text");
        }
    }
    // One that nobody has come to is not listed.
    let (state, failures) =
        (way.breaker)().map_or((State::Closed, 0), |it| (it.state, it.failures));
    write!(seen, "\n    {state:?}, {failures} failures").expect("text");
    seen
}

/// What is seen on each of the six ways.
fn all(
    (of, ways): (&'static str, [Way; 6]),
    steps: &'static [Step],
    scenario: impl Fn(&Way, &Plan<'_>) -> Vec<String> + Copy,
) -> [(&'static str, String); 6] {
    ways.map(|way| (way.how, seen(&way, of, &Plan::new(steps), scenario)))
}

/// The three that block do the same, and so do the three tasks: outcomes and attempts are as told.
fn check(
    ways: (&'static str, [Way; 6]),
    steps: &'static [Step],
    [here, task]: [&str; 2],
    scenario: impl Fn(&Way, &Plan<'_>) -> Vec<String> + Copy,
) {
    let all = all(ways, steps, scenario);
    for (ways, words) in [(&all[..3], here), (&all[3..], task)] {
        let said = &ways[0].1;
        assert!(said.starts_with(words), "{}: {said}\nwhere was expected: {words}", ways[0].0);
        for (how, seen) in &ways[1..] {
            assert_eq!(said, seen, "on the left {}, on the right {how}", ways[0].0);
        }
    }
}

/// So many calls, one after the other.
fn calls(number: u32) -> impl Fn(&Way, &Plan<'_>) -> Vec<String> + Copy {
    move |way, plan| {
        let call = || in_words(catch_unwind(AssertUnwindSafe(|| (way.call)(plan))));
        (0..number).map(|_| call()).collect()
    }
}

alike!(goes_well; [timeout = 1s, retry = 3, breaker, bulkhead = 1];
    [.timeout(SECOND).retry(Retry::new(3)).breaker(SETTINGS).bulkhead(1)]);
alike!(fails_once; [timeout = 1s, retry(3, delay = 10ms), breaker, bulkhead = 1];
    [.timeout(SECOND).retry(PAUSING).breaker(SETTINGS).bulkhead(1)]);
alike!(fails_always; [timeout = 1s, retry(3, delay = 10ms), breaker, bulkhead = 1];
    [.timeout(SECOND).retry(PAUSING).breaker(SETTINGS).bulkhead(1)]);
alike!(opens; [retry(3, delay = 10ms), breaker(fail_max = 2)];
    [.retry(PAUSING).breaker(SETTINGS.fail_max(2))]);
alike!(tells_that_it_opened;
    [retry(3, delay = 10ms), breaker(fail_max = 2, trip_error = rejected)];
    [.retry(PAUSING).breaker(SETTINGS.fail_max(2).trip_error(TripError::Rejected))]);
alike!(is_full; [retry(3, delay = 10ms), breaker, bulkhead = 1];
    [.retry(PAUSING).breaker(SETTINGS).bulkhead(1)]);
alike!(is_too_often; [retry(3, delay = 10ms), breaker, rate = 1/1s];
    [.retry(PAUSING).breaker(SETTINGS).rate(1, SECOND)]);
alike!(is_slow; [timeout = 1s, retry(3, delay = 10ms), breaker, attempt_timeout = 100ms];
    [.timeout(SECOND).retry(PAUSING).breaker(SETTINGS).attempt_timeout(HUNDRED)]);
alike!(fails_late; [timeout = 1s, retry(3, delay = 10ms), breaker, attempt_timeout = 100ms];
    [.timeout(SECOND).retry(PAUSING).breaker(SETTINGS).attempt_timeout(HUNDRED)]);
alike!(is_tried_when_late;
    [retry(3, delay = 10ms), breaker, attempt_timeout = 100ms, retry_on_timeout];
    [.retry(PAUSING).breaker(SETTINGS).attempt_timeout(HUNDRED).retry_on_timeout()]);
alike!(is_late_in_all; [timeout = 1s, retry(3, delay = 10ms), breaker];
    [.timeout(SECOND).retry(PAUSING).breaker(SETTINGS)]);
alike!(fails_late_in_all; [timeout = 1s, retry(3, delay = 10ms), breaker];
    [.timeout(SECOND).retry(PAUSING).breaker(SETTINGS)]);
alike!(panics; [timeout = 1s, retry = 3, breaker, bulkhead = 1, attempt_timeout = 100ms];
    [.timeout(SECOND).retry(Retry::new(3)).breaker(SETTINGS).bulkhead(1).attempt_timeout(HUNDRED)]);
alike!(is_cancelled; [timeout = 1s, retry = 3, breaker, bulkhead = 1, attempt_timeout = 100ms];
    [.timeout(SECOND).retry(Retry::new(3)).breaker(SETTINGS).bulkhead(1).attempt_timeout(HUNDRED)]);
alike!(carries_a_refusal; [timeout = 1s, retry(3, delay = 10ms), breaker];
    [.timeout(SECOND).retry(PAUSING).breaker(SETTINGS)]);
alike!(carries_a_spent_one; [timeout = 1s, retry(3, delay = 10ms), breaker];
    [.timeout(SECOND).retry(PAUSING).breaker(SETTINGS)]);
alike!(carries_a_late_one; [timeout = 1s, retry(3, delay = 10ms), breaker];
    [.timeout(SECOND).retry(PAUSING).breaker(SETTINGS)]);
alike!(comes_too_late; [deadline = 2s, timeout = 1s, retry = 3, breaker];
    [.deadline(TWO).timeout(SECOND).retry(Retry::new(3)).breaker(SETTINGS)]);
alike!(comes_too_late_for_less; [retry = 3, breaker]; [.retry(Retry::new(3)).breaker(SETTINGS)]);
alike!(is_stood_in_for; [timeout = 1s, retry(3, delay = 10ms), breaker(fail_max = 2)];
    [.timeout(SECOND).retry(PAUSING).breaker(SETTINGS.fail_max(2))]; or |_| Ok(7));
alike!(tries_when_full; [retry(3, delay = 10ms, rejected = retry), bulkhead = 1];
    [.retry(PAUSING.rejected()).bulkhead(1)]);
alike!(tries_when_open;
    [retry(3, delay = 10ms, rejected = retry), breaker(fail_max = 1, reset_timeout = 1s)];
    [.retry(PAUSING.rejected()).breaker(SETTINGS.fail_max(1).reset_timeout(SECOND))]);
alike!(carries_a_refusal_late; [breaker(fail_max = 1), attempt_timeout = 100ms];
    [.breaker(SETTINGS.fail_max(1)).attempt_timeout(HUNDRED)]);
alike!(carries_a_spent_one_late;
    [retry(3, delay = 10ms), breaker(fail_max = 1), attempt_timeout = 100ms];
    [.retry(PAUSING).breaker(SETTINGS.fail_max(1)).attempt_timeout(HUNDRED)]);
alike!(carries_a_spent_one_in_time; [breaker(fail_max = 1), attempt_timeout = 100ms];
    [.breaker(SETTINGS.fail_max(1)).attempt_timeout(HUNDRED)]);
alike!(is_slower_than_expected; [breaker, expected_in = 100ms];
    [.breaker(SETTINGS).expected_in(HUNDRED)]);

const SECOND: Duration = Duration::from_secs(1);
const TWO: Duration = Duration::from_secs(2);
const HUNDRED: Duration = Duration::from_millis(100);
const PAUSING: Retry = Retry::new(3).delay(Duration::from_millis(10));
const SETTINGS: Settings = Settings::new();
