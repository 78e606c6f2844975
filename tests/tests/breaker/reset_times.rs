//! How long it stays open.

use std::time::Duration;

use dyno::breaker::{Breaker, Report, State, TripError};
use dyno::{Verdict, clock};

use super::support::{SECOND, err, fail, ok};

/// Opens for 1, 2, 4, 5, 5 … seconds.
fn growing() -> Breaker {
    Breaker::new("reset-times").fail_max(1).reset_backoff(SECOND..SECOND * 5).jitter(0.0)
}

fn open_for(breaker: &Breaker) -> u64 {
    assert_eq!(breaker.state(), State::Open);
    let left = breaker.snapshot().retry_after.expect("it ends");
    assert_eq!(left.subsec_nanos(), 0);
    left.as_secs()
}

#[test]
fn it_doubles_with_each_failed_trial_up_to_its_end() {
    let frozen = clock::freeze();
    let breaker = growing();
    fail(&breaker, 1);
    for seconds in [1, 2, 4, 5, 5, 5] {
        assert_eq!(open_for(&breaker), seconds);
        frozen.advance(SECOND * u32::try_from(seconds).expect("few"));
        fail(&breaker, 1);
    }
    // However often, it does not go round.
    for _ in 0..200 {
        frozen.advance(SECOND * 5);
        fail(&breaker, 1);
        assert_eq!(open_for(&breaker), 5);
    }
}

#[test]
fn it_doubles_when_it_opens_soon_after_it_was_closed() {
    let frozen = clock::freeze();
    let breaker = growing();
    for seconds in [1, 2, 4, 5] {
        fail(&breaker, 1);
        assert_eq!(open_for(&breaker), seconds);
        frozen.advance(SECOND * u32::try_from(seconds).expect("few"));
        assert_eq!(ok(&breaker), Ok(true));
        assert_eq!(breaker.state(), State::Closed);
    }
}

#[test]
fn it_begins_anew_after_it_was_closed_for_as_long_as_it_was_open() {
    let frozen = clock::freeze();
    let breaker = growing();
    let open_and_close = |seconds: u32| {
        fail(&breaker, 1);
        assert_eq!(open_for(&breaker), u64::from(seconds));
        frozen.advance(SECOND * seconds);
        assert_eq!(ok(&breaker), Ok(true));
    };
    open_and_close(1);
    frozen.advance(Duration::from_millis(999));
    open_and_close(2);
    frozen.advance(Duration::from_millis(1999));
    open_and_close(4);
    frozen.advance(SECOND * 4);
    open_and_close(1);
    frozen.advance(SECOND);
    open_and_close(1);
}

#[test]
fn a_hand_begins_it_anew() {
    let frozen = clock::freeze();
    let breaker = growing();
    fail(&breaker, 1);
    frozen.advance(SECOND);
    fail(&breaker, 1);
    assert_eq!(open_for(&breaker), 2);
    breaker.trip();
    assert_eq!(open_for(&breaker), 1);
    frozen.advance(SECOND);
    fail(&breaker, 1);
    assert_eq!(open_for(&breaker), 2);
    breaker.reset();
    fail(&breaker, 1);
    assert_eq!(open_for(&breaker), 1);
}

#[test]
fn the_first_opening_is_the_first_also_after_half_open_by_hand() {
    let _frozen = clock::freeze();
    let by_hand = growing();
    by_hand.half_open();
    fail(&by_hand, 1);
    assert_eq!(open_for(&by_hand), 1);
    let from_the_start = growing().starts(State::HalfOpen);
    fail(&from_the_start, 1);
    assert_eq!(open_for(&from_the_start), 1);
}

#[test]
fn it_follows_its_settings() {
    let frozen = clock::freeze();
    let breaker = growing();
    fail(&breaker, 1);
    frozen.advance(SECOND);
    fail(&breaker, 1);
    breaker.change(|settings| settings.reset_backoff(SECOND * 3..SECOND * 60));
    assert_eq!(open_for(&breaker), 6, "the second time, by the new ones");
    breaker.change(|settings| settings.reset_timeout(SECOND * 9));
    assert_eq!(open_for(&breaker), 9);
}

