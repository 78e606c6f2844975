//! What an attribute that watches a call costs it when all goes well.

use std::hint::black_box;

use benches::{Bars, Section};
use dyno::{Fault, aspect, harness};

use crate::group::Group;

const PLAIN: &str = "floor: a plain call";
const HARNESS: &str = "dyno: `#[harness]`";
const FIELDS: &str = "dyno: `#[harness(fields(x))]`";
const KNOWN: &str = "dyno: `#[aspect]`";
const JOIN: &str = "dyno: `#[aspect(\"bench\")]`";

/// One word, so that its result stays in registers.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u64)]
enum Fail {
    Zero,
    Refused,
}

impl From<Fault> for Fail {
    fn from(_: Fault) -> Self {
        Self::Refused
    }
}

impl std::fmt::Display for Fail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Zero => "it is zero",
            Self::Refused => "turned away",
        })
    }
}

impl std::error::Error for Fail {}

/// It fails for 0, which nobody gives it and the compiler cannot know.
#[inline]
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

#[harness(fields(x))]
fn shown(x: u64) -> Result<u64, Fail> {
    work(x)
}

/// Pointcuts may match it, and none does.
#[aspect]
fn known(x: u64) -> Result<u64, Fail> {
    work(x)
}

/// It may have filters, and has none.
#[aspect("bench")]
fn joined(x: u64) -> Result<u64, Fail> {
    work(x)
}

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    let about = "A call that succeeds, and nobody has bound anything to it.";
    let mut group = Group::new("Harness and aspect", about, PLAIN).in_pairs();
    group.call(PLAIN, 1, Ok(1), plain);
    group.call(HARNESS, 1, Ok(1), harnessed);
    group.call(FIELDS, 1, Ok(1), shown);
    group.call(KNOWN, 1, Ok(1), known);
    group.call(JOIN, 1, Ok(1), joined);
    let all = group.run(section);
    for (name, bar) in [(HARNESS, 1.0), (FIELDS, 1.0), (KNOWN, 1.0), (JOIN, 2.0)] {
        bars.at_most(&format!("{name}, over the call"), bar, all.over(name, PLAIN), "ns");
        bars.at_most(&format!("{name}, allocations"), 0.0, all.allocations(name), "");
    }
}
