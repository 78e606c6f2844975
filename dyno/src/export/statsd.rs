//! Packets for statsd, and for the Datadog agent.
//!
//! ```
//! # fn main() -> std::io::Result<()> {
//! use std::time::Duration;
//! use dyno::export::statsd::Statsd;
//!
//! // As long as the guard lives, and once more at its end.
//! let _flushing = Statsd::new("127.0.0.1:8125")?.every(Duration::from_secs(10))?;
//! # Ok(())
//! # }
//! ```

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::Duration;

use super::Every;
use super::family::{COUNTERS, DURATION, GAUGES, QUANTILES};
use crate::metrics::{self, Snapshot};

/// What passes over an Ethernet with room for tunnels, as statsd's own documentation advises.
const PACKET: usize = 1432;

/// A client that sends what has been counted.
///
/// Counts are sent as what has come since the last [`flush`](Self::flush) (`|c`), all else as gauges (`|g`);
/// times are in seconds. Plain statsd knows no labels, so that names hold them:
///
/// ```text
/// dyno.shop.price.calls.success:12|c
/// dyno.shop.price.calls.in_flight:1|g
/// dyno.shop.price.call.duration.p99:0.0123|g
/// ```
///
/// As packets may be lost at any time, so that a server that is not there harms nobody, no packet is waited for. What
/// the system refuses to send is counted in with the next flush.
#[derive(Debug)]
pub struct Statsd {
    socket: UdpSocket,
    prefix: String,
    /// What every line has, if there are tags at all.
    tags: Option<String>,
    /// Totals, as far as they have been sent.
    sent: HashMap<Series, u64>,
}

/// A point, a counter's place, and the value of its label.
type Series = (&'static str, usize, &'static str);

/// Lines that are sent together, and the totals that are sent with them.
#[derive(Default)]
struct Packet {
    lines: String,
    totals: Vec<(Series, u64)>,
}

impl Statsd {
    /// A client of the statsd at this address, of plain statsd, with the prefix `dyno`.
    ///
    /// The first flush sends what has been counted since the program started.
    ///
    /// # Errors
    /// When the name has no address, or there is no socket to be had.
    pub fn new(server: impl ToSocketAddrs) -> io::Result<Self> {
        let mut error =
            io::Error::new(io::ErrorKind::NotFound, "statsd: the server has no address");
        for server in server.to_socket_addrs()? {
            match connect(server) {
                Ok(socket) => {
                    let (prefix, sent) = ("dyno".to_owned(), HashMap::new());
                    return Ok(Self { socket, prefix, tags: None, sent });
                }
                Err(failed) => error = failed,
            }
        }
        Err(error)
    }

    /// What every name begins with in place of `dyno`.
    ///
    /// # Panics
    /// When it is empty, or holds anything but letters, digits, `.`, `_` and `-`.
    #[must_use]
    #[track_caller]
    pub fn prefix(mut self, prefix: &str) -> Self {
        assert!(
            !prefix.is_empty() && prefix.chars().all(is_plain),
            "statsd: `prefix` must be of letters, digits, `.`, `_` and `-`, and this is {prefix:?}"
        );
        prefix.clone_into(&mut self.prefix);
        self
    }

    /// Sends labels as tags, as the Datadog agent and others read them, and these tags with every line.
    ///
    /// ```
    /// # fn main() -> std::io::Result<()> {
    /// use dyno::export::statsd::Statsd;
    /// let statsd = Statsd::new("127.0.0.1:8125")?.dogstatsd(&[("env", "prod")]);
    /// // dyno.calls:12|c|#point:shop::price,outcome:success,env:prod
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// When a tag is empty, or holds white space, `,` or `|`.
    #[must_use]
    #[track_caller]
    pub fn dogstatsd(mut self, tags: &[(&str, &str)]) -> Self {
        let mut all = String::new();
        for (tag, value) in tags {
            assert!(
                !tag.is_empty() && tag.chars().chain(value.chars()).all(is_tag),
                "statsd: a tag must not be empty nor hold white space, `,` or `|`, and this is {tag:?}: {value:?}"
            );
            // Writing to a string cannot fail.
            let _ = write!(all, ",{tag}:{value}");
        }
        self.tags = Some(all);
        self
    }

    /// Sends what has been counted since the last time, and what is so now.
    ///
    /// # Errors
    /// The first that the system told; what was not sent is, with the next flush.
    pub fn flush(&mut self) -> io::Result<()> {
        let (mut packet, mut outcome) = (Packet::default(), Ok(()));
        for point in &metrics::all() {
            for (at, counter) in COUNTERS.iter().enumerate() {
                let mut grown = Vec::new();
                counter.all(point, |series, total| grown.push((series, total)));
                for (series, total) in grown {
                    let key = (point.name, at, series);
                    let Some(more) = self.more(key, total) else { continue };
                    let label = counter.label.map(|label| (label, series));
                    let line = self.line(counter.name, point, label, &more, 'c');
                    self.add(&mut packet, &line, &mut outcome);
                    packet.totals.push((key, total));
                }
            }
            for line in self.gauges(point) {
                self.add(&mut packet, &line, &mut outcome);
            }
        }
        let last = self.send(&mut packet);
        outcome.and(last)
    }

