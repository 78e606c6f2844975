//! An answer.

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use ::http::{HeaderMap, StatusCode, Version};
use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use reqwest::Url;
use serde::de::DeserializeOwned;

use super::error::{Asked, Error, ErrorKind};
use super::room::Held;
use super::until::Until;
use crate::clock::Sleep;
use crate::limit::bulkhead::OwnedPermit;

/// An answer: its head is there, its body comes as it is read.
///
/// Until the body has ended or this is dropped, the request counts as under way at its host: for
/// [`max_open`](super::Builder::max_open) and for [`pool_size`](super::Builder::pool_size). The limit
/// of the whole call holds for the body, too: what is read later is an
/// [error](super::ErrorKind::Timeout). It ends no circuit and is not tried again, as the call had
/// succeeded with the head; a request says [`whole`](super::Request::whole) where the body belongs to
/// the attempt.
pub struct Response(Box<Inner>);

/// Apart, as an answer is moved out of each layer that it went through.
struct Inner {
    answer: reqwest::Response,
    /// What was read within the attempt.
    read: Option<Bytes>,
    attempt: u32,
    until: Until,
    /// Of the limit, once a piece was waited for.
    timer: Option<Sleep>,
    asked: Option<Asked>,
    // After the answer: a connection that is given up is on its way then.
    hold: Option<Hold>,
}

/// What a request holds while it is under way.
pub(super) struct Hold {
    pub(super) held: Held,
    pub(super) _place: Option<OwnedPermit>,
}

impl Response {
    /// An answer that nobody sent, for a [fallback](super::Request::or).
    ///
    /// ```
    /// use dyno::http::{Response, StatusCode};
    /// let listed = Response::new(StatusCode::OK, "[]");
    /// assert_eq!(listed.status(), 200);
    /// ```
    #[must_use]
    pub fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        let mut answer = ::http::Response::new(Bytes::new());
        *answer.status_mut() = status;
        let answer = reqwest::Response::from(answer);
        let (until, read) = (Until::NEVER, Some(body.into()));
        let inner = Inner { answer, read, attempt: 0, until, timer: None, asked: None, hold: None };
        Self(Box::new(inner))
    }

    pub(super) fn answered(
        answer: reqwest::Response,
        attempt: u32,
        until: Until,
        asked: Asked,
        hold: Hold,
    ) -> Self {
        // One without a body has ended.
        let hold = (answer.content_length() != Some(0)).then_some(hold);
        let asked = Some(asked);
        Self(Box::new(Inner { answer, read: None, attempt, until, timer: None, asked, hold }))
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.answer.status()
    }

    /// Its headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.0.answer.headers()
    }

    /// The version of the protocol.
    #[must_use]
    pub fn version(&self) -> Version {
        self.0.answer.version()
    }

    /// Where it came from in the end.
    #[must_use]
    pub fn url(&self) -> &Url {
        self.0.answer.url()
    }

    /// Whom it came from.
    #[must_use]
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.0.answer.remote_addr()
    }

    /// How many bytes are to come, where that is known.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        match &self.0.read {
            Some(read) => u64::try_from(read.len()).ok(),
            None => self.0.answer.content_length(),
        }
    }

    /// Which attempt it answers, the first being 1; 0 of one that nobody sent.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.0.attempt
    }

    /// The next piece of the body as it comes; `None` at its end.
    ///
    /// # Errors
    /// It broke off, or took longer than the call may.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        if let Some(read) = self.0.read.take() {
            return Ok(Some(read).filter(|read| !read.is_empty()));
        }
        let Inner { answer, until, timer, .. } = &mut *self.0;
        let next = until.limit(timer, pin!(answer.chunk())).await;
        let next = match next {
            Ok(next) => next.map_err(Error::of_body),
            Err(fault) => Err(fault.into()),
        };
        if !matches!(next, Ok(Some(_))) {
            self.0.hold = None;
        }
        next.map_err(|error| self.told(error))
    }

    /// The whole body.
    ///
    /// # Errors
    /// As [`chunk`](Self::chunk).
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        self.rest().await
    }

    async fn rest(&mut self) -> Result<Bytes, Error> {
        let Some(first) = self.chunk().await? else { return Ok(Bytes::new()) };
        let Some(second) = self.chunk().await? else { return Ok(first) };
        let mut all = BytesMut::from(&first[..]);
        all.extend_from_slice(&second);
        while let Some(next) = self.chunk().await? {
            all.extend_from_slice(&next);
        }
        Ok(all.freeze())
    }

    /// The whole body as text; what is not UTF-8 in it is replaced.
    ///
    /// # Errors
    /// As [`chunk`](Self::chunk).
    pub async fn text(self) -> Result<String, Error> {
        let bytes = self.bytes().await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The whole body, which is JSON.
    ///
    /// # Errors
    /// As [`chunk`](Self::chunk), and when it is something else: of the
    /// [kind](super::ErrorKind::Body) of the body.
    pub async fn json<T: DeserializeOwned>(mut self) -> Result<T, Error> {
        let bytes = self.rest().await?;
        let value = serde_json::from_slice(&bytes);
        value.map_err(|error| self.told(Error::other(ErrorKind::Body, error)))
    }

    /// The body as a stream of pieces.
    pub fn bytes_stream(self) -> Chunks {
        Chunks { next: Some(Box::pin(after(self))) }
    }

    /// Itself, unless its status is of 4xx or 5xx.
    ///
    /// # Errors
    /// It is: the error [has](Error::into_response) the answer.
    pub fn error_for_status(self) -> Result<Self, Error> {
        let status = self.status();
        if !status.is_client_error() && !status.is_server_error() {
            return Ok(self);
        }
        let asked = self.0.asked.clone();
        let error = Error::status(self);
        Err(match asked {
            Some(asked) => error.at(|| asked.at()),
            None => error,
        })
    }

    /// Reads the body now, within the attempt.
    pub(super) async fn whole(mut self) -> Result<Self, Error> {
        self.0.read = Some(self.rest().await?);
        Ok(self)
    }

    fn told(&self, error: Error) -> Error {
        match &self.0.asked {
            Some(asked) => error.at(|| asked.at()),
            None => error,
        }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status())
            .field("url", &super::secret::told(self.url()))
            .field("attempt", &self.0.attempt)
            .finish_non_exhaustive()
    }
}

type Next = Pin<Box<dyn Future<Output = (Response, Result<Option<Bytes>, Error>)> + Send>>;

async fn after(mut answer: Response) -> (Response, Result<Option<Bytes>, Error>) {
    let next = answer.chunk().await;
    (answer, next)
}

/// The pieces of a body; made by [`Response::bytes_stream`].
#[must_use = "a stream does nothing until it is polled"]
pub struct Chunks {
    next: Option<Next>,
}

impl Stream for Chunks {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(next) = &mut self.next else { return Poll::Ready(None) };
        let Poll::Ready((answer, piece)) = next.as_mut().poll(cx) else { return Poll::Pending };
        // After the end, and after an error, there is nothing more.
        self.next = matches!(piece, Ok(Some(_))).then(|| Box::pin(after(answer)) as Next);
        Poll::Ready(piece.transpose())
    }
}

impl fmt::Debug for Chunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chunks({})", if self.next.is_some() { "more may come" } else { "ended" })
    }
}
