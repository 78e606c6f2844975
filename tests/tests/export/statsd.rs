//! Packets, as a server gets them.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::UdpSocket;
use std::panic::{RefUnwindSafe, catch_unwind};
use std::time::Duration;

use dyno::Verdict;
use dyno::clock;
use dyno::export::statsd::Statsd;
use dyno::metrics::Metrics;

use super::support::{MS, TOLD, alone, call, tell};

/// A server, and a client of it that has sent what was counted before.
pub(super) fn pair() -> (UdpSocket, Statsd) {
    let server = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let statsd = Statsd::new(server.local_addr().expect("an address")).expect("a client");
    (server, statsd)
}

/// What has arrived: a packet on the loopback has when it is sent.
pub(super) fn arrived(server: &UdpSocket) -> Vec<String> {
    server.set_nonblocking(true).expect("a socket");
    let mut packets = Vec::new();
    let mut room = vec![0; 65_536];
    loop {
        match server.recv(&mut room) {
            Ok(length) => packets.push(String::from_utf8(room[..length].to_vec()).expect("text")),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return packets,
            Err(error) => panic!("{error}"),
        }
    }
}

/// The lines that hold `of`, by what is before the colon of the value.
fn lines(packets: &[String], of: &str) -> BTreeMap<String, String> {
    let lines = packets.iter().flat_map(|packet| packet.split('\n'));
    let own = lines.filter(|line| line.contains(of)).map(|line| {
        let (name, value) = line.split_once(':').expect("a value");
        (name.to_owned(), value.to_owned())
    });
    let (mut found, mut count) = (BTreeMap::new(), 0);
    for (name, value) in own {
        count += 1;
        found.insert(
            format!("{name} {}", value.split_once("|#").map_or("", |(_, tags)| tags)),
            value,
        );
    }
    assert_eq!(found.len(), count, "none is sent twice");
    found.into_iter().map(|(name, value)| (name.trim_end().to_owned(), value)).collect()
}

#[track_caller]
fn flushed(statsd: &mut Statsd, server: &UdpSocket, of: &str) -> BTreeMap<String, String> {
    statsd.flush().expect("it is sent");
    lines(&arrived(server), of)
}

#[test]
fn counts_are_what_has_come_since_the_last_flush() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("statsd::counts");
    let (server, mut statsd) = pair();
    call(&POINT);
    let first = flushed(&mut statsd, &server, "statsd.counts");
    let count = |lines: &BTreeMap<String, String>, name| {
        lines.get(&format!("dyno.statsd.counts.{name}")).cloned()
    };
    assert_eq!(count(&first, "calls.success").as_deref(), Some("3|c"));
    assert_eq!(count(&first, "calls.failure").as_deref(), Some("2|c"));
    assert_eq!(count(&first, "calls.ignored").as_deref(), Some("1|c"));
    assert_eq!(count(&first, "calls.rejected").as_deref(), Some("2|c"));
    assert_eq!(count(&first, "rejections.breaker_open").as_deref(), Some("1|c"));
    let counts =
        |lines: &BTreeMap<String, String>| lines.values().filter(|l| l.ends_with("|c")).count();
    assert_eq!(counts(&first), 6, "{first:?}");

    let second = flushed(&mut statsd, &server, "statsd.counts");
    assert_eq!(counts(&second), 0, "nothing has come: {second:?}");

    POINT.record(Verdict::Success, MS);
    POINT.record(Verdict::Success, MS);
    let third = flushed(&mut statsd, &server, "statsd.counts");
    assert_eq!(count(&third, "calls.success").as_deref(), Some("2|c"));
    assert_eq!(counts(&third), 1);

    // One that begins later sends all of it, whatever others have sent.
    let (server, mut other) = pair();
    let all = flushed(&mut other, &server, "statsd.counts");
    assert_eq!(count(&all, "calls.success").as_deref(), Some("5|c"));
}

