//! The breaker beside a plain model of it, in any order of steps.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno::breaker::store::{self, Memory};
use dyno::breaker::{Breaker, Happened, Permit, State, Why};
use dyno::{Verdict, clock};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;

use super::model::{Call, FOR_EVER, Model, Rules, Span};

const MS: Duration = Duration::from_millis(1);
const HAND: [fn(&Breaker); 6] = [
    Breaker::trip,
    Breaker::reset,
    Breaker::half_open,
    Breaker::force_open,
    Breaker::disable,
    Breaker::metrics_only,
];
const TO: [State; 6] = [
    State::Open,
    State::Closed,
    State::HalfOpen,
    State::ForcedOpen,
    State::Disabled,
    State::MetricsOnly,
];

#[derive(Clone, Debug)]
enum Step {
    Begin,
    /// Which of those under way; `None`: it is dropped.
    End(usize, Option<Verdict>),
    /// One that begins and ends at once.
    Whole(Verdict),
    Pass(Duration),
    ByHand(usize),
    Change(Change),
}

/// One setting that is changed.
#[derive(Clone, Debug)]
enum Change {
    FailMax(u32),
    Reset((Duration, Duration)),
    Threshold(u32),
    SuccessRate(u32),
    Trials(u32),
    Probe(Duration),
    Window(Span),
    FailureRate(u32),
    MinCalls(u32),
    Slow(Duration),
    ExpectedIn(Duration),
}

impl Change {
    /// The rules after it; `None` where it makes no sense and would be refused.
    fn made(&self, rules: Rules) -> Option<Rules> {
        let mut rules = rules;
        match *self {
            Self::FailMax(max) => rules.fail_max = Some(max),
            Self::Reset(reset) => rules.reset = Some(reset),
            Self::Threshold(threshold) => rules.threshold = Some(threshold),
            Self::SuccessRate(rate) => rules.success_rate = Some(rate),
            Self::Trials(trials) => rules.trials = Some(trials),
            Self::Probe(probe) => rules.probe = Some(probe),
            Self::Window(window) => rules.window = Some(window),
            Self::FailureRate(rate) => rules.failure_rate = Some(rate),
            Self::MinCalls(calls) => rules.min_calls = Some(calls),
            // A call that began before any was timed has no beginning.
            Self::Slow(limit) => rules.slow = rules.slow.and(Some(limit)),
            Self::ExpectedIn(limit) => rules.expected_in = rules.expected_in.and(Some(limit)),
        }
        fits(&rules).then_some(rules)
    }
}

fn fits(rules: &Rules) -> bool {
    let counts = match (rules.min_calls, rules.window) {
        (Some(calls), Some(Span::Calls(window))) => calls <= window,
        _ => true,
    };
    counts && rules.expected_in.is_none_or(|limit| rules.slow.is_none_or(|slow| slow < limit))
}

fn fail_max() -> impl Strategy<Value = u32> {
    1..5_u32
}
fn reset() -> impl Strategy<Value = (Duration, Duration)> {
    let (tenth, second) = (MS * 100, MS * 1000);
    let fixed = [tenth, second, FOR_EVER].map(|time| (time, time));
    select([&fixed[..], &[(tenth, second), (second, MS * 7000)]].concat())
}
fn percent() -> impl Strategy<Value = u32> {
    select(vec![20_u32, 34, 50, 75, 100])
}
fn probe() -> impl Strategy<Value = Duration> {
    select(vec![MS * 50, MS * 1000])
}
fn window() -> impl Strategy<Value = Span> {
    prop_oneof![
        (1..13_u32).prop_map(Span::Calls),
        select(vec![MS * 100, MS * 1000, MS * 10_000]).prop_map(Span::Time),
    ]
}
fn slow() -> impl Strategy<Value = Duration> {
    select(vec![MS * 10, MS * 100])
}
fn expected_in() -> impl Strategy<Value = Duration> {
    select(vec![MS * 20, MS * 300])
}

