//! A panic is told and goes on with what it came with.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};

use dyno::harness::{self, Kind, Level};

use super::support::{block_on, history, last, told};

fn payload<R>(f: impl FnOnce() -> R) -> Box<dyn Any + Send> {
    catch_unwind(AssertUnwindSafe(f)).err().expect("it panics")
}

#[derive(Debug, PartialEq)]
struct Token(u8);

#[dyno::harness(name = "panics.any", level = info, fields(what))]
fn any(what: u8) -> u8 {
    match what {
        0 => panic!("static"),
        1 => panic!("formatted {what}"),
        2 => panic_any(Token(7)),
        // Without the noise of a hook.
        3 => resume_unwind(Box::new("quiet")),
        other => other,
    }
}

#[test]
fn a_panic_is_told_with_its_message_and_raised_unchanged() {
    assert_eq!(any(9), 9);
    assert!(harness::of("panics.any").is_none());
    assert_eq!(payload(|| any(0)).downcast_ref::<&str>(), Some(&"static"));
    assert_eq!(
        payload(|| any(1)).downcast_ref::<String>().map(String::as_str),
        Some("formatted 1")
    );
    assert_eq!(payload(|| any(2)).downcast_ref::<Token>(), Some(&Token(7)));
    assert_eq!(payload(|| any(3)).downcast_ref::<&str>(), Some(&"quiet"));
    assert_eq!(
        told("panics.any"),
        [
            "panics.any panicked: static [what=0]",
            "panics.any panicked: formatted 1 [what=1]",
            "panics.any panicked: a panic without a message [what=2]",
            "panics.any panicked: quiet [what=3]",
        ]
    );
    let report = last("panics.any");
    assert_eq!((report.kind(), report.level()), (Kind::Panicked, Level::Error));
    assert_eq!(report.type_name(), None);
    assert_eq!(history("panics.any").counts().panicked, 4);
}

#[test]
fn a_payload_is_the_identical_one() {
    #[dyno::harness(name = "panics.identical")]
    fn raising(payload: Box<dyn Any + Send>) -> Option<u8> {
        resume_unwind(payload)
    }
    let token: Box<dyn Any + Send> = Box::new(Token(1));
    let address: *const () = (&raw const *token).cast();
    let raised = payload(move || raising(token));
    assert_eq!(raised.downcast_ref::<Token>(), Some(&Token(1)));
    assert!(std::ptr::eq((&raw const *raised).cast(), address));
}

#[dyno::harness(name = "panics.off", panics = off)]
fn off() -> Option<u8> {
    resume_unwind(Box::new("quiet"))
}

#[test]
fn panics_may_be_left_alone() {
    let _ = payload(off);
    assert!(harness::of("panics.off").is_none());
}

#[dyno::harness(name = "panics.future", fields(sku))]
async fn future(sku: &str) -> Result<u8, String> {
    let mut polls = 0;
    std::future::poll_fn(|cx| {
        polls += 1;
        cx.waker().wake_by_ref();
        if polls == 3 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    resume_unwind(Box::new(format!("at the third poll of {sku}")))
}

#[test]
fn a_panic_of_a_future_is_told_too() {
    let raised = payload(|| block_on(future("sku-1")));
    let message = raised.downcast_ref::<String>().map(String::as_str);
    assert_eq!(message, Some("at the third poll of sku-1"));
    assert_eq!(
        told("panics.future"),
        ["panics.future panicked: at the third poll of sku-1 [sku=sku-1]"]
    );
}

static GUARD: dyno::breaker::Breaker = dyno::breaker::Breaker::new("panics.guard").fail_max(1);
#[dyno::breaker(GUARD)]
#[dyno::harness(name = "panics.guarded")]
fn guarded() -> Option<u8> {
    resume_unwind(Box::new("quiet"))
}

#[test]
fn those_further_out_see_the_panic() {
    let _ = payload(guarded);
    assert_eq!(GUARD.state(), dyno::breaker::State::Open);
    assert_eq!(history("panics.guarded").counts().panicked, 1);
}
