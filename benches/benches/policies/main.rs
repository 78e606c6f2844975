//! What the policies cost a call that goes well, and what a rejection costs.

mod breaker;
mod retry;

use benches::{Bars, Laps, Section, Table, ns};

fn main() {
    let mut section = Section::new("policies");
    let mut bars = Bars::new();
    breaker::run(&mut section, &mut bars);
    retry::run(&mut section, &mut bars);
    section.heading("Bars", "");
    section.add(&bars);
    section.write();
}

/// An error of the call's own.
pub(crate) trait Own {
    fn own() -> Self;
}

/// Why the call that is guarded fails: one word, so that its result stays in registers.
#[derive(Debug)]
#[repr(u64)]
pub(crate) enum Fail {
    Own,
    Refused,
}

impl Own for Fail {
    fn own() -> Self {
        Self::Own
    }
}

impl From<dyno::Fault> for Fail {
    fn from(_: dyno::Fault) -> Self {
        Self::Refused
    }
}

/// The same, and it keeps the fault.
#[derive(Debug)]
pub(crate) enum Telling {
    Own,
    #[expect(dead_code, reason = "it is as wide as what it could tell")]
    Refused(dyno::Fault),
}

impl Own for Telling {
    fn own() -> Self {
        Self::Own
    }
}

impl From<dyno::Fault> for Telling {
    fn from(fault: dyno::Fault) -> Self {
        Self::Refused(fault)
    }
}

/// The call that is guarded. It fails for 0, which nobody gives it and the compiler cannot know:
/// of a call that cannot fail it would leave the policy out.
#[inline(never)]
pub(crate) fn call<E: Own>(x: u64) -> Result<u64, E> {
    if std::hint::black_box(x) == 0 { Err(E::own()) } else { Ok(x) }
}

pub(crate) async fn call_async(x: u64) -> Result<u64, Fail> {
    call(x)
}

/// The laps of a contender.
pub(crate) fn find<'a>(laps: &'a [Laps], name: &str) -> &'a Laps {
    laps.iter().find(|laps| laps.name == name).expect("a contender of this name")
}

/// One row a contender: what it takes, and what that is more than its floor.
pub(crate) fn table(laps: &[Laps], pairs: Option<&[Laps]>, floor: fn(&str) -> &str) -> Table {
    let mut columns = vec!["way", "min", "median", "over the call"];
    if pairs.is_some() {
        columns.extend(["two threads", "both, against one"]);
    }
    let mut table = Table::new(&columns);
    for (i, it) in laps.iter().enumerate() {
        let over = it.over(find(laps, floor(&it.name)));
        let mut row = vec![it.name.clone(), ns(it.min()), ns(it.median()), ns(over)];
        if let Some(pairs) = pairs {
            let pair = pairs[i].median();
            row.extend([ns(pair), ns(2.0 * it.median() / pair)]);
        }
        table.row(&row);
    }
    table
}
