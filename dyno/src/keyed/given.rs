//! What one place says of those of a name, and what several do together.

use std::fmt;
use std::time::Duration;

use crate::shared::Settings;

const KEYS: u32 = 1024;
const IDLE: Duration = Duration::from_secs(600);

/// What is said of those by key: the settings of each, and what is kept.
#[derive(Clone, Copy)]
pub(crate) struct Given<S> {
    pub(crate) settings: S,
    pub(crate) keys: Option<u32>,
    pub(crate) idle: Option<Duration>,
}

impl<S: Settings> Given<S> {
    /// How many are kept at most.
    pub(super) fn most(&self) -> u32 {
        self.keys.unwrap_or(KEYS)
    }

    /// After how long one may be dropped.
    pub(super) fn idle(&self) -> Duration {
        self.idle.unwrap_or(IDLE)
    }
}

impl<S: Settings> Settings for Given<S> {
    fn is_silent(&self) -> bool {
        self.settings.is_silent() && self.keys.is_none() && self.idle.is_none()
    }

    fn merged(&self, other: &Self) -> Result<Self, Vec<&'static str>> {
        fn differ<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
            one.is_some() && other.is_some() && one != other
        }
        let settings = self.settings.merged(&other.settings);
        let mut contradicting = settings.as_ref().err().cloned().unwrap_or_default();
        if differ(self.keys.as_ref(), other.keys.as_ref()) {
            contradicting.push("keys");
        }
        if differ(self.idle.as_ref(), other.idle.as_ref()) {
            contradicting.push("idle");
        }
        match settings {
            Ok(settings) if contradicting.is_empty() => {
                let (keys, idle) = (self.keys.or(other.keys), self.idle.or(other.idle));
                Ok(Self { settings, keys, idle })
            }
            _ => Err(contradicting),
        }
    }

    fn entries(&self, said: &mut fmt::DebugSet<'_, '_>) {
        self.settings.entries(said);
        if let Some(keys) = self.keys {
            said.entry(&format_args!("keys = {keys}"));
        }
        if let Some(idle) = self.idle {
            said.entry(&format_args!("idle = {idle:?}"));
        }
    }
}

/// `{fail_max = 3, keys = 100}`
impl<S: Settings> fmt::Display for Given<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = f.debug_set();
        self.entries(&mut said);
        said.finish()
    }
}
