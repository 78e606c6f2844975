//! `#[service("pricing", …)]`, `#[service(PRICING, …)]`: the same layers in the same order, each of
//! which reads its policy from a service made elsewhere. One that it lacks is a branch.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Expr, Ident, LitStr};

use super::call::{Call, Part, Target};
use super::given::{Given, Policy};
use super::guard::{Guard, Place, Rate};
use super::{balance, order};
use crate::diag::Diag;
use crate::expand::{Context, here};
use crate::grammar::{Args, Failures, failures};
use crate::layer::harness::Harness;
use crate::layer::metrics::Metrics;
use crate::layer::retry::Retry;
use crate::layer::timeout::{Part as Limited, Timeout};
use crate::layer::timing::Timing;
use crate::layer::which::lent;
use crate::layer::{Common, Layer, pool};

/// Which service it is.
#[derive(Clone)]
pub(super) enum Preset {
    Named(LitStr),
    Static(Expr),
}

/// What needs the types of the function, and so is said beside a preset.
const BESIDE: [&str; 7] = ["metrics", "timing", "fallback", "cache", "harness", "balance", "pool"];

impl Preset {
    fn span(&self) -> Span {
        match self {
            Self::Named(name) => name.span(),
            Self::Static(path) => syn::spanned::Spanned::span(path),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Named(name) => name.to_token_stream().to_string(),
            Self::Static(path) => path.to_token_stream().to_string().replace(' ', ""),
        }
    }
}

/// The layers, outermost first.
pub(super) fn layers(
    preset: &Preset,
    mut given: Given,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    refuse(preset, &given, diag);
    let failures = |diag: &mut Diag| chosen(&given, diag);
    let at = Ident::new("service", preset.span());
    let tried_at = Ident::new("retry", preset.span());
    let (of_metrics, of_harness) = (failures(diag), failures(diag));
    let (of_retry, of_guard) = (failures(diag), failures(diag));
    let on_pool = given.remove("pool");
    let key = balance::key(given.remove("balance"), common, diag);
    order::share(&mut given);
    let read = |what: &str| {
        let (p, at) = (common.private(), here(at.span()));
        let what = Ident::new(what, at);
        quote_spanned!(at=> #p::Service::#what(__dyno_service))
    };
    let limit = |name: &str, part| {
        Box::new(Timeout::of_preset(&at, common.said(&at), part, read(name))) as Box<dyn Layer>
    };
    let attempt = match on_pool {
        Some(Policy { key, args, .. }) => pool::of_preset(&key, args, read("attempt_limit"), diag),
        None => limit("attempt_limit", Limited::Attempt),
    };
    let call = |part| Box::new(Call::new(&at, part, true, Target::Perhaps)) as Box<dyn Layer>;
    let own = |layer: Box<dyn Layer>| vec![layer];
    let slots: Vec<(&str, Vec<Box<dyn Layer>>)> = vec![
        ("", own(Box::new(Bound { at: at.clone(), preset: preset.clone() }))),
        ("", own(limit("outer_limit", Limited::Alone))),
        (
            "metrics",
            own(Box::new(Metrics::of_preset(&at, common.said(&at), of_metrics, read("metrics")))),
        ),
        ("timing", own(Box::new(Timing::of_preset(&at, read("is_timed"))))),
        ("fallback", Vec::new()),
        ("cache", Vec::new()),
        ("harness", own(Box::new(Harness::of_preset(&at, of_harness, read("harness"))))),
        ("", own(limit("limit", Limited::Whole))),
        ("", own(Box::new(Rate { at: at.clone() }))),
        ("", own(call(Part::Key))),
        ("", own(Box::new(balance::Tries { at: at.clone() }))),
        (
            "",
            own(Box::new(Retry::of_preset(
                &tried_at,
                quote_spanned!(here(at.span())=> __dyno_service),
                of_retry,
                common,
            ))),
        ),
        ("", own(call(Part::Number))),
        ("", own(Box::new(Guard::new(&at, key, of_guard)))),
        ("", own(Box::new(Place { at: at.clone() }))),
        ("", own(attempt)),
        ("", own(call(Part::Value))),
    ];
    let mut layers = Vec::new();
    for (name, of_preset) in slots {
        layers.extend(of_preset);
        if !name.is_empty() {
            layers.extend(order::parsed(name, &mut given, common, diag));
        }
    }
    layers
}

/// What the preset says itself.
fn refuse(preset: &Preset, given: &Given, diag: &mut Diag) {
    let text = preset.text();
    let say = |key: &Ident| {
        format!(
            "`{text}` says itself what `{key}` is, or that there is none; say it where that is made, by `Service::builder`, and leave `{key}` out"
        )
    };
    let policies = given.policies.iter().map(|policy| &policy.key);
    for key in policies.filter(|key| BESIDE.iter().all(|beside| *key != beside)) {
        diag.error(key, say(key));
    }
    let flags = [given.usual.as_ref(), given.retry_on_timeout.as_ref()];
    let expected = given.expected_in.as_ref().map(|(key, _)| key);
    for key in flags.into_iter().chain([expected]).flatten().chain(&given.off) {
        diag.error(key, say(key));
    }
}

/// Which failures count.
fn chosen(given: &Given, diag: &mut Diag) -> Failures {
    let mut chosen = Failures::default();
    for (_, said) in &given.failures {
        let args = Args { of: "`#[service]`", positional: 0, keys: &failures::KEYS, open: false };
        for arg in args.parse(said.clone(), &mut Diag::default()) {
            chosen.take(&arg, diag);
        }
    }
    chosen
}

/// Names the service for all layers.
struct Bound {
    at: Ident,
    preset: Preset,
}

impl Layer for Bound {
    fn at(&self) -> &Ident {
        &self.at
    }

    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream {
        let at = here(self.at.span());
        let p = &cx.private;
        let (statics, service) = match &self.preset {
            Preset::Static(of) => {
                let of = lent(of);
                (TokenStream::new(), quote_spanned!(at=> #p::Service::list(#of)))
            }
            Preset::Named(name) => (
                quote_spanned! {at=>
                    static __DYNO_SERVICE: #p::SharedService =
                        #p::SharedService::new(#name, || #p::Service::joining(#name));
                },
                quote_spanned!(at=> #p::SharedService::get(&__DYNO_SERVICE)),
            ),
        };
        quote_spanned! {at=> {
            #statics
            let __dyno_service = #service;
            #inner
        }}
    }
}
