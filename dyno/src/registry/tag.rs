//! Names under which values of one type are told apart.

/// A name for values of the type `T`.
///
/// Any string is a tag of any type, and `()` is no tag: by type alone. A type of your own makes a
/// misspelt tag a compile error, and spares naming the type.
///
/// ```
/// use dyno::registry::{Registry, Tag};
/// use std::sync::Arc;
///
/// trait Mailer: Send + Sync { fn host(&self) -> String; }
/// struct Smtp(&'static str);
/// impl Mailer for Smtp { fn host(&self) -> String { self.0.to_owned() } }
///
/// struct Main;
/// impl Tag<dyn Mailer> for Main {
///     fn name(&self) -> &str { "main" }
/// }
///
/// let registry = Registry::new();
/// registry.set(Main, Arc::new(Smtp("mail.example")))?;
/// assert_eq!(registry.get(Main)?.host(), "mail.example");
/// assert_eq!(registry.get::<dyn Mailer>("main")?.host(), "mail.example");
/// # Ok::<(), dyno::InjectError>(())
/// ```
pub trait Tag<T: ?Sized> {
    /// The tag as text; the empty text is no tag.
    fn name(&self) -> &str;
}

impl<T: ?Sized> Tag<T> for &str {
    fn name(&self) -> &str {
        self
    }
}

impl<T: ?Sized> Tag<T> for String {
    fn name(&self) -> &str {
        self
    }
}

impl<T: ?Sized> Tag<T> for &String {
    fn name(&self) -> &str {
        self
    }
}

impl<T: ?Sized> Tag<T> for () {
    fn name(&self) -> &'static str {
        ""
    }
}
