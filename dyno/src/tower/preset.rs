//! A whole service as a layer.

use std::any::type_name;
use std::fmt;
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Request;
use http::header::HOST;
use tower_layer::Layer;
use tower_service::Service;

use super::carries::{CarriesFault, Said};
use super::directed::Directs;
use super::judge::{self, ByOutcome, Judge, judged};
use super::policy::Policy;
use super::retry::{Cloned, CopiedBy, Copies};
use crate::balance::Target;
use crate::fault::{Fault, Reason};
use crate::harness::Told;
use crate::outcome::{Asks, Verdict};
use crate::service::{self, Call, Service as Preset};

/// All policies of a [`service`](mod@crate::service), in its fixed order; made by [`layer`].
#[derive(Clone)]
pub struct PresetLayer<J = ByOutcome, C = Cloned, K = Unkeyed> {
    preset: Policy<Preset>,
    copies: C,
    key: K,
    judge: J,
}

/// Puts a whole [`Service`](crate::service::Service) before a service of tower.
///
/// A request is needed once more for every attempt, as by [`retry`](super::retry); each attempt is
/// made by a clone of the service, once that is ready, and has failed where it does not become so.
///
/// ```
/// use std::time::Duration;
/// use dyno::breaker::Settings;
/// use dyno::service::Service;
/// use dyno::tower;
///
/// // A breaker for each host: one line before a client.
/// static HOSTS: Service =
///     Service::builder("hosts").timeout(Duration::from_secs(2)).breaker(Settings::new()).per_target().build();
/// let layers = (tower::layer(&HOSTS).keyed(tower::host::<String>), tower::wrap());
/// # drop(layers);
/// ```
pub fn layer(service: impl Into<Policy<Preset>>) -> PresetLayer {
    PresetLayer { preset: service.into(), copies: Cloned(()), key: Unkeyed(()), judge: ByOutcome }
}

impl<J, C, K> PresetLayer<J, C, K> {
    /// What the service keeps [by target](crate::service::Builder::per_target), such as breakers, it
    /// keeps by the key that `key` makes of a request: its [host](host), its tenant.
    ///
    /// # Panics
    /// When the service keeps nothing by target and has no [balancer](crate::service::Builder::balance), by
    /// which requests of the same key go to the same target.
    #[must_use]
    #[track_caller]
    pub fn keyed<Req, F: Fn(&Req) -> String>(self, key: F) -> PresetLayer<J, C, KeyedBy<F>> {
        let Self { preset, copies, key: _, judge } = self;
        assert!(
            preset.is_per_target() || preset.balances(),
            "{}: `keyed` needs a service that keeps something by target: say `per_target()` where it \
             is built",
            preset.name()
        );
        PresetLayer { preset, copies, key: KeyedBy(key), judge }
    }

    /// Each attempt goes to the target that the service's [balancer](crate::service::Builder::balance) has
    /// chosen: its request gets the scheme, the host and the port of that, and keeps its path and query.
    /// To be said after [`keyed`](Self::keyed), where both are.
    ///
    /// ```
    /// use dyno::balance::Balancer;
    /// use dyno::service::Service;
    /// use dyno::tower;
    ///
    /// static PRICES: Balancer = Balancer::new("prices", &["http://10.0.0.1:80", "http://10.0.0.2:80"]);
    /// static PRICING: Service = Service::builder("pricing").balance(&PRICES).build();
    /// let layers = (tower::layer(&PRICING).directed(), tower::wrap());
    /// # drop(layers);
    /// ```
    ///
    /// # Panics
    /// When the service has no balancer.
    #[must_use]
    #[track_caller]
    pub fn directed(self) -> PresetLayer<J, C, Directed<K>> {
        let Self { preset, copies, key, judge } = self;
        assert!(
            preset.balances(),
            "{}: `directed` needs a service that chooses targets: give it `balance` where it is built",
            preset.name()
        );
        PresetLayer { preset, copies, key: Directed(key), judge }
    }

    /// Requests are copied by `copy`; those of which it makes none are not tried again.
    #[must_use]
    pub fn copying<Req, F: Fn(&Req) -> Option<Req>>(
        self,
        copy: F,
    ) -> PresetLayer<J, CopiedBy<F>, K> {
        let Self { preset, copies: _, key, judge } = self;
        PresetLayer { preset, copies: CopiedBy(copy), key, judge }
    }
}

