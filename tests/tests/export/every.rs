//! Exporting in the background.

use std::net::UdpSocket;
use std::time::Duration;

use dyno::Verdict;
use dyno::clock;
use dyno::metrics::Metrics;

use super::statsd::{arrived, pair};
use super::support::{MS, alone};

const PAUSE: Duration = Duration::from_secs(10);

/// The next packets up to one with this line; the time-out is only there in case of a failure.
#[track_caller]
fn awaits(server: &UdpSocket, line: &str) {
    server.set_nonblocking(false).expect("a socket");
    server.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
    let mut room = vec![0; 65_536];
    loop {
        let length = server.recv(&mut room).unwrap_or_else(|error| panic!("no {line}: {error}"));
        let packet = String::from_utf8(room[..length].to_vec()).expect("text");
        if packet.split('\n').any(|sent| sent == line) {
            return;
        }
        assert!(!packet.contains(line.split_once(':').map_or("", |(name, _)| name)), "{packet}");
    }
}

#[test]
fn it_flushes_as_often_as_it_is_told_to_and_once_more_at_the_end() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("every::often");
    for manual in [false, true] {
        let frozen = clock::freeze();
        let frozen = if manual { frozen.manual() } else { frozen };
        let (server, mut statsd) = pair();
        statsd.flush().expect("what was before");
        drop(arrived(&server));
        let every = statsd.every(PAUSE).expect("a thread");
        assert_eq!(format!("{every:?}"), "Every(10s)");
        frozen.wait_for_sleepers(1);
        let start = clock::now();
        for count in 1..=3_u64 {
            (0..count).for_each(|_| POINT.record(Verdict::Success, MS));
            assert_eq!(
                clock::now(),
                start + PAUSE * u32::try_from(count - 1).unwrap(),
                "it moves no time"
            );
            frozen.advance(PAUSE);
            awaits(&server, &format!("dyno.every.often.calls.success:{count}|c"));
            frozen.wait_for_sleepers(1);
        }
        (0..7).for_each(|_| POINT.record(Verdict::Failure, MS));
        drop(every);
        assert_eq!(frozen.sleepers(), 0, "it has stopped");
        awaits(&server, "dyno.every.often.calls.failure:7|c");
    }
}

#[test]
fn in_real_time_it_is_stopped_at_once() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("every::stopped");
    let (server, statsd) = pair();
    let every = statsd.every(Duration::from_secs(3600)).expect("a thread");
    POINT.record(Verdict::Success, MS);
    // An hour, if it were to wait.
    drop(every);
    awaits(&server, "dyno.every.stopped.calls.success:1|c");
}

#[test]
fn what_was_missed_is_not_made_up_for() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("every::missed");
    let frozen = clock::freeze().manual();
    let (server, mut statsd) = pair();
    statsd.flush().expect("what was before");
    drop(arrived(&server));
    let every = statsd.every(PAUSE).expect("a thread");
    frozen.wait_for_sleepers(1);
    let sent = |kind: &str| {
        frozen.wait_for_sleepers(1);
        let packets = arrived(&server).concat();
        packets.matches(&format!("dyno.every.missed.calls.{kind}")).count()
    };
    POINT.record(Verdict::Success, MS);
    frozen.advance(PAUSE * 100);
    assert_eq!(sent("in_flight:"), 1, "a hundred flushes are one");
    // The next comes after the pause.
    POINT.record(Verdict::Failure, MS);
    frozen.advance(Duration::from_millis(9_999));
    assert_eq!(sent("failure"), 0);
    frozen.advance(MS);
    assert_eq!(sent("failure:1|c"), 1);
    drop(every);
}
