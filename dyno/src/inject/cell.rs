//! Where a value lives: for the life of the program, or of a scope.

use std::any::TypeId;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::build::Took;
use super::held::Held;
use super::kept::Kept;
use crate::registry::flight::{Flight, Reads};

/// A value that is built once, and what went into it.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(super) flight: Flight<Kept>,
    /// Set before the value lands.
    pub(super) reads: OnceLock<Reads>,
    /// The last build, for the report.
    pub(super) last: Mutex<Option<Took>>,
}

impl Cell {
    pub(super) const fn new() -> Self {
        Self { flight: Flight::new(), reads: OnceLock::new(), last: Mutex::new(None) }
    }
}

/// A cell, held as long as need be.
#[derive(Debug)]
pub(crate) enum Home {
    Global(&'static Cell),
    Scoped(Arc<Cell>),
}

impl Home {
    pub(super) fn cell(&self) -> &Cell {
        match self {
            Self::Global(cell) => cell,
            Self::Scoped(cell) => cell,
        }
    }

    pub(super) fn ready(&self) -> Option<Held<Kept>> {
        match self {
            Self::Global(cell) => cell.flight.ready().map(Held::fixed),
            Self::Scoped(cell) => cell.flight.ready().cloned().map(Held::shared),
        }
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self.cell(), other.cell())
    }
}

impl Clone for Home {
    fn clone(&self) -> Self {
        match self {
            Self::Global(cell) => Self::Global(cell),
            Self::Scoped(cell) => Self::Scoped(cell.clone()),
        }
    }
}

impl Deref for Home {
    type Target = Flight<Kept>;
    fn deref(&self) -> &Flight<Kept> {
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
    cell: Arc<Cell>,
}

impl Cells {
    /// The cell of this slot for values that were built under exactly these stand-ins.
    pub(super) fn of(&self, slot: usize, under: &Under) -> Arc<Cell> {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = cells.iter().find(|it| it.slot == slot && it.under == *under);
        if let Some(known) = known {
            return known.cell.clone();
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
