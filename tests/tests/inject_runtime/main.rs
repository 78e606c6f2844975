//! The runtime of `inject`, by the names that expansions use.

#![expect(clippy::unit_arg, reason = "as expansions write a stop hook that returns nothing")]
#![expect(clippy::unnecessary_wraps, reason = "a provider's signature is what is tried")]

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use dyno::__private::{Point, Site, Slot};
use dyno::fault::InjectErrorKind;

const PATIENCE: Duration = Duration::from_secs(20);

/// Runs `f`; a hang is a loud failure.
fn watched<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, finished) = mpsc::channel();
    let thread = dyno::spawn(move || done.send(f()));
    match finished.recv_timeout(PATIENCE) {
        Ok(value) => value,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it hangs"),
        Err(mpsc::RecvTimeoutError::Disconnected) => match thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(_) => unreachable!("it has sent"),
        },
    }
}

/// The point of the function it stands in, as expansions have it.
macro_rules! point {
    () => {
        fn here() {}
        static POINT: Point = Point::new(None, || std::any::type_name_of_val(&here));
    };
}

/// A site of the function it stands in, as the expansion of `#[inject(it = provider)]` has it.
macro_rules! site {
    ($name:ident: $ty:ty = $provider:path, $slot:ident $(, $build:ident($($arg:expr)?))*) => {
        static $name: Site<$ty> =
            Site::new(&POINT, "it", stringify!($provider), || Slot::$slot($provider).slot)
                $(.$build($($arg)?))*;
        dyno::__private::register! { &$name }
    };
    ($name:ident: $ty:ty = $tag:literal, tagged) => {
        static $name: Site<$ty> = Site::new(&POINT, "it", $tag, || Slot::tagged(Some($tag)));
    };
    ($name:ident: $ty:ty = $provider:path $(, $build:ident($($arg:expr)?))*) => {
        site!($name: $ty = $provider, of $(, $build($($arg)?))*);
    };
}

mod asynchronous;
mod build_once;
mod checking;
mod cycles;
mod other_parameters;
mod rayon_inside;
mod registered;
mod stopping;
mod swapping;
mod together;
mod warming_up;
