//! What a limit is called.

use std::panic::Location;
use std::sync::Arc;

use crate::point::{Name, Point};

#[derive(Clone)]
pub(super) enum Label {
    Name(&'static str, &'static Location<'static>),
    Point(&'static Point),
    Key(Arc<str>, &'static Location<'static>),
}

impl Label {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Name(name, _) => name,
            Self::Point(point) => point.name(),
            Self::Key(name, _) => name,
        }
    }

    /// The same, as faults carry it.
    pub(super) fn shared_name(&self) -> Name {
        match self {
            Self::Name(name, _) => Name::Static(name),
            Self::Point(point) => Name::Static(point.name()),
            Self::Key(name, _) => Name::Shared(name.clone()),
        }
    }

    pub(super) fn location(&self) -> &'static Location<'static> {
        match self {
            Self::Name(_, location) | Self::Key(_, location) => location,
            Self::Point(point) => point.location(),
        }
    }
}
