//! The other injectors, each by its fastest usual way to a singleton.

use std::hint::black_box;

use benches::{Race, calls};
use dill::Catalog;
use shaku::HasComponent;

use crate::resolve::{Db, connect};

/// Everything they need, set up.
pub(crate) struct Containers {
    shaku: App,
    dill: Catalog,
    more_di: di::ServiceProvider,
    nject: Provider,
}

impl Containers {
    pub(crate) fn new() -> Self {
        let mut services = di::ServiceCollection::new();
        services.add(di::singleton_as_self::<Db>().from(|_| di::Ref::new(connect())));
        Self {
            shaku: App::builder().build(),
            dill: Catalog::builder().add_value(connect()).build(),
            more_di: services.build_provider().expect("a valid collection"),
            nject: Provider { db: connect() },
        }
    }

    pub(crate) fn enter<'a>(&'a self, race: &mut Race<'a>) {
        let Self { shaku, dill, more_di, nject } = self;
        race.enter("nject: `&T`", calls!(by_nject(nject, black_box(1))));
        race.enter("shaku: `resolve_ref`", calls!(by_shaku_ref(shaku, black_box(1))));
        race.enter("shaku: `resolve`", calls!(by_shaku(shaku, black_box(1))));
        race.enter("dill: `get_one`", calls!(by_dill(dill, black_box(1))));
        race.enter("more-di: `get_required`", calls!(by_more_di(more_di, black_box(1))));
    }
}

/// shaku hands out traits only.
trait Identified: shaku::Interface {
    fn id(&self) -> u64;
}

#[derive(shaku::Component)]
#[shaku(interface = Identified)]
struct Shared {
    #[shaku(default = 7)]
    id: u64,
}

impl Identified for Shared {
    fn id(&self) -> u64 {
        self.id
    }
}

shaku::module! {
    App { components = [Shared], providers = [] }
}

#[nject::provider]
struct Provider {
    #[provide]
    db: Db,
}

#[inline(never)]
fn by_nject(provider: &Provider, x: u64) -> u64 {
    let db: &Db = provider.provide();
    db.id + x
}

#[inline(never)]
fn by_shaku_ref(app: &App, x: u64) -> u64 {
    let shared: &dyn Identified = app.resolve_ref();
    shared.id() + x
}

#[inline(never)]
fn by_shaku(app: &App, x: u64) -> u64 {
    let shared: std::sync::Arc<dyn Identified> = app.resolve();
    shared.id() + x
}

#[inline(never)]
fn by_dill(catalog: &Catalog, x: u64) -> u64 {
    catalog.get_one::<Db>().map_or(0, |db| db.id) + x
}

#[inline(never)]
fn by_more_di(provider: &di::ServiceProvider, x: u64) -> u64 {
    provider.get_required::<Db>().id + x
}
