//! `grpc-timeout`, there and back.

use std::time::Duration;

use dyno::{Deadline, clock};
use proptest::prelude::*;

proptest! {
    #[test]
    fn what_is_left_reads_back_never_later_and_hardly_sooner(nanos in 0..=u64::MAX / 4) {
        let _frozen = clock::freeze();
        let deadline = Deadline::after(Duration::from_nanos(nanos));
        let text = deadline.to_string();
        prop_assert!((2..=9).contains(&text.len()), "{}", text);
        let read: Deadline = text.parse().expect("it is one");
        prop_assert!(read <= deadline);
        // Where eight digits do not do, six of the next unit, a thousand times as long, may be left.
        let lost = deadline.moment() - read.moment();
        prop_assert!(lost.as_nanos() <= u128::from(nanos) / 100_000, "{} lost {:?}", text, lost);
    }

    #[test]
    fn every_header_reads_and_is_said_the_same(number in 0_u64..=99_999_999, unit in "[numSMH]") {
        let _frozen = clock::freeze();
        let read: Deadline = format!("{number}{unit}").parse().expect("it is one");
        let again: Deadline = read.to_string().parse().expect("it is one");
        prop_assert!(again <= read);
        prop_assert_eq!(again.to_string(), read.to_string());
    }
}
