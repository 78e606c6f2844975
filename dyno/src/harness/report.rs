//! What is told of an error.

use std::fmt;
use std::time::Duration;

use crate::clock::Instant;

/// How a call ended that is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Kind {
    /// It returned a failure.
    Failed,
    /// It panicked.
    Panicked,
    /// dyno had turned it away, or something that it called.
    Rejected,
    /// dyno had not waited for it any longer, or for something that it called.
    TimedOut,
}

impl Kind {
    /// `failed`, `panicked`, `rejected`, `timed_out`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::Rejected => "rejected",
            Self::TimedOut => "timed_out",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::Rejected => "was rejected",
            Self::TimedOut => "timed out",
        })
    }
}

/// How grave a report is; a panic is always an [`Error`](Self::Error).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Level {
    /// Good to know.
    Info,
    /// Somebody should look at it.
    Warn,
    /// Somebody has to look at it.
    #[default]
    Error,
}

/// What is told of one error, or of one panic.
///
/// Its texts are bounded: that of the error by 1 KiB, those of up to eight sources by 512 bytes each,
/// those of up to 32 fields by 256 bytes each. What was cut ends with `…`, and
/// [`is_cut`](Self::is_cut) says so.
///
/// Displayed it is one line: `shop.price failed: no such product [sku=sku-1]`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Report {
    pub(super) point: &'static str,
    pub(super) file: &'static str,
    pub(super) line: u32,
    pub(super) level: Level,
    pub(super) kind: Kind,
    pub(super) error: String,
    pub(super) sources: Vec<String>,
    pub(super) type_name: Option<&'static str>,
    pub(super) variant: Option<String>,
    #[cfg_attr(feature = "serde", serde(serialize_with = "as_map"))]
    pub(super) fields: Vec<(&'static str, String)>,
    #[cfg_attr(feature = "serde", serde(rename = "at_ns", serialize_with = "as_nanos"))]
    pub(super) at: Instant,
    pub(super) thread: String,
    pub(super) left_out: u64,
    #[cfg_attr(feature = "serde", serde(rename = "cut"))]
    pub(super) is_cut: bool,
}

impl Report {
    /// The name of the point.
    #[must_use]
    pub const fn point(&self) -> &'static str {
        self.point
    }

    /// The file with the attribute, or with the call of [`ResultExt`](super::ResultExt).
    #[must_use]
    pub const fn file(&self) -> &'static str {
        self.file
    }

    /// The line there.
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// How grave it is.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// How the call ended.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The error in its own words: by `Display`, else by `Debug`, else the name of its type; the
    /// message of a panic.
    #[must_use]
    pub fn error(&self) -> &str {
        &self.error
    }

    /// What the error is due to, and what that is due to, in their own words.
    #[must_use]
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// The type of the error; `None` of a panic.
    #[must_use]
    pub const fn type_name(&self) -> Option<&'static str> {
        self.type_name
    }

    /// The variant of the error, where its `Debug` begins with one.
    #[must_use]
    pub fn variant(&self) -> Option<&str> {
        self.variant.as_deref()
    }

    /// The chosen arguments and values, in the order in which they were given.
    #[must_use]
    pub fn fields(&self) -> &[(&'static str, String)] {
        &self.fields
    }

    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// When it happened, on dyno's clock.
    #[must_use]
    pub const fn at(&self) -> Instant {
        self.at
    }

    /// How long ago that was.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.at.elapsed()
    }

    /// The name of the thread it happened on, or its number.
    #[must_use]
    pub fn thread(&self) -> &str {
        &self.thread
    }

    /// How many were left out at the same place since the report before, because of `at_most`.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Some of its text is not all there was.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.is_cut
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.point, self.kind, self.error)?;
        for source in &self.sources {
            write!(f, "; caused by: {source}")?;
        }
        if !self.fields.is_empty() {
            f.write_str(" [")?;
            for (at, (name, value)) in self.fields.iter().enumerate() {
                write!(f, "{}{name}={value}", if at == 0 { "" } else { ", " })?;
            }
            f.write_str("]")?;
        }
        match self.left_out {
            0 => Ok(()),
            left_out => write!(f, " ({left_out} before it left out)"),
        }
    }
}

#[cfg(feature = "serde")]
fn as_map<S: serde::Serializer>(
    fields: &[(&'static str, String)],
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_map(fields.iter().map(|(name, value)| (name, value)))
}

#[cfg(feature = "serde")]
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn as_nanos<S: serde::Serializer>(at: &Instant, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(at.as_nanos())
}
