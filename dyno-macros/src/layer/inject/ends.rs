//! How a call ends whose dependency cannot be had.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Ident, Type};

use super::OnError;
use super::dep::Source;
use super::emit::Emit;
use super::shape::Wrapper;

impl Emit<'_> {
    /// Compile-time: a provider that can fail needs a function that can say so.
    pub(super) fn check(&self) -> TokenStream {
        let cx = self.cx;
        if self.dep.on_error.is_some() || self.param.wrapper != Wrapper::None || cx.is_taken() {
            return TokenStream::new();
        }
        let p = &cx.private;
        let at = cx.ret.span();
        let ret = match &cx.ret {
            Type::Infer(_) | Type::Never(_) => quote_spanned!(at=> #p::Opaque),
            ret => quote_spanned!(at=> #ret),
        };
        let target = self.target();
        match &self.dep.source {
            Source::Provider { expr, is_async } if *is_async <= cx.is_async => {
                // An async function cannot ask here whether its own future is `Send`.
                if !self.dep.per_call() && !is_async {
                    let known = self.known();
                    return quote_spanned!(at=> #p::carries::<#ret, #target, _>(|| #known););
                }
                let name = Ident::new(if *is_async { "mode_async" } else { "mode" }, expr.span());
                let mode = quote_spanned!(expr.span()=> #p::#name::<#target, _, _>(&#expr));
                quote_spanned!(at=> #p::carries_fresh::<#ret, _>(#mode);)
            }
            // A blocking function does not reach an async provider that is not built yet.
            _ => quote_spanned!(at=> #p::must_carry::<#ret>();),
        }
    }

    /// Where an error goes: into the fallback further out, or out of the function.
    pub(super) fn refuse(&self) -> TokenStream {
        let (cx, p, at) = (self.cx, &self.cx.private, self.at);
        let value = match self.dep.on_error {
            Some(OnError::None) => {
                quote_spanned!(at=> { let _ = __dyno_error; #p::None })
            }
            Some(OnError::Default) => {
                quote_spanned!(at=> { let _ = __dyno_error; #p::Default::default() })
            }
            Some(OnError::Panic) => return quote_spanned!(at=> #p::inject_panic(__dyno_error)),
            None if cx.is_taken() => {
                return cx.refuse(&quote_spanned!(at=> #p::Fault::Inject(__dyno_error)));
            }
            None if matches!(cx.ret, Type::Infer(_) | Type::Never(_)) => {
                return quote_spanned!(at=> #p::inject_panic(__dyno_error));
            }
            None => {
                let ret = &cx.ret;
                cx.noted(quote_spanned! {at=> {
                    use #p::{AbortCarry as _, AbortPanic as _};
                    (&#p::Abort::<#ret>::new()).abort(__dyno_error)
                }})
            }
        };
        if self.inline {
            quote_spanned!(at=> return #value)
        } else {
            quote_spanned!(at=> break '__dyno_inject #value)
        }
    }
}
