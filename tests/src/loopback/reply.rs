//! How a request is answered.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::{Gate, Seen};

/// An answer, or the lack of one.
///
/// ```
/// use std::time::Duration;
/// use dyno_tests::loopback::Reply;
/// let busy = Reply::status(503).header("retry-after", "2");
/// let slow = Reply::parts(["a", "b", "c"], Duration::from_millis(20));
/// let torn = Reply::parts(["half of it"], Duration::ZERO).then_reset();
/// # let _ = (busy, slow, torn);
/// ```
#[derive(Clone)]
#[must_use = "a reply does nothing until it is in a script"]
pub struct Reply {
    pub(super) after: Duration,
    pub(super) gate: Option<Gate>,
    pub(super) what: What,
}

#[derive(Clone)]
pub(super) enum What {
    /// A head, and a body.
    Answer(Answer),
    /// No head: it begins with the end.
    Ends(End),
    /// Whatever follows from the request.
    By(Arc<dyn Fn(&Seen) -> Reply + Send + Sync>),
}

#[derive(Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    /// With a known length where they are one part and no pause.
    pub(super) parts: Vec<Bytes>,
    pub(super) pause: Duration,
    /// What follows the parts, if it is not the proper end.
    pub(super) end: Option<End>,
}

/// How an answer is broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing more comes, and the connection stays.
    Silence,
    /// The connection is reset (RST).
    Reset,
    /// The connection is closed (FIN).
    Close,
    /// The server closes its half, and goes on listening.
    HalfClose,
}

impl Reply {
    /// 200, and a text.
    pub fn text(body: impl Into<String>) -> Self {
        Self::status(200).body(body.into())
    }

    /// A status, and an empty body.
    pub fn status(status: u16) -> Self {
        let (headers, parts) = (Vec::new(), Vec::new());
        Self::of(What::Answer(Answer { status, headers, parts, pause: Duration::ZERO, end: None }))
    }

    /// 200, and a body of JSON.
    pub fn json(body: impl Into<String>) -> Self {
        Self::text(body).header("content-type", "application/json")
    }

    /// 302 to `location`.
    pub fn redirect(location: impl Into<String>) -> Self {
        Self::status(302).header("location", location)
    }

    /// 200, and a body that comes part by part, with a pause before each but the first.
    pub fn parts<P: Into<Bytes>>(parts: impl IntoIterator<Item = P>, pause: Duration) -> Self {
        let mut reply = Self::status(200);
        let answer = reply.answer("parts");
        answer.parts = parts.into_iter().map(Into::into).collect();
        answer.pause = pause;
        reply
    }

    /// What `make` makes of the request.
    pub fn by(make: impl Fn(&Seen) -> Self + Send + Sync + 'static) -> Self {
        Self::of(What::By(Arc::new(make)))
    }

    /// No answer ever; the connection stays.
    pub fn never() -> Self {
        Self::of(What::Ends(End::Silence))
    }

    /// The connection is reset (RST) where the answer should begin.
    pub fn reset() -> Self {
        Self::of(What::Ends(End::Reset))
    }

    /// The connection is closed (FIN) where the answer should begin.
    pub fn close() -> Self {
        Self::of(What::Ends(End::Close))
    }

    /// The server closes its half where the answer should begin, and goes on listening.
    pub fn half_close() -> Self {
        Self::of(What::Ends(End::HalfClose))
    }

    /// Another body.
    ///
    /// # Panics
    /// It is no answer with a head.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.answer("body").parts = vec![body.into()];
        self
    }

    /// One header more.
    ///
    /// # Panics
    /// It is no answer with a head.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.answer("header").headers.push((name.into(), value.into()));
        self
    }

    /// Not before so long after the request came.
    pub fn after(mut self, delay: Duration) -> Self {
        self.after = delay;
        self
    }

    /// Not before `gate` lets it go.
    pub fn held_by(mut self, gate: &Gate) -> Self {
        self.gate = Some(gate.clone());
        self
    }

    /// After the parts of its body nothing more comes, and the connection stays.
    ///
    /// # Panics
    /// It is no answer with a head.
    pub fn then_silence(self) -> Self {
        self.then(End::Silence)
    }

    /// After the parts of its body the connection is reset (RST).
    ///
    /// # Panics
    /// It is no answer with a head.
    pub fn then_reset(self) -> Self {
        self.then(End::Reset)
    }

    /// After the parts of its body the connection is closed (FIN), though there should be more.
    ///
    /// # Panics
    /// It is no answer with a head.
    pub fn then_close(self) -> Self {
        self.then(End::Close)
    }

    /// After the parts of its body the server closes its half, though there should be more, and goes
    /// on listening.
    ///
    /// # Panics
    /// It is no answer with a head.
    pub fn then_half_close(self) -> Self {
        self.then(End::HalfClose)
    }

    fn of(what: What) -> Self {
        Self { after: Duration::ZERO, gate: None, what }
    }

    fn then(mut self, end: End) -> Self {
        self.answer("then_…").end = Some(end);
        self
    }

    fn answer(&mut self, asked: &str) -> &mut Answer {
        match &mut self.what {
            What::Answer(answer) => answer,
            _ => panic!("loopback: `{asked}` of a reply without a head"),
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Answer(answer) => write!(f, "Reply({})", answer.status),
            What::Ends(end) => write!(f, "Reply({end:?})"),
            What::By(_) => f.write_str("Reply(by)"),
        }
    }
}
