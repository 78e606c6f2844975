//! What a time limit has ended is not tried again, unless it is said to be.

use std::sync::Mutex;
use std::time::Duration;

use super::super::{E, Tries, block_on, sendable};
use super::{MS, Watch, is_timed_out};
use dyno::breaker::Settings;
use dyno::point::{self, Event, Stop};
use dyno::service::Service;
use dyno::{Error, Fault, Reason, clock, retry, service, timeout};

/// It can carry nothing.
type Poor = Option<u32>;

#[service(retry(3, delay = 1ms), attempt_timeout = 50ms)]
async fn poor(tries: &Tries, late: bool) -> Poor {
    if late {
        clock::sleep_async(60 * MS).await;
    }
    tries.fail(2).ok()
}
#[service(retry(3, delay = 1ms), attempt_timeout = 50ms, retry_on_timeout)]
async fn poor_again(tries: &Tries) -> Poor {
    let _ = tries.fail(9);
    clock::sleep_async(60 * MS).await;
    Some(1)
}
#[service(retry(3, delay = 1ms), attempt_timeout = 50ms)]
fn poor_sync(tries: &Tries, time: u32) -> Poor {
    clock::sleep(time * MS);
    tries.fail(9).ok()
}
#[service(retry(3, delay = 1ms), attempt_timeout = 50ms, retry_on_timeout)]
fn poor_sync_again(tries: &Tries, time: u32) -> Poor {
    clock::sleep(time * MS);
    tries.fail(9).ok()
}

#[test]
fn it_holds_whatever_the_error_is() {
    let _frozen = clock::freeze();
    let (tries, watch) = (Tries::new(), Watch::start());
    assert_eq!(block_on(sendable(poor(&tries, true))), None);
    assert_eq!((tries.made(), watch.millis()), (0, 50), "one attempt");
    assert_eq!((block_on(sendable(poor(&tries, false))), tries.made()), (Some(3), 3));
    let tries = Tries::new();
    assert_eq!((block_on(sendable(poor_again(&tries))), tries.made()), (None, 3));
    // What blocks was late when its time was over, and it has failed.
    let tries = Tries::new();
    assert_eq!((poor_sync(&tries, 60), tries.made()), (None, 1));
    let tries = Tries::new();
    assert_eq!((poor_sync(&tries, 40), tries.made()), (None, 3));
    let tries = Tries::new();
    assert_eq!((poor_sync_again(&tries, 60), tries.made()), (None, 3));
}

