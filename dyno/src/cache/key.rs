//! What is looked up: borrowed, so that a look-up allocates nothing.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A key to look up: `()`, a reference, or a tuple of up to twelve references.
///
/// The key of a `Cache<String, _>` is a `&str` or a `&String`, that of a `Cache<(u64, String), _>` a
/// `(&u64, &str)` or a `&(u64, String)`. Only what is stored is made [owned](Self::to_owned).
pub trait Key: Sized {
    /// What is stored.
    type Owned: Storable;
    /// Feeds it to a hasher, as the owned one does.
    fn hash<S: Hasher>(&self, state: &mut S);
    /// Whether that is the same key.
    fn is(&self, owned: &Self::Owned) -> bool;
    /// The key to store.
    fn to_owned(&self) -> Self::Owned;
}

/// What can be kept of a key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a cache",
    label = "it cannot be hashed, compared and stored",
    note = "what is stored needs `Hash`, `Eq`, `Send` and `Sync`, and must borrow nothing"
)]
pub trait Storable: Hash + Eq + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Hash + Eq + Send + Sync + 'static> Storable for T {}

/// What a key may be made of.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a cache key",
    label = "it cannot be hashed, compared and stored",
    note = "a part needs `Hash`, `Eq`, `Send`, `Sync`, and an owned form (`Clone` or `ToOwned`) without borrows",
    note = "choose the arguments that make up the key with `key = (…)`, or write one that does: `key = (x.to_bits())`"
)]
pub trait KeyPart: ToOwned<Owned = Self::Stored> + Hash + Eq {
    /// What is stored.
    type Stored: Borrow<Self> + Storable;
}

#[diagnostic::do_not_recommend]
impl<T> KeyPart for T
where
    T: ToOwned + Hash + Eq + ?Sized,
    T::Owned: Storable,
{
    type Stored = T::Owned;
}

impl Key for () {
    type Owned = ();

    #[inline]
    fn hash<S: Hasher>(&self, _: &mut S) {}

    #[inline]
    fn is(&self, (): &()) -> bool {
        true
    }

    fn to_owned(&self) {}
}

impl<T: KeyPart + ?Sized> Key for &T {
    type Owned = T::Stored;

    #[inline]
    fn hash<S: Hasher>(&self, state: &mut S) {
        Hash::hash(*self, state);
    }

    #[inline]
    fn is(&self, owned: &T::Stored) -> bool {
        **self == *owned.borrow()
    }

    fn to_owned(&self) -> T::Stored {
        ToOwned::to_owned(*self)
    }
}

macro_rules! tuples {
    ($($($part:ident $at:tt)+;)+) => {$(
        impl<$($part: KeyPart + ?Sized),+> Key for ($(&$part,)+) {
            type Owned = ($($part::Stored,)+);

            #[inline]
            fn hash<S: Hasher>(&self, state: &mut S) {
                $(Hash::hash(self.$at, state);)+
            }

            #[inline]
            fn is(&self, owned: &Self::Owned) -> bool {
                $(*self.$at == *owned.$at.borrow())&&+
            }

            fn to_owned(&self) -> Self::Owned {
                ($(ToOwned::to_owned(self.$at),)+)
            }
        }
    )+};
}

tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10;
    A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11;
}

/// A key that is owned already, to be looked up.
pub(super) struct Whole<'a, K>(pub(super) &'a K);

impl<K: Storable> Key for Whole<'_, K> {
    type Owned = K;

    fn hash<S: Hasher>(&self, state: &mut S) {
        Hash::hash(self.0, state);
    }

    fn is(&self, owned: &K) -> bool {
        self.0 == owned
    }

    fn to_owned(&self) -> K {
        unreachable!("dyno: it is only looked up")
    }
}

/// A reference to an argument, or to one that is a reference itself: `Part(&x).peel()`.
#[doc(hidden)]
pub struct Part<T>(pub T);

impl<'a, T: ?Sized> Part<&&'a T> {
    /// What the argument refers to.
    #[inline]
    pub const fn peel(self) -> &'a T {
        self.0
    }
}

/// Arguments that are no references.
#[doc(hidden)]
pub trait Peel {
    /// The reference as it is.
    type Peeled;
    /// The reference as it is.
    fn peel(self) -> Self::Peeled;
}

impl<'a, T: ?Sized> Peel for Part<&'a T> {
    type Peeled = &'a T;

    #[inline]
    fn peel(self) -> &'a T {
        self.0
    }
}

impl<T> fmt::Debug for Part<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Part")
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Part, Peel as _};

    #[expect(clippy::needless_pass_by_value, reason = "a key is a reference, or some")]
    fn owned<K: Key>(key: K) -> K::Owned {
        assert!(key.is(&key.to_owned()));
        key.to_owned()
    }

    #[test]
    fn references_are_peeled_once_and_no_more() {
        let (sku, id, bytes) = ("sku-1", 7_u64, vec![1_u8]);
        let slice: &[u8] = &bytes;
        let own = sku.to_owned();
        let key = (Part(&sku).peel(), Part(&id).peel(), Part(&slice).peel(), Part(&own).peel());
        assert_eq!(owned(key), (own.clone(), 7, vec![1], own.clone()));
        assert_eq!(owned(Part(&sku).peel()), own);
        owned(());
    }
}
