//! Names of what is made elsewhere.

pub use crate::balance::{Balancer, Pick, Target, Tried};

/// Threads for calls that block.
#[derive(Debug)]
pub struct Pool(());
