//! What the policies cost a call that goes well, and one that they turn away; the breaker has a bench
//! of its own.

mod bulkhead;
mod call;
mod deadline;
mod floors;
#[allow(dead_code, reason = "`service` looks at more of it")]
mod group;
mod peers;
mod rate;
mod retry;
mod timeout;

use benches::{Bars, Section};

fn main() {
    let mut section = Section::new("policies");
    let mut bars = Bars::new();
    retry::run(&mut section, &mut bars);
    bulkhead::run(&mut section, &mut bars);
    rate::run(&mut section, &mut bars);
    timeout::run(&mut section, &mut bars);
    deadline::run(&mut section);
    section.heading("Bars", "Medians, over the call or, of what is turned away, in all.");
    section.add(&bars);
    section.write();
}

/// For the contenders, which are entered for the whole run.
fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// Settings of the peers' that nothing ever reaches.
const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);
