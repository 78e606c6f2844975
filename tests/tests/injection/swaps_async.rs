//! Fakes and tasks: carried through tokio's threads, async for blocking and the other way round.

use std::sync::Arc;

use dyno::{Fault, inject};

use crate::support::{Count, block_on, watch, why, yields};

#[derive(Clone, Debug, PartialEq)]
struct Db(String);

fn db(name: &str) -> Db {
    Db(name.to_owned())
}

mod carried {
    use super::*;

    fn open() -> Result<Db, String> {
        Ok(db("real"))
    }
    #[inject(db = open)]
    async fn connect(db: &Db) -> Result<String, Fault> {
        yields(2).await;
        Ok(format!("connection to {}", db.0))
    }
    #[inject(connection = connect.await, db = open)]
    async fn ask(connection: &String, db: &Db) -> Result<(String, String), Fault> {
        yields(2).await;
        Ok((connection.clone(), db.0.clone()))
    }
    #[inject(db = open)]
    fn ask_blocking(db: &Db) -> Result<String, Fault> {
        Ok(db.0.clone())
    }
    fn of(name: &str) -> Result<(String, String), Fault> {
        Ok((format!("connection to {name}"), name.to_owned()))
    }

    macro_rules! tests {
        ($($name:ident($($attr:tt)*))+) => {$(
            #[dyno::test($($attr)*)]
            async fn $name() {
                let _watch = watch();
                let name = stringify!($name);
                let made = Arc::new(Count::new());
                let making = made.clone();
                let early = tokio::spawn(async move {
                    yields(50).await;
                    ask().await
                });
                let _swap = dyno::swap(open, move || {
                    making.up();
                    Ok(db(name))
                });
                let mut tasks = Vec::new();
                for _ in 0..100 {
                    tasks.push(tokio::spawn(async move {
                        let inner = tokio::spawn(ask());
                        ask().await.is_ok_and(|it| Ok(it) == of(name))
                            && inner.await.is_ok_and(|it| it == of(name))
                    }));
                    tasks.push(tokio::task::spawn_blocking(move || {
                        ask_blocking().as_deref() == Ok(name)
                    }));
                }
                for task in tasks {
                    assert!(task.await.expect("no panic"));
                }
                assert!(early.await.expect("no panic").is_ok());
                assert_eq!((ask().await, made.get()), (of(name), 1));
            }
        )+};
    }
    tests! {
        on_four_threads(tokio, threads = 4)
        on_four_others(tokio, threads = 4)
        on_two_threads(tokio, threads = 2)
        on_one_thread(tokio)
    }

    #[dyno::test(tokio, threads = 4)]
    async fn without_a_fake_it_is_the_real_one() {
        let _watch = watch();
        for _ in 0..50 {
            assert_eq!(tokio::spawn(ask()).await.expect("no panic"), of("real"));
        }
    }

    #[test]
    fn a_plain_runtime_carries_what_is_wrapped() {
        let _watch = watch();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build();
        let runtime = runtime.expect("two threads");
        let swap = dyno::swap(open, || Ok(db("fake")));
        let inside = dyno::Scope::current().run_async(ask());
        let outside = runtime.spawn(ask());
        assert_eq!(runtime.block_on(runtime.spawn(inside)).expect("no panic"), of("fake"));
        assert_eq!(runtime.block_on(outside).expect("no panic"), of("real"));
        drop(swap);
        assert_eq!(runtime.block_on(ask()), of("real"));
    }
}

mod of_another_kind {
    use super::*;

    fn open() -> Result<Db, String> {
        Ok(db("real"))
    }
    async fn connect() -> Result<Db, String> {
        yields(1).await;
        Ok(db("real"))
    }
    #[inject(db = open)]
    fn of_open(db: &Db) -> Result<String, Fault> {
        Ok(db.0.clone())
    }
    #[inject(db = open)]
    async fn of_open_async(db: &Db) -> Result<String, Fault> {
        Ok(db.0.clone())
    }
    #[inject(db = connect.await)]
    fn of_connect(db: &Db) -> Result<String, Fault> {
        Ok(db.0.clone())
    }
    #[inject(db = connect.await)]
    async fn of_connect_async(db: &Db) -> Result<String, Fault> {
        Ok(db.0.clone())
    }

    #[test]
    fn a_blocking_fake_for_an_async_provider() {
        let swap = dyno::swap(connect, || Ok(db("fake")));
        assert_eq!(of_connect().as_deref(), Ok("fake"), "it needs nobody to wait for it");
        assert_eq!(block_on(of_connect_async()).as_deref(), Ok("fake"));
        drop(swap);
        assert!(why(of_connect()).to_string().contains("run_async"));
        assert_eq!(block_on(of_connect_async()).as_deref(), Ok("real"));
    }

    #[test]
    fn an_async_fake_for_an_async_provider() {
        let _swap = dyno::swap(connect, || async {
            yields(2).await;
            Ok(db("fake"))
        });
        assert!(why(of_connect()).to_string().contains("run_async"));
        assert_eq!(block_on(of_connect_async()).as_deref(), Ok("fake"));
        assert_eq!(of_connect().as_deref(), Ok("fake"), "it is there now");
    }

    #[test]
    fn an_async_fake_for_a_blocking_provider_is_its_output() {
        // A blocking provider's callers may block: the fake waits for its own future.
        let _swap = dyno::swap(open, || {
            block_on(async {
                yields(2).await;
                Ok(db("fake"))
            })
        });
        assert_eq!(of_open().as_deref(), Ok("fake"));
        assert_eq!(block_on(of_open_async()).as_deref(), Ok("fake"));
    }
}

mod providers_with_tasks {
    use super::*;

    fn open() -> Db {
        db("real")
    }
    #[inject(db = open)]
    async fn name(db: &Db) -> String {
        yields(1).await;
        db.0.clone()
    }
    async fn connect() -> Result<String, Fault> {
        let task = tokio::spawn(dyno::Scope::current().run_async(name()));
        Ok(format!("{} and {}", name().await, task.await.unwrap_or_default()))
    }
    /// It asks from another task only.
    async fn connect_elsewhere() -> Result<String, Fault> {
        Ok(tokio::spawn(dyno::Scope::current().run_async(name())).await.unwrap_or_default())
    }
    #[inject(connection = connect.await, other = connect_elsewhere.await)]
    async fn ask(connection: &String, other: &String) -> Result<[String; 2], Fault> {
        Ok([connection.clone(), other.clone()])
    }

    #[dyno::test(tokio, threads = 2)]
    async fn are_rebuilt_from_the_fake() {
        let _watch = watch();
        assert_eq!(ask().await, Ok(["real and real".to_owned(), "real".to_owned()]));
        let swap = dyno::swap(open, || db("fake"));
        assert_eq!(ask().await, Ok(["fake and fake".to_owned(), "fake".to_owned()]));
        drop(swap);
        assert_eq!(ask().await, Ok(["real and real".to_owned(), "real".to_owned()]));
    }
}
