//! Errors told of, apart from being handled.
