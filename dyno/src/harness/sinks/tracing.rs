//! Reports, for the crate `tracing`.

use tracing::Level as At;

use super::TARGET;
use crate::harness::{Level, Report, Sink};

/// Makes one event of the crate `tracing` of each report, in the span of the call that failed.
///
/// The target is `dyno::harness`, the level that of the report and the message the report as it is
/// displayed. The fields are `point`, `kind`, `error`, `sources` (where there are any, joined by
/// `; `), `type` and `variant` (where they are known), `fields` (where there are any, such as
/// `sku=sku-1, total=3`), `file`, `line`, and `left_out` (unless it is zero).
///
/// ```
/// use dyno::harness::{self, Tracing};
///
/// harness::sink(Tracing).keep();
/// #[dyno::harness(name = "price", fields(sku))]
/// fn price(sku: &str) -> Result<u32, String> {
///     // ERROR dyno::harness: price failed: sold out [sku=sku-1] point="price" kind="failed" …
///     Err("sold out".to_owned())
/// }
/// # let _ = price("sku-1");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Tracing;

/// One event, at a level that is known to the compiler.
macro_rules! event {
    ($level:ident, $report:ident, $sources:ident, $fields:ident) => {
        tracing::event!(
            target: TARGET,
            At::$level,
            point = $report.point(),
            kind = $report.kind().as_str(),
            error = $report.error(),
            sources = $sources,
            r#type = $report.type_name(),
            variant = $report.variant(),
            fields = $fields,
            file = $report.file(),
            line = $report.line(),
            left_out = Some($report.left_out()).filter(|left_out| *left_out != 0),
            "{}",
            $report
        )
    };
}

impl Sink for Tracing {
    fn report(&self, report: &Report) {
        let on = match report.level() {
            Level::Error => tracing::enabled!(target: TARGET, At::ERROR),
            Level::Warn => tracing::enabled!(target: TARGET, At::WARN),
            Level::Info => tracing::enabled!(target: TARGET, At::INFO),
        };
        if !on {
            return;
        }
        let sources = joined("; ", report.sources().iter().cloned());
        let fields =
            joined(", ", report.fields().iter().map(|(name, value)| format!("{name}={value}")));
        let (sources, fields) = (sources.as_deref(), fields.as_deref());
        match report.level() {
            Level::Error => event!(ERROR, report, sources, fields),
            Level::Warn => event!(WARN, report, sources, fields),
            Level::Info => event!(INFO, report, sources, fields),
        }
    }
}

/// `None` of nothing.
fn joined(by: &str, texts: impl Iterator<Item = String>) -> Option<String> {
    let texts: Vec<String> = texts.collect();
    (!texts.is_empty()).then(|| texts.join(by))
}
