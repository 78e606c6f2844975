//! How a service stands.

use std::fmt;

use super::Service;

/// How a [`Service`] stands: its settings and the state of its policies.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// Its name.
    pub name: &'static str,
}

impl Service {
    /// How it stands.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { name: self.name() }
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
