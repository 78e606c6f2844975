//! The peers: stacks of their layers, set up as their own documentation would, and what they lack by
//! others.

mod backon;
mod prometheus;
mod resilience;
mod seatbelt;
mod tower;

use crate::group::{Group, in_async};
use crate::set::Set;

pub(crate) fn enter(group: &mut Group, set: Set) {
    backon::enter(group, set);
    tower::enter(group, set);
    resilience::enter(group, set);
    seatbelt::enter(group, set);
}

/// Who of them is there without async.
pub(crate) fn sync(_: Set) -> Vec<String> {
    vec![backon::NAME.to_owned()]
}

pub(crate) fn asynchronous(set: Set) -> Vec<String> {
    let seatbelt = (set != Set::All).then_some(seatbelt::NAME);
    let names = [backon::NAME, tower::NAME, resilience::NAME].into_iter().chain(seatbelt);
    names.map(in_async).collect()
}
