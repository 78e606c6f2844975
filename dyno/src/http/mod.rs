//! A client whose calls are services.
