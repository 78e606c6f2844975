//! `#[aspect("shop::price")]`: a join point, whose filters are set while the program runs.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Type};

use super::chosen::{Choice, Handed, handed, kept_result, name};
use crate::diag::Diag;
use crate::expand::{Context, here, located};
use crate::layer::Layer;

/// As many arguments as there are tuples for.
const MOST: usize = 12;

pub(super) struct Filtered {
    pub(super) at: Ident,
    pub(super) join: LitStr,
    pub(super) choice: Choice,
    pub(super) no_result: Option<Ident>,
    offers: Vec<Offer>,
}

/// One argument.
struct Offer {
    name: Ident,
    ty: Type,
    owned: bool,
    mutability: Option<syn::Token![mut]>,
}

impl Filtered {
    pub(super) fn new(at: Ident, join: LitStr, choice: Choice, no_result: Option<Ident>) -> Self {
        Self { at, join, choice, no_result, offers: Vec::new() }
    }

    /// Where the owned forms live, what is offered, and what comes back.
    fn offered(&self, cx: &Context) -> (TokenStream, TokenStream, TokenStream) {
        let p = &cx.private;
        let (mut places, mut offers, mut given) = (TokenStream::new(), Vec::new(), Vec::new());
        for Offer { name, ty, owned, mutability } in &self.offers {
            // What is wrong with the type is told under it.
            let at = here(ty.span());
            let mut value = name.clone();
            value.set_span(name.span().located_at(ty.span()));
            given.push(quote!(#mutability #name));
            if !owned {
                offers.push(quote_spanned!(at=> #p::ByValue(#value)));
                continue;
            }
            let place =
                format_ident!("__dyno_{}", name.to_string().trim_start_matches("r#"), span = at);
            places.extend(quote_spanned!(at=> let mut #place = #p::None;));
            let p = located(p.clone(), at);
            offers.push(quote_spanned!(at=> #p::Lent::new(#value, &mut #place)));
        }
        let at = here(self.at.span());
        match (offers.as_slice(), given.as_slice()) {
            ([offer], [given]) => (places, offer.clone(), given.clone()),
            _ => (places, quote_spanned!(at=> (#(#offers),*)), quote_spanned!(at=> (#(#given),*))),
        }
    }

    /// What the static is made of.
    fn site(&self, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let (p, join, point) = (&cx.private, &self.join, cx.point());
        let result = self.no_result.as_ref().map(|_| quote_spanned!(at=> .no_result_filters()));
        let mut types = TokenStream::new();
        types.extend(self.offers.iter().map(|Offer { ty, .. }| quote!(#ty)));
        if self.no_result.is_none() {
            let ret = &cx.ret;
            types.extend(quote!(#ret));
        }
        let generic = cx.mentions_generics(&types).then(|| quote_spanned!(at=> .generic()));
        quote_spanned!(at=> #p::JoinSite::new(#join, #point)#result #generic)
    }
}

impl Layer for Filtered {
    fn at(&self) -> &Ident {
        &self.at
    }

    fn rebinds(&self, argument: &str) -> bool {
        self.choice.may_take(argument)
    }

    fn join(&self) -> Option<&LitStr> {
        Some(&self.join)
    }

    fn prepare(&mut self, cx: &mut Context, diag: &mut Diag) {
        self.choice.check(cx, diag);
        let mut offers = Vec::new();
        for arg in self.choice.of(cx) {
            let owned = match (handed(arg, cx), name(arg)) {
                (Handed::ByValue, Some(_)) => false,
                (Handed::Owned, Some(_)) => true,
                (Handed::Never(why), _) => {
                    diag.error(arg, format!("{why} choose what filters see with `args(…)`, such as `#[aspect(\"name\", args(sku, quantity))]`, or `args()`"));
                    continue;
                }
                _ => continue,
            };
            let Some(name) = name(arg) else { continue };
            // A further attempt names by itself what it may change.
            let mutability = if cx.repeats_inside { None } else { cx.last_mut(name) };
            offers.push(Offer { name: name.clone(), ty: (*arg.ty).clone(), owned, mutability });
        }
        if offers.len() > MOST {
            diag.error(
                &self.join,
                format!("filters see {MOST} arguments at most; choose them: `args(sku, quantity)`"),
            );
        }
        self.offers = offers;
        if let Some(why) = kept_result(cx).filter(|_| self.no_result.is_none()) {
            let join = &self.join;
            diag.error(
                &cx.sig.output,
                format!("{why}; leave it out: `#[aspect({}, no_result)]`", quote!(#join)),
            );
        }
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let (p, ret) = (&cx.private, &cx.ret);
        let site = self.site(cx);
        let (places, offers, given) = self.offered(cx);
        let refuse = cx.refuse(&quote_spanned!(at=> __dyno_fault));
        if self.no_result.is_some() {
            return quote_spanned! {at=> {
                #places
                match #p::filtered!(#site, (), #offers) {
                    #p::Ok((_, #given)) => #inner,
                    #p::Err(__dyno_fault) => #refuse,
                }
            }};
        }
        if !cx.has_refuge() && !cx.is_noted() {
            return quote_spanned! {at=> {
                #places
                match #p::filtered!(#site, #ret, #offers, refuse) {
                    #p::Ok((__dyno_filters, #given)) => #p::Refusing::result(__dyno_filters, #inner),
                    #p::Err(__dyno_out) => __dyno_out,
                }
            }};
        }
        quote_spanned! {at=> {
            #places
            let __dyno_end = match #p::filtered!(#site, #ret, #offers) {
                #p::Ok((__dyno_filters, #given)) => #p::Filters::result(__dyno_filters, #inner),
                #p::Err(__dyno_fault) => #p::Err(__dyno_fault),
            };
            match __dyno_end {
                #p::Ok(__dyno_out) => __dyno_out,
                #p::Err(__dyno_fault) => #refuse,
            }
        }}
    }
}
