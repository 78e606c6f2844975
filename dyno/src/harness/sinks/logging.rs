//! Reports, for the crate `log`.

use super::TARGET;
use crate::harness::{Level, Report, Sink};

/// Makes one record of the crate `log` of each report.
///
/// The target is `dyno::harness`, the level that of the report, the file and the line are those of
/// the attribute, and the message is the report as it is displayed.
///
/// ```
/// use dyno::harness::{self, Logging};
///
/// harness::sink(Logging).keep();
/// #[dyno::harness(name = "price", fields(sku), level = warn)]
/// fn price(sku: &str) -> Result<u32, String> {
///     Err("sold out".to_owned()) // WARN dyno::harness: price failed: sold out [sku=sku-1]
/// }
/// # let _ = price("sku-1");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Logging;

impl Sink for Logging {
    fn report(&self, report: &Report) {
        let level = match report.level() {
            Level::Error => log::Level::Error,
            Level::Warn => log::Level::Warn,
            Level::Info => log::Level::Info,
        };
        if level > log::max_level() {
            return;
        }
        let place = (report.file(), report.line());
        log::logger().log(
            &log::Record::builder()
                .args(format_args!("{report}"))
                .level(level)
                .target(TARGET)
                .file_static(Some(place.0))
                .line(Some(place.1))
                .build(),
        );
    }
}
