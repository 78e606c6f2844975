//! What the policies cost a call that goes well; the breaker has a bench of its own.

mod retry;

use benches::{Bars, Laps, Section, Table, ns};

fn main() {
    let mut section = Section::new("policies");
    let mut bars = Bars::new();
    retry::run(&mut section, &mut bars);
    section.heading("Bars", "");
    section.add(&bars);
    section.write();
}

/// Why the call that is retried fails: one word, so that its result stays in registers.
#[derive(Debug)]
#[repr(u64)]
pub(crate) enum Fail {
    Own,
}

/// The call that is retried. It fails for 0, which nobody gives it and the compiler cannot know:
/// of a call that cannot fail it would leave the policy out.
#[inline(never)]
pub(crate) fn call(x: u64) -> Result<u64, Fail> {
    if std::hint::black_box(x) == 0 { Err(Fail::Own) } else { Ok(x) }
}

pub(crate) async fn call_async(x: u64) -> Result<u64, Fail> {
    call(x)
}

/// The laps of a contender.
pub(crate) fn find<'a>(laps: &'a [Laps], name: &str) -> &'a Laps {
    laps.iter().find(|laps| laps.name == name).expect("a contender of this name")
}

/// One row a contender: what it takes, and what that is more than its floor.
pub(crate) fn table(laps: &[Laps], floor: fn(&str) -> &str) -> Table {
    let mut table = Table::new(&["way", "min", "median", "over the call"]);
    for it in laps {
        let over = it.over(find(laps, floor(&it.name)));
        table.row(&[it.name.clone(), ns(it.min()), ns(it.median()), ns(over)]);
    }
    table
}
