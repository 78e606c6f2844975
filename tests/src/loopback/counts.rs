//! What came, and how much of it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use tokio::sync::watch;

const KEPT: usize = 1024;

/// What a server has counted since it was made, restarts included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Connections accepted.
    pub connections: usize,
    /// Connections that are open now.
    pub open: usize,
    /// The most that were open at a time.
    pub most_open: usize,
    /// Requests that came, with their whole body.
    pub requests: usize,
    /// Requests whose answers are not ended.
    pub in_flight: usize,
    /// The most that were at a time.
    pub most_in_flight: usize,
    /// Requests whose answers were not ended when the connection was.
    pub abandoned: usize,
}

/// A request, as it came.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Seen {
    /// `GET`, and so on.
    pub method: Method,
    /// Path and query.
    pub uri: Uri,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Seen {
    /// The value of a header; empty when there is none, or no text.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The query as it came; empty when there is none.
    #[must_use]
    pub fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

#[derive(Default)]
pub(super) struct Log {
    counts: watch::Sender<Counts>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    seen: VecDeque<Seen>,
    by_path: HashMap<String, usize>,
}

impl Log {
    pub(super) fn counts(&self) -> Counts {
        *self.counts.borrow()
    }

    pub(super) fn changes(&self) -> watch::Receiver<Counts> {
        self.counts.subscribe()
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Counts)) {
        self.counts.send_modify(change);
    }

    pub(super) fn opened(&self) {
        self.change(|counts| {
            counts.connections += 1;
            counts.open += 1;
            counts.most_open = counts.most_open.max(counts.open);
        });
    }

    pub(super) fn came(&self, request: Seen) {
        let mut kept = self.kept();
        *kept.by_path.entry(request.uri.path().to_owned()).or_default() += 1;
        if kept.seen.len() == KEPT {
            kept.seen.pop_front();
        }
        kept.seen.push_back(request);
        drop(kept);
        self.change(|counts| {
            counts.requests += 1;
            counts.in_flight += 1;
            counts.most_in_flight = counts.most_in_flight.max(counts.in_flight);
        });
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.kept().seen.iter().cloned().collect()
    }

    pub(super) fn requests_to(&self, path: &str) -> usize {
        self.kept().by_path.get(path).copied().unwrap_or_default()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
