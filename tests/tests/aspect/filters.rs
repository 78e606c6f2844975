//! Join points: filters of arguments and of results.

use std::error::Error;
use std::sync::atomic::{AtomicU32, Ordering};

use dyno::aspect::Pipeline;
use dyno::fault::{AspectErrorKind, NthFilter};
use dyno::{Fault, aspect, breaker, fallback, retry};

type Three = (u32, u32, u32);

fn doubled((a, b, c): &mut Three) {
    (*a, *b, *c) = (*a * 2, *b * 2, *c * 2);
}
fn seven_more((_, b, _): &mut Three) {
    *b += 7;
}

macro_rules! sum {
    ($f:ident, $join:literal) => {
        #[aspect($join)]
        fn $f(a: u32, b: u32, c: u32) -> Result<u32, Fault> {
            Ok(a + b + c)
        }
    };
}

fn known(join: &str) -> Option<aspect::Joined> {
    aspect::joins().into_iter().find(|known| known.name == *join)
}

sum!(dy_01, "filters::dy_01");
#[test]
fn dy_01_a_function_with_a_join_point_has_an_empty_pipeline() {
    // Before anybody calls it: the linker knows of it.
    let join = known("filters::dy_01").expect("it is defined");
    assert_eq!((join.argument_filters, join.result_filters), (0, 0));
    assert_eq!(join.functions.len(), 1);
    assert!(join.functions[0].name().ends_with("filters::dy_01"), "{:?}", join.functions);
    assert!(aspect::join("filters::dy_01").pipeline().is_empty());
    assert_eq!(dy_01(1, 1, 1), Ok(3));
    assert_eq!(known("filters::dy_01").map(|join| join.functions.len()), Some(1));
}

sum!(dy_02, "filters::dy_02");
#[test]
fn dy_02_no_filter_changes_nothing() {
    for _ in 0..3 {
        assert_eq!(dy_02(1, 1, 1), Ok(3));
    }
}

sum!(dy_03, "filters::dy_03");
#[test]
fn dy_03_filters_run_in_the_order_they_were_added() -> Result<(), Fault> {
    let join = aspect::join("filters::dy_03");
    join.arguments(doubled)?;
    join.arguments(seven_more)?;
    assert_eq!(dy_03(1, 1, 1), Ok(2 + 9 + 2));
    Ok(())
}

sum!(dy_04, "filters::dy_04");
#[test]
fn dy_04_and_in_reverse_order_when_added_so() -> Result<(), Fault> {
    let join = aspect::join("filters::dy_04");
    join.arguments(seven_more)?;
    join.arguments(doubled)?;
    assert_eq!(dy_04(1, 1, 1), Ok(2 + 16 + 2));
    Ok(())
}

sum!(dy_05, "filters::dy_05");
#[test]
fn dy_05_an_emptied_pipeline_holds_for_the_next_call() -> Result<(), Fault> {
    let join = aspect::join("filters::dy_05");
    join.arguments(seven_more)?;
    let _ = join.arguments(doubled)?;
    assert_eq!(dy_05(1, 1, 1), Ok(20));
    assert_eq!(join.clear()?.argument_filters(), 2);
    assert_eq!(dy_05(1, 1, 1), Ok(3));
    Ok(())
}

static RUNS: AtomicU32 = AtomicU32::new(0);
#[aspect("filters::dy_06")]
fn dy_06(a: u32) -> Result<u32, Fault> {
    RUNS.fetch_add(1, Ordering::Relaxed);
    Ok(a)
}
#[test]
fn dy_06_a_failing_filter_is_told_and_the_function_does_not_run() -> Result<(), Fault> {
    let join = aspect::join("filters::dy_06");
    join.arguments(|a: &mut u32| *a += 1)?;
    join.arguments(|a: &mut u32| u8::try_from(*a).map(drop))?;
    join.arguments(|a: &mut u32| *a += 1)?;
    assert_eq!(dy_06(1), Ok(3));
    assert_eq!(RUNS.load(Ordering::Relaxed), 1);
    let fault = dy_06(500).unwrap_err();
    assert_eq!(RUNS.load(Ordering::Relaxed), 1);
    let Fault::Aspect(error) = &fault else { panic!("{fault:?}") };
    assert!(
        matches!(error.kind(), AspectErrorKind::Failed { filter: NthFilter::Argument(2), .. }),
        "{error:?}"
    );
    assert_eq!(error.join(), "filters::dy_06");
    let cause = error.source().expect("a cause");
    assert!(cause.is::<std::num::TryFromIntError>(), "{cause}");
    assert!(fault.source().is_some());
    assert_eq!(
        fault.to_string(),
        "filters::dy_06: argument filter 2 failed: out of range integral type conversion attempted"
    );
    Ok(())
}

sum!(dy_07, "filters::dy_07");
#[test]
fn dy_07_a_filter_of_the_result() -> Result<(), Fault> {
    let join = aspect::join("filters::dy_07");
    join.result(|sum: &mut Result<u32, Fault>| *sum = sum.clone().map(|sum| sum * 2))?;
    assert_eq!(dy_07(1, 1, 1), Ok(6));
    assert!(join.result(|_: &mut u32| ()).is_err());
    Ok(())
}

