//! Storms of errors: some are told, all are counted.

use dyno::clock;

use super::support::{SECOND, hear, history, last};

#[dyno::harness(name = "limits.two", at_most = 2/1s)]
fn two_a_second(number: u32) -> Result<u32, u32> {
    Err(number)
}

#[test]
fn the_first_of_a_period_are_told_and_the_next_says_how_many_were_not() {
    let frozen = clock::freeze();
    let (_reporting, heard) = hear("limits.two");
    let told = || -> Vec<(String, u64)> {
        let mut heard = heard.lock().expect("nobody panics here");
        heard.drain(..).map(|report| (report.error().to_owned(), report.left_out())).collect()
    };
    let all = |range: std::ops::Range<u32>| range.for_each(|n| assert_eq!(two_a_second(n), Err(n)));
    let of = |number: u32, left_out: u64| (number.to_string(), left_out);

    all(0..10);
    assert_eq!(told(), [of(0, 0), of(1, 0)]);
    // The period begins with the first report in it.
    frozen.advance(std::time::Duration::from_nanos(999_999_999));
    all(10..12);
    assert_eq!(told(), []);
    frozen.advance(std::time::Duration::from_nanos(1));
    all(12..15);
    assert_eq!(told(), [of(12, 10), of(13, 0)]);
    frozen.advance(100 * SECOND);
    all(15..16);
    assert_eq!(told(), [of(15, 1)]);
    assert_eq!(last("limits.two").to_string(), "limits.two failed: 15 (1 before it left out)");

    let counts = history("limits.two").counts();
    assert_eq!((counts.failed, counts.left_out, counts.total()), (16, 11, 16));
    assert_eq!(history("limits.two").recent().len(), 5);
}

#[dyno::harness(name = "limits.both", at_most = 1/1s)]
fn one() -> Option<()> {
    None
}
#[dyno::harness(name = "limits.both", at_most = 1/1s)]
fn other() -> Option<()> {
    None
}

#[test]
fn each_place_has_a_limit_of_its_own() {
    let _frozen = clock::freeze();
    for _ in 0..3 {
        assert_eq!((one(), other()), (None, None));
    }
    let counts = history("limits.both").counts();
    assert_eq!((counts.failed, counts.left_out), (6, 4));
}
