//! The nearest spelling: optimal string alignment distance (Levenshtein with swapped neighbours).

/// The known word nearest to `wrong`, if one is near enough to be what was meant.
pub(crate) fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = |word: &&str| distance(wrong, word) <= word.chars().count().div_ceil(3);
    let cut = |word: &&str| wrong.chars().count() > 1 && word.starts_with(wrong);
    known.filter(|word| near(word) || cut(word)).min_by_key(|word| distance(wrong, word))
}

/// How many single edits (insert, delete, replace, swap neighbours) lead from `a` to `b`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, want) in [
            ("", "", 0),
            ("", "abc", 3),
            ("test", "test", 0),
            ("tset", "test", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a, b), want, "{a} to {b}");
            assert_eq!(distance(b, a), want, "{b} to {a}");
        }
    }

    #[test]
    fn near_words_only() {
        let known = ["test", "lint", "bench"];
        let near = |word| nearest(word, known.into_iter());
        assert_eq!(near("tests"), Some("test"));
        assert_eq!(near("lnit"), Some("lint"));
        assert_eq!(near("be"), Some("bench"));
        assert_eq!(near("deploy"), None);
        assert_eq!(near(""), None);
    }
}
