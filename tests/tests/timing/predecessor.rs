//! What dyno 0.2 did, and what it should have.

use std::time::Duration;

use dyno::timing::PrettyTime;

fn pretty(secs: f64) -> String {
    PrettyTime::secs(secs).to_string()
}

#[test]
fn dy_76_times_are_rounded_to_hundredths_of_the_first_unit_that_fits() {
    assert_eq!(pretty(0.99999), "999.99mS");
    assert_eq!(pretty(7200.0), "7200.0S");
    assert_eq!(pretty(1.0), "1.0S");
    assert_eq!(pretty(0.5), "500.0mS");
    assert_eq!(pretty(0.000_012_345), "12.35uS");
    assert_eq!(pretty(1e-9), "1.0nS");
}

#[test]
fn dy_76_a_width_applies_to_all_of_it() {
    assert_eq!(format!("{:>10}", PrettyTime::secs(0.003)), "     3.0mS");
    assert_eq!(format!("{:<8}|", PrettyTime::secs(0.003)), "3.0mS   |");
}

#[test]
fn dy_76_less_than_a_nanosecond_nothing_and_negative_times() {
    assert_eq!(pretty(5e-10), "0.5nS");
    assert_eq!(pretty(0.0), "0.0nS");
    assert_eq!(pretty(-0.0), "0.0nS");
    assert_eq!(pretty(-1e-15), "0.0nS");
    assert_eq!(pretty(-0.003), "-3.0mS");
    assert_eq!(pretty(-7200.0), "-7200.0S");
    assert_eq!(pretty(-5e-10), "-0.5nS");
}

#[test]
fn what_is_rounded_up_to_a_thousand_is_one_of_the_next_unit() {
    assert_eq!(pretty(0.999_999), "1.0S");
    assert_eq!(pretty(0.000_999_999), "1.0mS");
    assert_eq!(pretty(-0.999_999), "-1.0S");
}

#[test]
fn durations_and_what_is_no_time() {
    assert_eq!(PrettyTime::from(Duration::from_micros(1500)).to_string(), "1.5mS");
    assert_eq!(PrettyTime::from(Duration::ZERO).to_string(), "0.0nS");
    assert_eq!(pretty(f64::NAN), "NaNS");
    assert_eq!(pretty(f64::INFINITY), "infS");
}
