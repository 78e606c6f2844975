//! Every interleaving of the calls in flight, by the model checker loom:
//! `RUSTFLAGS="--cfg loom" cargo test -p dyno --lib --release --no-default-features --features metrics loom`

use loom::sync::Arc;
use loom::sync::atomic::AtomicU64;
use loom::thread;

use super::flight::{Flight, Peak};

struct Model {
    lanes: [Flight<AtomicU64>; 2],
    peak: Peak<AtomicU64>,
}

impl Model {
    fn new() -> Arc<Self> {
        Arc::new(Self { lanes: [Flight::new(), Flight::new()], peak: Peak::new() })
    }

    fn in_flight(&self) -> u64 {
        self.lanes.iter().map(Flight::calls).sum()
    }

    fn begin(&self, lane: usize, own: bool) {
        let lane = &self.lanes[lane];
        if lane.begin(own, &self.peak) {
            self.peak.look(lane, || self.in_flight());
        }
    }

    fn most(&self) -> u64 {
        // Without what is in flight now, which somebody else has to have seen.
        self.peak.most(0)
    }
}

fn spawn<R: 'static>(
    model: &Arc<Model>,
    f: impl FnOnce(&Model) -> R + 'static,
) -> thread::JoinHandle<R> {
    let model = model.clone();
    thread::spawn(move || f(&model))
}

#[test]
fn model_of_two_that_begin_one_sees_both() {
    for lanes in [[0, 1], [0, 0]] {
        loom::model(move || {
            let model = Model::new();
            let own = lanes[0] != lanes[1];
            let other = spawn(&model, move |model| model.begin(lanes[0], own));
            model.begin(lanes[1], own);
            other.join().expect("joins");
            assert_eq!(model.most(), 2);
        });
    }
}

#[test]
fn model_no_more_are_seen_than_there_were() {
    loom::model(|| {
        let model = Model::new();
        let other = spawn(&model, |model| {
            model.begin(0, true);
            model.lanes[0].end(true);
            model.begin(0, true);
        });
        model.begin(1, true);
        model.lanes[1].end(true);
        other.join().expect("joins");
        assert!((1..=2).contains(&model.most()), "{}", model.most());
        assert_eq!(model.in_flight(), 1);
    });
}

#[test]
fn model_a_call_that_lasts_is_among_the_most_of_the_next_turn() {
    loom::model(|| {
        let model = Model::new();
        let other = spawn(&model, |model| model.begin(0, true));
        let (ended, _) = model.peak.turn(|| model.in_flight());
        other.join().expect("joins");
        assert!(ended <= 1);
        assert_eq!(model.most(), 1, "it is still under way");
    });
}
