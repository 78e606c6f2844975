//! Values without their type: what builds and keeps them is compiled once, not once a type.

use std::any::Any;
use std::sync::Arc;

/// An `Arc<T>` of a type that only the slot knows.
pub(super) type Kept = dyn Any + Send + Sync;

/// The value as it is kept.
pub(super) fn keep<T: ?Sized + Send + Sync + 'static>(value: Arc<T>) -> Arc<Kept> {
    Arc::new(value)
}

/// The value as it was.
pub(super) fn given<T: ?Sized + Send + Sync + 'static>(kept: &Kept) -> &Arc<T> {
    match kept.downcast_ref() {
        Some(value) => value,
        None => unreachable!("a slot keeps values of its own type only"),
    }
}
