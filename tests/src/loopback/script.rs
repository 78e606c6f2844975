//! Which reply is next.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Reply;

/// What comes to one path is answered in this order; the last reply stays.
pub struct Script<'s> {
    scripts: &'s Scripts,
    path: String,
}

impl<'s> Script<'s> {
    pub(super) fn new(scripts: &'s Scripts, path: &str) -> Self {
        Self { scripts, path: path.to_owned() }
    }

    /// The next request is answered so.
    #[allow(clippy::must_use_candidate, clippy::return_self_not_must_use)]
    pub fn reply(self, reply: Reply) -> Self {
        self.scripts.known().by_path.entry(self.path.clone()).or_default().push_back(reply);
        self
    }

    /// The next `times` requests are answered so.
    #[allow(clippy::must_use_candidate, clippy::return_self_not_must_use)]
    pub fn times(self, times: usize, reply: &Reply) -> Self {
        (0..times).fold(self, |script, _| script.reply(reply.clone()))
    }
}

impl fmt::Debug for Script<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Script").field(&self.path).finish()
    }
}

#[derive(Default)]
pub(super) struct Scripts(Mutex<Known>);

struct Known {
    by_path: HashMap<String, VecDeque<Reply>>,
    otherwise: Reply,
}

impl Default for Known {
    fn default() -> Self {
        Self { by_path: HashMap::new(), otherwise: Reply::text("ok") }
    }
}

impl Scripts {
    pub(super) fn begin(&self, path: &str) {
        self.known().by_path.insert(path.to_owned(), VecDeque::new());
    }

    pub(super) fn otherwise(&self, reply: Reply) {
        self.known().otherwise = reply;
    }

    pub(super) fn next(&self, path: &str) -> Reply {
        let mut known = self.known();
        let next = known.by_path.get_mut(path).and_then(|replies| match replies.len() {
            0 | 1 => replies.front().cloned(),
            _ => replies.pop_front(),
        });
        next.unwrap_or_else(|| known.otherwise.clone())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