judged!(PresetLayer<J, C, K> { preset, copies, key });

/// The host and the port of a request, as its URI or its `Host` has them, in small letters; nothing
/// where neither has.
#[must_use]
pub fn host<B>(request: &Request<B>) -> String {
    let named = || request.headers().get(HOST)?.to_str().ok();
    let authority = request.uri().authority().map(http::uri::Authority::as_str).or_else(named);
    let authority = authority.unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_user, host)| host);
    host.to_ascii_lowercase()
}

/// For which target a request is.
pub trait Key<Req>: Whom {
    /// What stands for it.
    fn of(&self, request: &Req) -> Option<String>;

    /// What sends it to the target that was chosen.
    #[doc(hidden)]
    fn direct(&self) -> Option<fn(&mut Req, &Target) -> bool> {
        None
    }
}

/// What is known of a [`Key`] before there is a request.
pub trait Whom {
    /// It makes keys of requests.
    #[doc(hidden)]
    const KEYED: bool;
    /// It sends requests to the targets that are chosen.
    #[doc(hidden)]
    const DIRECTED: bool;
}

/// For none in particular.
#[derive(Clone, Copy, Debug)]
pub struct Unkeyed(());

impl Whom for Unkeyed {
    const KEYED: bool = false;
    const DIRECTED: bool = false;
}

impl<Req> Key<Req> for Unkeyed {
    fn of(&self, _request: &Req) -> Option<String> {
        None
    }
}

/// By what a function makes of the request.
#[derive(Clone, Copy)]
pub struct KeyedBy<F>(F);

impl<F> Whom for KeyedBy<F> {
    const KEYED: bool = true;
    const DIRECTED: bool = false;
}

impl<Req, F: Fn(&Req) -> String> Key<Req> for KeyedBy<F> {
    fn of(&self, request: &Req) -> Option<String> {
        Some((self.0)(request))
    }
}

/// For that which a balancer chooses; made by [`PresetLayer::directed`].
#[derive(Clone, Copy, Debug)]
pub struct Directed<K>(K);

impl<K: Whom> Whom for Directed<K> {
    const KEYED: bool = K::KEYED;
    const DIRECTED: bool = true;
}

impl<Req: Directs, K: Key<Req>> Key<Req> for Directed<K> {
    fn of(&self, request: &Req) -> Option<String> {
        self.0.of(request)
    }

    fn direct(&self) -> Option<fn(&mut Req, &Target) -> bool> {
        Some(Req::direct)
    }
}

impl<F> fmt::Debug for KeyedBy<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyedBy")
    }
}

impl<J, C, K> fmt::Debug for PresetLayer<J, C, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PresetLayer({})", self.preset.name())
    }
}

impl<S, J: Clone, C: Clone, K: Whom + Clone> Layer<S> for PresetLayer<J, C, K> {
    type Service = PresetService<S, J, C, K>;

    /// # Panics
    /// When the service needs to know whom requests are for, and nothing says it.
    #[track_caller]
    fn layer(&self, inner: S) -> Self::Service {
        let preset = &self.preset;
        let name = preset.name();
        assert!(
            K::DIRECTED || !preset.balances(),
            "{name}: it chooses a target for each attempt, and nothing sends the request there: say \
             `directed()`, after `keyed` if that is said"
        );
        assert!(
            K::KEYED || preset.balances() || !preset.is_per_target(),
            "{name}: it keeps its state by target, and nothing says for which one a request is: say \
             `keyed(tower::host)`"
        );
        PresetService { inner, layer: self.clone() }
    }
}

/// A service behind a whole one of dyno's; made by [`layer`].
#[derive(Clone, Debug)]
pub struct PresetService<S, J = ByOutcome, C = Cloned, K = Unkeyed> {
    inner: S,
    layer: PresetLayer<J, C, K>,
}