#[derive(Debug, thiserror::Error)]
enum Shop {
    #[error("no price")]
    NoPrice,
    #[error("no answer")]
    Wire(#[source] Fault),
}

fn called_out() -> Result<u32, Shop> {
    Err(Shop::Wire(Fault::timed_out("prices", MS)))
}

both! { pause;
    #[service(retry = 3, wrap)]
    fn by_source(tries: &Tries, late: bool) -> Result<u32, Shop> {
        let _ = tries.fail(9);
        pause!(MS);
        if late { called_out() } else { Err(Shop::NoPrice) }
    }

    #[service(retry(3, retry_after = |_| Some(5 * MS)), wrap)]
    fn by_source_asking(tries: &Tries, late: bool) -> Result<u32, Shop> {
        let _ = tries.fail(9);
        if late { called_out() } else { Err(Shop::NoPrice) }
    }

    #[service(retry = 3, retry_on_timeout, wrap)]
    fn by_source_again(tries: &Tries, late: bool) -> Result<u32, Shop> {
        let _ = tries.fail(9);
        if late { called_out() } else { Err(Shop::NoPrice) }
    }

    #[service(retry(3, timed_out = retry), wrap)]
    fn by_source_said(tries: &Tries, late: bool) -> Result<u32, Shop> {
        let _ = tries.fail(9);
        if late { called_out() } else { Err(Shop::NoPrice) }
    }

    #[service(retry(3, rejected = retry), bulkhead = 1, attempt_timeout = 50ms)]
    fn beside_refusals(tries: &Tries, late: bool) -> Result<u32, E> {
        let _ = tries.fail(9);
        pause!(if late { 60 } else { 1 } * MS);
        Err(E::Bad)
    }
}

/// How many attempts a late one, and one in time, were.
fn attempts<R>(call: impl Fn(&Tries, bool) -> R) -> [u32; 2] {
    [true, false].map(|late| {
        let tries = Tries::new();
        let _ = call(&tries, late);
        tries.made()
    })
}

#[test]
fn da_10_an_error_that_a_time_out_caused_counts_as_one() {
    let _frozen = clock::freeze();
    assert_eq!(attempts(sync::by_source), [1, 3]);
    assert_eq!(attempts(|tries, late| block_on(sendable(later::by_source(tries, late)))), [1, 3]);
    assert_eq!(attempts(sync::by_source_asking), [1, 3]);
    assert_eq!(attempts(|tries, late| block_on(later::by_source_asking(tries, late))), [1, 3]);
    assert_eq!(attempts(sync::by_source_again), [3, 3]);
    assert_eq!(attempts(|tries, late| block_on(later::by_source_again(tries, late))), [3, 3]);
    assert_eq!(attempts(sync::by_source_said), [3, 3]);
    assert_eq!(attempts(|tries, late| block_on(later::by_source_said(tries, late))), [3, 3]);
    assert_eq!(attempts(sync::beside_refusals), [1, 3]);
    let later = |tries: &Tries, late| block_on(sendable(later::beside_refusals(tries, late)));
    assert_eq!(attempts(later), [1, 3]);
}

#[service(retry(3, backoff = 1ms..2ms), attempt_timeout(50ms, on_pool))]
fn left_behind(late: bool, made: std::sync::Arc<Tries>) -> Poor {
    let out = made.fail(9).ok();
    clock::sleep(if late { 60 } else { 1 } * MS);
    out
}

#[test]
fn what_is_left_on_a_pool_was_late_as_well() {
    let _frozen = clock::freeze();
    let made = std::sync::Arc::new(Tries::new());
    assert_eq!((left_behind(true, made.clone()), made.made()), (None, 1));
    assert_eq!((left_behind(false, made.clone()), made.made()), (None, 4));
}

#[retry(3)]
#[timeout(50ms)]
async fn plain(tries: &Tries) -> Result<u32, E> {
    let _ = tries.fail(9);
    clock::sleep_async(60 * MS).await;
    Ok(1)
}
#[retry(3, timed_out = stop, name = "serving.times.stops")]
#[timeout(50ms)]
async fn plainly_stopped(tries: &Tries) -> Result<u32, E> {
    let _ = tries.fail(9);
    clock::sleep_async(60 * MS).await;
    Ok(1)
}
#[service(attempt_timeout = 50ms, retry = 3, wrap)]
async fn wrapped(tries: &Tries) -> Result<u32, std::fmt::Error> {
    let _ = tries.fail(9);
    clock::sleep_async(60 * MS).await;
    Ok(1)
}

static STOPS: Mutex<Vec<Stop>> = Mutex::new(Vec::new());

#[test]
fn a_retry_by_itself_is_as_it_was() {
    let _frozen = clock::freeze();
    let tries = Tries::new();
    assert!(is_timed_out(&block_on(sendable(plain(&tries)))));
    assert_eq!(tries.made(), 3);
    let _watching = point::observe(|point: &str, event: &Event<'_>| {
        if let (Event::GaveUp { why, .. }, "serving.times.stops") = (event, point) {
            STOPS.lock().expect("held briefly").push(*why);
        }
    });
    let tries = Tries::new();
    assert!(is_timed_out(&block_on(sendable(plainly_stopped(&tries)))));
    assert_eq!(tries.made(), 1);
    assert_eq!(*STOPS.lock().expect("held briefly"), [Stop::TimedOut]);
    let tries = Tries::new();
    let out = block_on(sendable(wrapped(&tries)));
    assert!(matches!(out, Err(Error::Fault(fault)) if fault.is_timed_out()));
    assert_eq!(tries.made(), 1);
}

/// An error that says nothing.
struct Silent;

/// What `wrap` makes of it.
type Wrapped = Result<u32, Error<Silent>>;

static WRAPPED: Service = Service::builder("serving.times.wrapped")
    .attempt_timeout(Duration::from_millis(10))
    .breaker(Settings::new().fail_max(1))
    .build();

#[service(attempt_timeout = 10ms, breaker(fail_max = 1), wrap)]
async fn wrapped_said() -> Result<u32, Silent> {
    std::future::pending().await
}
#[service(attempt_timeout = 10ms, breaker(fail_max = 1, retry_after = |_: &Silent| None), wrap)]
async fn wrapped_and_asked() -> Result<u32, Silent> {
    std::future::pending().await
}
#[service(attempt_timeout = 10ms, balance = ["http://a:1"], breaker(fail_max = 1), wrap)]
async fn wrapped_and_balanced() -> Result<u32, Silent> {
    std::future::pending().await
}
#[service(WRAPPED, wrap)]
async fn wrapped_preset() -> Result<u32, Silent> {
    std::future::pending().await
}

#[test]
fn a_time_out_has_its_words_also_where_the_error_has_none() {
    let _frozen = clock::freeze();
    let calls: [fn() -> Wrapped; 4] = [
        || block_on(sendable(wrapped_said())),
        || block_on(sendable(wrapped_and_asked())),
        || block_on(sendable(wrapped_and_balanced())),
        || block_on(sendable(wrapped_preset())),
    ];
    for call in calls {
        let fault = |out: Wrapped| match out {
            Err(Error::Fault(fault)) => fault,
            _ => panic!("it never answers"),
        };
        assert!(fault(call()).is_timed_out());
        let open = fault(call());
        assert_eq!(open.reason(), Some(Reason::BreakerOpen));
        let told = open.last_error().expect("it is told");
        assert!(told.ends_with(": no answer within 10ms"), "{told}");
    }
}
