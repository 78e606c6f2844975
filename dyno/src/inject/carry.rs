//! How a function tells its caller that a dependency could not be had.

use std::future::Future;
use std::marker::PhantomData;

use super::provided::{Maybe, Mode, Never, Provided};
use super::slot::Known;
use crate::fault::{Fault, InjectError};

/// What a provider may say, [`Never`] a failure or [`Maybe`] one, can be carried by a return type.
#[diagnostic::on_unimplemented(
    message = "a dependency of this function may fail, and `{Ret}` cannot carry the failure",
    label = "cannot carry a `dyno::Fault`",
    note = "return a `Result` whose error has `#[from] dyno::Fault`",
    note = "or give the parameter a `fallback = …`",
    note = "or choose `on_error = panic | none | default`",
    note = "or take the parameter as `Result<_, dyno::InjectError>` and decide yourself"
)]
pub trait CarriedBy<Ret> {}

impl<Ret> CarriedBy<Ret> for Never {}

#[diagnostic::do_not_recommend]
impl<T, E: From<Fault>> CarriedBy<Result<T, E>> for Maybe {}

/// What a provider may say.
pub const fn mode<T, O, M>(_: &impl Fn() -> O) -> PhantomData<M::Fails>
where
    T: ?Sized,
    O: Provided<T, M>,
    M: Mode,
{
    PhantomData
}

/// As [`mode`], for an async provider.
pub const fn mode_async<T, Fut, M>(_: &impl Fn() -> Fut) -> PhantomData<M::Fails>
where
    T: ?Sized,
    Fut: Future,
    Fut::Output: Provided<T, M>,
    M: Mode,
{
    PhantomData
}

/// Compiles where `Ret` can carry what the provider of a shared value may say.
pub const fn carries<Ret, T, Fails>(_: fn() -> Known<T, Fails>)
where
    T: ?Sized,
    Fails: CarriedBy<Ret>,
{
}

/// As [`carries`], for a value of the call's own.
pub const fn carries_fresh<Ret, Fails: CarriedBy<Ret>>(_: PhantomData<Fails>) {}

/// Compiles where `Ret` can carry a failure: what is asked for by tag may be missing.
pub const fn must_carry<Ret>()
where
    Maybe: CarriedBy<Ret>,
{
}

/// Stands for a return type that has no name, such as `impl Trait`: it carries no failure.
#[derive(Debug)]
pub enum Opaque {}

/// Ends a call by a panic with the error's text.
///
/// # Panics
/// Always.
#[cold]
#[track_caller]
#[expect(clippy::panic, reason = "the user has asked for it")]
#[expect(clippy::needless_pass_by_value, reason = "the call ends with it")]
pub fn inject_panic(error: InjectError) -> ! {
    panic!("{error}")
}

/// Ends a call whose dependency could not be had: by an `Err` where the return type has room for
/// it, else by a panic. `(&Abort::<R>::new()).abort(error)` chooses by autoref.
#[derive(Debug)]
pub struct Abort<R>(PhantomData<fn() -> R>);

impl<R> Abort<R> {
    /// Nothing yet.
    #[expect(clippy::new_without_default, reason = "only expansions make it")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// Ends it by an `Err`.
pub trait AbortCarry<R> {
    /// What the caller gets.
    fn abort(&self, error: InjectError) -> R;
}

impl<T, E: From<Fault>> AbortCarry<Result<T, E>> for Abort<Result<T, E>> {
    #[cold]
    fn abort(&self, error: InjectError) -> Result<T, E> {
        Err(E::from(Fault::Inject(error)))
    }
}

/// Ends it by a panic with the error's text.
pub trait AbortPanic<R> {
    /// Does not return.
    #[track_caller]
    fn abort(&self, error: InjectError) -> R;
}

impl<R> AbortPanic<R> for &Abort<R> {
    #[cold]
    #[track_caller]
    #[expect(clippy::panic, reason = "the function has no other way to end")]
    fn abort(&self, error: InjectError) -> R {
        panic!("{error}")
    }
}

/// A `T` of one's own out of a shared one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is shared by all who want it, and is not `Clone`",
    label = "cannot be handed over",
    note = "take it by reference: `&{Self}`",
    note = "or take `Arc<{Self}>`",
    note = "or have a new one built for every call: `scope = call`"
)]
pub trait Cloned {
    /// The clone.
    #[must_use]
    fn cloned(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Cloned for T {
    #[inline]
    fn cloned(&self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
#[expect(clippy::needless_borrow, reason = "as expansions write it: the borrow chooses")]
mod tests {
    use super::super::slot::Slot;
    use super::*;
    use crate::fault::InjectErrorKind;

    #[test]
    fn it_ends_by_an_error_where_there_is_room() {
        let down = InjectError::new(InjectErrorKind::ShutDown);
        let ended: Result<u8, String> = (&Abort::<Result<u8, String>>::new()).abort(down);
        assert_eq!(ended, Err("dyno has been shut down".to_owned()));
    }

    #[test]
    #[should_panic(expected = "dyno has been shut down")]
    fn it_ends_by_a_panic_where_there_is_none() {
        let down = InjectError::new(InjectErrorKind::ShutDown);
        let _: u8 = (&Abort::<u8>::new()).abort(down);
    }

    #[test]
    fn what_cannot_fail_needs_no_room() {
        carries_fresh::<(), _>(mode::<u8, _, _>(&|| 1_u8));
        carries_fresh::<Result<(), Fault>, _>(mode::<u8, _, _>(&|| Some(1_u8)));
        carries_fresh::<Result<(), Fault>, _>(mode_async::<u8, _, _>(&|| async { Some(1_u8) }));
        carries::<(), u8, _>(|| Slot::of(|| 1_u8));
        must_carry::<Result<(), String>>();
    }
}
