//! Caches: a hit, a miss, and what happens when a value expires that many want.

mod floors;
mod guarded;
mod key;
mod peers;
mod stampede;

use benches::{Bars, Section};

use self::key::Key;
use crate::group::Group;

/// How many entries there are, all alive.
const ENTRIES: u64 = 1000;
/// How many there may be.
const CAPACITY: usize = 10_000;

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    hit::<u64>(section, bars, "Cache, a hit, `u64`", "One key of a thousand, by a `u64`.");
    hit::<str>(section, bars, "Cache, a hit, `&str`", "The same by a `&str` of 20 bytes.");
    let about = "A key that is not there, on each thread other ones: the value is at hand, and stored; \
                 an entry must go for it where there may be 10000. A counted allocation costs what \
                 the floor says.";
    let mut group = Group::new("Cache, a miss", about, floors::INSERT).in_pairs();
    floors::miss(&mut group);
    guarded::miss(&mut group);
    peers::miss(&mut group);
    group.run(section);
    stampede::run(section, bars);
}

fn hit<K: Key + ?Sized>(
    section: &mut Section,
    bars: &mut Bars,
    title: &'static str,
    about: &'static str,
) where
    for<'a> &'a K: dyno::cache::Key<Owned = K::Owned>,
{
    let mut group = Group::new(title, about, floors::PAPAYA).in_pairs();
    floors::hit::<K>(&mut group);
    guarded::hit::<K>(&mut group);
    peers::hit::<K>(&mut group);
    let all = group.run(section);
    guarded::judge(bars, &all, title);
}

/// The value of the nth key.
fn value(i: u64) -> u64 {
    i + 7
}
