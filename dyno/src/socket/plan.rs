//! What to do next on the way to a connection; who does it, blocking or not, is told step by step.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::Socket;
use super::error::{NotConnected, Tried, Unknown};
use crate::deadline::Deadline;

/// The way of one `connect`.
pub(super) struct Plan<'a> {
    socket: Socket<'a>,
    /// Which try of the whole list this is, from 1.
    round: u32,
    addresses: Vec<Address>,
    /// The next of them to be tried.
    next: usize,
    unknown: Option<Unknown>,
    /// The pause before this round is over.
    paused: bool,
    /// Of the last error.
    kind: Option<io::ErrorKind>,
}

struct Address {
    at: SocketAddr,
    times: u32,
    error: Option<io::Error>,
}

/// What to do next.
#[derive(Debug)]
pub(super) enum Step {
    /// Look the host up, at most for so long, and say what was found by [`Plan::resolved`].
    Resolve(Option<Duration>),
    /// Connect within this time, or say by [`Plan::failed`] why not.
    Connect(SocketAddr, Duration),
    /// Wait.
    Pause(Duration),
    /// There is nothing left to do.
    GiveUp(io::Error),
}

impl<'a> Plan<'a> {
    pub(super) const fn new(socket: Socket<'a>) -> Self {
        Self {
            socket,
            round: 1,
            addresses: Vec::new(),
            next: 0,
            unknown: None,
            paused: true,
            kind: None,
        }
    }

    pub(super) fn step(&mut self) -> Step {
        let left = Deadline::current().map(Deadline::remaining);
        if self.is_round_over() {
            if self.round == self.socket.retries {
                return Step::GiveUp(self.error(false));
            }
            (self.round, self.next, self.paused) = (self.round + 1, 0, false);
        }
        // A pause that leaves no time for another try is not begun.
        let pause = if self.paused { Duration::ZERO } else { self.socket.pause };
        if left.is_some_and(|left| left <= pause) {
            return Step::GiveUp(self.error(true));
        }
        self.paused = true;
        if !pause.is_zero() {
            return Step::Pause(pause);
        }
        match self.addresses.get(self.next) {
            Some(address) => {
                let limit = self.socket.timeout;
                Step::Connect(address.at, left.map_or(limit, |left| left.min(limit)))
            }
            None => Step::Resolve(left),
        }
    }

    /// The host has been looked up.
    pub(super) fn resolved(&mut self, found: io::Result<Vec<SocketAddr>>) {
        let none = || Err(io::Error::new(io::ErrorKind::NotFound, "there are none"));
        match found.and_then(|found| if found.is_empty() { none() } else { Ok(found) }) {
            Ok(found) => {
                self.unknown = None;
                for at in found {
                    // Some resolvers tell one twice.
                    if self.addresses.iter().all(|known| known.at != at) {
                        self.addresses.push(Address { at, times: 0, error: None });
                    }
                }
            }
            Err(error) => {
                self.kind = Some(error.kind());
                self.unknown = Some(Unknown { times: self.round, error });
            }
        }
    }

    /// The address of the last step gave no connection.
    pub(super) fn failed(&mut self, error: io::Error) {
        self.kind = Some(error.kind());
        if let Some(address) = self.addresses.get_mut(self.next) {
            address.times += 1;
            address.error = Some(error);
        }
        self.next += 1;
    }

    /// All addresses were tried, or none could be found.
    fn is_round_over(&self) -> bool {
        match &self.unknown {
            Some(unknown) => unknown.times == self.round,
            None => !self.addresses.is_empty() && self.next == self.addresses.len(),
        }
    }

