//! What a user's build pays: for the crate once, and for every function that is annotated.

mod clean;
mod marginal;
mod project;

use benches::{Bars, Section};

fn main() {
    let mut section = Section::new("build");
    let mut bars = Bars::new();
    clean::run(&mut section);
    marginal::run(&mut section, &mut bars);
    section.heading("Bars", "");
    section.add(&bars);
    section.write();
}
