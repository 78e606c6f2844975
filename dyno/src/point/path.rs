//! From the compiler's name of a function to the one a person would write.

/// `<a::Ty<_> as a::Tr>::get` → `a::Ty::get`: the path a person would write.
pub(crate) fn plain_path(type_name: &str) -> String {
    let text = type_name.trim();
    // `<Type as Trait>::rest` and `module::<impl Type>::rest` are both about the type.
    if let Some(at) = text.find('<') {
        if let Some(end) = closing(text, at) {
            let (inside, rest) = (&text[at + 1..end], &text[end + 1..]);
            let before = &text[..at];
            if let Some(of) = inside.strip_prefix("impl ") {
                let of = of.rsplit(" for ").next().unwrap_or(of);
                return plain_path(of) + &plain_path(rest);
            }
            if before.is_empty() {
                let of = top_level_as(inside).map_or(inside, |at| &inside[..at]);
                return plain_path(of) + &plain_path(rest);
            }
            return before.trim_end_matches("::").to_owned() + &plain_path(rest);
        }
    }
    text.to_owned()
}

/// The `>` that closes the `<` at `open`; the `>` of `->` closes nothing.
fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = b' ';
    for (at, byte) in text.bytes().enumerate().skip(open) {
        match byte {
            b'<' => depth += 1,
            b'>' if before != b'-' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        before = byte;
    }
    None
}

/// Where ` as ` stands outside of nested angle brackets.
fn top_level_as(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'<' => depth += 1,
            b'>' => depth = depth.saturating_sub(1),
            b' ' if depth == 0 && text[at..].starts_with(" as ") => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::plain_path;

    #[test]
    fn paths_read_as_a_person_would_write_them() {
        for (type_name, path) in [
            ("a::m::Ty<_>::meth::here", "a::m::Ty::meth::here"),
            ("<a::m::Ty<_> as a::m::Tr<u8>>::w::here", "a::m::Ty::w::here"),
            ("a::m::deep::<impl a::m::Ty<u16>>::elsewhere", "a::m::Ty::elsewhere"),
            ("a::m::<impl a::Tr for a::Ty>::w", "a::Ty::w"),
            ("a::generic<alloc::vec::Vec<u8>>", "a::generic"),
            ("a::m::Tr::q::here", "a::m::Tr::q::here"),
            ("a::open<fn(u8) -> u8>", "a::open"),
        ] {
            assert_eq!(plain_path(type_name), path, "{type_name}");
        }
    }
}
