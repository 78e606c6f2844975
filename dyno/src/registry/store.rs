//! The table of a registry: type, then tag, then entry.

use std::any::{Any, TypeId, type_name};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::entry::{AnyEntry, Entry, Info};
use crate::fault::{InjectError, InjectErrorKind};
use crate::point::Name;

/// What is registered where. Entries are added and never taken away: handles hold on to them.
#[derive(Default)]
pub(super) struct Store {
    types: HashMap<TypeId, BTreeMap<Box<str>, Arc<dyn AnyEntry>>>,
    registrations: u64,
    sealed: bool,
}

impl Store {
    pub(super) fn find<T: ?Sized + Send + Sync + 'static>(
        &self,
        tag: &str,
    ) -> Option<Arc<Entry<T>>> {
        let any = self.find_any(TypeId::of::<T>(), tag)?;
        // The key is the type: the entry under it is of that type.
        any.downcast().ok()
    }

    fn find_any(&self, id: TypeId, tag: &str) -> Option<Arc<dyn Any + Send + Sync>> {
        Some(self.types.get(&id)?.get(tag)?.clone().any())
    }

    /// The entry, made if there is none.
    pub(super) fn entry<T: ?Sized + Send + Sync + 'static>(&mut self, tag: &str) -> Arc<Entry<T>> {
        if let Some(entry) = self.find(tag) {
            return entry;
        }
        let entry = Arc::new(Entry::new(tag));
        if self.sealed {
            entry.seal();
        }
        self.types.entry(TypeId::of::<T>()).or_default().insert(tag.into(), entry.clone());
        entry
    }

    /// The next place in the order of registration, unless nothing may be registered any more.
    pub(super) fn register<T: ?Sized + 'static>(&mut self, tag: &str) -> Result<u64, InjectError> {
        if self.sealed {
            let at = match tag {
                "" => format!("`{}`", type_name::<T>()),
                tag => format!("`{}` \"{tag}\"", type_name::<T>()),
            };
            return Err(InjectError::new(InjectErrorKind::Sealed).provided_by(at));
        }
        self.registrations += 1;
        Ok(self.registrations)
    }

    /// `false` when it was sealed before.
    pub(super) fn seal(&mut self) -> bool {
        if self.sealed {
            return false;
        }
        self.sealed = true;
        self.types.values().flat_map(BTreeMap::values).for_each(|entry| entry.seal());
        true
    }

    pub(super) fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// All that is registered, in the order of registration.
    pub(super) fn infos(&self) -> Vec<Info> {
        let entries = self.types.values().flat_map(BTreeMap::values);
        in_order(entries.filter_map(|entry| entry.info()))
    }

    /// What is registered of one type, in the order of registration.
    pub(super) fn infos_of(&self, id: TypeId) -> Vec<Info> {
        let entries = self.types.get(&id).into_iter().flat_map(BTreeMap::values);
        in_order(entries.filter_map(|entry| entry.info()))
    }

    /// The types that are registered under a tag.
    pub(super) fn types_under(&self, tag: &str) -> Vec<Name> {
        let entries = self.types.values().filter_map(|tags| tags.get(tag));
        let mut names: Vec<_> =
            entries.filter_map(|entry| entry.info()).map(|info| info.type_name).collect();
        names.sort_unstable();
        names.into_iter().map(Name::from).collect()
    }
}

fn in_order(infos: impl Iterator<Item = Info>) -> Vec<Info> {
    let mut infos: Vec<_> = infos.collect();
    infos.sort_unstable_by_key(|info| info.order);
    infos
}