    /// Flushes as often on a thread of its own, until the guard is dropped, and then once more.
    ///
    /// # Errors
    /// When there is no thread to be had.
    ///
    /// # Panics
    /// When the time is zero.
    #[track_caller]
    pub fn every(mut self, every: Duration) -> io::Result<Every> {
        // What could not be sent is tried again with the next.
        Every::start("statsd", every, move || drop(self.flush()))
    }

    /// What a total has grown by since it was sent.
    fn more(&mut self, key: Series, total: u64) -> Option<u64> {
        let before = self.sent.get(&key).copied().unwrap_or(0);
        if total < before {
            // The metrics have been reset.
            self.sent.insert(key, 0);
            return (total > 0).then_some(total);
        }
        (total > before).then(|| total - before)
    }

    fn gauges(&self, point: &Snapshot) -> Vec<String> {
        let mut lines = Vec::new();
        if point.counts_calls() {
            for gauge in &GAUGES {
                lines.push(self.line(gauge.name, point, None, &(gauge.read)(point), 'g'));
            }
        }
        if point.latency.count() > 0 {
            for (percent, _, short) in QUANTILES {
                let name = format!("{DURATION}.{short}");
                let seconds = point.latency.percentile(percent).as_secs_f64();
                lines.push(self.line(&name, point, None, &seconds, 'g'));
            }
        }
        lines
    }

    fn line(
        &self,
        name: &str,
        point: &Snapshot,
        label: Option<(&str, &str)>,
        value: &dyn std::fmt::Display,
        kind: char,
    ) -> String {
        let name = name.strip_prefix("dyno.").unwrap_or(name);
        let Some(tags) = &self.tags else {
            let point = point.name.replace("::", ".").replace(|char| !is_plain(char), "_");
            let series = label.map(|(_, series)| format!(".{series}")).unwrap_or_default();
            return format!("{}.{point}.{name}{series}:{value}|{kind}", self.prefix);
        };
        let point = point.name.replace(|char| !is_tag(char), "_");
        let label = label.map(|(label, series)| format!(",{label}:{series}")).unwrap_or_default();
        format!("{}.{name}:{value}|{kind}|#point:{point}{label}{tags}", self.prefix)
    }

    /// Adds a line; where there is no room for it, those before it are sent.
    fn add(&mut self, packet: &mut Packet, line: &str, outcome: &mut io::Result<()>) {
        if !packet.lines.is_empty() && packet.lines.len() + 1 + line.len() > PACKET {
            let sent = self.send(packet);
            if outcome.is_ok() {
                *outcome = sent;
            }
        }
        if !packet.lines.is_empty() {
            packet.lines.push('\n');
        }
        packet.lines.push_str(line);
    }

    fn send(&mut self, packet: &mut Packet) -> io::Result<()> {
        let Packet { lines, totals } = std::mem::take(packet);
        if lines.is_empty() {
            return Ok(());
        }
        match self.socket.send(lines.as_bytes()) {
            // So it is told that an earlier packet found no server; there may be one by now.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                self.socket.send(lines.as_bytes())?;
            }
            sent => drop(sent?),
        }
        self.sent.extend(totals);
        Ok(())
    }
}

fn connect(server: SocketAddr) -> io::Result<UdpSocket> {
    let own: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(own)?;
    socket.connect(server)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn is_plain(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-')
}

fn is_tag(char: char) -> bool {
    !char.is_whitespace() && !matches!(char, ',' | '|')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;
    use crate::metrics::Metrics;

    #[test]
    fn what_the_system_refuses_to_send_is_sent_with_the_next_flush() {
        static POINT: Metrics = Metrics::new("statsd::refused");
        let server = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let address = server.local_addr().expect("an address");
        let mut statsd = Statsd::new(address).expect("a client");
        let connected = std::mem::replace(
            &mut statsd.socket,
            UdpSocket::bind("127.0.0.1:0").expect("a socket without a server"),
        );
        POINT.record(Verdict::Success, Duration::ZERO);
        for _ in 0..2 {
            statsd.flush().expect_err("there is nobody to send to");
        }
        statsd.socket = connected;
        POINT.record(Verdict::Success, Duration::ZERO);
        statsd.flush().expect("it is sent");
        server.set_nonblocking(true).expect("a socket");
        let mut room = [0; 2 * PACKET];
        let mut lines = Vec::new();
        while let Ok(length) = server.recv(&mut room) {
            let packet = String::from_utf8_lossy(&room[..length]).into_owned();
            lines.extend(packet.lines().map(str::to_owned));
        }
        assert!(lines.contains(&"dyno.statsd.refused.calls.success:2|c".into()), "{lines:?}");
    }
}
