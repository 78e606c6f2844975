//! What one place says of the breakers of a name, and what several do together.

use std::fmt;
use std::time::Duration;

use super::super::Settings;
use super::super::merge::Said;

const KEYS: u32 = 1024;
const IDLE: Duration = Duration::from_secs(600);

#[derive(Clone, Copy)]
pub(super) struct Given {
    pub(super) settings: Settings,
    pub(super) keys: Option<u32>,
    pub(super) idle: Option<Duration>,
}

impl Given {
    /// How many are kept at most.
    pub(super) fn most(&self) -> u32 {
        self.keys.unwrap_or(KEYS)
    }

    /// After how long one may be dropped.
    pub(super) fn idle(&self) -> Duration {
        self.idle.unwrap_or(IDLE)
    }

    /// Nothing is said at all.
    pub(super) fn is_silent(&self) -> bool {
        self.settings.is_silent() && self.keys.is_none() && self.idle.is_none()
    }

    /// Both together; where they contradict one another, what does.
    pub(super) fn merged(&self, other: &Self) -> Result<Self, Vec<&'static str>> {
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
}

/// `{fail_max = 3, keys = 100}`
impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = f.debug_set();
        Said(&self.settings).entries(&mut said);
        if let Some(keys) = self.keys {
            said.entry(&format_args!("keys = {keys}"));
        }
        if let Some(idle) = self.idle {
            said.entry(&format_args!("idle = {idle:?}"));
        }
        said.finish()
    }
}
