//! What a span or mark is called.

use std::borrow::Cow;
use std::fmt;

use crate::point::Point;

/// What a span or mark may be called: text that lives as long as the program costs nothing more,
/// [`format_args!`] is formatted where a recording is in force and nowhere else.
#[diagnostic::on_unimplemented(
    message = "a span or mark cannot be called by a `{Self}`",
    label = "not a name",
    note = "give a `&'static str`, a `String`, or `format_args!(\"…\")`, which is formatted only while it is recorded"
)]
pub trait Label: sealed::Sealed {
    #[doc(hidden)]
    fn label(self) -> Cow<'static, str>;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! label {
    ($($of:ty: |$it:ident| $label:expr;)*) => {$(
        impl sealed::Sealed for $of {}
        impl Label for $of {
            #[inline]
            fn label(self) -> Cow<'static, str> {
                let $it = self;
                $label
            }
        }
    )*};
}

label! {
    &'static str: |text| Cow::Borrowed(text);
    String: |text| Cow::Owned(text);
    Cow<'static, str>: |text| text;
    fmt::Arguments<'_>: |text| text.as_str().map_or_else(|| text.to_string().into(), Cow::Borrowed);
    &Point: |point| Cow::Borrowed(point.name());
}