#[test]
fn after_a_reset_counts_begin_anew() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("statsd::reset");
    let (server, mut statsd) = pair();
    let mut success = |calls: u32| {
        (0..calls).for_each(|_| POINT.record(Verdict::Success, MS));
        let lines = flushed(&mut statsd, &server, "statsd.reset");
        lines.get("dyno.statsd.reset.calls.success").cloned()
    };
    assert_eq!(success(5).as_deref(), Some("5|c"));
    POINT.reset();
    assert_eq!(success(3).as_deref(), Some("3|c"));
    POINT.reset();
    assert_eq!(success(0), None);
    assert_eq!(success(4).as_deref(), Some("4|c"));
}

#[test]
fn gauges_say_what_is_so_now() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("statsd::gauges");
    let frozen = clock::freeze();
    let (server, mut statsd) = pair();
    let under_way = [POINT.start(), POINT.start()];
    let mut gauge = |name: &str| {
        let lines = flushed(&mut statsd, &server, "statsd.gauges");
        let value = lines.get(&format!("dyno.statsd.gauges.{name}"))?;
        value.strip_suffix("|g").expect("a gauge").parse::<f64>().ok()
    };
    assert_eq!(gauge("calls.in_flight"), Some(2.0));
    assert_eq!(gauge("call.duration.p50"), None, "none has ended");
    under_way.into_iter().for_each(dyno::metrics::Call::success);
    assert_eq!((gauge("calls.in_flight"), gauge("calls.in_flight.max")), (Some(0.0), Some(2.0)));
    (1..=100).for_each(|ms| POINT.record(Verdict::Success, ms * MS));
    for (name, exact) in
        [("p50", 0.05), ("p90", 0.09), ("p95", 0.095), ("p99", 0.099), ("p99_9", 0.1)]
    {
        let seconds = gauge(&format!("call.duration.{name}")).expect("a percentile");
        // Two calls of no time are among them.
        assert!((seconds / exact - 1.0).abs() < 0.04, "{name}: {seconds}");
    }
    frozen.advance(Duration::from_secs(120));
    assert_eq!(gauge("call.duration.p50"), None, "there were no calls lately");
}

#[test]
fn what_policies_tell_is_sent() {
    let _alone = alone();
    dyno::metrics::enable();
    let (server, mut statsd) = pair();
    tell("statsd::told");
    let lines = flushed(&mut statsd, &server, "statsd.told");
    for (name, label, count) in TOLD {
        let name = name.trim_start_matches("dyno.");
        let series = label.map(|(_, series)| format!(".{series}")).unwrap_or_default();
        let line = lines.get(&format!("dyno.statsd.told.{name}{series}"));
        assert_eq!(line.cloned(), (count > 0).then(|| format!("{count}|c")), "{name} {label:?}");
    }
}

#[test]
fn tags_are_those_of_datadog() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("statsd::tags, and | more");
    let (server, statsd) = pair();
    let mut statsd = statsd.prefix("shop").dogstatsd(&[("env", "prod"), ("url", "http://x")]);
    POINT.record(Verdict::Failure, 20 * MS);
    statsd.flush().expect("it is sent");
    let packets = arrived(&server);
    let all: Vec<&str> = packets.iter().flat_map(|packet| packet.split('\n')).collect();
    let tags = "|#point:statsd::tags__and___more";
    let rest = ",env:prod,url:http://x";
    for line in [
        format!("shop.calls:1|c{tags},outcome:failure{rest}"),
        format!("shop.calls.in_flight:0|g{tags}{rest}"),
    ] {
        assert!(all.contains(&line.as_str()), "no {line} in {all:#?}");
    }
    let p99 =
        all.iter().find(|line| line.starts_with("shop.call.duration.p99:") && line.contains(tags));
    assert!(p99.is_some_and(|line| line.ends_with(rest)), "{p99:?}");
    assert!(all.iter().all(|line| line.starts_with("shop.") && line.ends_with(rest)));

    let (server, statsd) = pair();
    let mut statsd = statsd.dogstatsd(&[]);
    statsd.flush().expect("it is sent");
    let packets = arrived(&server);
    assert!(packets.iter().any(|packet| packet.contains(&format!("{tags},outcome:failure\n"))));
}