fn rules() -> impl Strategy<Value = Rules> {
    let limits = (
        proptest::option::of(fail_max()),
        proptest::option::of(reset()),
        proptest::option::of(1..5_u32),
        proptest::option::of(percent()),
        proptest::option::of(1..4_u32),
        proptest::option::of(probe()),
    );
    let rates = (
        proptest::option::of(window()),
        proptest::option::of(percent()),
        proptest::option::of(1..8_u32),
        proptest::option::of(slow()),
        proptest::option::of(percent()),
        proptest::option::of(expected_in()),
        proptest::option::weighted(0.2, select(&TO[..])),
    );
    let made = (limits, rates).prop_map(|(limits, rates)| {
        let (fail_max, reset, threshold, success_rate, trials, probe) = limits;
        let (window, failure_rate, min_calls, slow, slow_rate, expected_in, starts) = rates;
        Rules {
            fail_max,
            reset,
            threshold,
            success_rate,
            trials,
            probe,
            window,
            failure_rate,
            min_calls,
            slow,
            slow_rate: slow.and(slow_rate),
            expected_in,
            starts,
        }
    });
    made.prop_filter("it would be refused", fits)
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        4 => Just(Verdict::Failure),
        3 => Just(Verdict::Success),
        1 => Just(Verdict::Ignored),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        fail_max().prop_map(Change::FailMax),
        reset().prop_map(Change::Reset),
        (1..5_u32).prop_map(Change::Threshold),
        percent().prop_map(Change::SuccessRate),
        (1..4_u32).prop_map(Change::Trials),
        probe().prop_map(Change::Probe),
        window().prop_map(Change::Window),
        percent().prop_map(Change::FailureRate),
        (1..8_u32).prop_map(Change::MinCalls),
        slow().prop_map(Change::Slow),
        expected_in().prop_map(Change::ExpectedIn),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let times = [MS, MS * 10, MS * 11, MS * 50, MS * 100, MS * 333, MS * 1000, MS * 4000];
    prop_oneof![
        6 => Just(Step::Begin),
        6 => (0..8_usize, proptest::option::weighted(0.9, verdict()))
            .prop_map(|(which, verdict)| Step::End(which, verdict)),
        8 => verdict().prop_map(Step::Whole),
        5 => select(times.to_vec()).prop_map(Step::Pass),
        1 => (0..6_usize).prop_map(Step::ByHand),
        1 => change().prop_map(Step::Change),
    ]
}

/// How many breakers there are, and whether they share a state.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sharing {
    None,
    One,
    /// They take turns, and are to do as one does.
    Two,
}

impl Sharing {
    /// What is the same for breakers that share: the rest each has for itself.
    fn of(self, rules: Rules) -> Rules {
        let mut rules = rules;
        if self != Self::None {
            // A lost one of several trials waits there for the others.
            rules.trials = None;
        }
        if self == Self::Two {
            (rules.window, rules.failure_rate, rules.min_calls) = (None, None, None);
            (rules.slow, rules.slow_rate, rules.starts) = (None, None, None);
        }
        rules
    }
}

/// A breaker, or several that are to do as one does, and its model, and the calls under way in both.
struct Pair<'a> {
    breakers: &'a [Breaker],
    sharing: Sharing,
    /// Whose turn it is.
    turn: usize,
    model: Model,
    calls: Vec<(Permit<'a>, Call)>,
}

