//! Finding a value, or building it.
//!
//! The captive rule: a build notes all that it reads. In a scope with stand-ins the program's value
//! counts only when nothing that went into it has a stand-in; what a stand-in had a say in is built
//! in the scope and dies with it; what turns out clean goes to the program. What a slot has ever
//! read tells where the next build belongs, so two builds at most find the right place.

use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) use super::asked::{Asked, Took};
use super::cell::{Cell, Cells, Home};
use super::force::{Force, Special, carried};
use super::held::Held;
use super::kept::Kept;
use super::observed::{self, Kind};
use super::provided::{Boxed, Made};
use super::recipe::{Make, Recipe};
use super::shutdown::stop;
use super::slot::{Core, Life, RegistryRead, Source};
use super::swap::{self, Override};
use super::wait::block_on;
use super::world::{Instances, OfTest, PROGRAM, World};
use crate::clock::{self, Instant};
use crate::fault::{InjectError, InjectErrorKind};
use crate::point::{Event, plain_path};
use crate::pool::build::{Crew, at_work};
use crate::registry::flight::{Begun, Flight, Frame, Lead, catch, catch_async, heard};

/// `true` once the program has been shut down.
pub(super) static DOWN: AtomicBool = AtomicBool::new(false);

/// `true` when what is not of a stand-in's making has been shut down here.
pub(super) fn is_down() -> bool {
    match Force::here().world {
        Some(world) => Owner::World(world).is_down(),
        None => Owner::Program.is_down(),
    }
}

/// When a build began, and under what.
struct Began {
    at: Instant,
    force: Force,
}

/// Where a value belongs here, and how it is made.
struct Place {
    home: Home,
    recipe: Recipe,
    owner: Owner,
}

impl Place {
    /// The value, where it is there; the build that asks is told what went into it.
    fn found(&self) -> Option<Held<Kept>> {
        let held = self.home.ready()?;
        if let (Some(frame), Some(reads)) = (Frame::reader(), self.home.cell().reads.get()) {
            frame.note(reads.iter().copied());
        }
        Some(held)
    }
}

enum Owner {
    Program,
    Tenant,
    Test(Arc<OfTest>),
    World(Arc<World>),
    Swap(Arc<Override>),
}

impl Owner {
    fn is_down(&self) -> bool {
        match self {
            Self::Program | Self::Tenant => DOWN.load(Ordering::Acquire),
            Self::Test(test) => test.down.load(Ordering::Acquire),
            Self::World(world) => world.down.load(Ordering::Acquire),
            Self::Swap(swap) => swap.down.load(Ordering::Acquire),
        }
    }

    /// Where it is noted what has to be stopped one day.
    fn instances(&self) -> &Instances {
        match self {
            Self::Program | Self::Tenant => &PROGRAM,
            Self::Test(test) => &test.instances,
            Self::World(world) => &world.instances,
            Self::Swap(swap) => &swap.instances,
        }
    }
}

impl Core {
    /// The value, built on a build worker while this thread waits, or here if it is one.
    pub(super) fn get(&'static self, asked: Asked) -> Result<Held<Kept>, InjectError> {
        if let Some(value) = self.plain() {
            return Ok(Held::fixed(value));
        }
        self.note();
        loop {
            let place = self.place()?;
            if let Some(held) = place.found() {
                return Ok(held);
            }
            let Make::Now(make) = &place.recipe.make else {
                return Err(heard(InjectError::new(InjectErrorKind::NeedsWarmUp)));
            };
            match Flight::begin(place.home.clone(), &asked.wanted()) {
                Begun::Ready => {}
                Begun::Failed(error) => return Err(heard(error)),
                Begun::Wait(wait) => place.home.wait(&wait).map_err(heard)?,
                Begun::Lead(lead) if at_work() => self.build(lead, &**make, asked),
                Begun::Lead(lead) => {
                    let (wait, make) = (lead.wait(), make.clone());
                    Crew::default().spawn(move || self.build(lead, &*make, asked));
                    place.home.wait(&wait).map_err(heard)?;
                }
            }
        }
    }

