//! Trials of the macros without a compiler: what they expand to, and that nothing makes them panic.

mod malformed;
mod service;
mod snapshots;

use proc_macro2::TokenStream;

use crate::stack;

/// What the compiler would make of the attributes of one function, all of them ours.
fn expand(attributes: &[(&str, &str)], item: &str) -> TokenStream {
    let mut tokens: TokenStream = parse(item);
    let last = attributes.len() - 1;
    let mut entries = String::new();
    for (i, (kind, args)) in attributes.iter().enumerate() {
        if i == last {
            if !entries.is_empty() {
                tokens = parse(&format!("#[::dyno::__private::__pipeline({entries})] {item}"));
            }
            return stack::attribute(kind, parse(args), &tokens);
        }
        entries.extend([kind, "(", args, "),"]);
    }
    tokens
}

fn parse(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}
