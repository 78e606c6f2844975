//! For which target a call is.

use std::fmt;
use std::sync::Arc;

use crate::balance::Target;
use crate::breaker::Breaker;

/// A target, or a key that stands for one, such as a host.
#[derive(Clone)]
pub struct At<'a> {
    pub(super) key: Key<'a>,
}

#[derive(Clone)]
pub(super) enum Key<'a> {
    Text(&'a str),
    Target(&'a Arc<Target>),
    /// A text whose breaker is at hand.
    #[cfg_attr(not(feature = "http"), allow(dead_code))]
    Kept(&'a str, &'a Breaker),
}

impl<'a> From<&'a str> for At<'a> {
    fn from(key: &'a str) -> Self {
        Self { key: Key::Text(key) }
    }
}

impl<'a> From<&'a String> for At<'a> {
    fn from(key: &'a String) -> Self {
        Self { key: Key::Text(key) }
    }
}

impl<'a> From<&'a Arc<Target>> for At<'a> {
    fn from(target: &'a Arc<Target>) -> Self {
        Self { key: Key::Target(target) }
    }
}

#[cfg(feature = "http")]
impl<'a> At<'a> {
    /// That of `key`, whose breaker the caller keeps: it is not looked up.
    pub(crate) fn keeping(key: &'a str, breaker: &'a Breaker) -> Self {
        Self { key: Key::Kept(key, breaker) }
    }
}

impl<'a> At<'a> {
    /// The breaker that is at hand.
    pub(super) const fn breaker(&self) -> Option<&'a Breaker> {
        match self.key {
            Key::Kept(_, breaker) => Some(breaker),
            Key::Text(_) | Key::Target(_) => None,
        }
    }

    pub(super) fn target(&self) -> Option<Arc<Target>> {
        match self.key {
            Key::Target(target) => Some(target.clone()),
            Key::Text(_) | Key::Kept(..) => None,
        }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key {
            Key::Text(text) | Key::Kept(text, _) => f.write_str(text),
            Key::Target(target) => fmt::Display::fmt(target, f),
        }
    }
}

impl fmt::Debug for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "At({self})")
    }
}
