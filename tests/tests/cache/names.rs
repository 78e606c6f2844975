//! Caches by name.

use dyno::cache::{self, Cache, Settings};
use dyno::clock;

use crate::support::{SECOND, TEN};

#[test]
fn a_cache_is_found_by_its_name_while_it_lives() {
    let _clock = clock::freeze();
    assert!(cache::named("names-own").is_none());
    let own = Cache::<(String, u32), u32>::new("names-own", TEN.capacity(3));
    own.get_or(("a", &1), || 1);
    own.get_or(("a", &1), || 1);
    let named = cache::named("names-own").expect("it has been used");
    assert_eq!((named.name(), named.len(), named.capacity()), ("names-own", 1, 3));
    assert_eq!((named.weight(), named.counts()), (1, own.counts()));
    assert_eq!(named.location(), own.location());
    assert!(cache::all().iter().any(|one| one.name() == "names-own"));
    assert!(format!("{named:?}").starts_with("names-own, 1 of 3: 2 calls: 50.0% hits"));

    assert_eq!(named.contains(("a", &1_u32)), Ok(true));
    assert_eq!(named.contains(&("b".to_owned(), 1_u32)), Ok(false));
    assert_eq!(named.refresh(("a", &1_u32)), Ok(true));
    assert_eq!((own.get(("a", &1)), own.len()), (None, 1));
    assert_eq!((named.remove(("a", &1_u32)), named.remove(("a", &1_u32))), (Ok(true), Ok(false)));
    own.get_or(("b", &1), || 1);
    named.clear();
    assert!(own.is_empty() && named.is_empty());

    drop((own, named));
    assert!(cache::named("names-own").is_none());
}

#[test]
fn a_key_of_another_type_is_told() {
    let own = Cache::<String, u32>::new("names-wrong", TEN);
    own.get_or("a", || 1);
    let named = cache::named("names-wrong").expect("it has been used");
    let error = named.remove(&7_u64).expect_err("its keys are texts");
    assert_eq!((error.cache(), error.given()), ("names-wrong", "u64"));
    assert_eq!(error.expected(), ["alloc::string::String"]);
    assert_eq!(
        error.to_string(),
        "cache \"names-wrong\": its keys are `alloc::string::String`, and a `u64` was given"
    );
    assert!(named.refresh(()).is_err() && named.contains(("a", "b")).is_err());
    assert_eq!(own.len(), 1);
}

#[test]
fn what_it_is_set_to_can_be_read() {
    let own = Cache::<u32, u32>::new("names-set", Settings::new().ttl(SECOND).background());
    own.get_or(&1, || 1);
    let settings = cache::named("names-set").expect("it has been used").settings();
    assert_eq!(settings.to_string(), "{ttl = 1s, refresh = background}");
}
