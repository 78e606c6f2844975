//! Rate: calls that are let in, calls that are not, and one rate for each key.

mod peers;

use std::sync::LazyLock;
use std::time::Duration;

use benches::{Bars, Section};

use crate::floors;
use crate::group::Group;
mod guarded;
use crate::{HOUR, leak};

/// So many calls a second as no machine makes: a nanosecond each.
const PLENTY: u32 = 1_000_000_000;
const SECOND: Duration = Duration::from_secs(1);
const KEYS: u64 = 256;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Situation {
    Allowed,
    Denied,
    /// Allowed, of one key after the other.
    Keyed,
}

impl Situation {
    /// So many calls in so long.
    fn rate(self) -> (u32, Duration) {
        match self {
            Self::Allowed | Self::Keyed => (PLENTY, SECOND),
            Self::Denied => (1, HOUR),
        }
    }
}

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    let about = "1000000000 calls a second may be made, more than anyone makes here: every call is \
                 let in and made. tower's own cannot be shared: each thread has one.";
    let allowed = Group::of_calls("Rate, allowed", about);
    measure(section, bars, allowed, Situation::Allowed);

    let about =
        "One call an hour may be made, and has been. tower's own turns nobody away, but waits.";
    let denied = Group::of_refusals("Rate, denied", about);
    measure(section, bars, denied, Situation::Denied);

    let about =
        "As allowed, with a rate for each key: 256 names of hosts in turn, all of them known.";
    let keyed = Group::of_calls("Rate by key, allowed", about).keys(KEYS);
    measure(section, bars, keyed, Situation::Keyed);
}

fn measure(section: &mut Section, bars: &mut Bars, group: Group, situation: Situation) {
    let mut group = group.in_pairs();
    floors::add(&mut group);
    floors::clocks(&mut group);
    guarded::enter(&mut group, situation);
    peers::enter(&mut group, situation);
    let all = group.run(section);
    guarded::judge(bars, &all, situation);
}

/// The key of a call.
fn key(x: u64) -> &'static str {
    static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let names = (0..KEYS).map(|i| leak(format!("host-{i}.example.org")).as_str());
        names.collect()
    });
    NAMES[usize::try_from(x % KEYS).unwrap_or_default()]
}
