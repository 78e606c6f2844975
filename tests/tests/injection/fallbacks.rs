//! What stands in for a dependency that cannot be had: evaluated when needed, counted, told of once,
//! and never taken for the real one.

use std::sync::Arc;
use std::time::Duration;

use dyno::{Fault, InjectError, Registry, inject};

use crate::support::{Count, at_once, hear, path, until, watched, why};

#[derive(Clone, Debug, PartialEq)]
struct Rate(usize);

mod lazy {
    use super::*;

    static FINE: Count = Count::new();
    static DOWN: Count = Count::new();
    fn fine() -> Result<Rate, String> {
        Ok(Rate(1))
    }
    fn down() -> Result<Rate, String> {
        Err("down".to_owned())
    }
    #[inject(rate(fine, fallback = Rate(100 + FINE.up())))]
    fn of_fine(rate: &Rate) -> usize {
        rate.0
    }
    #[inject(rate(down, fallback = Rate(100 + DOWN.up())))]
    fn of_down(rate: &Rate) -> usize {
        rate.0
    }

    #[test]
    fn is_evaluated_for_each_call_that_needs_it_and_for_no_other() {
        assert_eq!([of_fine(), of_fine()], [1, 1]);
        assert_eq!([of_down(), of_down(), of_down()], [101, 102, 103]);
        assert_eq!((FINE.get(), DOWN.get()), (0, 3));
    }
}

mod recovery {
    use super::*;

    static ASKED: Count = Count::new();
    fn recovers() -> Result<Rate, String> {
        if ASKED.up() < 3 { Err("starting".to_owned()) } else { Ok(Rate(1)) }
    }
    #[inject(rate(recovers, fallback = |error| Rate(error.to_string().len())))]
    fn with_fallback(rate: Rate) -> usize {
        rate.0
    }
    #[inject(rate = recovers)]
    fn without(rate: &Rate) -> Result<usize, Fault> {
        Ok(rate.0)
    }

    #[test]
    fn a_fallback_is_never_kept_and_the_error_goes_into_it() {
        let frozen = dyno::clock::freeze();
        let (_observing, heard) = hear("recovery::with_fallback");
        for n in 1..3 {
            let error = why(without());
            // Told about another function, whose name is longer.
            assert!(with_fallback() > error.to_string().len(), "{error}");
            assert!(with_fallback() > 1);
            assert_eq!(ASKED.get(), n);
            frozen.advance(Duration::from_secs(1));
        }
        assert_eq!((with_fallback(), without()), (1, Ok(1)));
        assert_eq!(ASKED.get(), 3);
        // Observers are told after the fact: the value may be in use already.
        until(|| heard.lock().expect("not poisoned").len() >= 2);
        let heard = heard.lock().expect("not poisoned");
        let [warning, built] = &heard[..] else { panic!("{heard:#?}") };
        assert!(warning.starts_with("warning a fallback stands in: "), "{warning}");
        assert!(warning.contains("the provider failed: starting (asked "), "{warning}");
        assert_eq!(built, "built recovers");
    }
}

mod reports {
    use super::*;

    #[inject(rate(tag = "fallbacks.rate", fallback = Arc::new(Rate(0))))]
    fn ask(rate: Arc<Rate>) -> usize {
        rate.0
    }

    /// How often the graph says that the fallback was used.
    fn used() -> String {
        let graph = dyno::graph().to_string();
        let mut lines = graph.lines().filter(|line| line.contains("\"fallbacks.rate\""));
        lines.find_map(|line| line.split("(fallback, ").nth(1)).expect("it is there").to_owned()
    }

    #[test]
    fn one_for_each_time_that_it_begins_to_stand_in() {
        let (_observing, heard) = hear("reports::ask");
        let global = Registry::global();
        for round in 0..3 {
            assert_eq!(at_once(4, |_| ask()), [0; 4]);
            assert_eq!(heard.lock().expect("not poisoned").len(), round + 1);
            global.set("fallbacks.rate", Arc::new(Rate(5))).expect("not sealed");
            assert_eq!([ask(), ask()], [5, 5]);
            global.remove::<Rate>("fallbacks.rate").expect("not sealed");
        }
        assert_eq!(used(), "used 12 times)");
        let heard = heard.lock().expect("not poisoned");
        assert!(heard.iter().all(|text| text.contains("nothing is registered for")), "{heard:#?}");
    }
}

