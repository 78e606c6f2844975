//! Open: calls that are turned away.

use benches::Section;
use dyno::breaker::State;

use crate::bars::Judge;
use crate::call::{Came, Telling, call};
use crate::floors::{self, COARSE};
use crate::group::{CALL_TELLING, Group, Traffic, Whose, in_async};
use crate::guarded;
use crate::peers::{self, Situation};

const OPEN: &str = "dyno: error drops the fault";
const TELLING: &str = "dyno: error keeps the fault";

pub(crate) fn run(section: &mut Section, judge: &mut Judge) {
    let all = group().run(section);
    judge.about("open, a rejection");
    for name in [OPEN, TELLING, &in_async(OPEN)] {
        judge.whole(&all, name, 6.0);
        judge.whole_in(&all, name, 1.6, COARSE);
    }
    judge.two(&all, OPEN);
    judge.ahead(&all, &[OPEN, TELLING]);
    judge.ahead(&all, &[&in_async(OPEN)]);
}

fn group() -> Group {
    let about = "A call that is turned away, and will be for an hour: of that there is no floor but \
                 the clock, and the call itself is not made.";
    let mut group = Group::new("Open, a rejection", about, Traffic::GOOD, Came::Refusal);
    floors::calls(&mut group);
    group.call(Whose::Floor, CALL_TELLING, call::<Telling>);
    floors::clocks(&mut group);
    guarded::OPEN.trip();
    group.call(Whose::Dyno, OPEN, guarded::open);
    group.call(Whose::Dyno, TELLING, guarded::open_telling);
    group.call_async(Whose::Dyno, OPEN, guarded::open_async);
    group.lasting("dyno", || guarded::OPEN.state() == State::Open);
    peers::enter(&mut group, Situation::Open);
    group
}
