//! Counters that belong to a generation: a new one starts them anew without anybody clearing them.

use crate::sync::Word;

/// How a word is split: a generation above, a lap below it, a count below that; the first two are
/// its tag.
#[derive(Clone, Copy)]
pub(crate) struct Split {
    /// How many bits the count has.
    pub(crate) count: u32,
    /// How many bits the lap has.
    pub(crate) lap: u32,
}

/// Who comes late is late by a few generations. More than this, and the word was not used for so
/// long that generations have gone round.
const LATE: u64 = 1024;

impl Split {
    fn mask(self) -> u64 {
        (1 << self.count) - 1
    }

    /// The tag that a word can hold of `tag`.
    pub(crate) fn tag(self, tag: u64) -> u64 {
        tag << self.count
    }

    /// The count in `word`, if it belongs to `tag`.
    pub(crate) fn count_of(self, word: u64, tag: u64) -> Option<u64> {
        (word & !self.mask() == self.tag(tag)).then_some(word & self.mask())
    }

    /// `true` when `word` belongs to a later generation than `tag`, or to the lap after its own: who
    /// was stopped on the way must not wipe out what others have counted since.
    fn is_later(self, word: u64, tag: u64) -> bool {
        let generations = self.count + self.lap;
        let behind = |bits: u32, of: u64| (word >> bits).wrapping_sub(self.tag(tag) >> bits) & of;
        match behind(generations, u64::MAX >> generations) {
            0 => self.lap > 0 && behind(self.count, (1 << self.lap) - 1) == 1,
            generations => word != 0 && generations < LATE,
        }
    }

    /// `word` and one more, in the name of `tag`.
    fn one_more(self, word: u64, tag: u64) -> u64 {
        if self.is_later(word, tag) {
            return word;
        }
        match self.count_of(word, tag) {
            // Full: it stays so, rather than spill into the tag.
            Some(count) if count == self.mask() => word,
            Some(_) => word + 1,
            None => self.tag(tag) | 1,
        }
    }

    /// Counts one on a word that nobody else writes.
    #[inline]
    pub(crate) fn count_alone<W: Word>(self, word: &W, tag: u64) {
        word.write(self.one_more(word.peek(), tag));
    }

    /// Counts one on a word that others write, too; how many there were before it.
    pub(crate) fn count<W: Word>(self, word: &W, tag: u64) -> u64 {
        loop {
            let before = word.read();
            if word.replace(before, self.one_more(before, tag)) {
                return self.count_of(before, tag).unwrap_or(0);
            }
        }
    }
}
