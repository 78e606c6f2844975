//! Values and providers by type and tag.

pub(crate) mod flight;
