//! Services: all policies of a call to another service, in one fixed order.

#[path = "service/support.rs"]
mod support;

#[path = "service/built.rs"]
mod built;
#[path = "service/cancelled.rs"]
mod cancelled;
#[path = "service/dace.rs"]
mod dace;
#[path = "service/dace_targets.rs"]
mod dace_targets;
#[path = "service/explained.rs"]
mod explained;
#[path = "service/judged.rs"]
mod judged;
#[path = "service/late.rs"]
mod late;
#[path = "service/order.rs"]
mod order;
#[path = "service/pooled.rs"]
mod pooled;
#[path = "service/send.rs"]
mod send;
#[path = "service/shared.rs"]
mod shared;
#[path = "service/storms.rs"]
mod storms;
#[path = "service/targets.rs"]
mod targets;
