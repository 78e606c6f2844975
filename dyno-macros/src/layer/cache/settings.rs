//! The settings of a cache: what each key takes, and the builder call it becomes.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, Ident};

use crate::diag::{Diag, hint};
use crate::expand::here;
use crate::grammar::{Arg, Key, decimal, value};

pub(super) const KEYS: [Key; 10] = [
    Key::value("ttl"),
    Key::value("early"),
    Key::value("beta"),
    Key::value("curve"),
    Key::value("capacity"),
    Key::value("grace"),
    Key::value("stale_if_error"),
    Key::value("negative"),
    Key::value("refresh"),
    Key::value("backend"),
];

/// What needs an end of life to mean anything, and what it says.
const OF_TTL: [(&str, &str); 5] = [
    ("early", "`early` recomputes a value before it expires"),
    ("grace", "`grace` is how long after its end a value is served while the next is computed"),
    ("stale_if_error", "`stale_if_error` serves a value after its end"),
    ("refresh", "`refresh` is for values that expire"),
    ("beta", "`beta` is how early `early = xfetch` is"),
];

/// The settings of one attribute.
pub(super) struct Settings {
    /// `::dyno::__private`
    private: TokenStream,
    /// `.ttl(…)`, `.capacity(…)`
    calls: TokenStream,
    given: Vec<Ident>,
    /// `xfetch`, `exponential(2)`, and where it stands.
    early: Option<(String, TokenStream, Span)>,
    beta: Option<TokenStream>,
}

impl Settings {
    pub(super) fn new(private: TokenStream) -> Self {
        Self { private, calls: TokenStream::new(), given: Vec::new(), early: None, beta: None }
    }

    /// The key, where it is given.
    pub(super) fn given(&self, key: &str) -> Option<&Ident> {
        self.given.iter().find(|given| *given == key)
    }

    /// A `CacheSettings` with all of it.
    pub(super) fn made(&self, at: Span) -> TokenStream {
        let (p, calls) = (&self.private, &self.calls);
        let xfetch = |beta, at| quote_spanned!(at=> .early(#p::Early::XFetch { beta: #beta }));
        let early = match (&self.early, &self.beta) {
            (None, beta) => beta.as_ref().map(|beta| xfetch(beta, at)),
            (Some((word, _, at)), Some(beta)) if word == "xfetch" => Some(xfetch(beta, *at)),
            (Some((_, early, at)), _) => Some(quote_spanned!(*at=> .early(#p::Early::#early))),
        };
        quote_spanned!(at=> #p::CacheSettings::new() #calls #early)
    }

    /// Reads the setting that `arg` gives.
    pub(super) fn set(&mut self, key: &Ident, arg: &Arg, diag: &mut Diag) {
        let what = format!("`{key}`");
        self.given.push(key.clone());
        let Some(expr) = arg.expr(&what, diag) else { return };
        let at = here(expr.span());
        let setter = Ident::new(&key.to_string(), here(key.span()));
        let call = match key.to_string().as_str() {
            "early" => {
                self.early = diag.take(early(expr, at)).map(|(word, early)| (word, early, at));
                return;
            }
            "beta" => {
                const LOW: &str = "must be above 0: the larger, the earlier";
                self.beta = diag.take(decimal::decimal(expr, &what, (0.0, LOW), 1000.0));
                return;
            }
            "grace" => value::duration_or_zero(expr, &what),
            "capacity" => value::count(expr, &what, 1),
            "curve" | "backend" => value::of_static(expr, &what),
            "refresh" => {
                let word = value::word(expr, &what, &["background", "inline"]);
                if diag.take(word) == Some("background") {
                    self.calls.extend(quote_spanned!(at=> .background()));
                } else {
                    self.given.pop();
                }
                return;
            }
            _ => value::duration(expr, &what),
        };
        if let Some(call) = diag.take(call) {
            self.calls.extend(quote_spanned!(at=> .#setter(#call)));
        }
    }

    /// Settings that contradict one another, or mean nothing without another.
    pub(super) fn check(&self, diag: &mut Diag) {
        let ends = self.given("ttl").is_some() || self.given("curve").is_some();
        for (key, says) in OF_TTL {
            let Some(key) = self.given(key).filter(|_| !ends) else { continue };
            let message =
                format!("{says}, and this one lives for ever; give `ttl`, such as `ttl = 60s`");
            diag.error(key, message);
        }
        if let Some(curve) = self.given("curve") {
            for other in ["ttl", "early", "beta"].iter().filter_map(|key| self.given(key)) {
                diag.error(
                    other,
                    format!("`{curve}` says how long a value lives and who recomputes it; leave out `{other}`"),
                );
            }
        }
        let of_xfetch = self.early.as_ref().is_none_or(|(word, ..)| word == "xfetch");
        if let Some(beta) = self.given("beta").filter(|_| !of_xfetch && ends) {
            diag.error(beta, "`beta` is how early `early = xfetch` is, and this is another rule");
        }
    }
}

/// `xfetch` → `XFetch { beta: 1.0 }`, with the word.
fn early(expr: &Expr, at: Span) -> syn::Result<(String, TokenStream)> {
    const WORDS: [&str; 4] = ["xfetch", "linear", "exponential", "none"];
    let (word, power) = match expr {
        Expr::Call(call) if call.args.len() == 1 => (&*call.func, call.args.first()),
        other => (other, None),
    };
    let said = match word {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    };
    let wrong = |message: String| Err(syn::Error::new_spanned(expr, message));
    let Some(said) = said else {
        return wrong("`early` is one of: xfetch, linear, exponential(2), none".to_owned());
    };
    let power = match (said.as_str(), power) {
        ("exponential", Some(power)) => {
            const LOW: &str = "must be above 0; 1 is `early = linear`";
            decimal::decimal(power, "the power of `exponential`", (0.0, LOW), 1000.0)?
        }
        (word, Some(_)) if WORDS.contains(&word) => {
            return wrong(format!("`{word}` takes no number; `exponential(2)` does"));
        }
        _ => quote_spanned!(at=> 2.0),
    };
    let early = match said.as_str() {
        "xfetch" => quote_spanned!(at=> XFetch { beta: 1.0 }),
        "linear" => quote_spanned!(at=> Linear),
        "exponential" => quote_spanned!(at=> Exponential { power: #power }),
        "none" => quote_spanned!(at=> None),
        word if word.chars().any(char::is_uppercase) => {
            return wrong(format!("a rule of your own is given by `curve = {word}`"));
        }
        word => return wrong(format!("`early` cannot be `{word}`; {}", hint(word, WORDS))),
    };
    Ok((said, early))
}
