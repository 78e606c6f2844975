//! Which values make room for others: SIEVE.
//!
//! One queue in the order of arrival, and a hand that goes from the oldest to the newest and round
//! again. Who is asked for sets a bit and does not move; who has the bit when the hand comes loses it
//! and stays, who has it not goes. (Yazhuo Zhang et al., "SIEVE is Simpler than LRU: an Efficient
//! Turn-Key Eviction Algorithm for Web Caches", NSDI 2024.)

/// A place in the queue that no later one shares, be it for another value in the same seat.
pub(super) type Place = u64;

const NONE: u32 = u32::MAX;

pub(super) struct Sieve {
    seats: Vec<Seat>,
    /// Seats that nobody has, linked by `older`.
    free: u32,
    newest: u32,
    oldest: u32,
    /// Where the hand stands; nowhere: at the oldest.
    hand: u32,
    weight: u64,
}

struct Seat {
    hash: u64,
    weight: u64,
    /// How often the seat has been taken.
    turn: u32,
    newer: u32,
    older: u32,
    is: Is,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    Free,
    /// Taken for a value that is being stored.
    Coming,
    /// The same, of a value that has gone already.
    Over,
    Queued,
}

impl Sieve {
    pub(super) const fn new() -> Self {
        Self { seats: Vec::new(), free: NONE, newest: NONE, oldest: NONE, hand: NONE, weight: 0 }
    }

    /// What all in the queue weigh together.
    pub(super) const fn weight(&self) -> u64 {
        self.weight
    }

    /// What a value weighs that is about to join the queue; nothing when it has gone meanwhile.
    pub(super) fn coming(&mut self, place: Place) -> u64 {
        self.at(place).map_or(0, |at| self.seat(at).weight)
    }

    /// A place for a value that is about to be stored.
    pub(super) fn take(&mut self, hash: u64, weight: u64) -> Place {
        let at = if self.free == NONE {
            let at = u32::try_from(self.seats.len()).unwrap_or(NONE);
            assert!(at != NONE, "cache: more than 4 billion values");
            let seat = Seat { hash, weight, turn: 0, newer: NONE, older: NONE, is: Is::Coming };
            self.seats.push(seat);
            at
        } else {
            let at = self.free;
            let seat = self.seat(at);
            let next = seat.older;
            (seat.hash, seat.weight, seat.is) = (hash, weight, Is::Coming);
            (seat.newer, seat.older) = (NONE, NONE);
            self.free = next;
            at
        };
        u64::from(self.seat(at).turn) << 32 | u64::from(at)
    }

    fn seat(&mut self, at: u32) -> &mut Seat {
        &mut self.seats[at as usize]
    }

    /// The seat of a place that is not over.
    fn at(&mut self, place: Place) -> Option<u32> {
        #[expect(clippy::cast_possible_truncation, reason = "the halves of a word")]
        let (turn, at) = ((place >> 32) as u32, place as u32);
        let seat = self.seats.get(at as usize)?;
        (seat.turn == turn && matches!(seat.is, Is::Coming | Is::Queued)).then_some(at)
    }

    /// The value is stored: it is the newest. It may have gone meanwhile.
    pub(super) fn settle(&mut self, place: Place) {
        if let Some(at) = self.at(place) {
            let before = self.newest;
            let seat = self.seat(at);
            (seat.is, seat.older) = (Is::Queued, before);
            let weight = seat.weight;
            self.weight += weight;
            self.newest = at;
            if before == NONE {
                self.oldest = at;
            } else {
                self.seat(before).newer = at;
            }
        } else {
            self.end(place);
        }
    }

    /// Gives back the seat of a value that has gone before it settled.
    fn end(&mut self, place: Place) {
        #[expect(clippy::cast_possible_truncation, reason = "the lower half of a word")]
        let at = place as u32;
        if self.seat(at).is == Is::Over {
            self.give_back(at);
        }
    }

    /// A value has gone.
    pub(super) fn release(&mut self, place: Place) {
        let Some(at) = self.at(place) else { return };
        if self.seat(at).is == Is::Coming {
            // Its seat is given back by who stores it.
            self.seat(at).is = Is::Over;
        } else {
            self.weight -= self.seat(at).weight;
            self.unlink(at);
            self.give_back(at);
        }
    }

    /// A value was not stored after all.
    pub(super) fn abandon(&mut self, place: Place) {
        self.release(place);
        self.end(place);
    }

