//! `breaker(fail_max = 5)` beside `balance = [..]`: the settings of the breakers of the targets.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Expr, Ident};

use super::{Breaker, Which, read};
use crate::diag::Diag;
use crate::expand::here;
use crate::grammar::Failures;
use crate::layer::{Common, Layer};

/// What the breakers of all targets have in common.
pub(crate) struct OfTargets {
    /// A `Settings`.
    pub(crate) settings: TokenStream,
    /// It may stand in a `static` as it is.
    pub(crate) is_const: bool,
    pub(crate) failures: Failures,
    pub(crate) retry_after: Option<Expr>,
}

/// Reads what the attribute would be given, and what stands in.
pub(crate) fn of_targets(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> (OfTargets, Vec<Box<dyn Layer>>) {
    let (breaker, fallback) = read(at, args, common, diag);
    let Breaker { which, settings, failures, retry_after, .. } = breaker;
    match which {
        Which::Own => {}
        Which::Named(name) => diag.error(
            name,
            "with `balance` each target has a breaker of its own, so none can be shared by name; leave the name out",
        ),
        Which::Static(of) => diag.error(
            of,
            "with `balance` each target has a breaker of its own; give the settings of those, such as `breaker(fail_max = 5)`",
        ),
    }
    let alone = [breaker.key.as_ref(), breaker.skip.as_ref()];
    for expr in alone.into_iter().flatten() {
        diag.error(
            expr,
            "with `balance` each target has a breaker of its own: none has a `key` or is skipped",
        );
    }
    let p = common.private();
    let settings =
        (settings.is_const, settings.of(&quote_spanned!(here(at.span())=> #p::Settings::new())));
    (OfTargets { settings: settings.1, is_const: settings.0, failures, retry_after }, fallback)
}
