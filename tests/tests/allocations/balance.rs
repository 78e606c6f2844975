//! A call to one of some targets allocates nothing.

use dyno::balance::{Balancer, Pick, Policy, Tried};

use super::of_many;

#[test]
fn a_pick_and_its_end() {
    static TARGETS: &[&str] = &["http://a:1", "http://b:1", "http://c:1"];
    for policy in Policy::ALL {
        let balancer = Balancer::new("allocations", TARGETS).policy(policy);
        let called = |x| {
            let tried = Tried::new();
            for end in [Pick::success, Pick::ignored] {
                end(balancer.pick(&tried).expect("a target"));
            }
            balancer.pick_for(&x, &tried).expect("a target").success();
            7 + x
        };
        assert_eq!(of_many(called), 0, "{policy}");
        // One is out, and then another one, which is called all the same.
        for member in &balancer.members()[1..] {
            member.breaker().trip();
            assert_eq!(of_many(called), 0, "{policy}");
        }
    }
}
