//! Where a value comes from when several could give it: argument, swap, registry, its parents, the
//! global one, fallback.

use std::sync::Arc;

use dyno::{Fault, Registry, inject};

use crate::support::{Count, why};

#[derive(Clone, Debug, PartialEq)]
struct Rate(u32);

static ASKED: Count = Count::new();

/// A provider that asks the registry.
#[inject(rate = tag("order.rate"))]
fn usual_rate(rate: &Rate) -> Result<Rate, Fault> {
    ASKED.up();
    Ok(Rate(rate.0 * 10))
}

#[inject(rate(tag = "order.rate", fallback = Rate(0)), with)]
fn by_tag(rate: &Rate) -> u32 {
    rate.0
}

#[inject(rate(usual_rate, fallback = Rate(1)), with)]
fn by_provider(rate: &Rate) -> u32 {
    rate.0
}

fn set(registry: &Registry, rate: u32) {
    registry.set("order.rate", Arc::new(Rate(rate))).expect("not sealed");
}

#[test]
fn the_nearest_source_wins_all_the_way_down_and_up() {
    let frozen = dyno::clock::freeze();
    let both = || (by_tag(), by_provider());
    let parent = Registry::global().child();
    let child = parent.child();
    assert_eq!(both(), (0, 1), "nothing is there: the fallbacks");

    // A build that failed is not tried again at once.
    frozen.advance(std::time::Duration::from_millis(100));
    set(Registry::global(), 2);
    assert_eq!(both(), (2, 20), "the global registry");
    assert_eq!(parent.child().scope(both), (2, 20), "a tenant without a rate falls through");

    set(&parent, 3);
    assert_eq!(both(), (2, 20));
    assert_eq!(
        (parent.scope(both), parent.child().scope(both)),
        ((3, 30), (3, 30)),
        "the parent's"
    );

    set(&child, 4);
    let swapped = child.scope(|| {
        assert_eq!(both(), (4, 40), "its own");
        let _swap = dyno::swap(usual_rate, || Ok(Rate(5)));
        assert_eq!((by_tag_with(&Rate(6)), by_provider_with(&Rate(6))), (6, 6), "the argument");
        both()
    });
    assert_eq!(swapped, (4, 5), "a swap is nearer than any registry");
    assert_eq!((both(), parent.scope(both)), ((2, 20), (3, 30)), "and nothing is left of it");

    child.remove::<Rate>("order.rate").expect("not sealed");
    assert_eq!(child.scope(both), (3, 40), "the parent's shows again; what was built stays");
    parent.remove::<Rate>("order.rate").expect("not sealed");
    assert_eq!(child.scope(by_tag), 2, "the global one shows again");
    Registry::global().remove::<Rate>("order.rate").expect("not sealed");
    assert_eq!(child.scope(by_tag), 0, "the fallback again");
}

#[test]
fn an_argument_asks_nobody() {
    fn never() -> Result<Rate, String> {
        panic!("nobody asked for it")
    }
    #[inject(rate = never, with)]
    fn of(rate: &Rate, times: u32) -> Result<u32, Fault> {
        Ok(rate.0 * times)
    }
    assert_eq!(of_with(&Rate(7), 2), Ok(14));
    assert!(why(of(2)).to_string().contains("nobody asked for it"));
}