impl<S, J, C, K, Req> Service<Req> for PresetService<S, J, C, K>
where
    S: Service<Req> + Clone + Send + 'static,
    S::Error: CarriesFault,
    S::Future: Send,
    Req: Send + 'static,
    J: Judge<S::Response, S::Error> + Clone + Send + Sync + 'static,
    C: Copies<Req> + Clone + Send + 'static,
    K: Key<Req>,
{
    type Response = S::Response;
    type Error = S::Error;
    // Its policies are async functions, whose futures have no names.
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Req) -> Self::Future {
        let next = self.inner.clone();
        let ready = mem::replace(&mut self.inner, next);
        let PresetLayer { preset, copies, key, judge } = &self.layer;
        let (key, direct) = (key.of(&request), key.direct());
        let copy = preset.retry().may_follow(1).then(|| copies.copy(&request)).flatten();
        let again = copy.map(|request| (self.inner.clone(), request));
        let copies = copies.clone();
        let attempts = Attempts { first: Some((ready, request)), again, copies, direct };
        Box::pin(through(preset.clone(), key, attempts, judge.clone()))
    }
}

/// A call through all policies.
async fn through<S, Req, J, C>(
    preset: Policy<Preset>,
    key: Option<String>,
    mut attempts: Attempts<S, Req, C>,
    judge: J,
) -> Result<S::Response, S::Error>
where
    S: Service<Req> + Clone,
    S::Error: CarriesFault,
    J: Judge<S::Response, S::Error>,
    C: Copies<Req>,
{
    let repeats = AtomicBool::new(true);
    let mut with = preset.with();
    if let Some(key) = &key {
        with = with.at(key);
    }
    let judging = Judging { judge: &judge, repeats: &repeats };
    let call = with.judged(judging).call_async(|call| {
        let made = attempts.next(&preset, &call, &repeats);
        async {
            let (mut service, request) = made?;
            poll_fn(|cx| service.poll_ready(cx)).await?;
            let called = service.call(request);
            // What it was made by is not kept from others meanwhile.
            drop(service);
            called.await
        }
    });
    call.await
}

/// What attempts are made with.
struct Attempts<S, Req, C> {
    first: Option<(S, Req)>,
    again: Option<(S, Req)>,
    copies: C,
    /// Sends each to its target.
    direct: Option<fn(&mut Req, &Target) -> bool>,
}

impl<S: Clone, Req, C: Copies<Req>> Attempts<S, Req, C> {
    /// Those of the next one; `repeats` says whether yet another one may follow.
    fn next(
        &mut self,
        preset: &Preset,
        call: &Call,
        repeats: &AtomicBool,
    ) -> Result<(S, Req), Fault> {
        let made = self.first.take().or_else(|| {
            let (service, request) = self.again.take()?;
            let copy = preset
                .retry()
                .may_follow(call.attempt())
                .then(|| self.copies.copy(&request))
                .flatten();
            self.again = copy.map(|copy| (service.clone(), copy));
            Some((service, request))
        });
        repeats.store(self.again.is_some(), Ordering::Relaxed);
        // Nobody asks for one after it was said that there is none.
        let (service, mut request) =
            made.ok_or_else(|| Fault::rejected(preset.name(), Reason::BudgetSpent, None))?;
        if let (Some(direct), Some(target)) = (self.direct, call.target()) {
            if !direct(&mut request, target) {
                let message = format!("no request can be sent to {target}").into();
                return Err(Fault::no_target(preset.name().into(), message));
            }
        }
        Ok((service, request))
    }
}

/// The judge of a layer, for a service.
struct Judging<'a, J> {
    judge: &'a J,
    /// Another request is there.
    repeats: &'a AtomicBool,
}

impl<T, E: CarriesFault, J: Judge<T, E>> service::Judge<Result<T, E>, ()> for Judging<'_, J> {
    fn judge(&self, outcome: &Result<T, E>) -> (Verdict, Asks) {
        match (judge::said(outcome), judge::asks(self.judge, outcome)) {
            (Said::Refused(_), (_, asks @ Asks::Rejected(..))) => (Verdict::Failure, asks),
            // Such as a provider that failed.
            (Said::Refused(_), (_, asks)) => (Verdict::Ignored, asks),
            (_, judged) => judged,
        }
    }

    fn repeats(&self) -> bool {
        self.repeats.load(Ordering::Relaxed)
    }

    fn tell(&self, outcome: &Result<T, E>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        judge::tell(self.judge, outcome, f)
    }

    fn retry_after(&self, outcome: &Result<T, E>) -> Option<Duration> {
        self.judge.retry_after(outcome)
    }

    fn told(&self, outcome: &Result<T, E>, report: &mut dyn FnMut(&Told<'_>)) {
        report(&Told::new(type_name::<E>(), &|f| judge::tell(self.judge, outcome, f)));
    }
}
