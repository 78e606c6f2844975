//! Behaviour tests of dyno.
