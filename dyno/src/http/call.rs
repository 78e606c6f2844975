//! The way of a request.

use std::borrow::Cow;
use std::sync::Arc;

use ::http::header::{AUTHORIZATION, CONNECTION, HOST};
use ::http::{HeaderMap, HeaderName, HeaderValue, Method, Version};
use reqwest::Url;

use super::error::{Asked, Error, ErrorKind};
use super::host::Host;
use super::judge::{Judging, is_idempotent};
use super::redirect::Way;
use super::request::Request;
use super::response::{Hold, Response};
use super::room::Held;
use super::until::Until;
use super::{Body, Bound, Inner, base64};
use crate::balance::Target;
use crate::breaker::Breaker;
use crate::deadline::{self, Deadline};
use crate::fault::{Fault, Reason};
use crate::outcome::Verdict;
use crate::service::{self, Call, IdempotencyKey};

/// What all attempts share.
struct Sent<'r> {
    inner: &'r Inner,
    bound: Option<&'r Bound>,
    /// Of a request of a call.
    key: Option<IdempotencyKey>,
    asked: &'r Asked,
    /// Where no balancer chooses it.
    host: Option<Arc<Host>>,
    headers: &'r HeaderMap,
    body: Option<&'r Body>,
    is_persistent: bool,
    follows: bool,
    is_whole: bool,
    judging: Judging,
    until: Until,
}

pub(super) async fn send(mut request: Request) -> Result<Response, Error> {
    let url = Arc::new(request.url()?);
    let (wrong, fallback) = (request.take_wrong(), request.fallback.take());
    let inner = &*request.client.inner;
    let asked = Asked { client: inner.name, method: request.method.clone(), url };
    if let Some(wrong) = wrong {
        return Err(Error::local(wrong).at(|| asked.at()));
    }
    let authority = authority(&asked.url);
    let limit = request.timeout.or(inner.settings.timeout);
    let sent = Sent {
        inner,
        bound: request.client.bound.as_ref(),
        key: request.key,
        asked: &asked,
        host: inner.balance.is_none().then(|| inner.host(&authority)),
        headers: &request.headers,
        body: request.body.as_ref(),
        is_persistent: request.is_persistent,
        follows: request.follows,
        is_whole: request.is_whole,
        judging: judging(inner, &request),
        until: Until::begin(inner.name, limit),
    };
    let policies = if request.skips_breaker { &inner.unguarded } else { &inner.guarded };
    let mut with = policies.with().judged(sent.judging);
    if let Some(host) = sent.host.as_ref().filter(|_| policies.is_per_target()) {
        with = match host.breaker(|| None) {
            Some(breaker) => with.at(service::At::keeping(&authority, breaker)),
            None => with.at(&*authority),
        };
    }
    let attempt = |call: Call| sent.attempt(call);
    let ended = match fallback {
        None => with.call_async(attempt).await,
        Some(fallback) => with.or_keeping(fallback).call_async(attempt).await,
    };
    end(ended, &sent)
}

fn judging(inner: &Inner, request: &Request) -> Judging {
    let has_key = inner.settings.idempotency_header.is_some();
    let by_itself = || has_key || is_idempotent(&request.method);
    Judging {
        statuses: inner.settings.statuses,
        is_idempotent: request.is_idempotent.unwrap_or_else(by_itself),
        limit: request.timeout,
        is_repeatable: request.body.as_ref().is_none_or(Body::is_repeatable),
    }
}

/// What the caller gets.
fn end(ended: Result<Response, Error>, sent: &Sent<'_>) -> Result<Response, Error> {
    let Sent { inner, asked, bound, .. } = *sent;
    let ended = match ended {
        // An answer is an answer, unless there are policies around that are to hear of it.
        Err(error) if error.status_code().is_some() && bound.is_none() => error
            .into_response()
            .ok_or_else(|| Error::from(Fault::rejected("", Reason::Shed, None))),
        ended => ended,
    };
    let ended = match ended {
        Ok(answer) if inner.settings.error_for_status => answer.error_for_status(),
        ended => ended,
    };
    ended.map_err(|error| error.at(|| asked.at()))
}

