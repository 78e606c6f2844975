//! The way of a call through a service.

use super::end::End;
use super::judge::Judge;
use super::with::With;
use super::{Call, key};
use crate::outcome::Outcome;

pub(super) fn call<R: Outcome, By, J: Judge<R, By>, O: End<R>>(
    with: With<'_, J, O>,
    mut f: impl FnMut(&Call) -> R,
) -> R {
    let service = with.service;
    let target = with.at.as_ref().and_then(super::at::At::target);
    let out = f(&Call::named(service.name(), key::draw(), 1, target));
    let _ = with.judge.judge(&out);
    with.or.end(service.name(), Ok(out))
}

pub(super) async fn call_async<R: Outcome, By, F, J: Judge<R, By>, O: End<R>>(
    with: With<'_, J, O>,
    mut f: impl FnMut(Call) -> F,
) -> R
where
    F: Future<Output = R>,
{
    let service = with.service;
    let target = with.at.as_ref().and_then(super::at::At::target);
    let out = f(Call::named(service.name(), key::draw(), 1, target)).await;
    with.or.end(service.name(), Ok(out))
}