/// How long it stays open, of many times, in microseconds: the least and the most.
fn drawn(breaker: &Breaker) -> (u128, u128) {
    let _frozen = clock::freeze();
    let times = (0..500).map(|_| {
        breaker.trip();
        breaker.snapshot().retry_after.expect("it ends").as_micros()
    });
    times.fold((u128::MAX, 0), |(least, most), time| (least.min(time), most.max(time)))
}

#[test]
fn jitter_takes_a_part_away_and_adds_nothing() {
    let fixed = || Breaker::new("reset-times").reset_timeout(SECOND * 10);
    assert_eq!(drawn(&fixed()), (10_000_000, 10_000_000), "none unless it is given");
    let (least, most) = drawn(&fixed().jitter(0.2));
    assert!((8_000_000..8_200_000).contains(&least), "{least}");
    assert!((9_800_000..=10_000_000).contains(&most), "{most}");
    let (least, most) = drawn(&fixed().jitter(1.0));
    assert!((1..300_000).contains(&least) && (9_700_000..=10_000_000).contains(&most));
    // A growing one is spread by half.
    let grows = Breaker::new("reset-times").reset_backoff(SECOND * 10..SECOND * 60);
    let (least, most) = drawn(&grows);
    assert!((5_000_000..5_300_000).contains(&least), "{least}");
    assert!((9_700_000..=10_000_000).contains(&most), "{most}");
}

#[test]
fn what_was_drawn_stays_and_is_what_callers_are_told() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("reset-times").reset_timeout(SECOND * 10).jitter(0.5);
    for _ in 0..20 {
        breaker.trip();
        let left = breaker.acquire().expect_err("open").retry_after().expect("it ends");
        for _ in 0..3 {
            assert_eq!(breaker.acquire().expect_err("open").retry_after(), Some(left));
        }
        frozen.advance(left.saturating_sub(Duration::from_micros(1)));
        assert!(breaker.acquire().is_err());
        frozen.advance(Duration::from_micros(1));
        assert!(breaker.acquire().is_ok());
    }
}

/// Fails, and asks for a time.
fn fail_for(breaker: &Breaker, time: Option<Duration>) -> Option<dyno::Fault> {
    let ask = || time;
    let report = Report::new(&|f| f.write_str("busy")).retry_after(&ask);
    breaker.acquire().expect("passes").settle(Verdict::Failure, &report)
}

#[test]
fn the_error_that_opens_it_may_say_for_how_long() {
    let frozen = clock::freeze();
    let breaker = growing().fail_max(2).trip_error(TripError::Rejected);
    assert_eq!(fail_for(&breaker, Some(SECOND * 99)), None);
    assert_eq!(breaker.state(), State::Closed, "only the one that opens it is asked");
    let fault = fail_for(&breaker, Some(SECOND * 30)).expect("it opens");
    assert_eq!(fault.retry_after(), Some(SECOND * 30));
    assert_eq!(open_for(&breaker), 30);
    frozen.advance(SECOND * 29);
    assert!(ok(&breaker).is_err());
    frozen.advance(SECOND);
    // The trial asks for another, and the next for none.
    let fault = fail_for(&breaker, Some(SECOND * 7)).expect("it opens again");
    assert_eq!(fault.retry_after(), Some(SECOND * 7));
    frozen.advance(SECOND * 7);
    assert!(fail_for(&breaker, None).is_some());
    assert_eq!(open_for(&breaker), 4, "as its own settings say, the third time");
}

#[test]
fn what_an_error_asked_for_long_ago_is_forgotten() {
    let _frozen = clock::freeze();
    let breaker = growing();
    assert!(fail_for(&breaker, Some(SECOND * 30)).is_none());
    assert_eq!(open_for(&breaker), 30);
    // As many states later as a careless tag would have room for.
    for _ in 0..(1 << 15) - 1 {
        breaker.reset();
        breaker.trip();
        assert!(open_for(&breaker) == 1);
    }
    breaker.reset();
    assert!(err(&breaker).is_err());
    assert_eq!(open_for(&breaker), 1);
}
