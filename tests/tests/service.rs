//! Services: all policies of a call to another service, in one fixed order.

#[path = "service/send.rs"]
mod send;
