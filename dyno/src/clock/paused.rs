//! Whether tokio's time can be paused in this program.
//!
//! Only with tokio's feature `test-util`, which a program turns on for its tests: then every reading
//! asks tokio, else the system may be asked directly. No crate can see another's features, but the
//! compiler can see a function: the innermost `pause` in sight is tokio's, where there is one.

#[cfg(feature = "tokio")]
mod answer {
    pub(super) struct No;

    #[allow(dead_code)]
    pub(super) fn pause() -> No {
        No
    }

    pub(super) trait Answer {
        const YES: bool;
    }

    impl Answer for No {
        const YES: bool = false;
    }

    impl Answer for () {
        const YES: bool = true;
    }

    pub(super) const fn says<A: Answer>(_pause: fn() -> A) -> bool {
        A::YES
    }
}

/// tokio's time may be paused.
#[cfg(feature = "tokio")]
pub(super) const POSSIBLE: bool = {
    #[allow(unused_imports)]
    use answer::pause;
    {
        #[allow(unused_imports, clippy::wildcard_imports)]
        use tokio::time::*;
        answer::says(pause as fn() -> _)
    }
};

/// Without tokio there is nothing to pause.
#[cfg(not(feature = "tokio"))]
pub(super) const POSSIBLE: bool = false;

#[cfg(all(test, feature = "tokio"))]
mod tests {
    #[test]
    fn the_tests_of_this_crate_may_pause() {
        // The dev-dependency turns the feature on.
        const { assert!(super::POSSIBLE) };
    }
}
