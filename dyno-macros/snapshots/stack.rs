/// The price.
#[allow(clippy::needless_pass_by_value)]
/**

Injected: `db` by `connect`, `rates` by `dial`.*/
pub async fn price(sku: &str) -> Result<Price, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    '__dyno_inject: {
        static __DYNO_DB: ::dyno::__private::Site<Db> = ::dyno::__private::Site::new(
            &__DYNO_POINT,
            "db",
            "connect",
            || ::dyno::__private::Slot::<Db>::of(connect).slot,
        );
        ::dyno::__private::register! {
            & __DYNO_DB
        }
        static __DYNO_RATES: ::dyno::__private::Site<Rates> = ::dyno::__private::Site::new(
                &__DYNO_POINT,
                "rates",
                "dial",
                || ::dyno::__private::Slot::<Rates>::of_async(dial).slot,
            )
            .with_fallback();
        ::dyno::__private::register! {
            & __DYNO_RATES
        }
        if !(::dyno::__private::Site::is_hot(&__DYNO_DB)
            && ::dyno::__private::Site::is_hot(&__DYNO_RATES))
        {
            ::dyno::__private::build_together_async(&[&__DYNO_DB, &__DYNO_RATES]).await;
        }
        ::dyno::__private::carries::<
            Result<Price, E>,
            Db,
            _,
        >(|| ::dyno::__private::Slot::<Db>::of(connect));
        let __dyno_db = match ::dyno::__private::Site::get_async(&__DYNO_DB).await {
            ::dyno::__private::Ok(__dyno_value) => __dyno_value,
            ::dyno::__private::Err(__dyno_error) => {
                break '__dyno_inject {
                    use ::dyno::__private::{AbortCarry as _, AbortPanic as _};
                    (&::dyno::__private::Abort::<Result<Price, E>>::new())
                        .abort(__dyno_error)
                };
            }
        };
        let db: &Db = ::dyno::__private::Deref::deref(&__dyno_db);
        let __dyno_rates = match ::dyno::__private::Site::get_or_async(&__DYNO_RATES)
            .await
        {
            ::dyno::__private::Ok(__dyno_value) => __dyno_value,
            ::dyno::__private::Err(__dyno_error) => {
                break '__dyno_inject {
                    use ::dyno::__private::{AbortCarry as _, AbortPanic as _};
                    (&::dyno::__private::Abort::<Result<Price, E>>::new())
                        .abort(__dyno_error)
                };
            }
        };
        let rates: Option<&Rates> = match &__dyno_rates {
            ::dyno::__private::Ok(__dyno_value) => {
                ::dyno::__private::Some(::dyno::__private::Deref::deref(__dyno_value))
            }
            ::dyno::__private::Err(__dyno_error) => {
                let _ = __dyno_error;
                None
            }
        };
        {
            use ::dyno::__private::{
                EndsFailing as _, EndsPlain as _, LiftInto as _, LiftKeep as _,
            };
            let __dyno_end: ::dyno::__private::Result<_, ::dyno::__private::Fault> = '__dyno_refused: {
                ::dyno::__private::Ok({
                    let mut __dyno_attempts = ::dyno::__private::Attempts::start_async(
                        &__DYNO_POINT,
                        const { &::dyno::__private::Retry::new(3) },
                    );
                    loop {
                        let rates = ::dyno::__private::Again::again(&rates);
                        let __dyno_out = {
                            static __DYNO_BREAKER: ::dyno::__private::SharedBreaker = ::dyno::__private::SharedBreaker::new(
                                "rates",
                                || ::dyno::__private::Breaker::new("rates").fail_max(3),
                            );
                            let __dyno_permit = match ::dyno::__private::Breaker::enter(
                                ::dyno::__private::SharedBreaker::get(&__DYNO_BREAKER),
                            ) {
                                ::dyno::__private::Ok(__dyno_permit) => __dyno_permit,
                                ::dyno::__private::Err(__dyno_refusal) => {
                                    break '__dyno_refused ::dyno::__private::Err(
                                        ::dyno::__private::Refused::fault(__dyno_refusal),
                                    );
                                }
                            };
                            let __dyno_out = ::dyno::__private::pinned(
                                    ::dyno::__private::Attempts::is_again(&__dyno_attempts),
                                    ::dyno::__private::pin!(
                                        async { if false { return ::dyno::__private::never:: <
                                        Result < Price, E > > (); } the_body(db, rates, sku) }
                                    ),
                                )
                                .await;
                            let __dyno_failure = <Result<
                                Price,
                                E,
                            > as ::dyno::__private::Outcome>::failure(&__dyno_out);
                            let __dyno_tripped = ::dyno::__private::settle!(
                                __dyno_permit, ::dyno::__private::verdict(__dyno_failure),
                                __dyno_out, __dyno_failure
                            );
                            if let ::dyno::__private::Some(__dyno_fault) = __dyno_tripped {
                                break '__dyno_refused ::dyno::__private::Err(__dyno_fault)
                            } else {
                                __dyno_out
                            }
                        };
                        let __dyno_verdict = match <Result<
                            Price,
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
                                    E::Http(500..=599) => ::dyno::__private::Verdict::Failure,
                                    _ => ::dyno::__private::Verdict::Ignored,
                                }
                            }
                        };
                        match ::dyno::__private::next!(
                            __dyno_attempts, __dyno_verdict, __dyno_out, < Result <
                            Price, E > as ::dyno::__private::Outcome >
                            ::failure(__dyno_out)
                        ) {
                            ::dyno::__private::Next::Done(__dyno_out) => break __dyno_out,
                            ::dyno::__private::Next::More(__dyno_out, __dyno_pause) => {
                                ::dyno::__private::give_up(__dyno_out);
                                ::dyno::__private::Pause::sleep(__dyno_pause).await
                            }
                        }
                    }
                })
            };
            match __dyno_end {
                ::dyno::__private::Ok(__dyno_out) => {
                    match (&::dyno::__private::Ends::<Result<Price, E>>::new())
                        .split(__dyno_out)
                    {
                        ::dyno::__private::Ok(__dyno_out) => __dyno_out,
                        ::dyno::__private::Err(__dyno_error) => {
                            ::dyno::__private::fell_back(&__DYNO_POINT, false);
                            (&::dyno::__private::Ends::<Result<Price, E>>::new())
                                .stood_in(
                                    &__DYNO_POINT,
                                    ::dyno::__private::with::<
                                        _,
                                        Result<Price, E>,
                                    >(__dyno_error, |_| Ok(Price::listed(sku))),
                                )
                        }
                    }
                }
                ::dyno::__private::Err(__dyno_fault) => {
                    ::dyno::__private::fell_back(&__DYNO_POINT, true);
                    let __dyno_error = (&(&::dyno::__private::Ends::<
                        Result<Price, E>,
                    >::new())
                        .lifts())
                        .lift(__dyno_fault);
                    (&::dyno::__private::Ends::<Result<Price, E>>::new())
                        .stood_in(
                            &__DYNO_POINT,
                            ::dyno::__private::with::<
                                _,
                                Result<Price, E>,
                            >(__dyno_error, |_| Ok(Price::listed(sku))),
                        )
                }
            }
        }
    }
}
