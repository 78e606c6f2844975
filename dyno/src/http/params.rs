//! What is appended to the query of an URL.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

/// What may stand for the parameters of a request: pairs in a list or in a map, whose values are one
/// or several.
///
/// ```
/// use std::collections::BTreeMap;
/// use dyno::http::Client;
///
/// let client = Client::builder("inventory").base("http://inventory:8000").build()?;
/// let by_sku = BTreeMap::from([("sku", ["a 1", "b"])]);
/// let request = client.get("/stock?depot=7").params(by_sku).params([("page", 2)]).param("q", None::<u8>);
/// assert_eq!(request.url()?.query(), Some("depot=7&sku=a+1&sku=b&page=2"));
/// # Ok::<(), dyno::http::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not stand for parameters of a request",
    label = "neither pairs nor a map",
    note = "give pairs in an array or a `Vec`, a map, or one by one with `.param(name, value)`"
)]
pub trait IntoParams {
    /// Appends each.
    fn append_to(&self, params: &mut Params<'_>);
}

/// A value of a parameter, or several.
///
/// `None` is left out.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value of a parameter",
    label = "neither text, nor a number, nor several of them"
)]
pub trait Param {
    /// Appends `name` with each value.
    fn append_to(&self, name: &str, params: &mut Params<'_>);
}

/// Where parameters are appended.
#[derive(Debug)]
pub struct Params<'a>(&'a mut Vec<(String, String)>);

impl<'a> Params<'a> {
    pub(super) const fn new(to: &'a mut Vec<(String, String)>) -> Self {
        Self(to)
    }

    /// One more.
    pub fn append(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }
}

macro_rules! texts {
    ($($text:ty),*) => {$(
        impl Param for $text {
            fn append_to(&self, name: &str, params: &mut Params<'_>) {
                params.append(name, self.to_string());
            }
        }
    )*};
}

texts!(str, String, Cow<'_, str>, bool, char, f32, f64);
texts!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);

macro_rules! several {
    ($([$($generics:tt)*] $list:ty),*) => {$(
        impl<P: Param, $($generics)*> Param for $list {
            fn append_to(&self, name: &str, params: &mut Params<'_>) {
                for value in self {
                    value.append_to(name, params);
                }
            }
        }
    )*};
}

several!([] [P], [] Vec<P>, [const N: usize] [P; N]);

impl<P: Param> Param for Option<P> {
    fn append_to(&self, name: &str, params: &mut Params<'_>) {
        if let Some(value) = self {
            value.append_to(name, params);
        }
    }
}

macro_rules! behind {
    ($($pointer:ty),*) => {$(
        impl<P: Param + ?Sized> Param for $pointer {
            fn append_to(&self, name: &str, params: &mut Params<'_>) {
                (**self).append_to(name, params);
            }
        }
    )*};
}

behind!(&P, Box<P>, Rc<P>, Arc<P>);

macro_rules! pairs {
    ($([$($generics:tt)*] $list:ty),*) => {$(
        impl<K: AsRef<str>, V: Param, $($generics)*> IntoParams for $list {
            fn append_to(&self, params: &mut Params<'_>) {
                for (name, value) in self {
                    value.append_to(name.as_ref(), params);
                }
            }
        }
    )*};
}

pairs!([] [(K, V)], [] Vec<(K, V)>, [const N: usize] [(K, V); N], [] BTreeMap<K, V>, [S] HashMap<K, V, S>);

/// None.
impl IntoParams for () {
    fn append_to(&self, _params: &mut Params<'_>) {}
}

impl<T: IntoParams> IntoParams for Option<T> {
    fn append_to(&self, params: &mut Params<'_>) {
        if let Some(some) = self {
            some.append_to(params);
        }
    }
}

impl<T: IntoParams + ?Sized> IntoParams for &T {
    fn append_to(&self, params: &mut Params<'_>) {
        (**self).append_to(params);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(params: impl IntoParams) -> String {
        let mut appended = Vec::new();
        params.append_to(&mut Params::new(&mut appended));
        let pairs = appended.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("&")
    }

    #[test]
    fn pairs_lists_and_maps_are_parameters() {
        assert_eq!(text([("a", 1), ("b", 2)]), "a=1&b=2");
        assert_eq!(text(vec![("a".to_owned(), Some("x")), ("b".to_owned(), None)]), "a=x");
        assert_eq!(text(BTreeMap::from([("b", vec![2, 3]), ("a", vec![])])), "b=2&b=3");
        assert_eq!(text(HashMap::from([("b", [true, false])])), "b=true&b=false");
        let mixed: [(&str, Box<dyn Param>); 2] = [("a", Box::new(1)), ("b", Box::new(["x", "y"]))];
        assert_eq!(text(&mixed[..]), "a=1&b=x&b=y");
        assert_eq!(text(Some([("a", 1.5)])) + &text(()) + &text(None::<[(&str, u8); 0]>), "a=1.5");
    }
}
