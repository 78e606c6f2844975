//! Where a value lives: for the life of the program, or of a scope.

use std::any::{Any, TypeId};
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::build::Took;
use super::held::Held;
use crate::registry::flight::{Flight, Reads};

/// A value that is built once, and what went into it.
#[derive(Debug)]
pub(crate) struct Cell<T: ?Sized> {
    pub(super) flight: Flight<T>,
    /// Set before the value lands.
    pub(super) reads: OnceLock<Reads>,
    /// The last build, for the report.
    pub(super) last: Mutex<Option<Took>>,
}

impl<T: ?Sized> Cell<T> {
    pub(super) const fn new() -> Self {
        Self { flight: Flight::new(), reads: OnceLock::new(), last: Mutex::new(None) }
    }
}

/// A cell, held as long as need be.
#[derive(Debug)]
pub(crate) enum Home<T: ?Sized + 'static> {
    Global(&'static Cell<T>),
    Scoped(Arc<Cell<T>>),
}

impl<T: ?Sized> Home<T> {
    pub(super) fn cell(&self) -> &Cell<T> {
        match self {
            Self::Global(cell) => cell,
            Self::Scoped(cell) => cell,
        }
    }

    pub(super) fn ready(&self) -> Option<Held<T>>
    where
        T: Send + Sync,
    {
        match self {
            Self::Global(cell) => cell.flight.ready().map(Held::fixed),
            Self::Scoped(cell) => cell.flight.ready().cloned().map(Held::shared),
        }
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self.cell(), other.cell())
    }
}

impl<T: ?Sized> Clone for Home<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Global(cell) => Self::Global(cell),
            Self::Scoped(cell) => Self::Scoped(cell.clone()),
        }
    }
}

impl<T: ?Sized> Deref for Home<T> {
    type Target = Flight<T>;
    fn deref(&self) -> &Flight<T> {
        &self.cell().flight
    }
}

/// What a value in a scope was built under: which stand-ins had a say in it.
pub(super) type Under = Vec<(TypeId, u64)>;

/// The cells of a scope; they die with it.
#[derive(Debug, Default)]
pub(super) struct Cells(Mutex<Vec<Filed>>);

#[derive(Debug)]
struct Filed {
    /// The slot, by its address: slots live as long as the program.
    slot: usize,
    under: Under,
    cell: Arc<dyn Any + Send + Sync>,
}

impl Cells {
    /// The cell of this slot for values that were built under exactly these stand-ins.
    pub(super) fn of<T: ?Sized + Send + Sync + 'static>(
        &self,
        slot: usize,
        under: &Under,
    ) -> Arc<Cell<T>> {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = cells.iter().find(|it| it.slot == slot && it.under == *under);
        if let Some(cell) = known.and_then(|it| it.cell.clone().downcast().ok()) {
            return cell;
        }
        let cell = Arc::new(Cell::new());
        cells.push(Filed { slot, under: under.clone(), cell: cell.clone() });
        cell
    }

    /// The scope ends: what it held is dropped, outside of the lock.
    pub(super) fn clear(&self) {
        let gone = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        drop(gone);
    }
}
