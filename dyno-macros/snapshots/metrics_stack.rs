async fn f(sku: &str) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        static __DYNO_METRICS: ::dyno::__private::Metrics = ::dyno::__private::Metrics::new(
                "shop.answers",
            )
            .untimed();
        let __dyno_counted = ::dyno::__private::Metrics::start(&__DYNO_METRICS);
        let __dyno_out = {
            use ::dyno::__private::{
                EndsFailing as _, EndsPlain as _, LiftInto as _, LiftKeep as _,
            };
            let __dyno_end: ::dyno::__private::Result<_, ::dyno::__private::Fault> = '__dyno_refused_2: {
                ::dyno::__private::Ok({
                    static __DYNO_METRICS: ::dyno::__private::Metrics = ::dyno::__private::Metrics::of(
                        &__DYNO_POINT,
                    );
                    let __dyno_counted = ::dyno::__private::Metrics::start(
                        &__DYNO_METRICS,
                    );
                    let __dyno_end: ::dyno::__private::Result<
                        _,
                        ::dyno::__private::Fault,
                    > = '__dyno_refused_3: {
                        ::dyno::__private::Ok({
                            let __dyno_permit = match ::dyno::__private::Breaker::enter(
                                ::dyno::__private::Breaker::list(&DB),
                            ) {
                                ::dyno::__private::Ok(__dyno_permit) => __dyno_permit,
                                ::dyno::__private::Err(__dyno_refusal) => {
                                    break '__dyno_refused_3 ::dyno::__private::Err(
                                        ::dyno::__private::Refused::fault(__dyno_refusal),
                                    );
                                }
                            };
                            let __dyno_out = (async {
                                if false {
                                    return ::dyno::__private::never::<Result<u8, E>>();
                                }
                                ask(sku).await
                            })
                                .await;
                            let __dyno_failure = <Result<
                                u8,
                                E,
                            > as ::dyno::__private::Outcome>::failure(&__dyno_out);
                            let __dyno_tripped = ::dyno::__private::settle!(
                                __dyno_permit, ::dyno::__private::verdict(__dyno_failure),
                                __dyno_out, __dyno_failure
                            );
                            if let ::dyno::__private::Some(__dyno_fault) = __dyno_tripped {
                                break '__dyno_refused_3 ::dyno::__private::Err(__dyno_fault)
                            } else {
                                __dyno_out
                            }
                        })
                    };
                    match __dyno_end {
                        ::dyno::__private::Ok(__dyno_out) => {
                            let __dyno_failure = <Result<
                                u8,
                                E,
                            > as ::dyno::__private::Outcome>::failure(&__dyno_out);
                            ::dyno::__private::counted!(
                                __dyno_counted, match __dyno_failure {
                                ::dyno::__private::None =>
                                ::dyno::__private::Verdict::Success,
                                #[allow(unused_variables, unreachable_patterns, clippy::all,
                                clippy::pedantic)] ::dyno::__private::Some(__dyno_failure)
                                => match * __dyno_failure { E::NotFound =>
                                ::dyno::__private::Verdict::Ignored, _ =>
                                ::dyno::__private::Verdict::Failure, }, }, __dyno_failure
                            );
                            __dyno_out
                        }
                        ::dyno::__private::Err(__dyno_fault) => {
                            ::dyno::__private::Counted::fault(
                                __dyno_counted,
                                &__dyno_fault,
                            );
                            break '__dyno_refused_2 ::dyno::__private::Err(__dyno_fault);
                        }
                    }
                })
            };
            match __dyno_end {
                ::dyno::__private::Ok(__dyno_out) => {
                    match (&::dyno::__private::Ends::<Result<u8, E>>::new())
                        .split(__dyno_out)
                    {
                        ::dyno::__private::Ok(__dyno_out) => __dyno_out,
                        ::dyno::__private::Err(__dyno_error) => {
                            ::dyno::__private::fell_back(&__DYNO_POINT, false);
                            (&::dyno::__private::Ends::<Result<u8, E>>::new())
                                .stood_in(
                                    &__DYNO_POINT,
                                    ::dyno::__private::with::<
                                        _,
                                        Result<u8, E>,
                                    >(__dyno_error, |_| Ok(1)),
                                )
                        }
                    }
                }
                ::dyno::__private::Err(__dyno_fault) => {
                    ::dyno::__private::fell_back(&__DYNO_POINT, true);
                    let __dyno_error = (&(&::dyno::__private::Ends::<
                        Result<u8, E>,
                    >::new())
                        .lifts())
                        .lift(__dyno_fault);
                    (&::dyno::__private::Ends::<Result<u8, E>>::new())
                        .stood_in(
                            &__DYNO_POINT,
                            ::dyno::__private::with::<
                                _,
                                Result<u8, E>,
                            >(__dyno_error, |_| Ok(1)),
                        )
                }
            }
        };
        let __dyno_failure = {
            use ::dyno::__private::{LookFailing as _, LookPlain as _};
            (&::dyno::__private::Look(&__dyno_out)).failure()
        };
        ::dyno::__private::counted!(
            __dyno_counted, ::dyno::__private::verdict(__dyno_failure), __dyno_failure
        );
        __dyno_out
    }
}
