//! Making a service: how much at once, and how often.

use std::time::Duration;

use super::build::Builder;
use super::check;
use super::given::{Pace, Places};
use crate::limit::{Bulkhead, Rate};

impl Builder {
    /// No more than so many attempts at a time; the next one is refused at once. In the
    /// [default set](crate::service::Service::defaults) 10.
    ///
    /// # Panics
    /// When it is 0.
    #[track_caller]
    pub const fn bulkhead(mut self, limit: u32) -> Self {
        assert!(limit != 0, "service: `bulkhead` must be at least 1, else no call ever passes");
        self.bulkhead = Places::Own { limit, wait: None, queue: None };
        self
    }

    /// The next one waits so long for its place: see [`Bulkhead::wait`].
    ///
    /// # Panics
    /// When it is zero, or there is no [`bulkhead`](Self::bulkhead) before it.
    #[track_caller]
    pub const fn bulkhead_wait(mut self, wait: Duration) -> Self {
        check::above_zero(
            wait,
            "service: `bulkhead_wait` must be above zero: leave it out, and calls are turned away at \
             once",
        );
        let Places::Own { limit, queue, .. } = self.bulkhead else {
            panic!("service: `bulkhead_wait` is of a bulkhead: give `bulkhead` before it")
        };
        self.bulkhead = Places::Own { limit, wait: Some(wait), queue };
        self
    }

    /// So many wait at most: see [`Bulkhead::queue`].
    ///
    /// # Panics
    /// When it is 0, or there is no [`bulkhead_wait`](Self::bulkhead_wait) before it.
    #[track_caller]
    pub const fn bulkhead_queue(mut self, queue: u32) -> Self {
        assert!(
            queue != 0,
            "service: `bulkhead_queue` must be at least 1: leave out `bulkhead_wait`, and no call waits"
        );
        let Places::Own { limit, wait: Some(wait), .. } = self.bulkhead else {
            panic!("service: `bulkhead_queue` is of those who wait: give `bulkhead_wait` before it")
        };
        self.bulkhead = Places::Own { limit, wait: Some(wait), queue: Some(queue) };
        self
    }

    /// A bulkhead that others share.
    pub const fn bulkhead_of(mut self, bulkhead: &'static Bulkhead) -> Self {
        self.bulkhead = Places::Shared(bulkhead);
        self
    }

    /// As many at a time as there are: what the [default set](crate::service::Service::defaults) says of it is taken
    /// back.
    pub const fn no_bulkhead(mut self) -> Self {
        self.bulkhead = Places::None;
        self
    }

    /// No more than so many calls in so long: see [`Rate`]. Default: no limit.
    ///
    /// # Panics
    /// When `calls` is 0 or `per` is zero.
    #[track_caller]
    pub const fn rate(mut self, calls: u32, per: Duration) -> Self {
        assert!(calls != 0, "service: `rate` must be of at least 1 call, else no call ever passes");
        check::above_zero(per, "service: `rate` must be in more than no time");
        self.rate = Pace::Own { calls, per, burst: None, wait: None };
        self
    }

    /// So many of them may come at once: see [`Rate::burst`].
    ///
    /// # Panics
    /// When it is 0, or there is no [`rate`](Self::rate) before it.
    #[track_caller]
    pub const fn rate_burst(mut self, burst: u32) -> Self {
        assert!(burst != 0, "service: `rate_burst` must be at least 1, else no call ever passes");
        let Pace::Own { calls, per, wait, .. } = self.rate else {
            panic!("service: `rate_burst` is of a rate: give `rate` before it")
        };
        self.rate = Pace::Own { calls, per, burst: Some(burst), wait };
        self
    }

    /// The next one waits so long for its turn: see [`Rate::wait`].
    ///
    /// # Panics
    /// When it is zero, or there is no [`rate`](Self::rate) before it.
    #[track_caller]
    pub const fn rate_wait(mut self, wait: Duration) -> Self {
        check::above_zero(
            wait,
            "service: `rate_wait` must be above zero: leave it out, and calls are turned away at once",
        );
        let Pace::Own { calls, per, burst, .. } = self.rate else {
            panic!("service: `rate_wait` is of a rate: give `rate` before it")
        };
        self.rate = Pace::Own { calls, per, burst, wait: Some(wait) };
        self
    }

    /// A rate that others share.
    pub const fn rate_of(mut self, rate: &'static Rate) -> Self {
        self.rate = Pace::Shared(rate);
        self
    }
}