mod generic {
    use super::*;

    fn down<T>() -> Result<Vec<T>, String> {
        Err("down".to_owned())
    }
    #[inject(list(down::<T>, fallback = Vec::new()))]
    fn length<T: Clone + Send + Sync + 'static>(list: Vec<T>) -> usize {
        list.len()
    }

    #[test]
    fn functions_report_a_fallback_once_too() {
        let (_observing, heard) = hear("generic::length");
        assert_eq!([length::<u8>(), length::<u8>(), length::<u8>()], [0; 3]);
        let heard = heard.lock().expect("not poisoned");
        let warnings = heard.iter().filter(|text| text.starts_with("warning")).count();
        assert_eq!(warnings, 1, "{heard:#?}");
    }
}

mod cycles {
    use super::*;

    #[inject(rate(itself, fallback = Rate(1)))]
    fn itself(rate: &Rate) -> Result<Rate, Fault> {
        Ok(rate.clone())
    }
    #[inject(rate(itself, fallback = Rate(2)))]
    fn ask(rate: &Rate) -> Result<usize, Fault> {
        Ok(rate.0)
    }
    #[inject(rate = itself)]
    fn maybe(rate: Option<&Rate>) -> Result<bool, Fault> {
        Ok(rate.is_some())
    }
    #[inject(rate(itself, fallback = Rate(3)))]
    fn never_fails(rate: &Rate) -> usize {
        rate.0
    }

    #[test]
    fn are_hidden_by_no_fallback() {
        watched(|| {
            assert_eq!(path(&why(ask())).len(), 2);
            assert_eq!(path(&why(maybe())).len(), 2);
            assert!(std::panic::catch_unwind(never_fails).is_err());
        });
    }
}

mod strictness {
    use super::*;

    fn down() -> Result<Rate, String> {
        Err("down".to_owned())
    }
    #[inject(rate(down, fallback = Rate(7)))]
    fn ask(rate: &Rate) -> Result<usize, Fault> {
        Ok(rate.0)
    }
    #[inject(rate = down)]
    fn maybe(rate: Option<&Rate>) -> Result<bool, Fault> {
        Ok(rate.is_some())
    }
    #[inject(rate = down)]
    fn decides_itself(rate: Result<&Rate, InjectError>) -> bool {
        rate.is_ok()
    }
    #[inject(rate(down, fallback = Rate(8), scope = call))]
    fn of_the_call(rate: Rate) -> Result<usize, Fault> {
        Ok(rate.0)
    }

    #[test]
    fn turns_a_fallback_into_an_error_for_its_thread() {
        assert_eq!((ask(), maybe(), decides_itself()), (Ok(7), Ok(false), false));
        let strict = dyno::inject::strict();
        assert!(why(ask()).to_string().contains(": down (asked "));
        assert!(why(maybe()).to_string().contains(": down (asked "));
        assert!(!decides_itself(), "it takes the error as a value");
        assert_eq!(std::thread::spawn(ask).join().expect("no panic"), Ok(7));
        assert!(dyno::spawn(ask).join().expect("no panic").is_err());
        drop(strict);
        assert_eq!(ask(), Ok(7));
    }

    #[dyno::test(strict)]
    fn may_be_asked_for_by_a_test() {
        assert!(ask().is_err());
    }

    #[dyno::test(strict)]
    fn reaches_values_of_the_call_too() {
        assert!(of_the_call().is_err());
    }

    #[test]
    fn leaves_others_alone() {
        assert_eq!(of_the_call(), Ok(8));
    }
}

mod together {
    use super::*;

    fn down() -> Result<Rate, String> {
        Err("down".to_owned())
    }
    fn unwell() -> Result<Rate, String> {
        Err("unwell".to_owned())
    }
    #[inject(a = down, b(unwell, fallback = Some(Rate(2))), c = unwell, fallback = None)]
    fn ask(a: Option<Rate>, b: Option<Rate>, c: Option<&Rate>) -> [usize; 3] {
        [a, b, c.cloned()].map(|it| it.map_or(0, |it| it.0))
    }

    #[test]
    fn each_parameter_has_its_own_or_that_of_all() {
        assert_eq!(ask(), [0, 2, 0]);
    }
}
