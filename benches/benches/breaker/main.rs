//! What a breaker costs: dyno's beside its peers.

mod bars;
mod call;
mod closed;
mod floors;
mod group;
mod guarded;
mod half_open;
mod instructions;
mod open;
mod peers;

use benches::Section;

use crate::bars::Judge;

fn main() {
    if instructions::watch() {
        return;
    }
    let mut section = Section::new("breaker");
    let mut judge = Judge::new();
    section.heading("Who takes part", peers::ABOUT);
    floors::group().run(&mut section);
    closed::run(&mut section, &mut judge);
    open::run(&mut section, &mut judge);
    half_open::run(&mut section, &mut judge);
    instructions::run(&mut section);
    section.heading("Bars", bars::ABOUT);
    section.add(&judge);
    section.write();
}
