use std::error::Error;
use std::io;
use std::time::Duration;

use super::Asks;
use crate::__private::asks;
use crate::fault::{self, Fault, Reason};
use crate::outcome::Verdict;

const SECOND: Duration = Duration::from_secs(1);
const REJECTED: Asks = Asks::Rejected(Some(Reason::BreakerOpen), Some(SECOND));

fn rejected() -> Fault {
    Fault::rejected("db", Reason::BreakerOpen, Some(SECOND))
}

struct Plain;
#[derive(Debug, thiserror::Error)]
enum Shop {
    #[error("sold out")]
    SoldOut,
    // Passes over the fault, and names its source as its own.
    #[error(transparent)]
    Dyno(#[from] Fault),
    #[error("no connection")]
    Wire(#[from] io::Error),
}

#[test]
fn a_fault_is_found_wherever_it_is() {
    assert_eq!(asks!(Some(&rejected())), REJECTED);
    assert_eq!(asks!(Some(&Shop::from(rejected()))), REJECTED);
    assert_eq!(asks!(Some(&io::Error::from(rejected()))), REJECTED);
    assert_eq!(asks!(Some(&Shop::from(io::Error::from(rejected())))), REJECTED);
    let boxed: Box<dyn Error + Send + Sync> = rejected().into();
    assert_eq!(asks!(Some(&boxed)), REJECTED);
    let boxed: Box<dyn Error + Send + Sync> = Shop::from(rejected()).into();
    assert_eq!(asks!(Some(&boxed)), REJECTED);
    let local: Box<dyn Error> = rejected().into();
    assert_eq!(asks!(Some(&local)), REJECTED);
    assert_eq!(asks!(Some(&fault::Error::<Plain>::Fault(rejected()))), REJECTED);
    assert_eq!(asks!(Some(&fault::Error::<Shop>::Fault(rejected()))), REJECTED);
    assert_eq!(asks!(Some(&fault::Error::Inner(Shop::from(rejected())))), REJECTED);
}

#[test]
fn so_is_that_there_was_nobody_to_call() {
    use crate::__private::counts;
    let nobody = || Fault::no_target("shops".into(), "all are gone".into());
    let asked = Asks::Rejected(None, None);
    assert_eq!(asks!(Some(&nobody())), asked);
    assert_eq!(asks!(Some(&Shop::from(nobody()))), asked);
    assert_eq!(asks!(Some(&Shop::from(io::Error::from(nobody())))), asked);
    let boxed: Box<dyn Error + Send + Sync> = Shop::from(nobody()).into();
    assert_eq!(asks!(Some(&boxed)), asked);
    assert_eq!(counts!(Verdict::Failure, Some(&Shop::from(nobody()))), Verdict::Ignored);
}

#[test]
fn what_says_nothing_asks_nothing() {
    assert_eq!(asks!(Some(&Shop::SoldOut)), Asks::Nothing);
    assert_eq!(asks!(Some(&Plain)), Asks::Nothing);
    assert_eq!(asks!(Some(&fault::Error::Inner(Plain))), Asks::Nothing);
    assert_eq!(asks!(Some("text")), Asks::Nothing);
    assert_eq!(asks!(Some(&String::new())), Asks::Nothing);
    assert_eq!(asks!(None::<&Fault>), Asks::Nothing);
    let borrowed = String::new();
    assert_eq!(asks!(Some(&borrowed.as_str())), Asks::Nothing);
}

#[test]
fn a_timeout_is_told_from_a_rejection() {
    let spent = Fault::rejected("db", Reason::DeadlineSpent, None);
    let rejected = Asks::Rejected(Some(Reason::DeadlineSpent), None);
    assert_eq!(asks!(Some(&Shop::from(spent.clone()))), rejected);
    assert_eq!(asks!(Some(&spent)), rejected);
    assert!(rejected.is_late() && Asks::TimedOut.is_late() && !REJECTED.is_late());
    assert_eq!(asks!(Some(&Fault::timed_out("db", SECOND))), Asks::TimedOut);
    assert_eq!(asks!(Some(&io::Error::from(Fault::timed_out("db", SECOND)))), Asks::TimedOut);
    // Also where a transparent variant passes over it.
    assert_eq!(asks!(Some(&Shop::from(Fault::timed_out("db", SECOND)))), Asks::TimedOut);
}

#[test]
fn what_was_turned_away_counts_for_nobody() {
    use crate::__private::counts;
    let (failure, refused) = (Shop::SoldOut, Shop::from(rejected()));
    assert_eq!(counts!(Verdict::Failure, Some(&failure)), Verdict::Failure);
    assert_eq!(counts!(Verdict::Failure, Some(&refused)), Verdict::Ignored);
    // What is said of it otherwise holds.
    assert_eq!(counts!(Verdict::Success, Some(&refused)), Verdict::Success);
    let late = Shop::from(Fault::timed_out("db", SECOND));
    assert_eq!(counts!(Verdict::Failure, Some(&late)), Verdict::Failure);
    // Nor does what it says matter where its own time is over.
    let spent = Shop::from(Fault::rejected("db", Reason::DeadlineSpent, None));
    assert_eq!(counts!(Verdict::Failure, Some(&spent); false), Verdict::Ignored);
    assert_eq!(counts!(Verdict::Failure, Some(&spent); true), Verdict::Failure);
}

#[test]
fn the_closure_goes_first_but_makes_no_rejection_a_failure() {
    let busy = Shop::Wire(io::ErrorKind::WouldBlock.into());
    assert_eq!(asks!(Some(&busy), |_| Some(SECOND)), Asks::After(SECOND));
    assert_eq!(asks!(Some(&busy), |e| matches!(e, Shop::Dyno(_)).then_some(SECOND)), Asks::Nothing);
    let rejected = Shop::from(Fault::rejected("db", Reason::BreakerOpen, None));
    assert_eq!(asks!(Some(&rejected), |_| Some(SECOND)), REJECTED);
}

#[test]
fn a_generic_function_asks_what_its_bounds_promise() {
    fn nothing_promised<E>(error: &E) -> Asks {
        asks!(Some(error))
    }
    fn error_promised<E: Error + 'static>(error: &E) -> Asks {
        asks!(Some(error))
    }
    assert_eq!(nothing_promised(&rejected()), Asks::Nothing);
    assert_eq!(error_promised(&rejected()), REJECTED);
}
