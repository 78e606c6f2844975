//! `#[cache]`.

use proc_macro2::TokenStream;
use syn::Ident;

use super::{Common, Layer, keys};
use crate::diag::Diag;
use crate::expand::Context;
use crate::grammar::Args;

struct Cache {
    at: Ident,
}

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let keys = keys(&[]);
    let read = Args { of: "`#[cache]`", positional: 0, keys: &keys, open: false }.parse(args, diag);
    for arg in &read {
        common.take(arg, diag);
    }
    vec![Box::new(Cache { at: at.clone() })]
}

impl Layer for Cache {
    fn at(&self) -> &Ident {
        &self.at
    }

    fn wrap(&self, inner: TokenStream, _cx: &Context) -> TokenStream {
        inner
    }
}
