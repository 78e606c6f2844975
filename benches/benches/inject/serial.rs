//! Eight slow singletons in the other injectors, each by its usual means.

use std::sync::Arc;
use std::thread::sleep;

use crate::construct::WAIT;

fn slow() -> u64 {
    sleep(WAIT);
    7
}

/// Measures each of them.
pub(crate) fn rows(row: &mut dyn FnMut(&str, &mut dyn FnMut()) -> f64) {
    row("shaku: `build` of a module", &mut || drop(with_shaku::Eight::builder().build()));
    row("dill: `get_one` of what needs them", &mut with_dill::run);
    row("more-di: `get_required` of what needs them", &mut with_more_di);
    row("nject: `provide` of what needs them", &mut || {
        let _needs_eight: with_nject::NeedsEight = with_nject::Provider.provide();
    });
}

mod with_shaku {
    macro_rules! eight {
        ($($name:ident: $face:ident),*) => {
            $(
                trait $face: shaku::Interface {}
                #[derive(shaku::Component)]
                #[shaku(interface = $face)]
                struct $name {
                    #[shaku(default = super::slow())]
                    _id: u64,
                }
                impl $face for $name {}
            )*
            shaku::module! {
                pub(super) Eight { components = [$($name),*], providers = [] }
            }
        };
    }
    eight!(A: IsA, B: IsB, C: IsC, D: IsD, E: IsE, F: IsF, G: IsG, H: IsH);
}

mod with_dill {
    #![expect(unreachable_pub, reason = "its attribute wants a `pub fn new`")]

    use super::Arc;

    macro_rules! eight {
        ($($name:ident: $field:ident),*) => {
            $(
                struct $name(#[expect(dead_code, reason = "it is there")] u64);
                #[dill::component]
                #[dill::scope(dill::scopes::Singleton)]
                impl $name {
                    pub fn new() -> Self {
                        Self(super::slow())
                    }
                }
            )*
            #[dill::component]
            struct NeedsEight {
                $(#[expect(dead_code, reason = "it is there")] $field: Arc<$name>,)*
            }
            pub(super) fn run() {
                let mut catalog = dill::Catalog::builder();
                $(catalog.add::<$name>();)*
                let catalog = catalog.add::<NeedsEight>().build();
                assert!(catalog.get_one::<NeedsEight>().is_ok());
            }
        };
    }
    eight!(A: a, B: b, C: c, D: d, E: e, F: f, G: g, H: h);
}

struct Slow<const N: usize>;

fn with_more_di() {
    use di::{Ref, ServiceCollection, singleton_as_self};
    macro_rules! eight {
        ($($n:literal),*) => {{
            struct NeedsEight($(#[expect(dead_code, reason = "it is there")] Ref<Slow<$n>>,)*);
            let mut services = ServiceCollection::new();
            $(services.add(singleton_as_self::<Slow<$n>>().from(|_| {
                slow();
                Ref::new(Slow)
            }));)*
            services.add(singleton_as_self::<NeedsEight>().from(|provider| {
                Ref::new(NeedsEight($(provider.get_required::<Slow<$n>>(),)*))
            }));
            let provider = services.build_provider().expect("a valid collection");
            let _needs_eight = provider.get_required::<NeedsEight>();
        }};
    }
    eight!(0, 1, 2, 3, 4, 5, 6, 7);
}

mod with_nject {
    macro_rules! eight {
        ($($name:ident: $field:ident),*) => {
            $(
                #[nject::injectable]
                struct $name {
                    #[inject(super::slow())]
                    _id: u64,
                }
            )*
            #[nject::injectable]
            pub(super) struct NeedsEight {
                $($field: $name,)*
            }
        };
    }
    eight!(A: _a, B: _b, C: _c, D: _d, E: _e, F: _f, G: _g, H: _h);

    #[nject::provider]
    pub(super) struct Provider;
}
