//! What several policies cost together: a call under all that a service puts around it.

mod by_hand;
#[path = "../policies/call.rs"]
#[allow(dead_code, reason = "of what the policies are measured with, not all is needed here")]
mod call;
#[path = "../policies/floors.rs"]
#[allow(dead_code, reason = "of what the policies are measured with, not all is needed here")]
mod floors;
#[path = "../policies/group.rs"]
#[allow(dead_code, reason = "of what the policies are measured with, not all is needed here")]
mod group;
mod guarded;
mod http;
mod peers;
mod services;
mod set;
#[path = "../policies/peers.rs"]
#[allow(dead_code, reason = "of what the policies are measured with, not all is needed here")]
mod shared;

use benches::{Bars, Section};

use crate::set::Set;

fn main() {
    let mut section = Section::new("service");
    let mut bars = Bars::new();
    for set in Set::ALL {
        set.run(&mut section, &mut bars);
    }
    http::run(&mut section, &mut bars);
    section.heading("Bars", set::ABOUT_BARS);
    section.add(&bars);
    section.write();
}

/// For the contenders, which are entered for the whole run.
fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
