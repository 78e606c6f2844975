async fn f(host: Host) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    '__dyno_guarded: {
        static __DYNO_BREAKERS: ::dyno::__private::SharedKeyed = ::dyno::__private::SharedKeyed::new(
            "hosts",
            || {
                ::dyno::__private::Keyed::new(
                        "hosts",
                        (::dyno::__private::Settings::new()
                            .window_time(::core::time::Duration::from_secs(10))
                            .failure_rate(0.5))
                            .slow(PATIENCE)
                            .expected_in(::core::time::Duration::from_secs(2))
                            .reset_backoff(
                                (::core::time::Duration::from_secs(
                                    1,
                                ))..(::core::time::Duration::from_secs(60)),
                            )
                            .recover(&[0.01, TENTH])
                            .rule(&MINE)
                            .trip_error(::dyno::__private::TripError::Rejected)
                            .starts(::dyno::__private::State::HalfOpen),
                    )
                    .keys(64)
                    .idle(::core::time::Duration::from_secs(600))
            },
        );
        let __dyno_breaker = ::dyno::__private::Keyed::get(
            ::dyno::__private::SharedKeyed::get(&__DYNO_BREAKERS),
            &host,
        );
        let __dyno_permit = match if host.is_local() {
            ::dyno::__private::Ok(::dyno::__private::Breaker::unguarded(&__dyno_breaker))
        } else {
            ::dyno::__private::Breaker::enter(&__dyno_breaker)
        } {
            ::dyno::__private::Ok(__dyno_permit) => __dyno_permit,
            ::dyno::__private::Err(__dyno_refusal) => {
                break '__dyno_guarded <Result<
                    u8,
                    E,
                > as ::dyno::__private::Refuse>::refuse(
                    ::dyno::__private::Refused::fault(__dyno_refusal),
                );
            }
        };
        let __dyno_out = (async {
            if false {
                return ::dyno::__private::never::<Result<u8, E>>();
            }
            ask(host).await
        })
            .await;
        let __dyno_failure = <Result<
            u8,
            E,
        > as ::dyno::__private::Outcome>::failure(&__dyno_out);
        let __dyno_tripped = ::dyno::__private::settle!(
            __dyno_permit, match __dyno_failure { ::dyno::__private::None =>
            ::dyno::__private::Verdict::Success, #[allow(unused_variables,
            unreachable_patterns, clippy::all, clippy::pedantic)]
            ::dyno::__private::Some(__dyno_failure) => match __dyno_failure { E::Http(500
            ..) => ::dyno::__private::Verdict::Failure, _ =>
            ::dyno::__private::Verdict::Success, }, }, __dyno_out, __dyno_failure, | e |
            e.retry_after()
        );
        if let ::dyno::__private::Some(__dyno_fault) = __dyno_tripped {
            <Result<u8, E> as ::dyno::__private::Refuse>::refuse(__dyno_fault)
        } else {
            __dyno_out
        }
    }
}
