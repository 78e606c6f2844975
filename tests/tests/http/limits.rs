//! How many at a time.

use dyno::http::{Client, Error, Response};
use dyno::{Fault, Reason, clock};
use dyno_tests::loopback::{Gate, Loopback, Reply};

use crate::support::{SECOND, find, of, once};

type Asked = tokio::task::JoinHandle<Result<Response, Error>>;

fn ask(client: &Client, path: &str, times: usize) -> Vec<Asked> {
    (0..times).map(|_| tokio::spawn(client.get(path).send())).collect()
}

fn reason(error: &Error) -> Option<Reason> {
    find::<Fault>(error).and_then(Fault::reason)
}

#[tokio::test]
async fn da_20_the_eleventh_at_a_host_is_refused_and_another_host_is_not() {
    let (server, other) = (Loopback::start(), Loopback::start());
    let gate = Gate::shut();
    server.otherwise(Reply::text("ok").held_by(&gate));
    let client = of(&server, "da-20").build().expect("a client");
    let asked = ask(&client, "/", 10);
    server.until(|counts| counts.in_flight == 10).await;
    let error = client.get("/").send().await.expect_err("there are ten");
    assert_eq!(reason(&error), Some(Reason::BulkheadFull), "{error}");
    assert!(error.is_refused());
    assert_eq!(client.get(other.url("/")).send().await.expect("an answer").status(), 200);
    gate.open();
    for asked in asked {
        assert_eq!(asked.await.expect("no panic").expect("an answer").status(), 200);
    }
    assert_eq!(server.counts().requests, 10, "the refused one was not tried again either");
    assert_eq!(client.get("/").send().await.expect("there is room").status(), 200);
}