#[test]
fn dy_08_what_is_set_before_a_function_is_known_holds_afterwards() -> Result<(), Fault> {
    // No function of this test program has the name when it is set and listed.
    let join = aspect::join(format!("filters::{}", "dy_08"));
    join.arguments(seven_more)?;
    join.arguments(doubled)?;
    let listed = known("filters::dy_08").expect("it is set");
    assert_eq!((listed.argument_filters, listed.result_filters), (2, 0));
    sum!(dy_08, "filters::dy_08");
    for _ in 0..2 {
        assert_eq!(dy_08(1, 1, 1), Ok(20));
    }
    Ok(())
}

#[derive(Debug, PartialEq)]
enum ShopError {
    Empty,
    Dyno(Fault),
}
impl From<Fault> for ShopError {
    fn from(fault: Fault) -> Self {
        Self::Dyno(fault)
    }
}

#[aspect("filters::lent")]
fn lent(sku: &str, sizes: &[u8], quantity: u32) -> Result<String, ShopError> {
    if sku.is_empty() { Err(ShopError::Empty) } else { Ok(format!("{sku} {sizes:?} {quantity}")) }
}
#[test]
fn what_is_borrowed_is_seen_in_its_owned_form() -> Result<(), Fault> {
    let join = aspect::join("filters::lent");
    assert_eq!(lent("a", &[1], 2).as_deref(), Ok("a [1] 2"));
    let filter = join.arguments(|(sku, sizes, quantity): &mut (String, Vec<u8>, u32)| {
        sku.push('!');
        sizes.push(9);
        *quantity += 1;
    })?;
    assert_eq!(lent("a", &[1], 2).as_deref(), Ok("a! [1, 9] 3"));
    assert_eq!(filter.remove(), Ok(true));
    assert_eq!(filter.remove(), Ok(false));
    assert_eq!(lent("a", &[1], 2).as_deref(), Ok("a [1] 2"));
    Ok(())
}

static COPIES: AtomicU32 = AtomicU32::new(0);
struct Counted;
impl Clone for Counted {
    fn clone(&self) -> Self {
        COPIES.fetch_add(1, Ordering::Relaxed);
        Self
    }
}
#[aspect("filters::copies")]
fn copies(counted: &Counted) -> Option<()> {
    let _ = counted;
    Some(())
}
#[test]
fn an_owned_form_is_made_only_for_filters_of_arguments() -> Result<(), Fault> {
    let join = aspect::join("filters::copies");
    copies(&Counted);
    join.result(|_: &mut Option<()>| ())?;
    copies(&Counted);
    assert_eq!(COPIES.load(Ordering::Relaxed), 0);
    join.arguments(|_: &mut Counted| ())?;
    copies(&Counted);
    assert_eq!(COPIES.load(Ordering::Relaxed), 1);
    Ok(())
}

#[aspect("filters::none")]
fn none() -> Option<u8> {
    Some(1)
}
#[aspect("filters::chosen", args(c, a))]
fn chosen(a: u8, b: &mut u8, c: &'static str) -> Option<String> {
    *b += 1;
    Some(format!("{a}{c}"))
}
#[aspect("filters::no_args", args())]
fn no_args(text: &str) -> Option<usize> {
    Some(text.len())
}
#[aspect("filters::no_result", no_result)]
fn no_result(text: String) -> Option<impl Iterator<Item = char>> {
    Some(text.into_bytes().into_iter().map(char::from))
}
#[test]
fn which_arguments_and_whether_the_result_are_seen_is_chosen() -> Result<(), Fault> {
    aspect::join("filters::none").arguments(|(): &mut ()| Err("closed"))?;
    assert_eq!(none(), None);
    aspect::join("filters::chosen").arguments(|(c, a): &mut (&'static str, u8)| {
        *c = "c";
        *a += 1;
    })?;
    let mut b = 1;
    assert_eq!(chosen(1, &mut b, "d").as_deref(), Some("2c"));
    assert_eq!(b, 2);
    aspect::join("filters::no_args").arguments(|(): &mut ()| ())?;
    aspect::join("filters::no_args").result(|out: &mut Option<usize>| *out = None)?;
    assert_eq!(no_args("text"), None);
    let join = aspect::join("filters::no_result");
    join.arguments(|text: &mut String| text.push('!'))?;
    assert_eq!(no_result("a".into()).map(Iterator::collect::<String>).as_deref(), Some("a!"));
    let error = join.result(|(): &mut ()| ()).unwrap_err().to_string();
    assert!(error.starts_with("filters::no_result: result filter 1 has no result"), "{error}");
    assert!(error.contains("filters.rs:"), "{error}");
    Ok(())
}

