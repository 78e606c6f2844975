//! How often fallbacks stood in, point by point.
//!
//! The table only grows, by a node for each point whose fallback was ever needed, and is read
//! without a lock: in an outage every call comes here.

use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::point::Point;

/// How often the fallback of a point was needed since the program began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Count {
    /// It was to stand in.
    pub stood_in: u64,
    /// Of these, for a call that dyno had refused to make.
    pub refused: u64,
    /// Of these, it failed as well: the caller got its error.
    pub failed: u64,
}

impl Count {
    fn plus(self, other: Self) -> Self {
        Self {
            stood_in: self.stood_in + other.stood_in,
            refused: self.refused + other.refused,
            failed: self.failed + other.failed,
        }
    }
}

/// How often the fallback of the point called `name` was needed: nothing but zeros where it never
/// was. Several points of one name are counted together.
///
/// ```
/// use dyno::fallback;
///
/// #[fallback(Ok(0), name = "stock")]
/// fn stock(sku: &str) -> Result<u32, String> {
///     Err(format!("no answer about {sku}"))
/// }
/// assert_eq!(stock("A1"), Ok(0));
/// assert_eq!(fallback::count("stock").stood_in, 1); // degraded, and nobody had to observe
/// ```
#[must_use]
pub fn count(name: &str) -> Count {
    let of_name = nodes().filter(|node| node.point.name() == name);
    of_name.map(|node| node.counters.read()).fold(Count::default(), Count::plus)
}

/// The same of every point whose fallback was ever needed, by name.
#[must_use]
pub fn counts() -> Vec<(&'static str, Count)> {
    let mut counts: Vec<(&'static str, Count)> = Vec::new();
    for node in nodes() {
        let (name, count) = (node.point.name(), node.counters.read());
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum = sum.plus(count),
            None => counts.push((name, count)),
        }
    }
    counts.sort_unstable_by_key(|(name, _)| *name);
    counts
}

#[derive(Default)]
pub(super) struct Counters {
    stood_in: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
}

impl Counters {
    pub(super) fn stood_in(&self, refused: bool) {
        self.stood_in.fetch_add(1, Ordering::Relaxed);
        if refused {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    fn read(&self) -> Count {
        Count {
            stood_in: self.stood_in.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }
}

struct Node {
    point: &'static Point,
    counters: Counters,
    next: Link,
}

type Link = OnceLock<Box<Node>>;

const LISTS: usize = 64;

static TABLE: [Link; LISTS] = [const { Link::new() }; LISTS];

/// The counters of `point`.
pub(super) fn of(point: &'static Point) -> &'static Counters {
    let mut link = &TABLE[list(point)];
    loop {
        // Who loses the race for the end of the list goes on from there.
        let node = link.get_or_init(|| {
            Box::new(Node { point, counters: Counters::default(), next: Link::new() })
        });
        if ptr::eq(node.point, point) {
            return &node.counters;
        }
        link = &node.next;
    }
}

/// A point that is called `name`: one that is counted already, or else a new one, which stays for the
/// life of the program as its counters do.
#[cfg(feature = "service")]
pub(crate) fn point_named(name: &str) -> &'static Point {
    if let Some(known) = nodes().find(|node| node.point.name() == name) {
        return known.point;
    }
    let name: &'static str = Box::leak(name.into());
    let point: &'static Point = Box::leak(Box::new(Point::new(Some(name), || "")));
    // Listed with nothing counted, so that the next of this name finds it.
    let _listed = of(point);
    point
}

fn nodes() -> impl Iterator<Item = &'static Node> {
    TABLE.iter().flat_map(|first| {
        let next = |node: &&'static Node| node.next.get().map(|next| &**next);
        std::iter::successors(first.get().map(|node| &**node), next)
    })
}

/// Points stand one after another in memory.
fn list(point: &'static Point) -> usize {
    ptr::from_ref(point).addr() / size_of::<Point>() % LISTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_one_name_are_counted_together_and_others_apart() {
        static POINTS: [Point; 200] = [const { Point::new(Some("count::many"), || "") }; 200];
        static OTHER: Point = Point::new(Some("count::other"), || "");
        // More points than lists: many share one.
        for point in &POINTS {
            of(point).stood_in(false);
            of(point).stood_in(true);
        }
        of(&OTHER).stood_in(true);
        of(&OTHER).failed();
        let many = Count { stood_in: 400, refused: 200, failed: 0 };
        assert_eq!(count("count::many"), many);
        let other = Count { stood_in: 1, refused: 1, failed: 1 };
        assert_eq!(count("count::other"), other);
        assert_eq!(count("count::never"), Count::default());
        let counts = counts();
        assert!(counts.is_sorted_by_key(|(name, _)| *name));
        let of_name = |name| counts.iter().filter(|(known, _)| *known == name).collect::<Vec<_>>();
        assert_eq!(of_name("count::other"), [&("count::other", other)]);
        assert_eq!(of_name("count::many"), [&("count::many", many)]);
    }

    #[test]
    fn threads_that_meet_at_a_new_point_count_all() {
        static POINTS: [Point; 64] = [const { Point::new(Some("count::racing"), || "") }; 64];
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| POINTS.iter().for_each(|point| of(point).stood_in(false)));
            }
        });
        assert_eq!(count("count::racing").stood_in, 4 * 64);
    }
}
