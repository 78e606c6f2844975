//! All policies around one call.
