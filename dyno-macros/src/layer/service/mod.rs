//! `#[service(timeout = 250ms, retry = 3)]`: all policies in one attribute, in one fixed order.
//!
//! It reads its keys, and hands each to the parser of the attribute that goes by its name.

mod balance;
mod call;
mod given;
mod guard;
mod home;
mod limits;
mod order;
mod preset;
mod target;
mod usual;

use proc_macro2::TokenStream;
use syn::Ident;

use self::given::Given;
use super::{Common, Layer};
use crate::diag::Diag;

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let (mut given, whole) = Given::read(at, args, common, diag);
    if let Some(preset) = given.preset.take() {
        return preset::layers(&preset, given, common, diag);
    }
    if whole {
        given.check(diag);
        usual::fill(&mut given);
        limits::check(&given, diag);
    }
    order::layers(given, common, diag)
}
