//! What a `#[service]` is given: for each policy what its own attribute would be given.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprArray, ExprLit, Ident, Lit};

use super::preset::Preset;
use super::{home, order};
use crate::diag::Diag;
use crate::expand::here;
use crate::grammar::args::Value;
use crate::grammar::{Arg, Args, Key, failures};
use crate::layer::Common;

const OWN: [Key; 3] =
    [Key::flag("defaults"), Key::value("expected_in"), Key::flag("retry_on_timeout")];

/// The keys of one service.
pub(super) struct Given {
    pub(super) at: Ident,
    pub(super) preset: Option<Preset>,
    pub(super) policies: Vec<Policy>,
    /// Those that are left out of the usual ones.
    pub(super) off: Vec<Ident>,
    pub(super) usual: Option<Ident>,
    pub(super) retry_on_timeout: Option<Ident>,
    pub(super) expected_in: Option<(Ident, Expr)>,
    /// `except = E::NotFound`, for all that ask what has failed.
    pub(super) failures: Vec<(Ident, TokenStream)>,
}

/// One policy.
pub(super) struct Policy {
    pub(super) key: Ident,
    /// What its attribute would be given.
    pub(super) args: TokenStream,
}

fn known(common: &Common) -> Vec<Key> {
    let policies: Vec<Key> = order::NAMES.iter().map(|name| Key::policy(name)).collect();
    common.keys(&[&policies, &OWN, &failures::KEYS])
}

impl Given {
    /// Reads the keys, and says whether all of them could be read.
    pub(super) fn read(
        at: &Ident,
        args: TokenStream,
        common: &mut Common,
        diag: &mut Diag,
    ) -> (Self, bool) {
        let keys = known(common);
        let mut wrong = Diag::default();
        let args = home::outside(args, &keys, &mut wrong);
        let positional = usize::from(starts_with_preset(&args));
        let (read, whole) = Args { of: "`#[service]`", positional, keys: &keys, open: false }
            .parse_whole(args, diag);
        let mut given = Self {
            at: at.clone(),
            preset: None,
            policies: Vec::new(),
            off: Vec::new(),
            usual: None,
            retry_on_timeout: None,
            expected_in: None,
            failures: Vec::new(),
        };
        for arg in read {
            if !common.take(&arg, diag) {
                given.take(arg, &mut wrong);
            }
        }
        let whole = whole && wrong.is_empty();
        diag.absorb(wrong);
        (given, whole)
    }