    /// Takes one out to make room; `none` when nobody is in the queue. `spare` says whether a value
    /// stays for this time, and clears its bit.
    pub(super) fn evict(
        &mut self,
        mut spare: impl FnMut(u64, Place) -> bool,
    ) -> Option<(u64, Place)> {
        if self.oldest == NONE {
            return None;
        }
        let mut at = if self.hand == NONE { self.oldest } else { self.hand };
        // Once round: those that come by meanwhile may set bits again, and not for ever.
        for _ in 0..self.seats.len() {
            let Seat { hash, turn, newer, .. } = *self.seat(at);
            if !spare(hash, u64::from(turn) << 32 | u64::from(at)) {
                break;
            }
            at = if newer == NONE { self.oldest } else { newer };
        }
        let Seat { hash, turn, weight, newer, .. } = *self.seat(at);
        self.hand = newer;
        self.weight -= weight;
        self.unlink(at);
        self.give_back(at);
        Some((hash, u64::from(turn) << 32 | u64::from(at)))
    }

    fn unlink(&mut self, at: u32) {
        let Seat { newer, older, .. } = *self.seat(at);
        if self.hand == at {
            self.hand = newer;
        }
        if newer == NONE {
            self.newest = older;
        } else {
            self.seat(newer).older = older;
        }
        if older == NONE {
            self.oldest = newer;
        } else {
            self.seat(older).newer = newer;
        }
    }

    fn give_back(&mut self, at: u32) {
        let next = self.free;
        let seat = self.seat(at);
        seat.turn = seat.turn.wrapping_add(1);
        (seat.is, seat.older) = (Is::Free, next);
        self.free = at;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn put(sieve: &mut Sieve, hash: u64) -> Place {
        let place = sieve.take(hash, 1);
        sieve.settle(place);
        place
    }

    fn seat(place: Place) -> u64 {
        place & 0xffff_ffff
    }

    fn evict(sieve: &mut Sieve, used: &mut HashSet<u64>) -> Option<u64> {
        sieve.evict(|hash, _| used.remove(&hash)).map(|(hash, _)| hash)
    }

    #[test]
    fn the_oldest_that_nobody_asked_for_goes() {
        let mut sieve = Sieve::new();
        for hash in 0..5 {
            put(&mut sieve, hash);
        }
        let mut used = HashSet::from([0, 2]);
        assert_eq!(evict(&mut sieve, &mut used), Some(1));
        assert_eq!(sieve.weight(), 4);
        put(&mut sieve, 5);
        // The hand goes on from there, and round.
        assert_eq!(evict(&mut sieve, &mut used), Some(3));
        assert!(used.is_empty());
        let rest: Vec<_> = std::iter::from_fn(|| evict(&mut sieve, &mut used)).collect();
        assert_eq!(rest, [4, 5, 0, 2]);
        assert_eq!((sieve.weight(), evict(&mut sieve, &mut used)), (0, None));
    }

    #[test]
    fn one_that_is_always_asked_for_goes_when_all_are() {
        let mut sieve = Sieve::new();
        for hash in 0..3 {
            put(&mut sieve, hash);
        }
        assert_eq!(sieve.evict(|_, _| true).map(|(hash, _)| hash), Some(0));
    }

    #[test]
    fn a_seat_is_used_again_and_an_old_place_is_not_the_new_one() {
        let mut sieve = Sieve::new();
        let first = put(&mut sieve, 1);
        sieve.release(first);
        let second = put(&mut sieve, 2);
        assert_eq!((seat(first), sieve.seats.len()), (seat(second), 1));
        sieve.release(first);
        assert_eq!(sieve.weight(), 1);
        sieve.release(second);
        assert_eq!(sieve.weight(), 0);
    }

    #[test]
    fn who_goes_before_it_has_come_leaves_nothing() {
        let mut sieve = Sieve::new();
        let gone = sieve.take(1, 7);
        assert_eq!((sieve.coming(gone), sieve.weight()), (7, 0));
        sieve.release(gone);
        assert_eq!((sieve.coming(gone), sieve.weight()), (0, 0));
        let other = put(&mut sieve, 2);
        assert_ne!(seat(gone), seat(other), "the seat is not free before it has settled");
        sieve.settle(gone);
        assert_eq!(seat(put(&mut sieve, 3)), seat(gone));
        let lost = sieve.take(4, 7);
        sieve.abandon(lost);
        assert_eq!((sieve.weight(), sieve.seats.len()), (2, 3));
    }
}
