//! What was computed, kept for a while.
