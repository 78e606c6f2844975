//! How targets are written.

use dyno::balance::{Balancer, IntoTarget, Target, Tried};

fn target(text: &str) -> Target {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_target_is_read_and_written() {
    for (text, written, host, weight) in [
        ("http://10.0.0.1:8080", "http://10.0.0.1:8080", "10.0.0.1", 1),
        ("10.0.0.1", "http://10.0.0.1:80", "10.0.0.1", 1),
        (" HTTPS://Prices.Internal/ ", "https://prices.internal:443", "prices.internal", 1),
        ("ws://a weight=3", "ws://a:80", "a", 3),
        ("redis://cache:6379", "redis://cache:6379", "cache", 1),
        ("http://[::1]:81", "http://[::1]:81", "::1", 1),
        (
            "https://[2001:DB8:0::1] weight=4294967295",
            "https://[2001:db8::1]:443",
            "2001:db8::1",
            u32::MAX,
        ),
    ] {
        let target = target(text);
        assert_eq!(
            (target.to_string().as_str(), target.host(), target.weight()),
            (written, host, weight)
        );
        assert_eq!(format!("{}://{}", target.scheme(), target.authority()), written);
        assert!(target.authority().ends_with(&format!(":{}", target.port())));
        assert_eq!(target, written.parse().expect("what is written is read"));
        assert_eq!(target.resolved_from(), None);
    }
}

#[test]
fn what_is_no_target_says_why() {
    for (text, why) in [
        ("", "it has no host"),
        ("http://", "it has no host"),
        ("http://:80", "it has no host"),
        ("ht tp://a", "its scheme is not one"),
        ("://a", "its scheme is not one"),
        ("http://a:0", "its port is not in 1 to 65535"),
        ("http://a:65536", "its port is not in 1 to 65535"),
        ("http://a:", "its port is not in 1 to 65535"),
        ("http://a/prices", "it has a path, which belongs to the call"),
        ("http://[::1", "its host is not an IPv6 address"),
        ("http://[nine]", "its host is not an IPv6 address"),
        ("http://[::1]80", "its host is not one"),
        ("redis://a", "its scheme has no port of its own, so it needs one"),
        ("http://a weight=0", "its weight is not a whole number of at least 1"),
        ("http://a weight=much", "its weight is not a whole number of at least 1"),
        ("http://a first", "what follows it is not `weight=…`"),
    ] {
        let error = text.parse::<Target>().expect_err(text).to_string();
        assert_eq!(error, format!("`{text}` is no target: {why}; write `http://10.0.0.1:80`"));
    }
}

#[test]
fn credentials_are_no_part_of_it_and_told_nowhere() {
    for (text, told) in [
        ("http://me@a", "http://…@a"),
        ("http://me:s3cret@a:80", "http://…@a:80"),
        ("me:s3c@ret@a", "…@a"),
        ("http://me:s3cret@[::1]:80 weight=3", "http://…@[::1]:80 weight=3"),
    ] {
        let why = "it has credentials, which belong to the call";
        let error = text.parse::<Target>().expect_err(text);
        assert_eq!(
            error.to_string(),
            format!("`{told}` is no target: {why}; write `http://10.0.0.1:80`")
        );
        assert!(!format!("{error:?}").contains("s3c"));
    }
}

#[test]
fn what_may_stand_for_a_target() {
    let same = target("http://10.0.0.1:80");
    let read = |target: Result<Target, _>| target.expect("a target");
    assert_eq!(read("10.0.0.1".into_target()), same);
    assert_eq!(read("10.0.0.1".to_owned().into_target()), same);
    assert_eq!(read(("http", "10.0.0.1").into_target()), same);
    assert_eq!(read((String::from("HTTP"), "10.0.0.1:80").into_target()), same);
    assert_eq!(read(std::net::SocketAddr::from(([10, 0, 0, 1], 80)).into_target()), same);
    assert_eq!(read((&same).into_target()), same);
    assert_eq!(read(same.clone().with_weight(7).into_target()).weight(), 7);
    assert_eq!(same.clone().with_weight(7), same, "a weight makes no other target");
}

#[test]
#[should_panic(expected = "must be at least 1; remove it to leave it out")]
fn a_weight_of_nothing_is_none() {
    let _ = target("http://a").with_weight(0);
}

#[test]
#[should_panic(expected = "balancer prices at tests/tests/balance/targets.rs")]
fn what_is_no_target_in_a_list_is_told_at_the_first_use() {
    static PRICES: Balancer = Balancer::new("prices", &["http://10.0.0.1", "http//10.0.0.2"]);
    let _ = PRICES.pick(&Tried::new());
}

#[test]
#[should_panic(expected = "`max_ejected` must be at least 0 and at most 1 (100%)")]
fn a_share_is_one() {
    let _ = Balancer::new("prices", &[]).max_ejected(1.5);
}

#[test]
#[should_panic(expected = "balance: the name is empty: nobody could ask for it")]
fn a_balancer_has_a_name() {
    let _ = Balancer::new("", &["http://a:1"]);
}

#[test]
#[should_panic(expected = "`ttl` is for addresses that are resolved, and these targets are given")]
fn a_list_is_not_resolved_again() {
    let _ = Balancer::new("prices", &["http://a:1"]).ttl(std::time::Duration::from_secs(5));
}

#[test]
#[should_panic(expected = "`resolver` is for a host that is resolved")]
fn a_list_asks_no_resolver() {
    let _ = Balancer::new("prices", &["http://a:1"]).resolver(|_, _| Ok(Vec::new()));
}
