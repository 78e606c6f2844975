//! An explicit list of what to build, where the linker cannot help.

/// The sites of these providers, for [`warm_up_sites`](crate::warm_up_sites) and
/// [`graph_of`](crate::inject::graph_of): `type = provider`, with `async` before it for an async one.
///
/// It is for builds without the feature `warm-up`, and for sites that the link-time list does not
/// hold: those of a crate that is not linked, and `lazy` ones.
///
/// ```
/// # struct Db;
/// # struct Rates;
/// fn open() -> Result<Db, std::io::Error> { Ok(Db) }
/// async fn dial() -> Rates { Rates }
///
/// # async fn main_() -> Result<(), dyno::inject::WarmUpError> {
/// dyno::warm_up_sites(dyno::sites![Db = open, async Rates = dial]).run_async().await?;
/// # Ok(())
/// # }
/// # dyno::warm_up_sites(dyno::sites![Db = open]).run()?;
/// # Ok::<(), dyno::inject::WarmUpError>(())
/// ```
#[macro_export]
macro_rules! sites {
    (@list [$($done:expr,)*]) => {
        &[$($done),*]
    };
    (@list [$($done:expr,)*] async $ty:ty = $provider:expr $(, $($rest:tt)*)?) => {
        $crate::sites!(@list [$($done,)* $crate::sites!(@one $ty, of_async, $provider),] $($($rest)*)?)
    };
    (@list [$($done:expr,)*] $ty:ty = $provider:expr $(, $($rest:tt)*)?) => {
        $crate::sites!(@list [$($done,)* $crate::sites!(@one $ty, of, $provider),] $($($rest)*)?)
    };
    (@one $ty:ty, $make:ident, $provider:expr) => {{
        fn __dyno_here() {}
        static POINT: $crate::__private::Point = $crate::__private::Point::new(
            $crate::__private::None,
            || $crate::__private::type_name_of_val(&__dyno_here),
        );
        static SITE: $crate::__private::Site<$ty> = $crate::__private::Site::new(
            &POINT,
            "sites!",
            ::core::stringify!($provider),
            || $crate::__private::Slot::<$ty>::$make($provider).slot,
        );
        &SITE as &'static dyn $crate::__private::AnySite
    }};
    ($($list:tt)*) => {
        $crate::sites!(@list [] $($list)*)
    };
}
