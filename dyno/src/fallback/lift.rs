//! A refusal in the error type of the function.

use std::fmt;
use std::marker::PhantomData;

use crate::fault::Fault;

/// Turns a fault into what a fallback's closure takes: `E` where that can carry one.
///
/// `(&Lift::<E>::new()).lift(fault)` with both traits in scope takes [`LiftInto`] where it applies,
/// as it needs one reference less, else [`LiftKeep`].
pub struct Lift<E>(PhantomData<fn() -> E>);

impl<E> Lift<E> {
    /// For the error type `E`.
    #[inline]
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<E> fmt::Debug for Lift<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lift")
    }
}

/// The error type can carry a fault.
pub trait LiftInto {
    /// The error type.
    type Lifted;
    /// The fault in it.
    fn lift(&self, fault: Fault) -> Self::Lifted;
}

impl<E: From<Fault>> LiftInto for Lift<E> {
    type Lifted = E;
    #[inline]
    fn lift(&self, fault: Fault) -> E {
        fault.into()
    }
}

/// The error type cannot carry a fault.
pub trait LiftKeep {
    /// The fault as it is.
    fn lift(&self, fault: Fault) -> Fault;
}

impl<E> LiftKeep for &Lift<E> {
    #[inline]
    fn lift(&self, fault: Fault) -> Fault {
        fault
    }
}

#[cfg(test)]
mod tests {
    use crate::fault::{Fault, Reason};

    #[derive(Debug, PartialEq)]
    struct Plain;

    fn fault() -> Fault {
        Fault::rejected("db", Reason::BreakerOpen, None)
    }

    /// As an expansion writes it.
    macro_rules! lift {
        ($error:ty, $fault:expr) => {{
            #[allow(unused_imports)]
            use crate::__private::{Lift, LiftInto as _, LiftKeep as _};
            #[allow(clippy::needless_borrow)]
            (&Lift::<$error>::new()).lift($fault)
        }};
    }

    fn generic<E>(fault: Fault) -> Fault {
        lift!(E, fault)
    }

    #[test]
    fn a_fault_goes_into_an_error_that_can_carry_it() {
        let lifted: String = lift!(String, fault());
        assert_eq!(lifted, fault().to_string());
    }

    #[test]
    fn a_fault_stays_one_for_an_error_that_cannot() {
        let kept: Fault = lift!(Plain, fault());
        assert_eq!(kept, fault());
        assert_eq!(generic::<Plain>(fault()), fault());
    }
}
