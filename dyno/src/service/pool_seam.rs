//! The name of what is made elsewhere.

/// Threads for calls that block.
#[derive(Debug)]
pub struct Pool(());
