//! tower's `balance::p2c` with its `PeakEwma`.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::sync::oneshot::{self, Receiver, Sender};
use tower::Service;
use tower::balance::p2c::Balance;
use tower::discover::ServiceList;
use tower::load::{CompleteOnResponse, PeakEwma};

use crate::chance::Chance;
use crate::run::CLIENTS;
use crate::side::Side;

type Called = Rc<RefCell<Option<(usize, Sender<()>)>>>;
type Balanced = Balance<ServiceList<Vec<PeakEwma<Spot>>>, ()>;
type Answer = <Balanced as Service<()>>::Future;

pub(crate) struct Tower {
    clients: Vec<Balanced>,
    called: Called,
}

/// A target: says that it was called, and answers when it is told to.
pub(crate) struct Spot {
    at: usize,
    called: Called,
}

impl Service<()> for Spot {
    type Response = ();
    type Error = oneshot::error::RecvError;
    type Future = Receiver<()>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, (): ()) -> Receiver<()> {
        let (tell, answer) = oneshot::channel();
        *self.called.borrow_mut() = Some((self.at, tell));
        answer
    }
}

impl Tower {
    /// As linkerd sets it: a decay of 10 s, and 30 ms for what is not known yet.
    pub(crate) fn new(count: usize, seed: u64) -> Self {
        let called = Called::default();
        let spot = |at| {
            let spot = Spot { at, called: called.clone() };
            let decay = Duration::from_secs(10).as_secs_f64() * 1e9;
            PeakEwma::new(spot, Duration::from_millis(30), decay, CompleteOnResponse::default())
        };
        let balance = |client| {
            let spots = ServiceList::new((0..count).map(spot).collect::<Vec<_>>());
            Balance::from_rng(spots, Chance::of(seed ^ client))
        };
        Self { clients: (0..CLIENTS as u64).map(balance).collect(), called }
    }
}

impl Side for Tower {
    type Token = (Sender<()>, Pin<Box<Answer>>);

    fn pick(&mut self, client: usize) -> Option<(usize, Self::Token)> {
        let balance = &mut self.clients[client];
        let mut cx = Context::from_waker(Waker::noop());
        match balance.poll_ready(&mut cx) {
            Poll::Ready(Ok(())) => {}
            _ => return None,
        }
        let answer = Box::pin(balance.call(()));
        let (at, tell) = self.called.borrow_mut().take()?;
        Some((at, (tell, answer)))
    }

    fn end(&mut self, (tell, mut answer): Self::Token, well: bool) {
        // What is dropped without a word fails.
        if well {
            let _ = tell.send(());
        } else {
            drop(tell);
        }
        let ended = answer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(ended.is_ready(), "it has been answered");
    }
}
