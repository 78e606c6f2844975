//! What an attribute that watches a call costs it when all goes well.

use std::hint::black_box;

use benches::{Bars, Section};
use dyno::harness;

use crate::group::Group;

const PLAIN: &str = "floor: a plain call";
const HARNESS: &str = "dyno: `#[harness]`";

/// One word, so that its result stays in registers.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u64)]
enum Fail {
    Zero,
}

impl std::fmt::Display for Fail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("it is zero")
    }
}

impl std::error::Error for Fail {}

/// It fails for 0, which nobody gives it and the compiler cannot know.
#[inline(always)]
fn work(x: u64) -> Result<u64, Fail> {
    if black_box(x) == 0 { Err(Fail::Zero) } else { Ok(x) }
}

fn plain(x: u64) -> Result<u64, Fail> {
    work(x)
}

#[harness]
fn harnessed(x: u64) -> Result<u64, Fail> {
    work(x)
}

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    let about = "A call that succeeds.";
    let mut group = Group::new("Harness and aspect", about, PLAIN).in_pairs();
    group.call(PLAIN, 1, Ok(1), plain);
    group.call(HARNESS, 1, Ok(1), harnessed);
    let all = group.run(section);
    bars.at_most("harness, a success, over the call", 1.0, all.over(HARNESS, PLAIN), "ns");
}
