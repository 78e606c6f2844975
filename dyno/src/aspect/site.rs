//! One function that pointcuts may match, and one call of it that they do.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use arc_swap::ArcSwapOption;

use super::JoinPoint;
use super::advice::{Call, End, Failure, How, Proceed};
use super::bind::{self, Bound};
use crate::clock::{self, Instant};
use crate::point::{Point, harmless};

/// Not called yet.
const UNKNOWN: u8 = 0;
/// No pointcut matches it.
const IDLE: u8 = 1;
/// One does.
const BOUND: u8 = 2;

/// All that is bound to a function, outermost first.
pub(super) type Advices = Arc<Vec<Arc<Bound>>>;

/// A function that pointcuts may match. An expansion keeps it in a static.
pub struct AdviceSite {
    point: &'static Point,
    joins: &'static [&'static str],
    state: AtomicU8,
    bound: ArcSwapOption<Vec<Arc<Bound>>>,
}

impl AdviceSite {
    /// That of the function that is `point`, which has these join points.
    #[must_use]
    pub const fn new(point: &'static Point, joins: &'static [&'static str]) -> Self {
        let state = AtomicU8::new(UNKNOWN);
        Self { point, joins, state, bound: ArcSwapOption::const_empty() }
    }

    /// `true` when no pointcut matches it: one relaxed load.
    #[inline]
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.state.load(Ordering::Relaxed) == IDLE
    }

    /// A call begins, whose arguments `write` writes.
    #[cold]
    #[must_use]
    pub fn enter(&'static self, write: Failure<'_>) -> Option<Advised> {
        if self.state.load(Ordering::Relaxed) == UNKNOWN {
            bind::meet(self);
        }
        let bound = self.bound.load_full()?;
        // What advice calls is not advised, or it would never end.
        if ADVISING.get() {
            return None;
        }
        let arguments =
            bound.iter().any(|bound| bound.wants_arguments()).then(|| written(self, write));
        let began = clock::now();
        let advised = Advised { site: self, bound, began, arguments, running: false, ended: false };
        for bound in advised.bound.iter() {
            advised.harmless(|| bound.advice.before(&Call(&advised)));
        }
        Some(advised)
    }

    pub(super) fn publish(&self, bound: Option<Advices>) -> Option<Advices> {
        let state = if bound.is_some() { BOUND } else { IDLE };
        let old = self.bound.swap(bound);
        self.state.store(state, Ordering::Relaxed);
        old
    }

    pub(super) fn join_point(&self) -> JoinPoint<'static> {
        JoinPoint::new(self.point)
    }

    pub(super) fn joins(&self) -> &'static [&'static str] {
        self.joins
    }
}

impl fmt::Debug for AdviceSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AdviceSite({:?})", self.point)
    }
}

thread_local! {
    static ADVISING: Cell<bool> = const { Cell::new(false) };
}

/// The user's `Debug` may panic.
fn written(site: &AdviceSite, write: Failure<'_>) -> Box<str> {
    struct Words<'a>(Failure<'a>);
    impl fmt::Display for Words<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            (self.0)(f)
        }
    }
    let mut text = String::new();
    harmless("writing the arguments of", site.point.name(), || text = Words(write).to_string());
    text.into()
}

/// One call that is advised.
pub struct Advised {
    site: &'static AdviceSite,
    bound: Advices,
    began: Instant,
    arguments: Option<Box<str>>,
    /// The body runs, or has panicked.
    running: bool,
    ended: bool,
}

impl Advised {
    pub(super) fn site(&self) -> &'static AdviceSite {
        self.site
    }

    pub(super) fn arguments(&self) -> Option<&str> {
        self.arguments.as_deref()
    }

    /// The call ended with a value, of which `write` writes the failure.
    #[cold]
    pub fn end(mut self, failed: bool, write: Failure<'_>) {
        let how = if failed { How::Failed } else { How::Succeeded };
        self.tell(how, failed.then_some(write));
    }

    fn tell(&mut self, how: How, failure: Option<Failure<'_>>) {
        self.ended = true;
        let took = || self.began.elapsed();
        let end = End { how, failure, took: &took, read: OnceCell::new() };
        for bound in self.bound.iter().rev() {
            self.harmless(|| bound.advice.after(&Call(self), &end));
        }
    }

    /// Runs `body` in the middle of all advice.
    #[cold]
    fn around<R>(&mut self, body: impl FnOnce() -> R) -> R {
        self.running = true;
        let mut body = Some(body);
        let mut end = None;
        self.through(0, &mut || {
            if let Some(body) = body.take() {
                end = Some(catch_unwind(AssertUnwindSafe(body)));
            }
        });
        match end {
            Some(Ok(out)) => {
                self.running = false;
                out
            }
            Some(Err(panic)) => resume_unwind(panic),
            None => unreachable!("the innermost advice, or dyno, has proceeded"),
        }
    }

    fn through(&self, at: usize, body: &mut dyn FnMut()) {
        let Some(bound) = self.bound.get(at) else { return body() };
        let mut proceeded = false;
        let mut next = || {
            proceeded = true;
            self.through(at + 1, body);
        };
        let proceed = Proceed(&mut next);
        harmless("advice of", self.site.point.name(), || bound.advice.around(&Call(self), proceed));
        if !proceeded {
            self.through(at + 1, body);
        }
    }

    /// Runs advice, which is not advised itself.
    fn harmless(&self, advice: impl FnOnce()) {
        let before = ADVISING.replace(true);
        harmless("advice of", self.site.point.name(), advice);
        ADVISING.set(before);
    }
}