impl<'a> Pair<'a> {
    fn next(&mut self) -> &'a Breaker {
        self.turn += 1;
        &self.breakers[self.turn % self.breakers.len()]
    }

    fn begin(&mut self) -> Result<(), TestCaseError> {
        let asked = self.next().acquire();
        match (asked, self.model.begin()) {
            (Ok(permit), Ok(call)) => self.calls.push((permit, call)),
            (Err(fault), Err((reason, retry_after))) => {
                prop_assert_eq!((fault.reason(), fault.retry_after()), (Some(reason), retry_after));
            }
            (Ok(_), Err(refused)) => prop_assert!(false, "let in, not {:?}", refused),
            (Err(fault), Ok(_)) => prop_assert!(false, "turned away: {}", fault),
        }
        Ok(())
    }

    fn end(&mut self, which: usize, verdict: Option<Verdict>) {
        if self.calls.is_empty() {
            return;
        }
        let (permit, call) = self.calls.remove(which % self.calls.len());
        match verdict {
            Some(verdict) => permit.record(verdict),
            None => drop(permit),
        }
        self.model.end(call, verdict.unwrap_or(Verdict::Ignored));
    }

    fn step(&mut self, step: &Step, clock: &clock::Frozen) -> Result<(), TestCaseError> {
        match step {
            Step::Begin => self.begin()?,
            Step::End(which, verdict) => self.end(*which, *verdict),
            Step::Whole(verdict) => {
                let before = self.calls.len();
                self.begin()?;
                if self.calls.len() > before {
                    self.end(before, Some(*verdict));
                }
            }
            Step::Pass(time) => {
                clock.advance(*time);
                self.model.now = clock::now().as_nanos();
            }
            // What would open it then is counted by each.
            Step::ByHand(5) if self.sharing == Sharing::Two => {}
            Step::ByHand(to) => {
                HAND[*to](self.next());
                self.model.by_hand(TO[*to]);
            }
            Step::Change(change) => {
                if let Some(rules) = change.made(self.model.rules) {
                    let rules = self.sharing.of(rules);
                    for breaker in self.breakers {
                        breaker.change(|_| rules.settings());
                    }
                    self.model.change(rules);
                }
            }
        }
        self.compare()
    }

    fn compare(&self) -> Result<(), TestCaseError> {
        self.breakers.iter().try_for_each(|breaker| {
            breaker.sync();
            self.compare_one(breaker)
        })
    }

    fn compare_one(&self, breaker: &Breaker) -> Result<(), TestCaseError> {
        let (is, should) = (breaker.snapshot(), &self.model);
        prop_assert_eq!(is.state, should.state);
        prop_assert_eq!(is.failures, should.failures, "failures");
        prop_assert_eq!(is.successes, should.successes, "successes");
        prop_assert_eq!(is.trials as usize, should.busy(), "trials");
        prop_assert_eq!(is.retry_after, should.retry_after(), "the time to the next trial");
        if self.sharing == Sharing::Two {
            return Ok(());
        }
        let window = [is.window.calls, is.window.failures, is.window.slow];
        let (calls, failures, slow) = should.window();
        prop_assert_eq!(window, [calls, failures, slow].map(|count| count as u64), "window");
        Ok(())
    }
}

fn run(
    rules: Rules,
    listened: bool,
    sharing: Sharing,
    steps: &[Step],
) -> Result<(), TestCaseError> {
    let frozen = clock::freeze();
    let rules = sharing.of(rules);
    let store = Arc::new(Memory::new());
    let count = if sharing == Sharing::Two { 2 } else { 1 };
    let make = |_| Breaker::new("modelled").with(rules.settings());
    let breakers: Vec<_> = (0..count).map(make).collect();
    let heard = Arc::new(Mutex::new(Vec::new()));
    for breaker in &breakers {
        if sharing != Sharing::None {
            breaker.share(store.clone(), store::Sharing::default().refresh(Duration::ZERO));
        }
        if listened {
            listen(breaker, heard.clone());
        }
    }
    let model = Model::new(rules, clock::now().as_nanos());
    let mut pair = Pair { breakers: &breakers, sharing, turn: 0, model, calls: Vec::new() };
    pair.compare()?;
    for (at, step) in steps.iter().enumerate() {
        pair.step(step, &frozen)
            .map_err(|wrong| TestCaseError::fail(format!("after step {at}, {step:?}: {wrong}")))?;
    }
    if listened {
        prop_assert_eq!(&*heard.lock().expect("held briefly"), &pair.model.heard);
    }
    Ok(())
}

/// Each change is told by the one that makes it; the other hears of it.
fn listen(breaker: &Breaker, to: Arc<Mutex<Vec<String>>>) {
    let listener = move |_: &Breaker, happened: &Happened| {
        let said = match happened {
            Happened::StateChange { change, .. } if change.why == Why::Remote => return,
            Happened::StateChange { change, .. } => format!("{} -> {}", change.from, change.to),
            Happened::Exceeded { .. } => "exceeded".to_owned(),
            _ => return,
        };
        to.lock().expect("held briefly").push(said);
    };
    breaker.listen(listener).keep();
}

proptest! {
    #![proptest_config(Config { cases: 512, failure_persistence: None, ..Config::default() })]

    #[test]
    fn it_does_as_the_model_does(
        rules in rules(),
        listened in any::<bool>(),
        steps in proptest::collection::vec(step(), 1..80),
    ) {
        run(rules, listened, Sharing::None, &steps)?;
    }

    #[test]
    fn so_does_one_that_shares_its_state(
        rules in rules(),
        listened in any::<bool>(),
        steps in proptest::collection::vec(step(), 1..80),
    ) {
        run(rules, listened, Sharing::One, &steps)?;
    }

    #[test]
    fn two_that_share_their_state_do_as_one_does(
        rules in rules(),
        listened in any::<bool>(),
        steps in proptest::collection::vec(step(), 1..80),
    ) {
        run(rules, listened, Sharing::Two, &steps)?;
    }
}