impl Sent<'_> {
    async fn attempt(&self, call: Call) -> Result<Response, Error> {
        let chosen;
        let (asked, host) = match &self.host {
            Some(host) => (self.asked, host.clone()),
            None => {
                chosen = self.at_target(&call)?;
                let host = self.inner.host(&authority(&chosen.url));
                (&chosen, host)
            }
        };
        let place = host.enter()?;
        let counted = self.inner.settings.metrics.then(|| host.metrics.start());
        let slot = host.slot().await;
        let hold = Hold { held: Held::new(host, slot, self.inner.maker.clone()), _place: place };
        let outcome = self.exchange(&call, asked, hold).await;
        let outcome = outcome.map_err(|error| error.at(|| asked.at()));
        if let Some(counted) = counted {
            match self.judging.verdict(&outcome) {
                // An answer all the same.
                Verdict::Ignored => counted.ignore(),
                verdict => counted.end(verdict),
            }
        }
        outcome
    }

    /// What is asked of the target that the balancer has chosen.
    fn at_target(&self, call: &Call) -> Result<Asked, Error> {
        let mut asked = self.asked.clone();
        if let Some(target) = call.target() {
            asked.url = Arc::new(at_target(&asked.url, target)?);
        }
        Ok(asked)
    }

    /// One request and its answer.
    async fn exchange(&self, call: &Call, asked: &Asked, hold: Hold) -> Result<Response, Error> {
        let ticket = hold.held.ticket();
        if !self.is_persistent {
            ticket.closes();
        }
        let mut way = Way::new(&asked.method, &asked.url, self.body.is_some());
        let answer = loop {
            let mut request = self.request(call, &way);
            if let Some(body) = self.body.filter(|_| way.has_body) {
                *request.body_mut() = Some(body.next().await.map_err(Error::local)?);
            }
            let answer = ticket.run(self.inner.reqwest.execute(request)).await;
            let answer = answer.map_err(|error| Error::of_reqwest(error).at_hop(way.hops))?;
            match self.onward(call, &way, &answer)? {
                Some(next) => way = next,
                None => break answer,
            }
        };
        if closes(&answer) {
            ticket.closes();
        }
        let status = answer.status();
        let mut answer =
            Response::answered(answer, call.attempt(), self.until, asked.clone(), hold);
        if self.is_whole {
            answer = answer.whole().await?;
        }
        if self.judging.statuses.fails(status) { Err(Error::status(answer)) } else { Ok(answer) }
    }

    /// Where the answer sends it on to, and it goes.
    fn onward<'w>(
        &self,
        call: &Call,
        way: &Way<'w>,
        answer: &reqwest::Response,
    ) -> Result<Option<Way<'w>>, Error> {
        let next = if self.follows { way.after(answer.status(), answer.headers()) } else { None };
        let Some(next) = next else { return Ok(None) };
        // It says itself whose name is meant, which is wrong anywhere else.
        let is_named = self.target(call).is_some_and(|target| target.resolved_from().is_some());
        let can =
            !(is_named && next.is_elsewhere(way) || next.has_body && !self.judging.is_repeatable);
        if can && next.hops > self.inner.settings.hops() {
            return Err(Error::other(ErrorKind::Redirect, "redirected too often"));
        }
        Ok(can.then_some(next))
    }

    /// It without its body.
    fn request(&self, call: &Call, way: &Way<'_>) -> reqwest::Request {
        let settings = &self.inner.settings;
        let mut url = Url::clone(&way.url);
        let credentials = take_credentials(&mut url);
        let mut request = reqwest::Request::new(Method::clone(&way.method), url);
        *request.headers_mut() = self.headers.clone();
        let headers = request.headers_mut();
        for (name, value) in &settings.headers {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        way.strip(headers);
        if let Some(value) = credentials {
            headers.entry(AUTHORIZATION).or_insert(value);
        }
        let target = self.target(call);
        if let Some(named) = target.and_then(Target::resolved_from) {
            // It is meant, and not the address that it was resolved to.
            let port = target.map_or(80, Target::port);
            if let Ok(name) = HeaderValue::try_from(format!("{named}:{port}")) {
                headers.entry(HOST).or_insert(name);
            }
        }
        if !self.is_persistent {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let (Some(name), Some(left)) = (&settings.deadline_header, Deadline::left()) {
            headers.insert(name, text(deadline::text(left, &mut [0; _])));
        }
        if let Some((name, key)) = self.key(call) {
            headers.entry(name).or_insert_with(|| text(key.to_string()));
        }
        request
    }

    /// Whom the balancer has chosen, or that of the service around it where the request goes there.
    fn target<'t>(&'t self, call: &'t Call) -> Option<&'t Target> {
        call.target().or_else(|| self.bound?.target_at(&self.asked.url))
    }

    /// The key of a call that this is part of, or that of its own.
    fn key(&self, call: &Call) -> Option<(HeaderName, IdempotencyKey)> {
        let name = self.inner.settings.idempotency_header.clone();
        match self.key {
            Some(key) => Some((name.unwrap_or(super::IDEMPOTENCY_KEY), key)),
            None => Some((name?, call.idempotency_key())),
        }
    }
}

/// ASCII letters, digits and hyphens.
fn text(value: impl AsRef<[u8]>) -> HeaderValue {
    HeaderValue::from_bytes(value.as_ref()).unwrap_or(HeaderValue::from_static(""))
}

/// What an URL has before its host, as a header: reqwest sends none for a request that is ready made.
fn take_credentials(url: &mut Url) -> Option<HeaderValue> {
    if !has_credentials(url) {
        return None;
    }
    let user = percent_decoded(url.username());
    let password = percent_decoded(url.password().unwrap_or_default());
    url.set_username("").unwrap_or_default();
    url.set_password(None).unwrap_or_default();
    base64::basic(&user, &password)
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let digit = |at: Option<&u8>| at.and_then(|digit| char::from(*digit).to_digit(16));
    let (mut bytes, mut decoded) = (text.as_bytes(), Vec::with_capacity(text.len()));
    while let [first, rest @ ..] = bytes {
        let escaped =
            (*first == b'%').then(|| Some(digit(rest.first())? * 16 + digit(rest.get(1))?));
        let escaped = escaped.flatten().and_then(|byte| u8::try_from(byte).ok());
        decoded.push(escaped.unwrap_or(*first));
        bytes = if escaped.is_some() { &rest[2..] } else { rest };
    }
    decoded
}

/// The server will close the connection.
fn closes(answer: &reqwest::Response) -> bool {
    let says = answer.headers().get_all(CONNECTION).iter();
    let mut words = says.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let close = words.any(|word| word.trim().eq_ignore_ascii_case("close"));
    close || answer.version() <= Version::HTTP_10
}

/// Host and port.
fn authority(url: &Url) -> Cow<'_, str> {
    let authority = url.authority();
    let host = if has_credentials(url) {
        authority.rsplit_once('@').map_or(authority, |(_, host)| host)
    } else {
        authority
    };
    match url.port() {
        Some(_) => host.into(),
        None => format!("{host}:{}", url.port_or_known_default().unwrap_or(80)).into(),
    }
}

/// `url` with the scheme, the host and the port of `target`.
fn at_target(url: &Url, target: &Target) -> Result<Url, Error> {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let text = format!("{}{}{query}", target.url(), url.path());
    let mut there: Url = text.parse().map_err(|error| Error::local(format!("{error}")))?;
    there.set_username(url.username()).unwrap_or_default();
    there.set_password(url.password()).unwrap_or_default();
    Ok(there)
}

impl Inner {
    /// What is kept of the host, its circuit shared where it is to be.
    pub(super) fn host(&self, authority: &str) -> Arc<Host> {
        let host = self.hosts.get(authority);
        host.breaker(|| self.circuit(authority));
        host
    }

    #[cold]
    fn circuit(&self, authority: &str) -> Option<Arc<Breaker>> {
        let breaker = self.guarded.breaker_at(authority)?;
        if let Some(sharing) = &self.sharing {
            sharing.share(authority, &breaker);
        }
        Some(breaker)
    }
}
