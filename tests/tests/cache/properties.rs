//! Against a model: a map with ends, on a clock of its own.

use std::collections::HashMap;
use std::time::Duration;

use dyno::cache::{Cache, Early, Settings};
use dyno::clock;
use proptest::prelude::*;

use crate::support::MS;

#[derive(Clone, Debug)]
enum Act {
    Ask(u8),
    Fail(u8),
    Get(u8),
    Insert(u8),
    Remove(u8),
    Expire(u8),
    Clear,
    Pass(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let key = 0..6_u8;
    prop_oneof![
        6 => key.clone().prop_map(Act::Ask),
        3 => key.clone().prop_map(Act::Fail),
        2 => key.clone().prop_map(Act::Get),
        1 => key.clone().prop_map(Act::Insert),
        1 => key.clone().prop_map(Act::Remove),
        1 => key.prop_map(Act::Expire),
        1 => Just(Act::Clear),
        5 => (0..40_u64).prop_map(Act::Pass),
    ]
}

/// A value, and when it ends.
type Model = HashMap<u8, (u32, u64)>;

proptest! {
    #[test]
    fn it_does_as_a_map_with_ends_does(
        acts in proptest::collection::vec(act(), 1..120),
        ttl in proptest::option::of(1..50_u64),
        stale in proptest::option::of(1..50_u64),
    ) {
        let clock = clock::freeze();
        let ms = Duration::from_millis;
        let settings = Settings::new().early(Early::None);
        let settings = ttl.map_or(settings, |ttl| settings.ttl(ms(ttl)));
        let settings = stale.map_or(settings, |stale| settings.stale_if_error(ms(stale)));
        let cache = Cache::<u8, u32>::new("model", settings);
        let (mut model, mut now, mut next) = (Model::new(), 0_u64, 0_u32);
        let end = |now: u64| ttl.map_or(u64::MAX, |ttl| now + ttl);
        for act in acts {
            next += 1;
            match act {
                Act::Pass(time) => {
                    now += time;
                    clock.advance(MS * u32::try_from(time).unwrap());
                }
                Act::Ask(key) => {
                    let there = model.get(&key).filter(|(_, end)| now < *end).map(|(value, _)| *value);
                    prop_assert_eq!(cache.get_or(&key, || next), there.unwrap_or(next));
                    if there.is_none() {
                        model.insert(key, (next, end(now)));
                    }
                }
                Act::Fail(key) => {
                    let stale = stale.unwrap_or(0);
                    let there = model.get(&key).filter(|(_, end)| now < end.saturating_add(stale));
                    let expected = there.map(|(value, _)| *value).ok_or(());
                    prop_assert_eq!(cache.try_get_or(&key, || Err(())), expected);
                }
                Act::Get(key) => {
                    let there = model.get(&key).filter(|(_, end)| now < *end).map(|(value, _)| *value);
                    prop_assert_eq!(cache.get(&key), there);
                    prop_assert_eq!(cache.contains(&key), there.is_some());
                }
                Act::Insert(key) => {
                    cache.insert(key, next);
                    model.insert(key, (next, end(now)));
                }
                Act::Remove(key) => {
                    prop_assert_eq!(cache.remove(&key), model.remove(&key).is_some());
                }
                Act::Expire(key) => {
                    prop_assert_eq!(cache.expire(&key), model.contains_key(&key));
                    if let Some((_, end)) = model.get_mut(&key) {
                        *end = now.min(*end);
                    }
                }
                Act::Clear => {
                    cache.clear();
                    model.clear();
                }
            }
            prop_assert_eq!(cache.len(), model.len());
            prop_assert_eq!(cache.total_weight(), model.len() as u64);
        }
    }

    #[test]
    fn it_never_holds_more_than_it_may_and_never_a_wrong_value(
        keys in proptest::collection::vec((0..40_u16, 0..12_usize), 1..300),
        capacity in 1..20_usize,
    ) {
        let cache = Cache::<u16, Vec<u16>>::new("weights", Settings::new().capacity(capacity))
            .weight(Vec::len);
        for (key, weight) in keys {
            let value = cache.get_or(&key, || vec![key; weight]);
            prop_assert!(value.iter().all(|one| *one == key));
            prop_assert!(cache.total_weight() <= capacity as u64);
        }
    }
}
