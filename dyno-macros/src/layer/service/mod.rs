//! `#[service(timeout = 250ms, retry = 3)]`: all policies in one attribute, in one fixed order.

use proc_macro2::TokenStream;
use syn::Ident;

use super::{Common, Layer, keys};
use crate::diag::Diag;
use crate::grammar::Args;

pub(super) fn parse(
    _at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let keys = keys(&[]);
    let read =
        Args { of: "`#[service]`", positional: 0, keys: &keys, open: false }.parse(args, diag);
    for arg in read {
        common.take(&arg, diag);
    }
    Vec::new()
}