    fn error(&mut self, late: bool) -> io::Error {
        let to = self.socket.to_string();
        let Some(kind) = self.kind else {
            let spent = Deadline::check(to);
            return spent.map_or_else(io::Error::from, |()| io::ErrorKind::TimedOut.into());
        };
        let tried = std::mem::take(&mut self.addresses).into_iter().filter_map(|address| {
            let Address { at, times, error } = address;
            Some(Tried { address: at, times, error: error? })
        });
        let (tried, unknown) = (tried.collect(), self.unknown.take());
        io::Error::new(kind, NotConnected { to, tried, unknown, late })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::fault::{Fault, Reason};
    use crate::socket::{DC, socket};

    const MS: Duration = Duration::from_millis(1);

    fn at(last: u8) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, last], 5432))
    }

    fn refused() -> io::Error {
        io::Error::new(io::ErrorKind::ConnectionRefused, "refused")
    }

    /// Follows the plan, where each lookup and each try ends as told, until it gives up.
    fn follow(
        socket: Socket<'_>,
        mut find: impl FnMut() -> io::Result<Vec<SocketAddr>>,
        mut connect: impl FnMut(SocketAddr) -> io::Error,
    ) -> (Vec<String>, io::Error) {
        let (mut plan, mut steps) = (Plan::new(socket), Vec::new());
        loop {
            let step = plan.step();
            let told = match &step {
                Step::Resolve(limit) => format!("resolve {limit:?}"),
                Step::Connect(address, limit) => format!("{} {limit:?}", address.ip()),
                Step::Pause(pause) => format!("pause {pause:?}"),
                Step::GiveUp(_) => String::new(),
            };
            match step {
                Step::Resolve(_) => plan.resolved(find()),
                Step::Connect(address, _) => plan.failed(connect(address)),
                Step::Pause(pause) => clock::sleep(pause),
                Step::GiveUp(error) => return (steps, error),
            }
            steps.push(told);
        }
    }

    #[test]
    fn all_addresses_are_tried_and_then_all_again_after_a_pause() {
        let _frozen = clock::freeze();
        let begun = clock::now();
        let (steps, error) = follow(
            socket("db", 5432).timeout(DC).retries(3).pause(7 * MS),
            || Ok(vec![at(1), at(2), at(1)]),
            |address| if address == at(1) { io::ErrorKind::TimedOut.into() } else { refused() },
        );
        let round = ["10.0.0.1 200ms", "10.0.0.2 200ms"];
        let pause = ["pause 7ms"];
        let expected = [&["resolve None"][..], &round, &pause, &round, &pause, &round].concat();
        assert_eq!(steps, expected);
        assert_eq!(begun.elapsed(), 14 * MS);
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(
            error.to_string(),
            "cannot connect to db:5432: 10.0.0.1:5432: timed out, 3 times; \
             10.0.0.2:5432: refused, 3 times"
        );
    }

    #[test]
    fn a_host_that_cannot_be_found_is_looked_up_again() {
        let mut answers = vec![Ok(vec![at(1)]), Ok(Vec::new()), Err(io::Error::other("who?"))];
        let find = || answers.pop().expect("asked no more");
        let _frozen = clock::freeze();
        let to = socket("db", 5432).retries(4).pause(7 * MS);
        let (steps, error) = follow(to, find, |_| refused());
        let (resolve, connect, pause) = ("resolve None", "10.0.0.1 50ms", "pause 7ms");
        let expected = [resolve, pause, resolve, pause, resolve, connect, pause, connect];
        assert_eq!(steps, expected);
        let told = "cannot connect to db:5432: 10.0.0.1:5432: refused, 2 times";
        assert_eq!(error.to_string(), told);

        let find = || Err(io::Error::other("who?"));
        let (_, error) = follow(socket("db", 5432).retries(2), find, |_| refused());
        let told = "cannot connect to db:5432: its addresses cannot be found: who?, 2 times";
        assert_eq!(error.to_string(), told);
        let (_, error) = follow(socket("db", 5432), || Ok(Vec::new()), |_| refused());
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn nothing_is_tried_for_longer_than_the_deadline_allows() {
        let frozen = clock::freeze();
        let slow = |_: SocketAddr| {
            frozen.advance(30 * MS);
            refused()
        };
        let found = || Ok(vec![at(1), at(2), at(3)]);
        let follow = || follow(socket("db", 5432).retries(9), found, slow);
        let (steps, error) = Deadline::within(70 * MS, follow);
        assert_eq!(
            steps,
            ["resolve Some(70ms)", "10.0.0.1 50ms", "10.0.0.2 40ms", "10.0.0.3 10ms"]
        );
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert!(error.to_string().ends_with("; the deadline would pass before another try"));
    }

    #[test]
    fn no_pause_is_begun_that_the_deadline_would_end() {
        let _frozen = clock::freeze();
        let begun = clock::now();
        let gently = socket("db", 5432).retries(9).pause(50 * MS);
        let (steps, _) =
            Deadline::within(120 * MS, || follow(gently, || Ok(vec![at(1)]), |_| refused()));
        let expected = [
            "resolve Some(120ms)",
            "10.0.0.1 50ms",
            "pause 50ms",
            "10.0.0.1 50ms",
            "pause 50ms",
            "10.0.0.1 20ms",
        ];
        assert_eq!(steps, expected);
        assert_eq!(begun.elapsed(), 100 * MS);
    }

    #[test]
    fn a_spent_deadline_is_told_as_everywhere() {
        let frozen = clock::freeze();
        let (steps, error) = Deadline::within(MS, || {
            frozen.advance(MS);
            follow(socket("::1", 5432), || Ok(vec![at(1)]), |_| refused())
        });
        assert!(steps.is_empty(), "{steps:?}");
        let fault = error.get_ref().and_then(|inside| inside.downcast_ref::<Fault>());
        assert_eq!(fault.and_then(Fault::reason), Some(Reason::DeadlineSpent));
        assert_eq!(error.to_string(), "[::1]:5432: the deadline is spent");
    }
}
