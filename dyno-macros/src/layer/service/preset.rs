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
    let failures = [(); 4].map(|()| chosen(&given, diag));
    let attempt = attempt(given.remove("pool"), preset, common, diag);
    let key = balance::key(given.remove("balance"), common, diag);
    order::share(&mut given);
    let mut layers = Vec::new();
    for (beside, own) in slots(preset, failures, key, attempt, common) {
        layers.push(own);
        for key in beside {
            layers.extend(order::parsed(key, &mut given, common, diag));
        }
    }
    layers
}

/// The layers of the preset itself, and the keys whose own come just within.
fn slots(
    preset: &Preset,
    failures: [Failures; 4],
    key: Option<Expr>,
    attempt: Box<dyn Layer>,
    common: &Common,
) -> Vec<(&'static [&'static str], Box<dyn Layer>)> {
    let at = ident(preset);
    let read = |what| of_service(what, &at, common);
    let limit = |name, part| own(Timeout::of_preset(&at, common.said(&at), part, read(name)));
    let call = |part| own(Call::new(&at, part, true, Target::Perhaps));
    let [of_metrics, of_harness, of_retry, of_guard] = failures;
    let metrics = Metrics::of_preset(&at, common.said(&at), of_metrics, read("metrics"));
    let (outer, whole) = (limit("outer_limit", Limited::Alone), limit("limit", Limited::Whole));
    let service = quote_spanned!(here(at.span())=> __dyno_service);
    let tried_at = Ident::new("retry", preset.span());
    vec![
        (&[], own(Bound { at: at.clone(), preset: preset.clone() })),
        (&[], outer),
        (&["metrics"], own(metrics)),
        (&["timing", "fallback", "cache"], own(Timing::of_preset(&at, read("is_timed")))),
        (&["harness"], own(Harness::of_preset(&at, of_harness, read("harness")))),
        (&[], whole),
        (&[], own(Rate { at: at.clone() })),
        (&[], call(Part::Key)),
        (&[], own(balance::Tries { at: at.clone() })),
        (&[], own(Retry::of_preset(&tried_at, service, of_retry, common))),
        (&[], call(Part::Number)),
        (&[], own(Guard::new(&at, key, of_guard))),
        (&[], own(Place { at: at.clone() })),
        (&[], attempt),
        (&[], call(Part::Value)),
    ]
}

fn own(layer: impl Layer + 'static) -> Box<dyn Layer> {
    Box::new(layer)
}

/// The limit of an attempt, on a pool where one is given.
fn attempt(
    on_pool: Option<Policy>,
    preset: &Preset,
    common: &mut Common,
    diag: &mut Diag,
) -> Box<dyn Layer> {
    let at = ident(preset);
    let limit = of_service("attempt_limit", &at, common);
    match on_pool {
        Some(Policy { key, args, .. }) => pool::of_preset(&key, args, limit, diag),
        None => Box::new(Timeout::of_preset(&at, common.said(&at), Limited::Attempt, limit)),
    }
}

fn ident(preset: &Preset) -> Ident {
    Ident::new("service", preset.span())
}

/// What the service says of this.
fn of_service(what: &str, at: &Ident, common: &Common) -> TokenStream {
    let (p, at) = (common.private(), here(at.span()));
    let what = Ident::new(what, at);
    quote_spanned!(at=> #p::Service::#what(__dyno_service))
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