    /// As [`get`](Self::get), without blocking: an async provider is polled in this task.
    pub(super) async fn get_async(&'static self, asked: Asked) -> Result<Held<Kept>, InjectError> {
        if let Some(value) = self.plain() {
            return Ok(Held::fixed(value));
        }
        self.note();
        loop {
            let place = self.place()?;
            if let Some(held) = place.found() {
                return Ok(held);
            }
            match Flight::begin(place.home.clone(), &asked.wanted()) {
                Begun::Ready => {}
                Begun::Failed(error) => return Err(heard(error)),
                Begun::Wait(wait) => place.home.wait_async(&wait).await.map_err(heard)?,
                Begun::Lead(lead) => match &place.recipe.make {
                    Make::Later(make) => {
                        let began = self.begin(&lead);
                        let result = lead.frame().run_async(catch_async(|| make())).await;
                        if let Some(late) = self.finish(lead, result, &began, asked) {
                            self.stop_late(late, asked).await;
                        }
                    }
                    Make::Now(make) => {
                        let (wait, make) = (lead.wait(), make.clone());
                        let build = carried(move || self.build(lead, &*make, asked));
                        Crew::default().spawn(build);
                        place.home.wait_async(&wait).await.map_err(heard)?;
                    }
                },
            }
        }
    }

    /// As [`get_async`](Self::get_async), for whoever only wants it built.
    pub(super) fn build_boxed(&'static self, asked: Asked) -> Boxed<Result<(), InjectError>> {
        Box::pin(async move { self.get_async(asked).await.map(drop) })
    }

    /// How long its value lives; `None` for a tag.
    pub(super) fn life(&self) -> Option<Life> {
        match &self.source {
            Source::Provider { life, .. } => Some(*life),
            Source::Tag => None,
        }
    }

    /// The type of its value; `None` for a tag.
    pub(super) fn provides(&self) -> Option<String> {
        match &self.source {
            Source::Provider { recipe, .. } => Some(plain_path(recipe.provides)),
            Source::Tag => None,
        }
    }

    /// `true` when both are of one provider, and yet have a value each.
    pub(super) fn doubles(&'static self, other: &'static Self) -> bool {
        self.life().is_some()
            && (self.key, self.life()) == (other.key, other.life())
            && self.address() != other.address()
    }

    /// `true` when it need not be built here.
    pub(super) fn is_ready(&'static self) -> bool {
        match &self.source {
            Source::Tag => self.cell.reads.get().is_some(),
            Source::Provider { .. } => self.place().is_ok_and(|place| place.home.ready().is_some()),
        }
    }

    /// The next build here is tried at once, whatever failed before.
    pub(super) fn forget_failure(&'static self) {
        if let Ok(place) = self.place() {
            place.home.forget_failure();
        }
    }

    /// Stops waiting for the build under way here.
    pub(super) fn abandon(&'static self, error: InjectError) {
        if let Ok(place) = self.place() {
            place.home.abandon(error);
        }
    }

    /// `true` when a blocking caller cannot build it.
    pub(super) fn is_async(&'static self) -> bool {
        self.place().is_ok_and(|place| matches!(place.recipe.make, Make::Later(_)))
    }

