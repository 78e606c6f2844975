#[allow(clippy::needless_pass_by_value)]
async fn f(host: Host) -> <Result<u8, E> as ::dyno::__private::Compound>::Compounded {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    let mut __dyno_refused = false;
    {
        let __dyno_out = {
            static __DYNO_BUDGET: ::dyno::__private::Budget = ::dyno::__private::Budget::new()
                .share(0.2);
            let mut __dyno_attempts = ::dyno::__private::Attempts::start_async(
                &__DYNO_POINT,
                const {
                    &::dyno::__private::Retry::retries(4)
                        .backoff(
                            (::core::time::Duration::from_millis(
                                50,
                            ))..(::core::time::Duration::from_secs(2)),
                        )
                        .factor(1.5)
                        .jitter(::dyno::__private::Jitter::Equal)
                        .max_elapsed(::core::time::Duration::from_secs(10))
                        .budget(&__DYNO_BUDGET)
                        .rejected()
                        .nested()
                        .listen(&LOG)
                },
            );
            let mut __dyno_errors = ::dyno::__private::Errors::new();
            loop {
                let host = ::dyno::__private::Again::again(&host);
                let mut __dyno_rejected = ::dyno::__private::Asks::Nothing;
                let __dyno_end: ::dyno::__private::Result<_, ::dyno::__private::Fault> = '__dyno_refused: {
                    ::dyno::__private::Ok({
                        let __dyno_end = ::dyno::__private::limited_here(
                                &__DYNO_POINT,
                                ::core::time::Duration::from_secs(1),
                                ::dyno::__private::pin!(
                                    async { '__dyno_refused_2 : { ::dyno::__private::Ok:: < _,
                                    ::dyno::__private::Fault > ({ let __dyno_permit = match
                                    ::dyno::__private::Breaker::enter(::dyno::__private::Breaker::list(&
                                    DB)) { ::dyno::__private::Ok(__dyno_permit) =>
                                    __dyno_permit, ::dyno::__private::Err(__dyno_refusal) =>
                                    break
                                    '__dyno_refused_2::dyno::__private::Err(::dyno::__private::Refused::fault(__dyno_refusal)),
                                    }; let __dyno_out =
                                    ::dyno::__private::pinned(::dyno::__private::Attempts::is_again(&
                                    __dyno_attempts), ::dyno::__private::pin!(async { if false {
                                    return ::dyno::__private::never:: < Result < u8, E > > (); }
                                    ask(host). await })). await; let __dyno_failure = < Result <
                                    u8, E > as ::dyno::__private::Outcome > ::failure(&
                                    __dyno_out); let __dyno_tripped =
                                    ::dyno::__private::settle!(__dyno_permit,
                                    ::dyno::__private::verdict(__dyno_failure), __dyno_out,
                                    __dyno_failure); if let
                                    ::dyno::__private::Some(__dyno_fault) = __dyno_tripped {
                                    break '__dyno_refused_2::dyno::__private::Err(__dyno_fault)
                                    } else { __dyno_out } }) } }
                                ),
                            )
                            .await;
                        match ::dyno::__private::Late::told(__dyno_end) {
                            ::dyno::__private::Ok(__dyno_out) => __dyno_out,
                            ::dyno::__private::Err(__dyno_fault) => {
                                break '__dyno_refused ::dyno::__private::Err(__dyno_fault);
                            }
                        }
                    })
                };
                let __dyno_out = match __dyno_end {
                    ::dyno::__private::Ok(__dyno_out) => __dyno_out,
                    ::dyno::__private::Err(__dyno_fault) => {
                        __dyno_rejected = ::dyno::__private::Asks::of(&__dyno_fault);
                        <Result<
                            u8,
                            E,
                        > as ::dyno::__private::Refuse>::refuse(__dyno_fault)
                    }
                };
                let __dyno_verdict = if ::dyno::__private::Asks::is_some(
                    &__dyno_rejected,
                ) {
                    ::dyno::__private::Verdict::Failure
                } else {
                    ::dyno::__private::not_if(
                        match <Result<
                            u8,
                            E,
                        > as ::dyno::__private::Outcome>::failure(&__dyno_out) {
                            ::dyno::__private::None => {
                                ::dyno::__private::Verdict::Success
                            }
                            #[allow(
                                unused_variables,
                                unreachable_patterns,
                                clippy::all,
                                clippy::pedantic
                            )]
                            ::dyno::__private::Some(__dyno_failure) => {
                                match __dyno_failure {
                                    E::Http(500..) => ::dyno::__private::Verdict::Failure,
                                    _ => ::dyno::__private::Verdict::Ignored,
                                }
                            }
                        },
                        <Result<
                            u8,
                            E,
                        > as ::dyno::__private::Succeeds>::success(&__dyno_out),
                        |value| value.is_stale(),
                    )
                };
                match ::dyno::__private::Attempts::after(
                    &mut __dyno_attempts,
                    __dyno_verdict,
                    __dyno_out,
                    |__dyno_out| {
                        ::dyno::__private::Asks::or_left_alone(
                            ::dyno::__private::Asks::or(
                                __dyno_rejected,
                                || {
                                    ::dyno::__private::asks!(
                                        < Result < u8, E > as ::dyno::__private::Outcome >
                                        ::failure(__dyno_out), | e | e.after()
                                    )
                                },
                            ),
                            ::dyno::__private::left_alone!(__dyno_out),
                        )
                    },
                ) {
                    ::dyno::__private::Next::Done(__dyno_out) => {
                        break {
                            __dyno_refused
                                |= ::dyno::__private::Asks::is_some(&__dyno_rejected);
                            ::dyno::__private::Errors::end(
                                __dyno_errors,
                                __dyno_out,
                                &__dyno_attempts,
                            )
                        };
                    }
                    ::dyno::__private::Next::More(__dyno_out, __dyno_pause) => {
                        ::dyno::__private::Errors::keep(
                            &mut __dyno_errors,
                            __dyno_out,
                            &__dyno_pause,
                        );
                        ::dyno::__private::Pause::sleep(__dyno_pause).await
                    }
                }
            }
        };
        match <<Result<
            u8,
            E,
        > as ::dyno::__private::Compound>::Compounded as ::dyno::__private::Outcome>::split(
            __dyno_out,
        ) {
            ::dyno::__private::Ok(__dyno_out) => __dyno_out,
            ::dyno::__private::Err(__dyno_error) => {
                ::dyno::__private::fell_back(&__DYNO_POINT, __dyno_refused);
                __dyno_refused = false;
                ::dyno::__private::stood_in::<
                    <Result<u8, E> as ::dyno::__private::Compound>::Compounded,
                >(
                    &__DYNO_POINT,
                    match <<Result<
                        u8,
                        E,
                    > as ::dyno::__private::Compound>::Compounded as ::dyno::__private::Outcome>::split({
                        let __dyno_out: <Result<
                            u8,
                            E,
                        > as ::dyno::__private::Compound>::Compounded = cached(1);
                        ::dyno::__private::both!(
                            < Result < u8, E > as ::dyno::__private::Compound >
                            ::Compounded, __dyno_out, ::dyno::__private::Ok:: < _,
                            ::dyno::__private::Fault > (__dyno_error)
                        )
                    }) {
                        ::dyno::__private::Ok(__dyno_out) => __dyno_out,
                        ::dyno::__private::Err(__dyno_error) => {
                            ::dyno::__private::with::<
                                _,
                                <Result<u8, E> as ::dyno::__private::Compound>::Compounded,
                            >(__dyno_error, |e| Err(e))
                        }
                    },
                )
            }
        }
    }
}
