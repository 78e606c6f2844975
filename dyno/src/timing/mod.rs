//! Where the time of a request goes: a tree of intervals and marks.