/// It ended without a value.
impl Drop for Advised {
    fn drop(&mut self) {
        if !self.ended {
            self.tell(if self.running { How::Panicked } else { How::Cancelled }, None);
        }
    }
}

impl fmt::Debug for Advised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Advised({:?})", self.site.point)
    }
}

/// The body of a call that may be advised.
#[inline]
pub fn advise<R>(advised: &mut Option<Advised>, body: impl FnOnce() -> R) -> R {
    match advised {
        None => body(),
        Some(advised) => advised.around(body),
    }
}

/// The body of an async call that may be advised.
#[inline]
pub fn advise_async<'a, F: Future>(
    advised: &'a mut Option<Advised>,
    mut future: Pin<&'a mut F>,
) -> impl Future<Output = F::Output> {
    poll_fn(move |cx| match advised {
        None => future.as_mut().poll(cx),
        Some(advised) => advised.around(|| future.as_mut().poll(cx)),
    })
}

/// `advised!(call = SITE, sku, quantity)`: `call`, an `Option<Advised>`, of the function's own `SITE`.
/// Of an argument that is not `Debug` the type is told.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_advised {
    ($call:ident = $site:expr $(, $first:ident $(, $more:ident)*)?) => {
        static __DYNO_ADVICE: $crate::__private::AdviceSite = $site;
        $crate::__private::known! { &__DYNO_ADVICE }
        let mut $call = if $crate::__private::AdviceSite::is_idle(&__DYNO_ADVICE) {
            $crate::__private::None
        } else {
            $crate::__private::AdviceSite::enter(&__DYNO_ADVICE, &|f| {
                #[allow(unused_imports)]
                use $crate::__private::{TellDebug as _, TellName as _};
                $(
                    f.write_str(::core::concat!(::core::stringify!($first), " = "))?;
                    (&&$crate::__private::Tell(&$first)).tell(f)?;
                    $(
                        f.write_str(::core::concat!(", ", ::core::stringify!($more), " = "))?;
                        (&&$crate::__private::Tell(&$more)).tell(f)?;
                    )*
                )?
                let _ = f;
                $crate::__private::Ok(())
            })
        };
    };
}

/// `advised_end!(advised, &out)`: the end of a call that may be advised.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_advised_end {
    ($advised:ident, $out:expr) => {
        if let $crate::__private::Some(advised) = $advised {
            #[allow(unused_imports)]
            use $crate::__private::{
                LookFailing as _, LookPlain as _, TellDebug as _, TellDisplay as _, TellName as _,
            };
            // A `match` keeps what the value borrows from.
            match (&$crate::__private::Look($out)).failure() {
                failure => $crate::__private::Advised::end(
                    advised,
                    $crate::__private::Option::is_some(&failure),
                    &|f| match failure {
                        $crate::__private::Some(failure) => {
                            (&&&$crate::__private::Tell(failure)).tell(f)
                        }
                        $crate::__private::None => $crate::__private::Ok(()),
                    },
                ),
            }
        }
    };
}

/// A function that the linker knows.
#[cfg(feature = "warm-up")]
#[derive(Debug)]
pub struct KnownSite(pub &'static AdviceSite);

#[cfg(feature = "warm-up")]
inventory::collect!(KnownSite);

/// Makes a function known to the linker.
#[cfg(feature = "warm-up")]
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_known {
    ($site:expr) => {
        $crate::__private::inventory::submit! {
            $crate::__private::KnownSite($site)
        }
    };
}

/// Makes a function known to the linker, which this build does not ask for.
#[cfg(not(feature = "warm-up"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_known {
    ($site:expr) => {};
}

/// Every function that is known: to the linker, or by its calls.
pub(super) fn sites() -> Vec<&'static AdviceSite> {
    #[cfg_attr(not(feature = "warm-up"), allow(unused_mut))]
    let mut sites = bind::met();
    #[cfg(feature = "warm-up")]
    for KnownSite(site) in inventory::iter::<KnownSite> {
        if !sites.iter().any(|known| std::ptr::eq(*known, *site)) {
            sites.push(*site);
        }
    }
    sites
}
