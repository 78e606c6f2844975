//! `call: &Call`: a parameter that the service fills in, anew for each attempt.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, Ident, PatType, Type};

use crate::diag::Diag;
use crate::expand::{Context, here, unname};
use crate::layer::Layer;
use crate::layer::inject::plain;

/// One part of it.
pub(super) struct Call {
    at: Ident,
    part: Part,
    /// There are attempts, of which it has the number.
    tried: bool,
    target: Target,
    arg: Option<PatType>,
    idle: bool,
}

/// Whom it goes to.
#[derive(Clone, Copy)]
pub(super) enum Target {
    None,
    Picked,
    /// Only the program knows whether there is one.
    Perhaps,
}

/// Where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Around all attempts: what they have in common.
    Key,
    /// Right inside of the attempts, whose count may stay behind on another thread.
    Number,
    /// Around the body.
    Value,
}

impl Call {
    pub(super) fn new(at: &Ident, part: Part, tried: bool, target: Target) -> Self {
        Self { at: at.clone(), part, tried, target, arg: None, idle: true }
    }

    /// Takes the parameter out of the signature.
    fn take(&mut self, cx: &mut Context, diag: &mut Diag) {
        let inputs = std::mem::take(&mut cx.sig.inputs);
        for arg in inputs.iter().filter(|arg| is_owned(arg)) {
            diag.error(arg, "a service lends what it tells of a call: take `&Call`; a type of your own that is called so is told apart by its path, such as `self::Call`");
        }
        let (taken, rest): (Vec<FnArg>, Vec<FnArg>) = inputs.into_iter().partition(is_call);
        cx.sig.inputs = rest.into_iter().collect();
        if let Some(second) = taken.get(1) {
            diag.error(second, "an attempt belongs to one call; take one `&Call`");
        }
        let Some(FnArg::Typed(mut arg)) = taken.into_iter().next() else { return };
        unname(&mut arg.ty, &mut cx.sig);
        if let Some(attr) = arg.attrs.iter().find(|attr| attr.path().is_ident("cfg")) {
            diag.error(attr, "a parameter that the service fills in cannot depend on `cfg`; put the `cfg` on the function");
        }
        cx.called = Some(((*arg.pat).clone(), (*arg.ty).clone()));
        self.arg = Some(arg);
    }

    fn value(&self, cx: &Context) -> TokenStream {
        let Some(arg) = &self.arg else { return TokenStream::new() };
        let (p, point) = (&cx.private, cx.point());
        let PatType { attrs, pat, ty, .. } = arg;
        // Of another type of that name the compiler speaks under it.
        let at = here(ty.span());
        let number =
            if self.tried { quote_spanned!(at=> __dyno_number) } else { quote_spanned!(at=> 1) };
        let target = match self.target {
            Target::None => quote_spanned!(at=> #p::None),
            Target::Picked => quote_spanned!(at=> #p::Some(__dyno_target)),
            Target::Perhaps => quote_spanned!(at=> __dyno_target),
        };
        // Nobody looks at it, which is no news.
        let quiet = pat
            .to_token_stream()
            .to_string()
            .starts_with('_')
            .then(|| quote_spanned!(at=> #[allow(clippy::no_effect_underscore_binding)]));
        quote_spanned! {at=>
            let __dyno_call = &#p::Call::new(#point, __dyno_key, #number, #target);
            #(#attrs)*
            #quiet
            let #pat: #ty = __dyno_call;
        }
    }
}

impl Layer for Call {
    fn at(&self) -> &Ident {
        &self.at
    }
    fn takes_parameters(&self) -> bool {
        true
    }
    fn fills_in(&self, arg: &FnArg) -> bool {
        is_call(arg)
    }
    fn is_idle(&self) -> bool {
        self.idle
    }

    fn prepare(&mut self, cx: &mut Context, diag: &mut Diag) {
        self.idle = !takes_call(cx);
        if self.part == Part::Value {
            self.take(cx, diag);
        }
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let bound = match self.part {
            Part::Key => quote_spanned!(at=> let __dyno_key = #p::Call::draw();),
            Part::Number => {
                quote_spanned!(at=> let __dyno_number = #p::Attempts::number(&__dyno_attempts);)
            }
            Part::Value => self.value(cx),
        };
        quote_spanned!(at=> { #bound #inner })
    }
}

/// `true` when the function takes a `&Call`, or took one.
pub(super) fn takes_call(cx: &Context) -> bool {
    cx.called.is_some() || cx.sig.inputs.iter().any(is_call)
}

/// `call: Call`, `call: &mut Call`, where no path says that it is another.
fn is_owned(arg: &FnArg) -> bool {
    let FnArg::Typed(arg) = arg else { return false };
    let (ty, is_lent) = match plain(&arg.ty) {
        Type::Reference(reference) => (plain(&reference.elem), reference.mutability.is_none()),
        ty => (ty, false),
    };
    let Type::Path(path) = ty else { return false };
    let mut ends = path.path.segments.iter().rev();
    let is_call = ends.next().is_some_and(|it| it.ident == "Call" && it.arguments.is_none());
    !is_lent && is_call && ends.next().is_none_or(|module| module.ident == "service")
}

/// `call: &Call`, by any path.
fn is_call(arg: &FnArg) -> bool {
    let FnArg::Typed(arg) = arg else { return false };
    let Type::Reference(reference) = plain(&arg.ty) else { return false };
    let Type::Path(path) = plain(&reference.elem) else { return false };
    reference.mutability.is_none() && path.path.segments.last().is_some_and(|it| it.ident == "Call")
}