#[tokio::test]
async fn da_21_a_refusal_is_no_failure_of_the_host() {
    let server = Loopback::start();
    let gate = Gate::shut();
    server.on("/held").reply(Reply::text("ok").held_by(&gate));
    let client = of(&server, "da-21").max_open(1).build().expect("a client");
    let asked = ask(&client, "/held", 1);
    server.until(|counts| counts.in_flight == 1).await;
    for _ in 0..20 {
        let error = client.get("/").send().await.expect_err("there is one");
        assert_eq!(reason(&error), Some(Reason::BulkheadFull), "the circuit stays closed");
    }
    gate.open();
    for asked in asked {
        asked.await.expect("no panic").expect("an answer");
    }
    assert_eq!(client.get("/").send().await.expect("an answer").status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn da_22_there_are_never_more_than_ten_connections() {
    let server = Loopback::start();
    let gate = Gate::shut();
    server.on("/held").reply(Reply::text("ok").held_by(&gate));
    let client = of(&server, "da-22").max_open(None).build().expect("a client");
    let asked: Vec<_> = (0..20)
        .map(|_| {
            let request = client.get("/held").send();
            tokio::spawn(async { request.await.expect("an answer").bytes().await })
        })
        .collect();
    server.until(|counts| counts.in_flight == 10).await;
    gate.let_pass(10);
    server.until(|counts| counts.requests == 20).await;
    gate.open();
    for asked in asked {
        asked.await.expect("no panic").expect("a body");
    }
    let counts = server.counts();
    assert_eq!((counts.most_in_flight, counts.connections), (10, 10), "{counts:?}");
}

/// A connection whose answer has just ended is not idle yet when the next request begins.
#[tokio::test]
async fn da_22_a_connection_on_its_way_back_counts() {
    let server = Loopback::start();
    server.on("/parts").reply(Reply::parts(["a", "b"], std::time::Duration::ZERO));
    let client = of(&server, "da-22-back").max_open(None).pool_size(3).build().expect("a client");
    // However long that takes: by the real clock it is taken for idle after a while.
    let _frozen = clock::freeze().manual();
    let workers = (0..3).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            for path in ["/", "/parts"].repeat(100) {
                let answer = client.get(path).send().await.expect("an answer");
                answer.text().await.expect("a body");
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        let ended = tokio::time::timeout(60 * SECOND, worker).await;
        ended.expect("none is lost").expect("no panic");
    }
    let counts = server.counts();
    assert_eq!(counts.requests, 600);
    assert!(counts.connections <= 3, "{counts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_that_break_make_room_for_others() {
    let server = Loopback::start();
    server.on("/reset").reply(Reply::reset());
    server.on("/torn").reply(Reply::parts(["a"], std::time::Duration::ZERO).then_reset());
    let client = once(&server, "broken-room").max_open(None).pool_size(2).breaker(None);
    let client = client.build().expect("a client");
    let paths = ["/reset", "/torn", "/"];
    let workers = (0..6).map(|worker| {
        let client = client.clone();
        tokio::spawn(async move {
            for turn in 0..10 {
                if let Ok(answer) = client.get(paths[(worker + turn) % 3]).send().await {
                    let _ = answer.bytes().await;
                }
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.expect("no panic");
    }
    assert_eq!(server.counts().requests, 60);
    assert!(server.counts().most_in_flight <= 2);
}

#[tokio::test]
async fn da_34_persistent_requests_share_a_connection() {
    let server = Loopback::start();
    let client = of(&server, "da-34").build().expect("a client");
    for _ in 0..2 {
        client.get("/").send().await.expect("an answer").bytes().await.expect("a body");
    }
    assert_eq!(server.counts().connections, 1);
    let other = of(&server, "da-34-not").build().expect("a client");
    for _ in 0..2 {
        let answer = other.get("/").persistent(false).send().await.expect("an answer");
        answer.bytes().await.expect("a body");
    }
    assert_eq!(server.counts().connections, 3);
    server.until(|counts| counts.open == 1).await;
}

#[tokio::test]
async fn a_request_is_under_way_until_its_body_has_ended() {
    let server = Loopback::start();
    let gate = Gate::shut();
    server.on("/long").reply(Reply::parts(["a", "b"], std::time::Duration::ZERO).then_silence());
    server.on("/held").reply(Reply::text("whole").held_by(&gate));
    let client = of(&server, "bodies-held").max_open(1).build().expect("a client");
    let mut answer = client.get("/long").send().await.expect("a head");
    assert!(answer.chunk().await.expect("a piece").is_some());
    let error = client.get("/").send().await.expect_err("it is under way still");
    assert_eq!(reason(&error), Some(Reason::BulkheadFull));
    drop(answer);
    let mut answer = client.get("/").send().await.expect("it was given up");
    while answer.chunk().await.expect("a body").is_some() {}
    let other = client.get("/").send().await.expect("it has ended, though it is held still");
    drop((answer, other));
    let answer = client.get("/").send().await.expect("it was given up");
    let error = client.get("/").send().await.expect_err("nobody has read it");
    assert_eq!(reason(&error), Some(Reason::BulkheadFull));
    assert_eq!(answer.text().await.expect("a body"), "ok");
    assert_eq!(client.get("/").send().await.expect("it has ended").status(), 200);
    // One without a body has ended with its head.
    server.on("/empty").reply(Reply::status(204));
    let empty = client.get("/empty").send().await.expect("an answer");
    let next = client.get("/empty").send().await.expect("it has ended");
    assert_eq!((empty.status(), next.status()), (next.status(), empty.status()));
}

#[tokio::test]
async fn a_request_that_is_given_up_leaks_nothing() {
    let server = Loopback::start();
    server.on("/never").reply(Reply::never());
    let client = once(&server, "given-up").max_open(1).pool_size(1).build().expect("a client");
    for turn in 1..=3 {
        let never = tokio::spawn(client.get("/never").send());
        server.until(|counts| counts.in_flight == 1).await;
        never.abort();
        assert!(never.await.is_err_and(|error| error.is_cancelled()));
        server.until(|counts| counts.abandoned == turn).await;
    }
    assert_eq!(client.get("/").send().await.expect("there is room").status(), 200);
}
