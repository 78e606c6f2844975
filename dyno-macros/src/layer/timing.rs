//! `#[timing]`, `#[timing("query {sku}")]`: the call is a span of the recording in force.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{Expr, Ident, Lit, LitStr};

use super::{Common, Layer, Said};
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::grammar::Args;

pub(super) struct Timing {
    at: Ident,
    /// What the span is called, if not as the point.
    label: Option<LitStr>,
    /// Whether it is one at all, where only the program knows.
    preset: Option<TokenStream>,
    is_async: bool,
}

pub(super) fn parse(
    at: &Ident,
    args: TokenStream,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let said = common.said(at);
    let keys = common.keys(&[]);
    let read =
        Args { of: &said.quoted(), positional: 1, keys: &keys, open: false }.parse(args, diag);
    let mut label = None;
    for arg in &read {
        if common.take(arg, diag) {
            continue;
        }
        let Some(expr) = arg.expr("the name of the span", diag) else { continue };
        match expr {
            Expr::Lit(lit) => match &lit.lit {
                Lit::Str(text) if text.value().is_empty() => {
                    diag.error(text, "the name of a span is not empty; leave it out, and the span is called as its point");
                }
                Lit::Str(text) => {
                    places(text, diag);
                    label = Some(text.clone());
                }
                _ => not_text(expr, &said, diag),
            },
            _ => not_text(expr, &said, diag),
        }
    }
    vec![Box::new(Timing { at: at.clone(), label, preset: None, is_async: false })]
}

/// What stands in braces is an argument, by its name.
fn places(text: &LitStr, diag: &mut Diag) {
    let value = text.value().replace("{{", "").replace("}}", "");
    let within = value.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    for (place, _) in within {
        let name = place.split(':').next().unwrap_or(place).trim();
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
            diag.error(text, "what stands in braces is an argument, by its name, such as `{sku}`");
        } else if name.contains(['.', '(', '[']) {
            let message = format!(
                "`{{{place}}}` is more than an argument's name; open a span in the body, such as `timing::span(format_args!(…))`"
            );
            diag.error(text, message);
        }
    }
}

fn not_text(expr: &Expr, said: &Said, diag: &mut Diag) {
    let example = said.with("\"query {sku}\"");
    diag.error(
        expr,
        format!("the name of a span is text, such as {example}, where `{{sku}}` is an argument"),
    );
}

impl Timing {
    /// A span where `is_timed` says so.
    pub(super) fn of_preset(at: &Ident, is_timed: TokenStream) -> Self {
        Self { at: at.clone(), label: None, preset: Some(is_timed), is_async: false }
    }

    /// `future` in a span.
    fn run(&self, future: &TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let label = self.label(cx);
        let timed = |future: &TokenStream| {
            quote_spanned! {at=>
                let mut __dyno_span = #p::SpanAsync::begin(#label);
                let __dyno_out = #p::SpanAsync::run(&mut __dyno_span, #future).await;
                #p::drop(__dyno_span);
            }
        };
        let Some(is_timed) = &self.preset else {
            return timed(&quote_spanned!(at=> #p::pin!(#future)));
        };
        let timed = timed(&quote_spanned!(at=> __dyno_future));
        quote_spanned! {at=>
            let __dyno_future = #p::pin!(#future);
            let __dyno_out = if #is_timed { #timed __dyno_out } else { __dyno_future.await };
        }
    }

    /// What the span is called.
    fn label(&self, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        match &self.label {
            Some(text) if text.value().contains(['{', '}']) => {
                quote_spanned!(at=> #p::format_args!(#text))
            }
            Some(text) => quote_spanned!(at=> #text),
            None => cx.point(),
        }
    }

    /// Refusals from inside come through the future, as a `Fault`.
    fn around(&self, inner: &TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let jumped = cx.jumped.replace(false);
        let future = if jumped {
            let refuge = cx.own_refuge(at);
            quote_spanned!(at=> async { #refuge: { #p::Ok::<_, #p::Fault>(#inner) } })
        } else {
            let plain = || quote_spanned!(at=> async { #inner });
            cx.future.clone().unwrap_or_else(plain)
        };
        let out = if jumped {
            let goes_on = cx.pass_on(at);
            quote_spanned! {at=>
                match __dyno_out {
                    #p::Ok(__dyno_out) => __dyno_out,
                    #p::Err(__dyno_fault) => #goes_on,
                }
            }
        } else {
            quote_spanned!(at=> __dyno_out)
        };
        let run = self.run(&future, cx);
        quote_spanned! {at=> {
            #run
            #out
        }}
    }
}

impl Layer for Timing {
    fn at(&self) -> &Ident {
        &self.at
    }

    fn catches(&self) -> bool {
        self.is_async
    }
    fn passes_on(&self) -> bool {
        true
    }

    fn prepare(&mut self, cx: &mut Context, _diag: &mut Diag) {
        self.is_async = cx.is_async;
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        if self.is_async {
            return self.around(&inner, cx);
        }
        let at = here(self.at.span());
        let p = &cx.private;
        let label = self.label(cx);
        let mut begun = quote_spanned!(at=> #p::Span::begin(#label));
        let mut end = quote_spanned!(at=> #p::Span::end(__dyno_span););
        if let Some(is_timed) = &self.preset {
            begun = quote_spanned!(at=> if #is_timed { #p::Some(#begun) } else { #p::None });
            end = quote_spanned!(at=> if let #p::Some(__dyno_span) = __dyno_span { #end });
        }
        quote_spanned! {at=> {
            let __dyno_span = #begun;
            let __dyno_out = #inner;
            #end
            __dyno_out
        }}
    }
}
