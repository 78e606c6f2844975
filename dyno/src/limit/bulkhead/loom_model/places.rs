//! Places are neither lost nor made.

use super::*;

#[test]
fn loom_no_more_are_in_than_may_be() {
    let mut three = loom::model::Builder::new();
    three.preemption_bound = Some(3);
    three.check(|| {
        let (gate, inside) = (gate(1), Inside::new());
        let visits = [(); 2].map(|()| {
            let inside = inside.clone();
            spawn(&gate, move |gate| {
                if gate.pass() {
                    inside.visit(gate);
                }
            })
        });
        if gate.pass() {
            inside.visit(&gate);
        }
        for visit in visits {
            visit.join().expect("joins");
        }
        is_empty(&gate, 1);
    });
}

#[test]
fn loom_where_there_is_a_place_nobody_is_turned_away() {
    loom::model(|| {
        let gate = gate(2);
        let there = spawn(&gate, Model::pass);
        assert!(gate.pass());
        assert!(there.join().expect("joins"));
        assert_eq!(gate.count(), 2);
    });
}

#[test]
fn loom_what_was_noted_is_told_to_one_that_leaves() {
    loom::model(|| {
        let gate = gate(2);
        assert!(gate.pass() && gate.pass());
        assert!(gate.is_to_note());
        gate.note();
        let there = spawn(&gate, Model::leave);
        let here = gate.leave();
        assert!(here != there.join().expect("joins"));
        is_empty(&gate, 2);
    });
}

#[test]
fn loom_a_gate_that_shrinks_lets_no_more_in() {
    loom::model(|| {
        let gate = gate(2);
        assert!(gate.pass());
        let there = spawn(&gate, |gate| {
            gate.resize(1);
            gate.pass()
        });
        let here = gate.pass();
        let there = there.join().expect("joins");
        assert!(!there, "the only place is taken");
        assert_eq!(gate.count(), 1 + u64::from(here));
        for _ in 0..gate.count() {
            gate.leave();
        }
        is_empty(&gate, 1);
    });
}
