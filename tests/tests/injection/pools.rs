//! Providers and callers on rayon threads, nested as deep as one likes.

use dyno::{Fault, inject};
use rayon::prelude::*;

use crate::support::{Count, PATIENCE, at_once, until, watched};

mod nested {
    use super::*;

    static BUILT: Count = Count::new();
    struct Level<const N: usize>(usize);
    fn ground() -> Level<0> {
        BUILT.up();
        Level(0)
    }
    macro_rules! levels {
        ($below:ident $n:literal) => {};
        ($below:ident $n:literal $above:ident $next:literal $($rest:tt)*) => {
            #[inject(below = $below)]
            fn $above(below: &Level<$n>) -> Level<$next> {
                BUILT.up();
                Level(below.0 + 1)
            }
            levels!($above $next $($rest)*);
        };
    }
    levels!(ground 0 l1 1 l2 2 l3 3 l4 4 l5 5 l6 6 l7 7 l8 8 l9 9 l10 10 l11 11 l12 12);

    #[inject(top = l12)]
    fn top(top: &Level<12>) -> usize {
        top.0
    }
    #[inject(middle = l6)]
    fn middle(middle: &Level<6>) -> usize {
        middle.0
    }

    #[test]
    fn providers_are_built_once_from_eight_threads() {
        assert_eq!(
            at_once(8, |n| if n % 2 == 0 { top() } else { middle() }),
            [12, 6, 12, 6, 12, 6, 12, 6]
        );
        assert_eq!(BUILT.get(), 13);
    }
}

mod saturated {
    use super::*;

    static BUILT: Count = Count::new();
    fn sum() -> u64 {
        BUILT.up();
        (0..1000_u64)
            .into_par_iter()
            .map(|n| {
                std::thread::yield_now();
                n
            })
            .sum()
    }
    #[inject(sum = sum)]
    fn ask(n: u64, sum: &u64) -> u64 {
        n + sum
    }

    #[test]
    fn the_global_pool_may_wait_for_a_provider_that_uses_rayon() {
        let wrong = watched(|| {
            let mut all = Vec::new();
            (0..512_usize).into_par_iter().map(|_| ask(0)).collect_into_vec(&mut all);
            // Nested, so that a thread which waits has work to steal.
            let (left, right) = rayon::join(
                || (0..64_u64).into_par_iter().filter(|n| ask(*n) != n + 499_500).count(),
                || rayon::scope(|_| usize::from(ask(1) != 499_501)),
            );
            all.iter().filter(|it| **it != 499_500).count() + left + right
        });
        assert_eq!((wrong, BUILT.get()), (0, 1));
    }
}

mod saturated_by_two {
    use super::*;

    static BUILT: Count = Count::new();
    fn base() -> u64 {
        BUILT.up();
        (0..100_u64)
            .into_par_iter()
            .map(|n| {
                std::thread::yield_now();
                n
            })
            .sum()
    }
    #[inject(base = base)]
    fn above(base: &u64) -> u64 {
        BUILT.up();
        // Its own jobs ask for what it was built from.
        base + (0..16_u64).into_par_iter().map(|_| of_base()).sum::<u64>()
    }
    #[inject(base = base)]
    fn of_base(base: &u64) -> u64 {
        *base
    }
    #[inject(above = above)]
    fn of_above(above: &u64) -> u64 {
        *above
    }
    #[inject(above = above, base = base)]
    fn of_both(above: &u64, base: &u64) -> u64 {
        above - base
    }

    #[test]
    fn a_small_pool_may_ask_for_all_at_once() {
        let all = watched(|| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
            let ask = |n: usize| match n % 3 {
                0 => of_base() == 4950,
                1 => of_above() == 17 * 4950,
                _ => of_both() == 16 * 4950,
            };
            pool.install(|| (0..300).into_par_iter().map(ask).collect::<Vec<_>>())
        });
        assert_eq!(all, [true; 300]);
        assert_eq!(BUILT.get(), 2);
    }
}

mod observers {
    use super::*;
    use dyno::point::{self, Event};

    static BUILT: Count = Count::new();
    static HEARD: Count = Count::new();
    fn seen() -> u8 {
        BUILT.up();
        1
    }
    fn log() -> u16 {
        BUILT.up();
        2
    }
    #[inject(seen = seen, log = log)]
    fn write(seen: &u8, log: &u16) -> u16 {
        HEARD.up();
        u16::from(*seen) + log
    }
    #[inject(seen = seen)]
    fn ask(seen: &u8) -> u8 {
        *seen
    }

    #[test]
    fn may_be_injected_into() {
        // Told on a build worker, it asks for what was built just now and for what was not.
        let _observing = point::observe(|point: &str, event: &Event<'_>| {
            if point.contains("pools::observers") && matches!(event, Event::Built { .. }) {
                assert_eq!(write(), 3);
            }
        });
        assert_eq!(watched(ask), 1);
        until(|| HEARD.get() == 2);
        assert_eq!(BUILT.get(), 2);
    }
}

mod background {
    use super::*;
    use std::sync::{Mutex, mpsc};

    static STARTED: Count = Count::new();
    type Answer = Mutex<mpsc::Receiver<Result<usize, Fault>>>;
    struct Service(usize, Answer);

    /// Starts a thread that will use the service, and does not wait for it.
    fn start() -> Service {
        let (tell, told) = mpsc::channel();
        let (starts, began) = mpsc::channel();
        let _thread = dyno::spawn(move || {
            starts.send(()).expect("somebody listens");
            tell.send(number())
        });
        began.recv_timeout(PATIENCE).expect("it begins");
        // Time enough to ask for what is not there yet.
        (0..500).for_each(|_| std::thread::yield_now());
        Service(STARTED.up(), told.into())
    }
    #[inject(service = start)]
    fn number(service: &Service) -> Result<usize, Fault> {
        Ok(service.0)
    }
    #[inject(service = start)]
    fn answer(service: &Service) -> Result<usize, Fault> {
        service.1.lock().expect("not poisoned").recv_timeout(PATIENCE).expect("it answers")
    }

    #[test]
    fn a_thread_that_nobody_waits_for_is_no_cycle() {
        assert_eq!(watched(answer), Ok(1));
        assert_eq!(STARTED.get(), 1);
    }
}

mod spawned {
    use super::*;

    static BUILT: Count = Count::new();
    fn base() -> u64 {
        BUILT.up() as u64
    }
    #[inject(base = base)]
    fn of_base(base: &u64) -> u64 {
        *base
    }
    fn with_threads() -> Result<Vec<u64>, Fault> {
        let pool = dyno::pool::scoped(2).map_err(|_| "no pool").expect("two threads");
        let mut all: Vec<u64> =
            pool.install(|| (0..8).into_par_iter().map(|_| of_base()).collect());
        all.extend(dyno::spawn(of_base).join().ok());
        all.extend(std::thread::spawn(of_base).join().ok());
        Ok(all)
    }
    #[inject(all = with_threads)]
    fn ask(all: Vec<u64>) -> Result<Vec<u64>, Fault> {
        Ok(all)
    }

    #[test]
    fn threads_of_the_provider_may_be_injected_into() {
        assert_eq!(watched(ask), Ok(vec![1; 10]));
        assert_eq!(BUILT.get(), 1);
    }
}
