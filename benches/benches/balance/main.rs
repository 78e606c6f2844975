//! How calls fare under each way to choose among targets: a simulation in virtual time, seeded, so
//! that it says the same on every machine. And what a choice costs: that is measured.

mod chance;
mod cost;
mod fare;
mod run;
mod scenario;
mod side;
mod tower_side;

use benches::{Bars, Section};

fn main() {
    let mut section = Section::new("balance");
    let mut bars = Bars::new();
    for scenario in scenario::all() {
        fare::table(&mut section, &mut bars, &scenario);
    }
    cost::run(&mut section, &mut bars);
    section.heading("Bars", "Simulated, or medians of what was measured.");
    section.add(&bars);
    section.write();
}
