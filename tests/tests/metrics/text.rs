//! Metrics as people read them.

use std::time::Duration;

use dyno::metrics::{Metrics, Spans};
use dyno::point::{self, Cached, Event};
use dyno::{Reason, Verdict, metrics};

use crate::support::{MS, SEC, alone, freeze, frozen, name};

#[test]
fn a_point_is_a_row_of_a_table() {
    static PRICE: Metrics = Metrics::new("text.price");
    let frozen = freeze();
    for number in 1..=40 {
        let verdict = if number == 40 { Verdict::Failure } else { Verdict::Success };
        PRICE.record(verdict, number * Duration::from_micros(250));
    }
    frozen.advance(MS);
    let _under_way = PRICE.start();
    assert_eq!(
        PRICE.snapshot().to_string(),
        "point       calls/s  failed  in flight     p50     p95     p99     max\n\
         text.price      4.0    2.5%          1  5.05ms  9.57ms  10.0ms  10.0ms"
    );
    PRICE.reject(Some(Reason::RateLimited));
    point::emit("text.price", &Event::Retry { attempt: 1, after: MS });
    let table = PRICE.snapshot().to_string();
    let (title, row) = table.split_once('\n').expect("two lines");
    assert!(title.ends_with("  rejected  retries"), "{title}");
    assert!(row.ends_with("         1        1"), "{row}");
    assert_eq!(title.len(), row.len());
}

#[test]
fn all_points_are_a_table_with_a_row_each() {
    let (_alone, _frozen) = (alone(), frozen());
    metrics::enable();
    let (hits, slow) = (name("text.a.hits"), Metrics::new(name("text.b")));
    point::emit(hits, &Event::Cache { cached: Cached::Hit });
    slow.record(Verdict::Success, 90 * SEC);
    slow.record(Verdict::Success, Duration::from_nanos(15));
    let table = metrics::all().to_string();
    let row = |name: &str| {
        let row = table.lines().find(|line| line.starts_with(name)).expect("a row");
        row.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(row(hits)[0], "-", "no calls are counted under this name");
    assert_eq!(row(hits).last().map(String::as_str), Some("100.0%"));
    assert!(row(slow.name()).contains(&"90.0s".to_owned()), "{table}");
    assert!(row(slow.name()).contains(&"15ns".to_owned()), "{table}");
    let long = table.lines().map(str::len);
    assert_eq!(long.clone().min(), long.max(), "{table}");
}

#[test]
fn a_point_of_which_no_column_says_anything_is_no_row() {
    let (_alone, _frozen) = (alone(), frozen());
    metrics::enable();
    let silent = name("text.silent");
    point::emit(silent, &Event::Fuse { on: true });
    let all = metrics::all();
    let it = all.iter().find(|snapshot| snapshot.name == silent).expect("it was counted");
    assert!(!all.to_string().contains(silent), "{all}");
    assert!(it.to_string().contains(silent), "alone it is a table of one row");
}

#[test]
fn what_people_see_in_a_debugger_is_short() {
    static ORDERS: Metrics = Metrics::new("text.orders").spans(Spans::new());
    assert_eq!(format!("{ORDERS:?}"), "Metrics(text.orders)");
    assert_eq!(format!("{:?}", ORDERS.start()), "Call(text.orders)");
    assert_eq!(ORDERS.name(), "text.orders");
}
