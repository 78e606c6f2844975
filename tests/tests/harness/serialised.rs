//! Reports and counts in other formats.

use dyno::clock;
use serde_json::json;

use super::support::{history, last};

#[dyno::harness(name = "serialised", fields(sku, count), level = warn)]
fn price(sku: &str, count: u8) -> Result<u8, std::num::ParseIntError> {
    let price: u8 = sku.parse()?;
    Ok(price + count)
}

#[test]
fn a_report_is_an_object() {
    let _frozen = clock::freeze();
    assert!(price("x", 2).is_err());
    let report = last("serialised");
    let written = serde_json::to_value(&*report).expect("it can be written");
    assert_eq!(
        written,
        json!({
            "point": "serialised", "file": file!(), "line": report.line(), "level": "warn",
            "kind": "failed", "error": "invalid digit found in string", "sources": [],
            "type_name": "core::num::error::ParseIntError", "variant": null,
            "fields": {"sku": "x", "count": "2"}, "at_ns": report.at().as_nanos(),
            "thread": report.thread(), "left_out": 0, "cut": false,
        })
    );
    assert_eq!(
        serde_json::to_value(history("serialised").counts()).expect("it can be written"),
        json!({"failed": 1, "panicked": 0, "rejected": 0, "timed_out": 0, "left_out": 0})
    );
}