#[test]
fn names_that_statsd_cannot_read_are_changed() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("a|b::c:d@e#f g\nh/é");
    let (server, statsd) = pair();
    let mut statsd = statsd.prefix("my-app.v2");
    POINT.record(Verdict::Success, MS);
    let lines = flushed(&mut statsd, &server, "calls.success");
    assert_eq!(
        lines.get("my-app.v2.a_b.c_d_e_f_g_h__.calls.success").map(String::as_str),
        Some("1|c")
    );
}

#[test]
fn many_lines_are_a_few_packets() {
    let _alone = alone();
    for number in 0..60 {
        let name: &'static str = format!("statsd::many::{number:040}").leak();
        let point: &'static Metrics = Box::leak(Box::new(Metrics::new(name)));
        point.record(Verdict::Success, MS);
    }
    let (server, mut statsd) = pair();
    statsd.flush().expect("it is sent");
    let packets = arrived(&server);
    let lines: Vec<&str> = packets.iter().flat_map(|packet| packet.split('\n')).collect();
    let bytes: usize = packets.iter().map(String::len).sum();
    assert!(packets.iter().all(|packet| packet.len() <= 1432), "none is longer");
    assert!(packets.len() <= bytes / (1432 - 150) + 1, "they are full: {} {bytes}", packets.len());
    let well = |line: &&&str| line.split_once(':').is_some_and(|(_, value)| value.contains('|'));
    assert_eq!(lines.iter().filter(well).count(), lines.len(), "each line is whole");
    let success = lines
        .iter()
        .filter(|line| line.contains("statsd.many") && line.ends_with("calls.success:1|c"));
    assert_eq!(success.count(), 60);
}

#[test]
fn a_server_that_is_not_there_harms_nobody() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("statsd::dead");
    let (server, mut statsd) = pair();
    let address = server.local_addr().expect("an address");
    drop(server);
    for _ in 0..10 {
        POINT.record(Verdict::Success, MS);
        // Told or not: a packet that nobody takes is known to the system at times.
        let _ = statsd.flush();
    }
    let server = UdpSocket::bind(address).expect("the same address");
    POINT.record(Verdict::Failure, MS);
    let lines = flushed(&mut statsd, &server, "statsd.dead");
    assert_eq!(lines.get("dyno.statsd.dead.calls.failure").map(String::as_str), Some("1|c"));
}

#[test]
fn what_cannot_be_is_refused_and_named() {
    assert!(Statsd::new("no port").is_err());
    let nothing: &[std::net::SocketAddr] = &[];
    let error = Statsd::new(nothing).expect_err("no address");
    assert_eq!(error.to_string(), "statsd: the server has no address");
    let refused = |make: &(dyn Fn(Statsd) + RefUnwindSafe), told: &str| {
        let panic = catch_unwind(|| make(pair().1)).expect_err("refused");
        let message = panic.downcast_ref::<String>().cloned();
        let message = message.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        assert!(message.as_deref().is_some_and(|message| message.starts_with(told)), "{message:?}");
    };
    for prefix in ["", "a b", "a:b", "é"] {
        refused(&|statsd| drop(statsd.prefix(prefix)), "statsd: `prefix` must be of letters");
    }
    for tag in [("", "x"), ("a b", ""), ("a", "b,c"), ("a", "b|c")] {
        refused(&|statsd| drop(statsd.dogstatsd(&[tag])), "statsd: a tag must not be empty");
    }
    let every = |statsd: Statsd| drop(statsd.every(Duration::ZERO));
    refused(&every, "statsd: `every` must be above zero");
}
