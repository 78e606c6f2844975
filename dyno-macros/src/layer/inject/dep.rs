//! One dependency of a function.

use quote::ToTokens;
use syn::{Attribute, Expr, Ident, Pat, Type};

use super::OnError;
use super::shape::{Shape, Wrapper, classify};
use crate::diag::Diag;

pub(crate) struct Dep {
    pub(crate) name: Ident,
    pub(crate) source: Source,
    pub(crate) fallback: Option<Expr>,
    pub(crate) lifetime: Option<Lifetime>,
    pub(crate) stop: Option<Expr>,
    pub(crate) lazy: bool,
    pub(crate) optional: Option<Ident>,
    pub(crate) on_error: Option<OnError>,
    pub(crate) param: Option<Param>,
}

/// Where a dependency comes from.
pub(crate) enum Source {
    Provider {
        expr: Expr,
        is_async: bool,
    },
    /// The registry, by type and tag.
    Tag(Expr),
    /// The registry, by type.
    ByType,
}

impl Source {
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Provider { expr, .. } => format!("by `{}`", spelled(expr)),
            Self::Tag(tag) => format!("by the tag `{}`", spelled(tag)),
            Self::ByType => "by its type".to_owned(),
        }
    }

    /// The provider as written, for messages.
    pub(crate) fn spelled(&self) -> String {
        match self {
            Self::Provider { expr, .. } => spelled(expr),
            Self::Tag(tag) => format!("tag({})", spelled(tag)),
            Self::ByType => "registry".to_owned(),
        }
    }
}

/// How long an instance lives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// One for the program.
    Singleton,
    /// One for each registry.
    Registry,
    /// A new one for each call.
    Call,
}

/// The parameter it is bound to.
pub(crate) struct Param {
    pub(crate) pat: Pat,
    pub(crate) ty: Type,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) wrapper: Wrapper,
    pub(crate) shape: Shape,
}

impl Dep {
    pub(crate) fn new(name: Ident, source: Source) -> Self {
        Self {
            name,
            source,
            fallback: None,
            lifetime: None,
            stop: None,
            lazy: false,
            optional: None,
            on_error: None,
            param: None,
        }
    }

    pub(crate) fn is_bound(&self) -> bool {
        self.param.is_some()
    }

    /// It is a `Lazy` or a `Live`.
    pub(crate) fn is_handle(&self) -> bool {
        let shape = self.param.as_ref().map(|param| &param.shape);
        matches!(shape, Some(Shape::Lazy(_) | Shape::Live(_)))
    }

    pub(crate) fn wrapper(&self) -> Wrapper {
        self.param.as_ref().map_or(Wrapper::None, |param| param.wrapper)
    }

    pub(crate) fn per_call(&self) -> bool {
        self.lifetime == Some(Lifetime::Call)
    }

    /// Takes the parameter, and says what its type and the options contradict.
    pub(crate) fn bind(&mut self, pat: Pat, ty: Type, attrs: Vec<Attribute>, diag: &mut Diag) {
        let (wrapper, shape) = classify(&ty);
        self.check(&ty, wrapper, &shape, diag);
        self.param = Some(Param { pat, ty, attrs, wrapper, shape });
    }

    fn check(&mut self, ty: &Type, wrapper: Wrapper, shape: &Shape, diag: &mut Diag) {
        let name = &self.name;
        if matches!(shape, Shape::Mut(_)) && !self.per_call() {
            diag.error(ty, format!("`{name}` is shared by all callers, so it cannot be `&mut`; take `&T`, or a new one for each call: `{name}(…, scope = call)`"));
        }
        if matches!(shape, Shape::Lazy(_) | Shape::Live(_)) {
            if wrapper != Wrapper::None {
                diag.error(ty, "a handle can always be had; ask for it without the wrapper, and see whether `get` succeeds");
            }
            if self.per_call() {
                diag.error(
                    ty,
                    "a handle is to a shared value; with `scope = call` take the value itself",
                );
            }
            if let Some(fallback) = &self.fallback {
                diag.error(fallback, "a handle can always be had, so this fallback would never be used; use it where `get` fails");
            }
        }
        if let Some(fallback) = &self.fallback {
            let is_none = matches!(fallback, Expr::Path(path) if path.path.is_ident("None"));
            if is_none && wrapper == Wrapper::None {
                diag.error(
                    fallback,
                    format!(
                        "`None` can stand in for an `Option` only; take `{name}: Option<{}>`",
                        spelled(ty)
                    ),
                );
            }
            if wrapper == Wrapper::Result {
                diag.error(
                    fallback,
                    format!(
                        "`{name}` takes the error as a value, so this fallback would never be used"
                    ),
                );
            }
        }
        if let Some(stop) = &self.stop {
            if self.per_call() {
                diag.error(
                    stop,
                    "a value made for one call is dropped at its end; `stop` is for shared ones",
                );
            }
        }
        if !matches!(self.source, Source::Provider { .. }) {
            if let Some(stop) = &self.stop {
                diag.error(stop, "what the registry holds is not built here, so it is not stopped here either; give `stop` where its provider is injected");
            }
            if self.lifetime == Some(Lifetime::Registry) {
                diag.error(name, "what is asked for by tag or type is the registry's already; drop `scope = registry`");
            }
        }
        if self.lazy && matches!(shape, Shape::Lazy(_) | Shape::Live(_)) {
            diag.error(ty, "a handle puts off the build by itself; drop `lazy`");
        }
        if self.per_call() && !matches!(self.source, Source::Provider { .. }) {
            diag.error(name, "the registry shares what it holds; `scope = call` needs a provider");
        }
        if let Some(optional) = self.optional.as_ref().filter(|_| wrapper != Wrapper::Option) {
            diag.error(
                optional,
                format!("`optional` needs a parameter `{name}: Option<…>`, spelled so"),
            );
        }
    }

    /// The binding, when an attempt may use it up.
    pub(crate) fn renewed(&self) -> Option<(Pat, Type)> {
        let param = self.param.as_ref()?;
        match (&param.shape, param.wrapper) {
            (Shape::Ref(_), Wrapper::None) => None,
            _ => Some((param.pat.clone(), param.ty.clone())),
        }
    }
}

/// Tokens as a person writes them.
pub(crate) fn spelled(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let mut out = String::with_capacity(text.len());
    let tight = |c: char| "():;,.<>&[]!?".contains(c);
    let chars: Vec<char> = text.chars().collect();
    for (i, &c) in chars.iter().enumerate() {
        let (before, after) = (i.checked_sub(1).map(|i| chars[i]), chars.get(i + 1));
        let glue = before.is_some_and(|b| tight(b) && b != ',' && b != ';' && b != '>')
            || after.is_some_and(|a| *a == '>' || tight(*a) && *a != '&');
        if c == ' ' && glue {
            continue;
        }
        out.push(c);
    }
    out.replace("| |", "||")
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn providers_are_spelled_as_written() {
        for text in ["connect", "Db::open", "open::<Db>", "|| connect(\"url\")"] {
            let expr: syn::Expr = syn::parse_str(text).unwrap();
            assert_eq!(spelled(&expr), text);
        }
    }
}
