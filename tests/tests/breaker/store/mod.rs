//! Breakers that share their state through a store.

mod away;
mod contracts;
mod faults;
mod joint;
mod scenarios;
mod support;
mod threads;
