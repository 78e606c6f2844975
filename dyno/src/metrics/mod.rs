//! How many calls, how they ended, and how long they took.
