//! What it costs to ask for the time, and what dyno asks of it.

mod deadline;
mod now;

use benches::{Bars, Laps, Section};

fn main() {
    let mut section = Section::new("clock");
    let mut bars = Bars::new();
    now::run(&mut section, &mut bars);
    deadline::run(&mut section, &mut bars);
    section.heading("Bars", "");
    section.add(&bars);
    section.write();
}

/// The laps of a contender.
fn find<'a>(laps: &'a [Laps], name: &str) -> &'a Laps {
    laps.iter().find(|laps| laps.name == name).expect("a contender of this name")
}
