//! Which of several targets to call.
