//! Keys that stick to their targets.

use std::collections::BTreeMap;
use std::time::Duration;

use dyno::balance::{Balancer, Tried};
use dyno::clock::freeze;

use super::support::{A, B, C, D, SEC, fail};

const KEYS: u64 = 4000;

fn places(balancer: &Balancer) -> BTreeMap<u64, String> {
    (0..KEYS)
        .map(|key| {
            let pick = balancer.pick_for(&key, &Tried::new()).expect("a target");
            let url = pick.target().url().to_owned();
            pick.success();
            (key, url)
        })
        .collect()
}

fn counts(places: &BTreeMap<u64, String>) -> BTreeMap<&str, u64> {
    let mut counts = BTreeMap::new();
    for url in places.values() {
        *counts.entry(url.as_str()).or_default() += 1;
    }
    counts
}

#[test]
fn a_key_sticks_to_its_target_and_keys_are_spread() {
    let _frozen = freeze();
    let (one, other) = (Balancer::new("one", &[A, B, C, D]), Balancer::new("other", &[D, B, A, C]));
    let here = places(&one);
    assert_eq!(here, places(&one));
    assert_eq!(here, places(&other), "whatever the name and the order");
    for (url, count) in counts(&here) {
        assert!(count.abs_diff(KEYS / 4) < KEYS / 20, "{url}: {count}");
    }
    // Pinned: other processes, of other versions, are to agree.
    let at = |key: &str| {
        let pick = one.pick_for(key, &Tried::new()).expect("a target");
        pick.target().url().to_owned()
    };
    assert_eq!(["anna", "bert", "carla", "dora"].map(at), [A, D, C, B]);
}

#[test]
fn only_the_keys_of_one_that_is_out_move_and_they_come_back() {
    let frozen = freeze();
    let balancer = Balancer::new("moves", &[A, B, C, D]).slow_start(Duration::ZERO);
    let before = places(&balancer);
    fail(&balancer, B);
    let during = places(&balancer);
    for (key, place) in &before {
        if place == B {
            assert_ne!(during[key], B);
        } else {
            assert_eq!(&during[key], place);
        }
    }
    let moved =
        |url: &str| during.iter().filter(|(key, at)| before[key] == B && *at == url).count();
    for url in [A, C, D] {
        let third = before.values().filter(|place| *place == B).count() / 3;
        assert!(moved(url).abs_diff(third) < third / 3, "{url}: {} of {third}", moved(url));
    }
    frozen.advance(60 * SEC);
    // The first call of one of its keys is the trial; all others come after it.
    places(&balancer);
    assert_eq!(places(&balancer), before);
}

#[test]
fn keys_move_to_a_new_target_from_all_and_nowhere_else() {
    let frozen = freeze();
    let balancer = Balancer::new("grows", &[A, B, C]);
    let before = places(&balancer);
    balancer.add(D).expect("a target");
    frozen.advance(60 * SEC);
    let after = places(&balancer);
    for (key, place) in &before {
        assert!(&after[key] == place || after[key] == D);
    }
    assert!(counts(&after)[D].abs_diff(KEYS / 4) < KEYS / 20);
    balancer.remove(D).expect("a target");
    assert_eq!(places(&balancer), before);
}

#[test]
fn weights_count_and_a_heavier_one_only_takes() {
    let frozen = freeze();
    let balancer = Balancer::new("weighs", &[A, B, C, D]);
    let before = places(&balancer);
    balancer.add("http://10.0.0.1:80 weight=3").expect("a target");
    frozen.advance(60 * SEC);
    let after = places(&balancer);
    for (key, place) in &before {
        assert!(&after[key] == place || after[key] == A);
    }
    assert!(counts(&after)[A].abs_diff(KEYS / 2) < KEYS / 20, "three of six parts");
}

#[test]
fn another_attempt_goes_to_the_next_in_rank_of_the_key() {
    let _frozen = freeze();
    let balancer = Balancer::new("ranks", &[A, B, C, D]);
    for key in 0..50 {
        let order = || {
            let tried = Tried::new();
            let next = |_| {
                let pick = balancer.pick_for(&key, &tried).expect("a target");
                pick.target().url().to_owned()
            };
            (0..4).map(next).collect::<Vec<_>>()
        };
        let first = order();
        assert_eq!(first, order());
        let mut all = first.clone();
        all.sort();
        assert_eq!(all, [A, B, C, D]);
        // The second is where the key goes when the first is out.
        let other = Balancer::new("ranks", &[A, B, C, D]);
        fail(&other, &first[0]);
        let pick = other.pick_for(&key, &Tried::new()).expect("a target");
        assert_eq!(pick.target().url(), first[1]);
    }
}
