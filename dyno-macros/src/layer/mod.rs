//! The layers: each reads its arguments, then wraps an expression.
//!
//! A new attribute is one line in [`KINDS`], an entry point in `lib.rs`, and a file here.

mod aspect;
mod breaker;
mod bulkhead;
mod cache;
mod fallback;
mod fuse;
mod harness;
pub(crate) mod inject;
mod limited;
mod metrics;
mod pool;
mod rate;
mod retry;
mod said;
mod service;
mod timeout;
mod timing;
mod which;

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Expr, FnArg, Ident, Lit, LitStr};

use crate::diag::Diag;
use crate::expand::Context;
use crate::grammar::args::Value;
use crate::grammar::{Arg, Key};
use crate::stack::Entry;

pub(crate) use fallback::Fallback;
pub(crate) use said::Said;

/// What stands between the caller and the body.
pub(crate) trait Layer {
    /// The attribute, as the user wrote it.
    fn at(&self) -> &Ident;
    /// Changes the signature, and looks at the other layers, before anything is wrapped.
    fn prepare(&mut self, _cx: &mut Context, _diag: &mut Diag) {}
    /// `inner`, seen from outside of this layer.
    fn wrap(&self, inner: TokenStream, cx: &Context) -> TokenStream;
    /// It asks how the call inside ended.
    fn inspects(&self) -> bool {
        false
    }
    /// A refusal from inside comes to it, by its label.
    fn catches(&self) -> bool {
        false
    }
    /// What it catches goes on as it was: those further out hear of it as if it were not there.
    fn passes_on(&self) -> bool {
        false
    }
    /// It asks whether what is inside was refused.
    fn notes_refusals(&self) -> bool {
        false
    }
    /// It makes a `CompoundError` of what fails inside.
    fn compounds(&self) -> bool {
        false
    }
    /// The inner expression is in a closure or block of its own: no label is seen through it.
    fn encloses(&self) -> bool {
        false
    }
    /// No failure from inside is seen outside.
    fn hides_failures(&self) -> bool {
        false
    }
    /// It names the function's argument anew.
    fn rebinds(&self, _argument: &str) -> bool {
        false
    }
    /// The join point it is.
    fn join(&self) -> Option<&LitStr> {
        None
    }
    /// It runs what is inside more than once.
    fn repeats(&self) -> bool {
        false
    }
    /// It asks whether what is inside was ended by its time limit.
    fn minds_time(&self) -> bool {
        false
    }
    /// It counts what is inside, so that it asks the same of what is right inside of it on a thread.
    fn counts(&self) -> bool {
        false
    }
    /// It takes parameters out of the signature: before anybody else looks at that.
    fn takes_parameters(&self) -> bool {
        self.as_inject().is_some()
    }
    /// It fills the parameter in.
    fn fills_in(&self, _arg: &FnArg) -> bool {
        false
    }
    /// For this function it does nothing: it is as if it were not there.
    fn is_idle(&self) -> bool {
        false
    }
    fn as_inject(&self) -> Option<&inject::Inject> {
        None
    }
    fn as_inject_mut(&mut self) -> Option<&mut inject::Inject> {
        None
    }
}

/// A parser of one attribute.
type Parse = fn(&Ident, TokenStream, &mut Common, &mut Diag) -> Vec<Box<dyn Layer>>;

const KINDS: [(&str, Parse); 14] = [
    ("inject", inject::parse),
    ("retry", retry::parse),
    ("timeout", timeout::parse),
    ("breaker", breaker::parse),
    ("fuse", fuse::parse),
    ("bulkhead", bulkhead::parse),
    ("rate", rate::parse),
    ("fallback", fallback::parse),
    ("cache", cache::parse),
    ("metrics", metrics::parse),
    ("timing", timing::parse),
    ("harness", harness::parse),
    ("aspect", aspect::parse),
    ("service", service::parse),
];

pub(crate) fn is_kind(name: &Ident) -> bool {
    KINDS.iter().any(|(kind, _)| name == kind)
}

/// All layers, outermost first.
pub(crate) fn parse(
    entries: Vec<Entry>,
    common: &mut Common,
    diag: &mut Diag,
) -> Vec<Box<dyn Layer>> {
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    // The attribute of each of them.
    let mut of: Vec<Ident> = Vec::new();
    let mut has_service = false;
    for Entry { name, args } in entries {
        let Some((_, parse)) = KINDS.iter().find(|(kind, _)| name == kind) else { continue };
        if name == "service" && std::mem::replace(&mut has_service, true) {
            diag.error(&name, "`#[service]` is on this function already; make one of the two");
            continue;
        }
        for mut layer in parse(&name, args, common, diag) {
            if let Some(first) =
                layers.iter().position(|l| l.at() == "retry" && l.at() == layer.at())
            {
                let is =
                    if of[first] == "service" { "`retry` of `#[service]`" } else { "`#[retry]`" };
                let message = format!("{is} is on this function already; attempts would multiply");
                diag.error(layer.at(), message);
            }
            // Neighbours are one: what they need is built in parallel.
            if let (Some(last), Some(next)) =
                (layers.last_mut().and_then(|l| l.as_inject_mut()), layer.as_inject_mut())
            {
                last.merge(next, diag);
                continue;
            }
            layers.push(layer);
            of.push(name.clone());
        }
    }
    check_hidden(&layers, &of, diag);
    layers
}

