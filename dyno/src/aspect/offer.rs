//! How a function hands its arguments to filters, and gets them back.

use std::any::Any;
use std::borrow::Borrow;

/// A borrowed argument that filters can be handed in its owned form.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`&{Self}` cannot be handed to the filters of a join point",
    label = "has no owned form (`ToOwned`) that filters could change",
    note = "choose the arguments that filters see: `#[aspect(\"name\", args(sku, quantity))]`"
)]
pub trait Own {
    /// The owned form: `String` of `str`.
    type Owned: Any + Borrow<Self>;
    /// Makes it.
    fn own(&self) -> Self::Owned;
}

#[diagnostic::do_not_recommend]
impl<T: ToOwned<Owned: 'static> + ?Sized> Own for T {
    type Owned = T::Owned;
    fn own(&self) -> T::Owned {
        self.to_owned()
    }
}

/// What is handed to filters: one argument, or a tuple of them.
#[doc(hidden)]
pub trait Offer {
    /// What filters see.
    type Owned: Any;
    /// Where what is borrowed from is put.
    type Place;
    /// What the function gets.
    type Given;
    /// There are no filters.
    fn pass(self) -> Self::Given;
    /// The owned forms, and where they are to be put.
    fn own(self) -> (Self::Owned, Self::Place);
    /// What the filters made of it.
    fn give(owned: Self::Owned, place: Self::Place) -> Self::Given;
}

/// An argument that goes as it is.
#[doc(hidden)]
#[derive(Debug)]
pub struct ByValue<T>(pub T);

impl<T: Any> Offer for ByValue<T> {
    type Owned = T;
    type Place = ();
    type Given = T;
    #[inline]
    fn pass(self) -> T {
        self.0
    }
    fn own(self) -> (T, ()) {
        (self.0, ())
    }
    fn give(owned: T, (): ()) -> T {
        owned
    }
}

/// A borrowed argument, and where its owned form lives while there are filters.
#[doc(hidden)]
#[derive(Debug)]
pub struct Lent<'a, T: Own + ?Sized>(&'a T, &'a mut Option<T::Owned>);

impl<'a, T: Own + ?Sized> Lent<'a, T> {
    /// An offer of `value`.
    #[inline]
    pub fn new(value: &'a T, place: &'a mut Option<T::Owned>) -> Self {
        Self(value, place)
    }
}

impl<'a, T: Own + ?Sized> Offer for Lent<'a, T> {
    type Owned = T::Owned;
    type Place = &'a mut Option<T::Owned>;
    type Given = &'a T;
    #[inline]
    fn pass(self) -> &'a T {
        self.0
    }
    fn own(self) -> (T::Owned, Self::Place) {
        (self.0.own(), self.1)
    }
    fn give(owned: T::Owned, place: Self::Place) -> &'a T {
        (*place.insert(owned)).borrow()
    }
}

macro_rules! tuples {
    ($($name:ident $offer:ident $place:ident)*) => {
        #[allow(clippy::unused_unit, clippy::ignored_unit_patterns, clippy::many_single_char_names)]
        impl<$($name: Offer),*> Offer for ($($name,)*) {
            type Owned = ($($name::Owned,)*);
            type Place = ($($name::Place,)*);
            type Given = ($($name::Given,)*);
            #[inline]
            fn pass(self) -> Self::Given {
                let ($($offer,)*) = self;
                ($($offer.pass(),)*)
            }
            fn own(self) -> (Self::Owned, Self::Place) {
                let ($($offer,)*) = self;
                $(let ($offer, $place) = $offer.own();)*
                (($($offer,)*), ($($place,)*))
            }
            fn give(owned: Self::Owned, place: Self::Place) -> Self::Given {
                let ($($offer,)*) = owned;
                let ($($place,)*) = place;
                ($($name::give($offer, $place),)*)
            }
        }
    };
}

tuples!();
tuples!(A a pa B b pb);
tuples!(A a pa B b pb C c pc);
tuples!(A a pa B b pb C c pc D d pd);
tuples!(A a pa B b pb C c pc D d pd E e pe);
tuples!(A a pa B b pb C c pc D d pd E e pe F f pf);
tuples!(A a pa B b pb C c pc D d pd E e pe F f pf G g pg);
tuples!(A a pa B b pb C c pc D d pd E e pe F f pf G g pg H h ph);
tuples!(A a pa B b pb C c pc D d pd E e pe F f pf G g pg H h ph I i pi);
tuples!(A a pa B b pb C c pc D d pd E e pe F f pf G g pg H h ph I i pi J j pj);
tuples!(A a pa B b pb C c pc D d pd E e pe F f pf G g pg H h ph I i pi J j pj K k pk);
tuples!(A a pa B b pb C c pc D d pd E e pe F f pf G g pg H h ph I i pi J j pj K k pk L l pl);
