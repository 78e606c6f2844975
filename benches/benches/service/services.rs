//! dyno's other ways to the same: one attribute with all of it, or with a preset made elsewhere, and a
//! service that is called with a closure.

use dyno::breaker::Settings;
use dyno::retry::Retry;
use dyno::service;
use dyno::service::{Builder, Service};

use crate::call::{Fail, call, call_async};
use crate::group::Group;
use crate::set::{
    ATTEMPT, ATTEMPTS, DEADLINE, FAIL_MAX, LIMIT, PLACES, PLENTY, SECOND, SHARE, Set,
};

pub(crate) const ATTRIBUTE: &str = "dyno: `#[service(…)]`";
pub(crate) const PRESET: &str = "dyno: `#[service(ORDERS)]`";
pub(crate) const CALLED: &str = "dyno: `ORDERS.call(…)`";

const fn one(name: &'static str) -> Builder {
    Service::builder(name).breaker(Settings::new().fail_max(FAIL_MAX))
}

const fn three(name: &'static str) -> Builder {
    one(name).timeout(LIMIT).retry(Retry::new(ATTEMPTS)).budget(SHARE)
}

const fn five(name: &'static str) -> Builder {
    three(name).bulkhead(PLACES).metrics()
}

const fn all(name: &'static str) -> Builder {
    let all = five(name).deadline(DEADLINE).timing().harness();
    all.rate(PLENTY, SECOND).attempt_timeout(ATTEMPT)
}

macro_rules! services {
    ($($service:ident, $preset:ident = $built:ident; $module:ident: ($($args:tt)*) $(, or $or:expr)?;)*) => {
        $(
            static $service: Service = $built(stringify!($service)).build();
            static $preset: Service = $built(stringify!($preset)).build();

            mod $module {
                use super::{$preset, Fail, call, call_async, service};

                #[service($($args)*)]
                pub(super) fn attribute(x: u64) -> Result<u64, Fail> {
                    call(x)
                }

                #[service($($args)*)]
                pub(super) async fn attribute_async(x: u64) -> Result<u64, Fail> {
                    call_async(x).await
                }

                #[service($preset $(, fallback = $or)?)]
                pub(super) fn preset(x: u64) -> Result<u64, Fail> {
                    call(x)
                }

                #[service($preset $(, fallback = $or)?)]
                pub(super) async fn preset_async(x: u64) -> Result<u64, Fail> {
                    call_async(x).await
                }
            }
        )*
    };
}

services! {
    ONE, ONE_PRESET = one; of_one: (breaker(fail_max = 5));
    THREE, THREE_PRESET = three; of_three:
        (timeout = 250ms, retry(3, budget = 20%), breaker(fail_max = 5));
    FIVE, FIVE_PRESET = five; of_five:
        (timeout = 250ms, retry(3, budget = 20%), breaker(fail_max = 5), bulkhead = 10, metrics);
    ALL, ALL_PRESET = all; of_all:
        (
            deadline = 2s, timeout = 250ms, attempt_timeout = 100ms, retry(3, budget = 20%),
            breaker(fail_max = 5), bulkhead = 10, rate = 1_000_000_000/1s, metrics, timing, harness,
            fallback = |_| Ok(0),
        ), or |_| Ok(0);
}

macro_rules! enter {
    ($group:ident, $service:ident, $module:ident) => {{
        $group.call(ATTRIBUTE, $module::attribute);
        $group.call(PRESET, $module::preset);
        $group.call(CALLED, |x| $service.call(|_| call(x)));
        $group.call_async(ATTRIBUTE, $module::attribute_async);
        $group.call_async(PRESET, $module::preset_async);
        $group.call_async(CALLED, async |x| $service.call_async(|_| call_async(x)).await);
    }};
}

pub(crate) fn enter(group: &mut Group, set: Set) {
    match set {
        Set::One => enter!(group, ONE, of_one),
        Set::Three => enter!(group, THREE, of_three),
        Set::Five => enter!(group, FIVE, of_five),
        Set::All => {
            group.call(ATTRIBUTE, of_all::attribute);
            group.call(PRESET, of_all::preset);
            group.call(CALLED, |x| ALL.or(|_| Ok(0)).call(|_| call(x)));
            group.call_async(ATTRIBUTE, of_all::attribute_async);
            group.call_async(PRESET, of_all::preset_async);
            group.call_async(CALLED, async |x| {
                ALL.or(|_| Ok(0)).call_async(|_| call_async(x)).await
            });
        }
    }
}