    fn take(&mut self, arg: Arg, diag: &mut Diag) {
        let Some(key) = &arg.key else {
            self.preset = preset(&arg, diag);
            return;
        };
        match key.to_string().as_str() {
            "defaults" => self.usual = arg.key,
            "retry_on_timeout" => self.retry_on_timeout = arg.key,
            "expected_in" => {
                let value = arg.expr("`expected_in`", diag).cloned();
                self.expected_in = value.map(|value| (key.clone(), value));
            }
            "only" | "except" | "except_if" => {
                let said = match &arg.value {
                    Value::Pattern(pattern, Some(guard)) => quote!(#key = #pattern if #guard),
                    value => quote!(#key = #value),
                };
                self.failures.push((key.clone(), said));
            }
            _ if is_off(&arg.value) => self.off.push(key.clone()),
            _ if key != "fallback" && is_none(&arg.value) => {
                let message = format!(
                    "`{key} = off` leaves it out of the `defaults`; where those are not asked for, leave the key out"
                );
                diag.error(&arg.value, message);
            }
            _ => {
                let args = home::within(key, arg.value.to_token_stream(), diag);
                self.policies.push(Policy { key: key.clone(), args });
            }
        }
    }

    pub(super) fn policy(&self, name: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.key == name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.policy(name).is_some()
    }

    /// Takes one out.
    pub(super) fn remove(&mut self, name: &str) -> Option<Policy> {
        let at = self.policies.iter().position(|policy| policy.key == name)?;
        Some(self.policies.remove(at))
    }

    /// Nothing but what speaks of other policies is given: then these are the usual ones.
    pub(super) fn is_usual(&self) -> bool {
        self.usual.is_some() || (self.policies.is_empty() && self.off.is_empty())
    }

    /// What speaks of a policy that is not there.
    pub(super) fn check(&self, diag: &mut Diag) {
        let usual = self.is_usual();
        // Who balances by a static has breakers already, so that the usual one gives way.
        let of_static = self.policy("balance").filter(|balance| !balance.is_list());
        let is_usual = |name: &str| {
            usual && super::usual::has(name) && !(name == "breaker" && of_static.is_some())
        };
        let is_there = |name: &str| {
            (self.has(name) || is_usual(name)) && !self.off.iter().any(|off| off == name)
        };
        for off in &self.off {
            if self.usual.is_none() {
                diag.error(off, format!("`{off} = off` leaves a policy out of `defaults`, and they are not asked for; leave the key out"));
            } else if !super::usual::has(&off.to_string()) {
                diag.error(off, format!("`{off}` is not among the `defaults`; leave the key out"));
            }
        }
        if let Some(key) = self.retry_on_timeout.as_ref().filter(|_| !is_there("retry")) {
            diag.error(key, "`retry_on_timeout` lets `retry` try again what has timed out, and there is no `retry`");
        }
        if let Some((key, _)) = &self.expected_in {
            let balances = self.policy("balance").is_some_and(Policy::is_list);
            if let Some(of) = of_static.and_then(Policy::first) {
                let of = of.to_token_stream();
                diag.error(key, format!("`{of}` says itself when a target is out: give it `expected_in` there, by `.breaker(Settings::new().expected_in(time))`"));
            } else if !is_there("breaker") && !balances {
                diag.error(key, "`expected_in` has slower calls count as failures of a breaker, and there is none; give `breaker`");
            }
        }
        let asks = order::ASKING.iter().any(|name| is_there(name));
        for (key, _) in self.failures.iter().filter(|_| !asks) {
            let names = order::ASKING.map(|name| format!("`{name}`")).join(", ");
            diag.error(key, format!("`{key}` chooses which failures count, and nobody here counts any; that do: {names}"));
        }
        self.check_balance(diag);
        if let Some(cache) = self.policy("cache") {
            check_cache(cfg!(any(feature = "cache", test)), &cache.key, diag);
        }
    }

    /// Who balances by a static has breakers already; those of a list are told of a failure once.
    fn check_balance(&self, diag: &mut Diag) {
        let (Some(balance), Some(breaker)) = (self.policy("balance"), self.policy("breaker"))
        else {
            return;
        };
        for keys in [["only", "except", "except_if"].as_slice(), &["retry_after"]] {
            let said = |policy: &Policy| {
                names(&policy.args).into_iter().find(|name| keys.iter().any(|key| name == key))
            };
            if let (true, Some(first), Some(second)) =
                (balance.is_list(), said(balance), said(breaker))
            {
                diag.error(second, format!("`{first}` of `balance` says that already, for the breakers of its targets; keep one of the two"));
            }
        }
        if let Some(of) = balance.first().filter(|_| !balance.is_list()) {
            let of = of.to_token_stream();
            diag.error(&breaker.key, format!("`{of}` says itself when a target is out: give it its settings there, by `.breaker(Settings::new().fail_max(5))`; which failures count is said in `balance({of}, except = …)`"));
        }
    }
}

impl Policy {
    /// One of the usual ones, or one that another key brings along.
    pub(super) fn new(name: &str, args: TokenStream, at: &Ident) -> Self {
        Self { key: Ident::new(name, at.span()), args }
    }

    /// What stands first, or alone.
    pub(super) fn first(&self) -> Option<Expr> {
        let first = self.args.clone().into_iter().take_while(|tree| !is_comma(tree));
        syn::parse2(first.collect()).ok()
    }

    /// A list of targets, each of which gets a breaker by the settings given here.
    pub(super) fn is_list(&self) -> bool {
        self.first().is_some_and(|first| list(&first).is_some())
    }

    /// A key more, unless it is there.
    pub(super) fn add(&mut self, name: &str, said: &TokenStream) {
        if names(&self.args).iter().any(|key| key == name) {
            return;
        }
        let (args, at) = (&self.args, here(self.key.span()));
        let comma = needs_comma(args).then(|| quote_spanned!(at=> ,));
        self.args = quote!(#args #comma #said);
    }
}

/// A text, or a path that is no lone word in lower case: such words are keys.
fn starts_with_preset(args: &TokenStream) -> bool {
    let first = args.clone().into_iter().take_while(|tree| !is_comma(tree));
    match syn::parse2::<Expr>(first.collect()) {
        Ok(Expr::Lit(lit)) => matches!(lit.lit, Lit::Str(_)),
        Ok(Expr::Path(path)) => {
            path.path.get_ident().is_none_or(|word| word.to_string().contains(char::is_uppercase))
        }
        _ => false,
    }
}

fn preset(arg: &Arg, diag: &mut Diag) -> Option<Preset> {
    match arg.expr("the service", diag)? {
        Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) if name.value().is_empty() => {
            diag.error(name, "the name of a service is not empty");
            None
        }
        Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => Some(Preset::Named(name.clone())),
        other => Some(Preset::Static(other.clone())),
    }
}

/// What is behind a feature of dyno that is off by default.
fn check_cache(is_on: bool, key: &Ident, diag: &mut Diag) {
    if !is_on {
        diag.error(key, "`cache` is a feature of dyno that is off: `dyno = { version = \"…\", features = [\"cache\"] }`");
    }
}

/// The keys of a list of arguments.
pub(super) fn names(args: &TokenStream) -> Vec<Ident> {
    let mut names = Vec::new();
    let mut first = true;
    for tree in args.clone() {
        if let (true, proc_macro2::TokenTree::Ident(name)) = (first, &tree) {
            names.push(name.clone());
        }
        first = is_comma(&tree);
    }
    names
}

fn needs_comma(args: &TokenStream) -> bool {
    args.clone().into_iter().last().is_some_and(|last| !is_comma(&last))
}

pub(super) fn is_comma(tree: &proc_macro2::TokenTree) -> bool {
    matches!(tree, proc_macro2::TokenTree::Punct(punct) if punct.as_char() == ',')
}

/// `[…]` or `&[…]`
pub(super) fn list(expr: &Expr) -> Option<&ExprArray> {
    match expr {
        Expr::Array(list) => Some(list),
        Expr::Reference(of) => list(&of.expr),
        Expr::Group(of) => list(&of.expr),
        Expr::Paren(of) => list(&of.expr),
        _ => None,
    }
}

/// What may be meant as `off`.
fn is_none(value: &Value) -> bool {
    match value {
        Value::Expr(Expr::Path(path)) => path.path.is_ident("none") || path.path.is_ident("None"),
        Value::Expr(Expr::Lit(lit)) => matches!(&lit.lit, Lit::Bool(is) if !is.value),
        _ => false,
    }
}

fn is_off(value: &Value) -> bool {
    matches!(value, Value::Expr(Expr::Path(path)) if path.path.is_ident("off"))
}

#[cfg(test)]
pub(super) fn known_names() -> Vec<Key> {
    known(&Common::new(TokenStream::new()))
}

#[cfg(test)]
mod tests {
    use super::check_cache;
    use crate::diag::Diag;

    #[test]
    fn a_feature_that_is_off_is_told() {
        let key: syn::Ident = syn::parse_str("cache").unwrap();
        let mut diag = Diag::default();
        check_cache(true, &key, &mut diag);
        assert!(diag.is_empty());
        check_cache(false, &key, &mut diag);
        assert!(diag.into_tokens().to_string().contains("feature"));
    }
}
