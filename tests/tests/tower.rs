//! The policies as layers of `tower`.
