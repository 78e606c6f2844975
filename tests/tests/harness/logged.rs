//! Reports, as the crate `log` gets them.

use std::sync::Mutex;

use dyno::harness::{self, Logging, Report};
use log::{Level, Log, Metadata, Record};

/// What was logged under the target of the harness.
struct Captured(Mutex<Vec<(Level, String, String, u32)>>);

static CAPTURED: Captured = Captured(Mutex::new(Vec::new()));

impl Log for Captured {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "dyno::harness"
    }
    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let file = record.file().unwrap_or_default().to_owned();
            let entry =
                (record.level(), record.args().to_string(), file, record.line().unwrap_or(0));
            self.0.lock().expect("nobody panics here").push(entry);
        }
    }
    fn flush(&self) {}
}

#[dyno::harness(name = "logged.price", fields(sku))]
fn price(sku: &str) -> Result<u32, String> {
    Err(format!("no {sku}"))
}
#[dyno::harness(name = "logged.minor", level = info)]
fn minor() -> Option<()> {
    None
}
#[dyno::harness(name = "logged.odd", level = warn)]
fn odd() -> Option<()> {
    None
}

#[test]
fn dy_35_one_record_for_an_error_and_none_for_a_success() {
    log::set_logger(&CAPTURED).expect("no other test of this program logs");
    log::set_max_level(log::LevelFilter::Warn);
    let ours = |report: &Report| {
        if report.point().starts_with("logged.") {
            harness::Sink::report(&Logging, report);
        }
    };
    let _reporting = harness::sink(ours);
    assert!(price("sku-1").is_err());
    assert_eq!((minor(), odd()), (None, None));
    let captured = CAPTURED.0.lock().expect("nobody panics here");
    let [(level, text, file, line), (odd, ..)] = captured.as_slice() else {
        panic!("{captured:?}")
    };
    assert_eq!(
        (*level, text.as_str()),
        (Level::Error, "logged.price failed: no sku-1 [sku=sku-1]")
    );
    assert!(file == file!() && *line > 0);
    assert_eq!(*odd, Level::Warn);
}
