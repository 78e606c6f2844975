//! dyno beside its peers.