/// A fallback must not hide failures from who is to see them, where the text says the order.
fn check_hidden(layers: &[Box<dyn Layer>], of: &[Ident], diag: &mut Diag) {
    for at in 1..layers.len() {
        let Some(outer) = layers[..at].iter().position(|l| l.inspects()) else { continue };
        if layers[at].hides_failures() {
            let (said, attribute) =
                (Said::new(layers[outer].at(), of[outer] == "service"), &of[outer]);
            let outer = said.quoted();
            let message = format!(
                "this fallback hides every failure from the {outer} above it, which would never act; put `#[fallback]` above `#[{attribute}]`"
            );
            diag.error(layers[at].at(), message);
        }
    }
}

/// What every attribute may say, for the function as a whole.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that may be so")]
pub(crate) struct Common {
    pub(crate) krate: TokenStream,
    pub(crate) name: Option<LitStr>,
    pub(crate) wrap: Option<Ident>,
    pub(crate) compound: Option<Ident>,
    /// A `#[metrics]` counts under the name of the function.
    pub(crate) counted: bool,
    /// What the point is called when it is not the function's own name.
    pub(crate) alias: Option<String>,
    /// Generics of the item around the function, as far as they are known.
    pub(crate) generics: Vec<String>,
    /// An aspect further out takes care of the pointcuts.
    pub(crate) advised: bool,
    /// What is read is a key of `#[service]`.
    in_service: bool,
    /// Its attempts hear when the limit of the call has passed.
    attempts_hear: bool,
}

impl Common {
    pub(crate) const KEYS: [Key; 3] = [Key::value("name"), Key::flag("wrap"), Key::path("crate")];

    pub(crate) fn new(krate: TokenStream) -> Self {
        Self {
            krate,
            name: None,
            wrap: None,
            compound: None,
            counted: false,
            alias: None,
            generics: Vec::new(),
            advised: false,
            in_service: false,
            attempts_hear: false,
        }
    }

    /// `::dyno::__private`
    pub(crate) fn private(&self) -> TokenStream {
        let krate = &self.krate;
        quote_spanned!(Span::mixed_site()=> #krate::__private)
    }

    /// What is inside of an `#[inject(with)]`: the signature has been rewritten already.
    pub(crate) fn of_sibling(&self, of: &Ident) -> Self {
        Self {
            krate: self.krate.clone(),
            name: self.name.clone(),
            wrap: None,
            compound: None,
            counted: false,
            alias: Some(of.to_string().trim_start_matches("r#").to_owned()),
            generics: self.generics.clone(),
            advised: self.advised,
            in_service: false,
            attempts_hear: false,
        }
    }

    /// What of a service the limit at `at` is for.
    fn part(&self, at: &Ident) -> timeout::Part {
        match at.to_string().as_str() {
            "timeout" if self.attempts_hear => timeout::Part::Whole,
            "attempt_timeout" if self.attempts_hear => timeout::Part::Attempt,
            _ => timeout::Part::Alone,
        }
    }

    /// How messages speak of the attribute, or of the key of `#[service]`, at `at`.
    pub(crate) fn said(&self, at: &Ident) -> Said {
        Said::new(at, self.in_service)
    }

    /// The keys of one attribute: its own and those of all, which a service says itself.
    pub(crate) fn keys(&self, own: &[&[Key]]) -> Vec<Key> {
        if self.in_service { own.iter().copied().flatten().copied().collect() } else { keys(own) }
    }

    /// Takes the argument if it is one of these keys.
    pub(crate) fn take(&mut self, arg: &Arg, diag: &mut Diag) -> bool {
        let Some(key) = &arg.key else { return false };
        match (key.to_string().as_str(), &arg.value) {
            ("crate", _) => {}
            ("wrap", _) => self.wrap = Some(key.clone()),
            ("name", Value::Expr(Expr::Lit(lit))) if matches!(lit.lit, Lit::Str(_)) => {
                let Lit::Str(name) = &lit.lit else { return true };
                if name.value().is_empty() {
                    diag.error(name, "the name of a point is not empty");
                }
                if self.name.as_ref().is_some_and(|first| first.value() != name.value()) {
                    diag.error(name, "another attribute of this function gives it another name");
                }
                self.name = Some(name.clone());
            }
            ("name", value) => diag.error(value, "`name` is text, such as `name = \"shop.price\"`"),
            _ => return false,
        }
        true
    }
}

/// The keys of one attribute: its own and those of all.
pub(crate) fn keys(own: &[&[Key]]) -> Vec<Key> {
    own.iter().copied().flatten().chain(&Common::KEYS).copied().collect()
}
