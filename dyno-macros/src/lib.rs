//! The attribute macros of dyno; use them through the `dyno` crate, which documents them.
//!
//! An attribute goes through four stages: `stack` collects all of dyno's attributes of one
//! function, `grammar` reads their arguments, `layer` holds what each of them means, and
//! `expand` puts the layers around the body, in the order of the text.

mod diag;
mod expand;
mod func;
mod grammar;
mod injectable;
mod layer;
mod stack;
mod testing;
#[cfg(test)]
mod trials;

use proc_macro::TokenStream;

macro_rules! layers {
    ($($name:ident),+ $(,)?) => {$(
        #[doc = concat!("`#[", stringify!($name), "]`: documented where `dyno` exports it.")]
        #[proc_macro_attribute]
        pub fn $name(args: TokenStream, item: TokenStream) -> TokenStream {
            stack::attribute(stringify!($name), args.into(), &item.into()).into()
        }
    )+};
}
layers! {
    inject,
    retry,
    timeout,
    breaker,
    fuse,
    bulkhead,
    rate,
    fallback,
    cache,
    metrics,
    timing,
    harness,
    aspect,
    service,
}

/// The accumulator. Only ever written by our own attributes.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn __pipeline(args: TokenStream, item: TokenStream) -> TokenStream {
    stack::pipeline(args.into(), &item.into()).into()
}

/// `#[test]`: documented where `dyno` exports it.
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    testing::test(args.into(), &item.into()).into()
}

/// `#[derive(Injectable)]`: documented where `dyno` exports it.
#[proc_macro_derive(Injectable, attributes(inject, injectable))]
pub fn injectable(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    injectable::derive(&input).into()
}
