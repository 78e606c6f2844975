//! Reports, as the crate `tracing` gets them.

use std::fmt;
use std::sync::{Arc, Mutex};

use dyno::harness::{self, Tracing};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// `name=value` of every field of every event under the target of the harness.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<Vec<String>>>>);

struct Fields(Vec<String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push(format!("{}={value:?}", field.name()));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push(format!("{}={value}", field.name()));
    }
}

impl Subscriber for Captured {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        if event.metadata().target() == "dyno::harness" {
            let mut fields = Fields(vec![event.metadata().level().to_string()]);
            event.record(&mut fields);
            self.0.lock().expect("nobody panics here").push(fields.0);
        }
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Debug, thiserror::Error)]
enum ShopError {
    #[error("no price")]
    Price(#[source] std::num::ParseIntError),
}

#[dyno::harness(name = "traced.price", fields(sku, count), level = warn)]
fn price(sku: &str, count: u8) -> Result<u32, ShopError> {
    let price: u32 = sku.parse().map_err(ShopError::Price)?;
    Ok(price + u32::from(count))
}

#[test]
fn dy_35_one_event_with_all_that_is_known() {
    let captured = Captured::default();
    tracing::subscriber::with_default(captured.clone(), || {
        let reporting = harness::sink(Tracing);
        assert_eq!(price("7", 1).ok(), Some(8));
        assert!(price("x", 1).is_err());
        drop(reporting);
        assert!(price("y", 1).is_err());
    });
    let captured = captured.0.lock().expect("nobody panics here");
    let [event] = captured.as_slice() else { panic!("{captured:?}") };
    let line = event.iter().find(|field| field.starts_with("line=")).expect("a line");
    let [kind, file] = ["kind=failed".to_owned(), format!("file={}", file!())];
    assert_eq!(event.first().map(String::as_str), Some("WARN"));
    for field in [
        "message=traced.price failed: no price; caused by: invalid digit found in string [sku=x, count=1]",
        "point=traced.price",
        &kind,
        "error=no price",
        "sources=invalid digit found in string",
        "type=harness::traced::ShopError",
        "variant=Price",
        "fields=sku=x, count=1",
        &file,
        line,
    ] {
        assert!(event.iter().any(|known| known == field), "no `{field}` in {event:?}");
    }
    assert!(!event.iter().any(|field| field.starts_with("left_out")), "{event:?}");
}
