//! What to say when nothing is registered.

use std::any::{TypeId, type_name};

use super::Registry;
use crate::fault::{InjectError, InjectErrorKind};
use crate::point::Name;

/// Nothing is registered for `T` under `tag` in these registries, nearest first.
#[cold]
pub(super) fn not_registered<T: ?Sized + 'static>(
    registries: &[&Registry],
    tag: &str,
) -> InjectError {
    let (mut known, mut held) = (Vec::new(), Vec::new());
    for registry in registries {
        let store = registry.store();
        for info in store.infos_of(TypeId::of::<T>()) {
            if !known.contains(&info.tag) {
                known.push(info.tag);
            }
        }
        for name in store.types_under(tag) {
            if !tag.is_empty() && !held.contains(&name) {
                held.push(name);
            }
        }
    }
    InjectError::new(InjectErrorKind::NotRegistered {
        wanted: type_name::<T>().into(),
        tag: (!tag.is_empty()).then(|| tag.to_owned().into()),
        nearest: nearest(tag, &known),
        known,
        held,
    })
}

/// The known tag that `tag` may have been meant to be: at most one slip in three letters.
fn nearest(tag: &str, known: &[Name]) -> Option<Name> {
    let asked: Vec<char> = tag.to_lowercase().chars().collect();
    let limit = asked.len().div_ceil(3);
    let slips = |name: &Name| {
        let name: Vec<char> = name.to_lowercase().chars().collect();
        distance(&asked, &name)
    };
    let (slips, name) = known
        .iter()
        .filter(|name| !name.is_empty())
        .map(|name| (slips(name), name))
        .min_by_key(|(slips, _)| *slips)?;
    (slips <= limit).then(|| name.clone())
}

/// How many letters to insert, remove, change, or swap with their neighbour: optimal string
/// alignment, the restricted form of Damerau's distance (Comm. ACM 7(3), 1964).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_pen_are_recognised() {
        let known = ["primary", "replica"].map(Name::from);
        for (asked, meant) in [
            ("primry", Some("primary")),
            ("pirmary", Some("primary")),
            ("Primary", Some("primary")),
            ("replcia", Some("replica")),
            ("backup", None),
            ("", None),
        ] {
            assert_eq!(nearest(asked, &known).as_deref(), meant, "{asked}");
        }
    }

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("", "", 0),
            ("ab", "", 2),
            ("ab", "ba", 1),
            ("abc", "adc", 1),
            ("kitten", "sitting", 3),
        ] {
            let [a, b] = [a, b].map(|text| text.chars().collect::<Vec<_>>());
            assert_eq!(distance(&a, &b), expected);
            assert_eq!(distance(&b, &a), expected);
        }
    }
}
