//! No name of the user's gets in the way, and none of ours.

mod no_prelude {
    #![no_implicit_prelude]

    #[::dyno::retry(2)]
    #[::dyno::breaker]
    #[::dyno::aspect(before = |_| {})]
    fn bare(x: u8) -> ::core::result::Result<u8, ::std::string::String> {
        ::core::result::Result::Ok(x)
    }

    #[::dyno::fallback(|_| ::core::option::Option::Some(1))]
    #[::dyno::breaker]
    async fn bare_async(x: u8) -> ::core::option::Option<u8> {
        ::core::option::Option::Some(x)
    }

    #[::dyno::breaker(
        window = 4, failure_rate = 50%, reset_timeout = 1s..5s, recover = [1%], skip = x == 2,
        trip_error = rejected, starts = closed, retry_after = |_| ::core::option::Option::None,
    )]
    #[::dyno::fuse("hygiene.fuse", off)]
    fn all_of_it(x: u8) -> ::core::option::Option<u8> {
        ::core::option::Option::Some(x)
    }

    fn seven() -> u8 {
        7
    }
    #[::dyno::inject(n = seven, m = seven)]
    fn injected(n: &u8, m: u8) -> u8 {
        *n + m
    }

    #[::core::prelude::v1::test]
    fn works() {
        ::core::assert_eq!(bare(1), ::core::result::Result::Ok(1));
        ::core::assert_eq!(super::super::block_on(bare_async(1)), ::core::option::Option::Some(1));
        ::core::assert_eq!(injected(), 14);
        ::core::assert_eq!(all_of_it(1), ::core::option::Option::None);
    }
}

mod shadowed {
    #![allow(dead_code, unused_macros, non_camel_case_types)]
    use dyno::{breaker, fallback, fuse, inject, retry};

    // A user's own names for everything that an expansion may be tempted to say.
    struct Result;
    struct Option;
    struct Some;
    struct None;
    struct Ok;
    struct Err;
    struct Box;
    struct Arc;
    struct String;
    mod std {}
    mod core {}
    mod dyno_shadow {}
    struct Breaker;
    struct Settings;
    struct Duration;
    fn window() {}
    fn ask() {}
    macro_rules! report {
        () => {};
    }
    struct u32;
    struct bool;

    #[retry(2)]
    #[breaker]
    fn kept(x: u8) -> ::core::result::Result<u8, ::std::string::String> {
        ::core::result::Result::Ok(x)
    }

    #[breaker(slow = 1s, window = 1 + 1, recover = [0.1 + 0.1], retry_after = |_| ::core::option::Option::None)]
    #[fuse]
    fn guarded(x: u8) -> ::core::result::Result<u8, ::std::string::String> {
        ::core::result::Result::Ok(x)
    }

    #[fallback(::core::option::Option::Some(3))]
    fn stood_in() -> ::core::option::Option<u8> {
        ::core::option::Option::None
    }

    fn one() -> u8 {
        1
    }
    #[inject(one = one, two(one, fallback = 2))]
    fn injected(one: &u8, two: u8) -> u8 {
        *one + two
    }

    #[test]
    fn works() {
        assert_eq!(kept(1), ::core::result::Result::Ok(1));
        assert_eq!(guarded(1), ::core::result::Result::Ok(1));
        assert_eq!(stood_in(), ::core::option::Option::Some(3));
        assert_eq!(injected(), 2);
    }
}

/// A crate that hands dyno on under a name of its own.
mod facade {
    pub(crate) mod inner {
        pub(crate) use dyno as renamed;
    }
}

mod renamed {
    use super::facade::inner::renamed::{breaker, fuse, inject, retry};

    const WINDOW: u32 = 10;

    #[retry(2, crate = super::facade::inner::renamed)]
    #[breaker(window = WINDOW, starts = half_open)]
    #[fuse]
    fn through_a_facade(x: u8) -> Result<u8, String> {
        Ok(x)
    }

    fn one() -> u8 {
        1
    }
    #[inject(n = one, crate = super::facade::inner::renamed)]
    fn injected(n: &u8) -> u8 {
        *n
    }

    #[test]
    fn works() {
        assert_eq!(through_a_facade(1), Ok(1));
        assert_eq!(injected(), 1);
    }
}
