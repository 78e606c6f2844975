//! What several places say together of those of a name.

use std::fmt;

/// Settings of which several places may each give some.
pub(crate) trait Settings: Copy + 'static {
    /// Both together; where they contradict one another, the names of those that do.
    fn merged(&self, other: &Self) -> Result<Self, Vec<&'static str>>;
    /// Nothing is said at all.
    fn is_silent(&self) -> bool;
    /// Adds each as a person writes it: `fail_max = 3`.
    fn entries(&self, said: &mut fmt::DebugSet<'_, '_>);
}