    /// The program's value, where nothing is in force that could stand in for it or wants to know.
    pub(super) fn plain(&'static self) -> Option<&'static Arc<Kept>> {
        if Special::any() || Frame::reader().is_some() {
            return None;
        }
        let reads = self.cell.reads.get()?;
        let tenants = reads.contains(&RegistryRead::mark());
        if tenants || !matches!(self.source, Source::Provider { life: Life::Program, .. }) {
            return None;
        }
        self.cell.flight.ready()
    }

    /// How the last build here went.
    pub(super) fn last(&'static self) -> Option<Took> {
        let home = self.place().ok()?.home;
        home.cell().last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells the build that asks what it reads.
    pub(super) fn note(&'static self) {
        swap::missed(self.key);
        let Some(frame) = Frame::reader() else { return };
        frame.note([self.key]);
        let kind = match &self.source {
            Source::Provider { life: Life::Program, .. } => Kind::Provider,
            Source::Provider { life: Life::Registry, .. } => Kind::Registry,
            Source::Tag => Kind::Tag,
        };
        if kind != Kind::Provider {
            frame.note([RegistryRead::mark()]);
        }
        if let Some(path) = frame.path().get() {
            observed::note(path, self.name, kind);
        }
    }

    /// Where the value belongs, with all that is in force here.
    fn place(&'static self) -> Result<Place, InjectError> {
        let Source::Provider { recipe, fake, life } = &self.source else {
            return Err(InjectError::new(InjectErrorKind::ShutDown));
        };
        let force = Force::here();
        let swap = force.swap_of(self.key);
        let recipe = swap.and_then(|swap| fake(&*swap.fake)).unwrap_or_else(|| recipe.clone());
        let known = swap.map_or_else(|| self.known(), |swap| swap.known(self.address()));
        let place = match force.taint(&known) {
            Some(inner) if swap.is_some() || !self.is_clean(&force, *life) => {
                let cell = inner.cells.of(self.address(), &force.under(&known));
                Place { home: Home::Scoped(cell), recipe, owner: Owner::Swap(inner.clone()) }
            }
            _ => self.base(&force, recipe),
        };
        if place.owner.is_down() {
            return Err(InjectError::new(InjectErrorKind::ShutDown));
        }
        Ok(place)
    }

    /// The program's value is there and nothing that went into it has a stand-in here.
    fn is_clean(&'static self, force: &Force, life: Life) -> bool {
        let clean = |reads| force.taint(reads).is_none() && force.tenant(reads).is_none();
        life == Life::Program
            && force.world.is_none()
            && self.cell.flight.ready().is_some()
            && self.cell.reads.get().is_some_and(clean)
    }

    /// Where the value belongs when no stand-in has a say in it.
    fn base(&'static self, force: &Force, recipe: Recipe) -> Place {
        let known = self.known();
        let scoped = |cells: &Cells, owner| {
            let cell = cells.of(self.address(), &force.under(&known));
            Place { home: Home::Scoped(cell), recipe: recipe.clone(), owner }
        };
        if let Some(world) = &force.world {
            return scoped(&world.cells, Owner::World(world.clone()));
        }
        if let Some(test) = force.test(&known) {
            return scoped(&test.cells, Owner::Test(test.clone()));
        }
        if let Some(tenant) = force.tenant(&known) {
            let cell = tenant.local(self.own, Cell::new);
            return Place { home: Home::Scoped(cell), recipe, owner: Owner::Tenant };
        }
        Place { home: Home::Global(&self.cell), recipe, owner: Owner::Program }
    }

    fn begin(&'static self, lead: &Lead<Kept, Home>) -> Began {
        let _first = lead.frame().path().set(self.name);
        Began { at: clock::now(), force: Force::here() }
    }

    fn build(&'static self, lead: Lead<Kept, Home>, make: &dyn Fn() -> Made<Kept>, asked: Asked) {
        let began = self.begin(&lead);
        let result = lead.frame().run(|| catch(make));
        if let Some(late) = self.finish(lead, result, &began, asked) {
            block_on(self.stop_late(late, asked));
        }
    }

    /// Puts what was built where it belongs, now that it is known what went into it. A value that
    /// comes after the shutdown is given back: nobody gets it, and it has to be stopped.
    fn finish(
        &'static self,
        lead: Lead<Kept, Home>,
        result: Made<Kept>,
        began: &Began,
        asked: Asked,
    ) -> Option<Arc<Kept>> {
        let time = clock::now() - began.at;
        let thread = std::thread::current().name().unwrap_or("?").to_owned();
        let reads = lead.frame().reads();
        let here = Force::here();
        if began.force.is_over(&here, self.key, &reads) {
            // Who waits asks anew, in a scope that is still there.
            return None;
        }
        match here.swap_of(self.key) {
            Some(swap) => swap.learn(self.address(), &reads),
            None => self.known.lock().unwrap_or_else(PoisonError::into_inner).extend(&reads),
        }
        let result = lead.told(result);
        // Shut down meanwhile: who waits asks anew and is told so.
        let Ok(Place { home, owner, .. }) = self.place() else { return result.ok() };
        // Before anybody can see the value: who has it may shut down at once, and what is built
        // from it comes later in the order of completion.
        if let Some(value) = result.as_ref().ok().filter(|_| home.ready().is_none()) {
            if !owner.instances().add(self, &home, value, || owner.is_down()) {
                return result.ok();
            }
        }
        let last = Took { began: began.at, time, thread };
        *home.cell().last.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
        if result.is_ok() {
            let _first = home.cell().reads.set(reads);
        }
        let event = match &result {
            Ok(_) => Event::Built { provider: asked.provider, took: time },
            Err(error) => Event::BuildFailed { provider: asked.provider, error },
        };
        // Before who waits for it goes on, and is perhaps recorded no longer.
        asked.record(&event);
        if lead.flight().is_some_and(|led| led.is(&home)) {
            let _outcome = lead.land(result.clone());
        } else {
            // Elsewhere first, so that who waits here finds it there.
            home.adopt(result.clone());
            drop(lead);
        }
        asked.emit(&event);
        None
    }

    /// Stops what was built too late to be in use.
    async fn stop_late(&'static self, value: Arc<Kept>, asked: Asked) {
        let hook = move || self.stop.get().map(|stop| stop(value));
        if let Err(error) = stop(hook, &Crew::default()).await {
            let message = format!("{}, built during the shutdown: {error}", self.name);
            asked.emit(&Event::Warning { message: &message });
        }
    }
}
