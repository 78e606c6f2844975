//! Counters that belong to a generation: a new one starts them anew without anybody clearing them.

use super::super::sync::Word;

/// How a word is split: a tag above, a count below.
#[derive(Clone, Copy)]
pub(super) struct Split {
    /// How many bits the count has.
    pub(super) count: u32,
}

impl Split {
    fn mask(self) -> u64 {
        (1 << self.count) - 1
    }

    /// The tag that a word can hold of `tag`.
    pub(super) fn tag(self, tag: u64) -> u64 {
        tag << self.count
    }

    /// The count in `word`, if it belongs to `tag`.
    pub(super) fn count_of(self, word: u64, tag: u64) -> Option<u64> {
        (word & !self.mask() == self.tag(tag)).then_some(word & self.mask())
    }

    /// `word` and one more, in the name of `tag`.
    fn one_more(self, word: u64, tag: u64) -> u64 {
        match self.count_of(word, tag) {
            // Full: it stays so, rather than spill into the tag.
            Some(count) if count == self.mask() => word,
            Some(_) => word + 1,
            None => self.tag(tag) | 1,
        }
    }

    /// Counts one on a word that nobody else writes.
    #[inline]
    pub(super) fn count_alone<W: Word>(self, word: &W, tag: u64) {
        word.write(self.one_more(word.peek(), tag));
    }

    /// Counts one on a word that others write, too; how many there were before it.
    pub(super) fn count<W: Word>(self, word: &W, tag: u64) -> u64 {
        loop {
            let before = word.read();
            if word.replace(before, self.one_more(before, tag)) {
                return self.count_of(before, tag).unwrap_or(0);
            }
        }
    }
}
