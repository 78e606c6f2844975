//! What it costs to be handed a dependency, and how long building several takes.

mod construct;
mod peers;
mod resolve;
mod serial;

use benches::{Bars, Section};

fn main() {
    let mut section = Section::new("inject");
    let mut bars = Bars::new();
    resolve::run(&mut section, &mut bars);
    construct::run(&mut section, &mut bars);
    section.heading("Bars", "");
    section.add(&bars);
    section.write();
}
