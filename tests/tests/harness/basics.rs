//! One record for each error, none for a success, and the error as it was.

use std::error::Error;
use std::fmt;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use dyno::harness::{self, Kind, Level};

use super::support::{SECOND, block_on, hear, history, last, told};

#[derive(Debug)]
struct Lost(u32);
impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "order {} is lost", self.0)
    }
}
impl Error for Lost {}

#[dyno::harness(name = "basics.boxed")]
fn boxed(fails: bool) -> Result<u8, Box<Lost>> {
    if fails { Err(LOST.take().expect("once")) } else { Ok(1) }
}

thread_local! {
    static LOST: std::cell::Cell<Option<Box<Lost>>> = const { std::cell::Cell::new(None) };
}

#[test]
fn dy_35_success_is_silent_and_the_identical_error_is_told_once() {
    let (_reporting, heard) = hear("basics.boxed");
    assert_eq!(boxed(false).ok(), Some(1));
    assert!(heard.lock().expect("nobody panics here").is_empty());
    assert!(harness::of("basics.boxed").is_none());

    let lost = Box::new(Lost(7));
    let address: *const Lost = &raw const *lost;
    LOST.set(Some(lost));
    let error = boxed(true).expect_err("it fails");
    assert!(std::ptr::eq(&raw const *error, address), "the caller got another one");

    let heard = heard.lock().expect("nobody panics here");
    let [report] = heard.as_slice() else { panic!("told {} times", heard.len()) };
    assert_eq!((report.point(), report.error()), ("basics.boxed", "order 7 is lost"));
    assert_eq!(report.to_string(), "basics.boxed failed: order 7 is lost");
    assert_eq!((report.kind(), report.level()), (Kind::Failed, Level::Error));
    assert!(report.file().ends_with("basics.rs") && report.line() > 0);
    assert_eq!(history("basics.boxed").recent().len(), 1);
}

#[dyno::harness]
fn unnamed() -> Option<u8> {
    None
}

mod shop {
    pub(crate) struct Till;
    impl Till {
        #[dyno::harness]
        pub(crate) async fn close(&self) -> Result<(), String> {
            Err("a coin is missing".to_owned())
        }
    }
}

#[test]
fn a_point_is_called_by_its_path_and_place() {
    assert_eq!(unnamed(), None);
    assert_eq!(
        told("harness::basics::unnamed"),
        ["harness::basics::unnamed failed: there is nothing"]
    );
    assert!(block_on(shop::Till.close()).is_err());
    let report = last("harness::basics::shop::Till::close");
    assert_eq!(report.error(), "a coin is missing");
    assert_eq!(report.file(), file!());
}

#[dyno::harness(name = "basics.where")]
fn somewhere() -> Option<()> {
    None
}

#[test]
fn when_and_where_it_happened() {
    let frozen = dyno::clock::freeze();
    let at = dyno::clock::now();
    let told = |name: &str| {
        let named = std::thread::Builder::new().name(name.to_owned());
        named.spawn(somewhere).expect("a thread").join().expect("it does not panic");
        last("basics.where")
    };
    assert_eq!(somewhere(), None);
    let here = last("basics.where");
    assert_eq!(here.at(), at);
    frozen.advance(SECOND);
    assert_eq!(here.age(), SECOND);
    assert_eq!(told("till-3").thread(), "till-3");
}

#[dyno::harness(name = "basics.cancelled")]
async fn never_ready() -> Result<u8, String> {
    std::future::pending().await
}

#[test]
fn a_cancelled_future_has_not_failed() {
    {
        let mut future = pin!(never_ready());
        let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(polled, Poll::Pending);
    }
    assert!(harness::of("basics.cancelled").is_none());
}

#[dyno::harness(name = "basics.ring", keep = 3)]
fn numbered(number: u32) -> Result<u32, u32> {
    Err(number)
}

#[test]
fn the_last_ones_are_kept_in_order() {
    let errors = || -> Vec<String> {
        history("basics.ring").recent().iter().map(|report| report.error().to_owned()).collect()
    };
    for number in 1..=2 {
        assert_eq!(numbered(number), Err(number));
    }
    assert_eq!(errors(), ["1", "2"]);
    for number in 3..=7 {
        assert_eq!(numbered(number), Err(number));
    }
    assert_eq!(errors(), ["5", "6", "7"]);
    let history = history("basics.ring");
    assert_eq!(history.last().map(|last| last.error().to_owned()).as_deref(), Some("7"));
    assert_eq!((history.total(), history.counts().failed), (7, 7));
    assert_eq!(history.counts().of(Kind::Failed), 7);
    assert!(harness::all().iter().any(|one| one.name() == "basics.ring"));

    history.clear();
    assert_eq!((history.total(), history.recent().len(), history.last().is_none()), (0, 0, true));
    assert_eq!(numbered(8), Err(8));
    assert_eq!((history.total(), errors()), (1, vec!["8".to_owned()]));
}

#[dyno::harness(name = "basics.shared", keep = 1)]
fn shared() -> Option<()> {
    None
}
#[dyno::harness(name = "basics.shared", keep = 4)]
fn shared_too() -> Option<()> {
    None
}

#[test]
fn those_of_one_name_share_one_history() {
    for _ in 0..3 {
        assert_eq!((shared(), shared_too()), (None, None));
    }
    let history = history("basics.shared");
    assert_eq!((history.total(), history.recent().len()), (6, 4));
}