sum!(wrong_early, "filters::wrong_early");
sum!(wrong_late, "filters::wrong_late");
#[test]
fn a_filter_of_other_types_is_refused_as_soon_as_that_is_known() -> Result<(), Fault> {
    let join = aspect::join("filters::wrong_late");
    let wrong = join.arguments(|_: &mut (u32, u32)| ())?;
    let error = wrong_late(1, 1, 1).unwrap_err().to_string();
    assert!(
        error.starts_with("filters::wrong_late: argument filter 1 takes `(u32, u32)`, but `"),
        "{error}"
    );
    assert!(error.contains("filters::wrong_late` ("), "{error}");
    assert!(error.ends_with("has `(u32, u32, u32)`"), "{error}");
    wrong.remove()?;
    assert_eq!(wrong_late(1, 1, 1), Ok(3));

    assert_eq!(wrong_early(1, 1, 1), Ok(3));
    let join = aspect::join("filters::wrong_early");
    join.arguments(doubled)?;
    let error = join.arguments(|_: &mut u64| ()).unwrap_err();
    assert!(
        matches!(
            error.kind(),
            AspectErrorKind::WrongType {
                filter: NthFilter::Argument(2),
                expected: "(u32, u32, u32)",
                given: "u64",
                ..
            }
        ),
        "{error:?}"
    );
    let error = join.set(Pipeline::new().result(|_: &mut u8| ())).unwrap_err();
    assert!(
        matches!(
            error.kind(),
            AspectErrorKind::WrongType { filter: NthFilter::Result(1), given: "u8", .. }
        ),
        "{error:?}"
    );
    // All is as it was.
    assert_eq!(wrong_early(1, 1, 1), Ok(6));
    Ok(())
}

#[test]
fn no_filter_runs_when_one_does_not_fit() -> Result<(), Fault> {
    sum!(half, "filters::half");
    static RAN: AtomicU32 = AtomicU32::new(0);
    let join = aspect::join("filters::half");
    join.arguments(|_: &mut Three| {
        RAN.fetch_add(1, Ordering::Relaxed);
    })?;
    join.arguments(|_: &mut u8| ())?;
    assert!(half(1, 1, 1).is_err());
    assert_eq!(RAN.load(Ordering::Relaxed), 0);
    Ok(())
}

#[test]
fn a_pipeline_is_replaced_as_a_whole() -> Result<(), Fault> {
    sum!(whole, "filters::whole");
    let join = aspect::join("filters::whole");
    let first = Pipeline::new().arguments(doubled).result(|_: &mut Result<u32, Fault>| ());
    assert!(join.set(first.clone())?.is_empty());
    assert_eq!(whole(1, 1, 1), Ok(6));
    let before = join.set(Pipeline::new().arguments(seven_more))?;
    assert_eq!((before.argument_filters(), before.result_filters()), (1, 1));
    assert_eq!(whole(1, 1, 1), Ok(10));
    assert_eq!(join.pipeline().argument_filters(), 1);
    join.unset()?;
    assert_eq!(whole(1, 1, 1), Ok(3));
    // The word of the function is as if nothing had ever been set.
    assert!(join.unset()?.is_empty());
    Ok(())
}

static ASKED: AtomicU32 = AtomicU32::new(0);
static TRIES: AtomicU32 = AtomicU32::new(0);
static GUARD: breaker::Breaker = breaker::Breaker::new("filters.guard").fail_max(1);
#[fallback(|error| match error { ShopError::Dyno(Fault::Aspect(_)) => Ok(0), other => Err(other) })]
#[retry(3)]
#[breaker(GUARD)]
#[aspect("filters::stack")]
fn stacked(mut a: u32) -> Result<u32, ShopError> {
    TRIES.fetch_add(1, Ordering::Relaxed);
    a += 1;
    Ok(a)
}
#[test]
fn what_a_filter_ends_counts_for_nobody_and_is_not_tried_again() -> Result<(), Fault> {
    let join = aspect::join("filters::stack");
    assert_eq!(stacked(1), Ok(2));
    join.arguments(|_: &mut u32| {
        ASKED.fetch_add(1, Ordering::Relaxed);
        Err::<(), _>("no")
    })?;
    assert_eq!(stacked(1), Ok(0));
    assert_eq!((TRIES.load(Ordering::Relaxed), ASKED.load(Ordering::Relaxed)), (1, 1));
    assert_eq!(GUARD.state(), breaker::State::Closed);
    join.clear()?;
    join.result(
        |out: &mut Result<u32, ShopError>| {
            if matches!(out, Ok(2)) { Err("two") } else { Ok(()) }
        },
    )?;
    assert_eq!((stacked(1), stacked(2)), (Ok(0), Ok(3)));
    assert_eq!(GUARD.state(), breaker::State::Closed);
    Ok(())
}

#[aspect("filters::panics")]
fn panics(a: u8) -> Option<u8> {
    Some(a)
}
#[test]
fn a_panic_of_a_filter_goes_to_the_caller_and_leaves_nothing_behind() -> Result<(), Fault> {
    let filter = aspect::join("filters::panics").arguments(|a: &mut u8| assert!(*a < 9, "nine"))?;
    assert!(std::panic::catch_unwind(|| panics(9)).is_err());
    assert_eq!(panics(1), Some(1));
    filter.remove()?;
    assert_eq!(panics(9), Some(9));
    Ok(())
}
