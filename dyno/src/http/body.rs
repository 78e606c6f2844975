//! What is sent along.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_core::Stream;

/// The body of a request: text, bytes, a file, or what a stream produces.
///
/// Text, bytes, a [file](Self::file) and what is [made](Self::by) for each attempt can be sent again;
/// a [stream](Self::stream) is over when it has been sent, so a request with one is not tried again.
pub struct Body(Kind);

enum Kind {
    Bytes(Bytes),
    File(PathBuf),
    Made(Arc<dyn Fn() -> reqwest::Body + Send + Sync>),
    /// Until the first attempt.
    Once(Mutex<Option<reqwest::Body>>),
}

impl Body {
    /// The contents of the file, which is opened for each attempt and read as it is sent.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Kind::File(path.into()))
    }

    /// What `stream` produces, as it does: once.
    ///
    /// ```
    /// # fn lines() -> impl futures_core::Stream<Item = Result<String, std::io::Error>> + Send + 'static {
    /// #     struct Empty;
    /// #     impl futures_core::Stream for Empty {
    /// #         type Item = Result<String, std::io::Error>;
    /// #         fn poll_next(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>)
    /// #             -> std::task::Poll<Option<Self::Item>> { std::task::Poll::Ready(None) }
    /// #     }
    /// #     Empty
    /// # }
    /// use dyno::http::{Body, Client};
    /// let client = Client::new("inventory");
    /// let once = client.put("http://inventory/lines").body(Body::stream(lines()));
    /// let each_time = client.put("http://inventory/lines").body(Body::by(lines));
    /// ```
    pub fn stream<S, T, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<T, E>> + Send + 'static,
        Bytes: From<T>,
        T: 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        Self(Kind::Once(Mutex::new(Some(reqwest::Body::wrap_stream(stream)))))
    }

    /// What a stream produces that `make` makes for each attempt.
    pub fn by<S, T, E>(make: impl Fn() -> S + Send + Sync + 'static) -> Self
    where
        S: Stream<Item = Result<T, E>> + Send + 'static,
        Bytes: From<T>,
        T: 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        Self(Kind::Made(Arc::new(move || reqwest::Body::wrap_stream(make()))))
    }

    /// It can be sent again.
    pub(super) const fn is_repeatable(&self) -> bool {
        !matches!(self.0, Kind::Once(_))
    }

    /// That of the next attempt.
    pub(super) async fn next(&self) -> std::io::Result<reqwest::Body> {
        match &self.0 {
            Kind::Bytes(bytes) => Ok(bytes.clone().into()),
            Kind::File(path) => Ok(tokio::fs::File::open(path).await?.into()),
            Kind::Made(make) => Ok(make()),
            Kind::Once(once) => {
                let once = once.lock().unwrap_or_else(PoisonError::into_inner).take();
                once.ok_or_else(|| std::io::Error::other("the stream of the body is over"))
            }
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Bytes(bytes))
    }
}

macro_rules! from_bytes {
    ($($from:ty),*) => {$(
        impl From<$from> for Body {
            fn from(bytes: $from) -> Self {
                Bytes::from(bytes).into()
            }
        }
    )*};
}

from_bytes!(String, Vec<u8>, &'static str, &'static [u8]);

impl<const N: usize> From<&'static [u8; N]> for Body {
    fn from(bytes: &'static [u8; N]) -> Self {
        Bytes::from_static(bytes).into()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Bytes(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Kind::File(path) => write!(f, "Body({})", path.display()),
            Kind::Made(_) => f.write_str("Body(made for each attempt)"),
            Kind::Once(_) => f.write_str("Body(stream)"),
        }
    }
}
