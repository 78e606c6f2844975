//! What a parameter's type asks for, decided by its spelling.

use syn::{GenericArgument, PathArguments, Type};

use super::plain;

/// How the value arrives.
#[derive(Clone)]
pub(crate) enum Shape {
    /// `&T`, `&dyn Trait`
    Ref(Type),
    /// `&mut T`
    Mut(Type),
    /// `Arc<T>`
    Arc(Type),
    /// `T`
    Owned(Type),
    /// `Lazy<T>`
    Lazy(Type),
    /// `Live<T>`
    Live(Type),
}

impl Shape {
    /// The type of the dependency itself.
    pub(crate) fn target(&self) -> &Type {
        match self {
            Self::Ref(ty)
            | Self::Mut(ty)
            | Self::Arc(ty)
            | Self::Owned(ty)
            | Self::Lazy(ty)
            | Self::Live(ty) => ty,
        }
    }
}

/// What is around it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrapper {
    None,
    /// `Option<…>`: `None` when it cannot be had.
    Option,
    /// `Result<…, InjectError>`: the error as a value.
    Result,
}

/// Reads both off the type.
pub(crate) fn classify(ty: &Type) -> (Wrapper, Shape) {
    let ty = plain(ty);
    match generic(ty) {
        Some((name, inner)) if name == "Option" => (Wrapper::Option, shape(&inner)),
        Some((name, inner)) if name == "Result" => (Wrapper::Result, shape(&inner)),
        _ => (Wrapper::None, shape(ty)),
    }
}

fn shape(ty: &Type) -> Shape {
    let ty = plain(ty);
    if let Type::Reference(reference) = ty {
        let elem = plain(&reference.elem).clone();
        return if reference.mutability.is_some() { Shape::Mut(elem) } else { Shape::Ref(elem) };
    }
    match generic(ty) {
        Some((name, inner)) if name == "Arc" => Shape::Arc(inner),
        Some((name, inner)) if name == "Lazy" => Shape::Lazy(inner),
        Some((name, inner)) if name == "Live" => Shape::Live(inner),
        _ => Shape::Owned(ty.clone()),
    }
}

/// `Name<T, …>` as its name and its first type.
fn generic(ty: &Type) -> Option<(String, Type)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(args) = &last.arguments else { return None };
    let Some(GenericArgument::Type(inner)) = args.args.first() else { return None };
    let name = last.ident.to_string();
    let room = if name == "Result" { 2 } else { 1 };
    (args.args.len() <= room).then(|| (name, plain(inner).clone()))
}
