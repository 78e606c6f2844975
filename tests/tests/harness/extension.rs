//! Reports without an attribute.

use std::cell::Cell;
use std::error::Error;
use std::sync::Arc;

use dyno::harness::Kind;
use dyno::prelude::*;

use super::support::{last, told};

#[test]
fn errors_of_many_types_are_told_and_passed_on() {
    assert_eq!("7".parse::<u8>().harness("extension.parse").ok(), Some(7));
    assert!(harness::of("extension.parse").is_none());
    let line = line!() + 1;
    let error = "x".parse::<u8>().harness("extension.parse").expect_err("no number");
    assert_eq!(error.to_string(), "invalid digit found in string");
    let report = last("extension.parse");
    assert_eq!((report.file(), report.line()), (file!(), line));
    assert_eq!(report.type_name(), Some("core::num::error::ParseIntError"));

    let boxed: Result<u8, Box<dyn Error + Send + Sync>> = Err("on threads".into());
    assert!(boxed.harness("extension.boxed").is_err());
    let local: Result<u8, Box<dyn Error>> = Err("locally".into());
    assert!(local.harness("extension.boxed").is_err());
    let fault = dyno::Fault::rejected("db", dyno::Reason::Shed, None);
    let counted: Result<u8, Box<dyn Error + Send + Sync>> = Err(fault.into());
    assert!(counted.harness("extension.boxed").is_err());
    assert_eq!(
        told("extension.boxed"),
        [
            "extension.boxed failed: on threads",
            "extension.boxed failed: locally",
            "extension.boxed was rejected: db: the call was shed"
        ]
    );
    assert_eq!(last("extension.boxed").kind(), Kind::Rejected);

    assert_eq!(Err::<u8, _>("text").harness("extension.text"), Err("text"));
    assert_eq!(Err::<u8, _>("owned".to_owned()).harness("extension.text"), Err("owned".to_owned()));
    assert!(Err::<u8, Arc<str>>("shared".into()).harness("extension.text").is_err());
    assert_eq!(
        told("extension.text"),
        [
            "extension.text failed: text",
            "extension.text failed: owned",
            "extension.text failed: shared"
        ]
    );
}

#[test]
fn fields_are_made_only_when_they_are_needed() {
    let made = Cell::new(0);
    let find = |there: bool| {
        there.then_some(1).harness_with("extension.fields", |fields| {
            made.set(made.get() + 1);
            fields.add("sku", "sku-1").debug("tags", ["a", "b"]);
        })
    };
    assert_eq!((find(true), made.get()), (Some(1), 0));
    let line = line!() + 1;
    assert_eq!((find(false), made.get()), (None, 1));
    assert_ne!(last("extension.fields").line(), line, "the call is in the closure");
    assert_eq!(
        told("extension.fields"),
        ["extension.fields failed: there is nothing [sku=sku-1, tags=[\"a\", \"b\"]]"]
    );
}

#[test]
fn fields_without_end_are_bounded() {
    let _ = None::<u8>.harness_with("extension.many", |fields| {
        for n in 0..1000 {
            fields.add("n", n);
        }
    });
    assert_eq!(last("extension.many").fields().len(), 32);
    assert!(last("extension.many").is_cut());
    let _ = None::<u8>.harness_with("extension.panics", |_| panic!("no fields"));
    assert_eq!(last("extension.panics").fields(), []);
}
