//! The expansion tests under edition 2021.
