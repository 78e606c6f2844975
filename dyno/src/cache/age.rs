//! How old a value may become, and what it is good for then.

use std::time::Duration;

use super::early::Aged;
use super::settings::{Rule, Settings};
use super::store::Entry;
#[cfg(feature = "cache-backend")]
use crate::clock::Instant;
use crate::clock::{self, nanos};

/// How a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    Fresh,
    /// To be computed anew, by whoever comes first.
    Due,
    /// Expired, and good enough while the next one is computed.
    Stale,
    /// Good for nothing, or for when the next one fails.
    Dead,
}

/// A value that has been computed just now.
pub(super) fn new_entry<V>(value: V, lives: u64, cost: u64, settings: &Settings) -> Entry<V> {
    entry(value, clock::now().as_nanos(), lives, cost, settings)
}

/// A value that has been computed before, elsewhere.
#[cfg(feature = "cache-backend")]
pub(super) fn entry_of<V>(
    value: V,
    record: &super::backend::Record,
    now: Instant,
    settings: &Settings,
) -> Entry<V> {
    let born = (now - record.age).as_nanos();
    let lives = match record.left {
        Duration::MAX => u64::MAX,
        left => (now + left).as_nanos() - born,
    };
    entry(value, born, lives, nanos(record.cost), settings)
}

fn entry<V>(value: V, born: u64, lives: u64, cost: u64, settings: &Settings) -> Entry<V> {
    let plain_until = match settings.rule() {
        Rule::Early(_) if lives == u64::MAX => u64::MAX,
        Rule::Early(early) => {
            // What the coarse clock may be behind by.
            let before = early.window(lives, cost).saturating_add(nanos(clock::COARSE));
            born.saturating_add(lives).saturating_sub(before)
        }
        Rule::Own(_) => 0,
    };
    Entry::new(value, cost, born, lives, plain_until)
}

pub(super) fn stands<V>(entry: &Entry<V>, now: u64, settings: &Settings) -> Is {
    let expires = entry.expires();
    if now < expires {
        let lifetime =
            if entry.lives == u64::MAX { u64::MAX } else { expires.saturating_sub(entry.born) };
        let aged = Aged {
            age: Duration::from_nanos(now.saturating_sub(entry.born)),
            lifetime: if lifetime == u64::MAX {
                Duration::MAX
            } else {
                Duration::from_nanos(lifetime)
            },
            cost: Duration::from_nanos(entry.cost),
        };
        let due = match settings.rule() {
            Rule::Early(early) => early.draw(aged),
            Rule::Own(curve) => curve.is_due(aged),
        };
        return if due { Is::Due } else { Is::Fresh };
    }
    if now - expires < settings.stays(entry.lives) { Is::Stale } else { Is::Dead }
}

/// Nobody will be handed it again.
pub(super) fn is_over<V>(entry: &Entry<V>, now: u64, settings: &Settings) -> bool {
    let stays = settings.stays(entry.lives).max(settings.stays_if_error());
    now >= entry.expires().saturating_add(stays)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn the_precise_clock_is_asked_before_the_coarse_one_could_be_late() {
        let _clock = clock::freeze();
        let settings = Settings::new();
        let entry = new_entry((), 1_000_000_000, 0, &settings);
        let before = entry.expires() - entry.plain_until.load(Ordering::Relaxed);
        assert_eq!(before, nanos(clock::COARSE));
        let ever = new_entry((), u64::MAX, 1_000_000, &settings);
        assert_eq!(ever.plain_until.load(Ordering::Relaxed), u64::MAX);
    }

    #[test]
    fn a_clock_that_is_behind_and_a_life_of_centuries_are_no_trouble() {
        let settings = Settings::new();
        // Stored by one clock, let expire by another that is behind, and met by a third.
        let entry = entry((), 1000, 50, 7, &settings);
        entry.expire(500);
        assert!(stands(&entry, 400, &settings) != Is::Dead);
        assert!(stands(&entry, 500, &settings) == Is::Stale);
        assert!(stands(&entry, 550, &settings) == Is::Dead && is_over(&entry, 550, &settings));
        for lives in [u64::MAX - 1, u64::MAX] {
            let long = super::entry((), 1000, lives, u64::MAX, &settings);
            assert_eq!(long.expires(), u64::MAX);
            assert!(!is_over(&long, u64::MAX - 1, &settings));
            assert!(stands(&long, 0, &settings) != Is::Dead);
        }
    }
}
