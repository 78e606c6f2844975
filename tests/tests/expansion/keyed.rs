//! `#[breaker(key = …)]`: a breaker for each value of an expression.

use super::{E, Tries, block_on, sendable};
use dyno::breaker::{Keyed, Settings, State};
use dyno::{Fault, breaker, fallback, retry};
use std::fmt::Display;
use std::time::Duration;

fn point<T>(result: &Result<T, E>) -> Option<String> {
    match result {
        Err(E::Refused(Fault::Rejected { point, .. })) => Some(point.to_string()),
        _ => None,
    }
}

#[breaker(name = "keyed.own", key = host, fail_max = 1)]
fn by_reference(host: &str, fails: bool) -> Result<usize, E> {
    if fails { Err(E::Bad) } else { Ok(host.len()) }
}
/// The key is there before the body takes what it was made from.
#[breaker("keyed.hosts", key = host.to_lowercase(), keys = 2, idle = 10m, window = 10s, min_calls = 1)]
fn by_value(host: String, fails: bool) -> Result<String, E> {
    if fails { Err(E::Bad) } else { Ok(host) }
}
#[breaker("keyed.shards", key = id % SHARDS, fail_max = limit(), keys = KEYS + 1, skip = id == 0)]
async fn by_shard(id: u32, fails: bool) -> Result<u32, E> {
    std::future::ready(()).await;
    if fails { Err(E::Bad) } else { Ok(id) }
}
const SHARDS: u32 = 4;
const KEYS: u32 = 100;
fn limit() -> u32 {
    1
}
static TENANTS: Keyed = Keyed::new("keyed.tenants", Settings::new().fail_max(1));
#[breaker(TENANTS, key = tenant, except = E::Bad, excluded = success, retry_after = |_| Some(Duration::from_secs(5)))]
fn by_static<K: Display + ?Sized>(tenant: &K, error: E) -> Result<u8, E> {
    Err(error)
}

#[test]
fn each_key_has_a_breaker_of_its_own() {
    assert_eq!(by_reference("down", true), Err(E::Bad));
    assert_eq!(point(&by_reference("down", false)).as_deref(), Some("keyed.own[down]"));
    assert_eq!(by_reference("up", false), Ok(2));

    assert_eq!(by_value("DOWN".to_owned(), true), Err(E::Bad));
    let refused = by_value("down".to_owned(), false);
    assert_eq!(point(&refused).as_deref(), Some("keyed.hosts[down]"));
    assert_eq!(by_value("Up".to_owned(), false).as_deref(), Ok("Up"));

    assert_eq!(block_on(sendable(by_shard(5, true))), Err(E::Bad));
    assert_eq!(point(&block_on(by_shard(9, false))).as_deref(), Some("keyed.shards[1]"));
    assert_eq!(block_on(by_shard(6, false)), Ok(6));
    assert_eq!(block_on(by_shard(0, true)), Err(E::Bad));
    assert_eq!(block_on(by_shard(0, false)), Ok(0));

    let _frozen = dyno::clock::freeze();
    assert_eq!(by_static("a", E::Bad), Err(E::Bad));
    assert_eq!(by_static("a", E::Worse(1)), Err(E::Worse(1)));
    assert_eq!(point(&by_static("a", E::Bad)).as_deref(), Some("keyed.tenants[a]"));
    assert_eq!(TENANTS.get("a").snapshot().retry_after, Some(Duration::from_secs(5)));
    assert_eq!(by_static(&7, E::Bad), Err(E::Bad));
    assert_eq!((TENANTS.len(), TENANTS.get("7").state()), (2, State::Closed));
}

#[breaker("keyed.joint", key = host, fail_max = 1)]
fn reads(host: &str) -> Result<u8, E> {
    host.parse().map_err(|_| E::Bad)
}
#[breaker("keyed.joint", key = &*host, trials = 2, keys = 9)]
async fn writes(host: String) -> Result<String, E> {
    Ok(host)
}

#[test]
fn a_name_stands_for_one_set_of_breakers() {
    assert_eq!(block_on(writes("b".to_owned())).as_deref(), Ok("b"));
    assert_eq!(reads("a"), Err(E::Bad));
    let refused = block_on(sendable(writes("a".to_owned())));
    assert_eq!(point(&refused).as_deref(), Some("keyed.joint[a]"));
    assert_eq!(block_on(writes("b".to_owned())).as_deref(), Ok("b"));
    let joint = dyno::breaker::keyed("keyed.joint").expect("it is known by name");
    assert_eq!(joint.get("a").settings(), Settings::new().fail_max(1).trials(2));
    assert_eq!(joint.len(), 2);
}

struct Client {
    hosts: Keyed,
    host: String,
}
impl Client {
    #[breaker(self.hosts, key = self.host)]
    async fn fetch(&mut self, path: &str) -> Result<usize, E> {
        self.host.push_str(path);
        Err(E::Bad)
    }
    #[breaker(key = &self.host, fail_max = 1, wrap)]
    fn close(self) -> Result<String, std::num::ParseIntError> {
        self.host.parse::<u8>().map(|_| self.host)
    }
}

#[test]
fn methods() {
    let hosts = Keyed::new("keyed.client", Settings::new().fail_max(1));
    let mut client = Client { hosts, host: "a".to_owned() };
    assert_eq!(block_on(sendable(client.fetch("b"))), Err(E::Bad));
    assert_eq!(block_on(client.fetch("c")), Err(E::Bad));
    client.host = "a".to_owned();
    assert_eq!(point(&block_on(client.fetch("b"))).as_deref(), Some("keyed.client[a]"));
    assert!(client.close().is_err());
}

static MADE: Tries = Tries::new();
#[fallback(|_| Ok(format!("{host} is away")))]
#[retry(3)]
#[breaker("keyed.stack", key = host, fail_max = 2, trip_error = rejected)]
fn stacked(host: &str) -> Result<String, E> {
    MADE.fail(9).map(|_| host.to_owned())
}

#[test]
fn a_stack_with_retry_and_fallback() {
    assert_eq!(stacked("a").as_deref(), Ok("a is away"));
    // The second attempt opens it and returns the rejection, which is not tried again.
    assert_eq!(MADE.made(), 2);
    assert_eq!(stacked("b").as_deref(), Ok("b is away"));
    assert_eq!(MADE.made(), 4);
}
