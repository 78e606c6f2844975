#[allow(clippy::needless_pass_by_value)]
fn f(host: String) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        static __DYNO_SERVICE: ::dyno::__private::SharedService = ::dyno::__private::SharedService::new(
            "pricing",
            || ::dyno::__private::Service::joining("pricing"),
        );
        let __dyno_service = ::dyno::__private::Service::of_function(
            ::dyno::__private::SharedService::get(&__DYNO_SERVICE),
        );
        {
            match ::dyno::__private::Timed::enter_if(
                &__DYNO_POINT,
                ::dyno::__private::Service::outer_limit(__dyno_service),
            ) {
                ::dyno::__private::Ok(__dyno_timed) => {
                    let __dyno_out = {
                        let __dyno_counted = ::dyno::__private::Option::map(
                            ::dyno::__private::Service::metrics(__dyno_service),
                            ::dyno::__private::Metrics::start,
                        );
                        let __dyno_end: ::dyno::__private::Result<
                            _,
                            ::dyno::__private::Fault,
                        > = '__dyno_refused: {
                            ::dyno::__private::Ok({
                                let __dyno_span = if ::dyno::__private::Service::is_timed(
                                    __dyno_service,
                                ) {
                                    ::dyno::__private::Some(
                                        ::dyno::__private::Span::begin(&__DYNO_POINT),
                                    )
                                } else {
                                    ::dyno::__private::None
                                };
                                let __dyno_out = {
                                    let __dyno_harness = ::dyno::__private::Service::harness(
                                        __dyno_service,
                                    );
                                    let __dyno_end = '__dyno_refused_2: {
                                        ::dyno::__private::Ok::<
                                            _,
                                            ::dyno::__private::Fault,
                                        >({
                                            match ::dyno::__private::Timed::enter_if(
                                                &__DYNO_POINT,
                                                ::dyno::__private::Service::limit(__dyno_service),
                                            ) {
                                                ::dyno::__private::Ok(__dyno_timed) => {
                                                    let __dyno_out = {
                                                        if let ::dyno::__private::Err(__dyno_refusal) = ::dyno::__private::Service::enter_rate(
                                                            __dyno_service,
                                                        ) {
                                                            break '__dyno_refused_2 ::dyno::__private::Err(
                                                                ::dyno::__private::TurnedAway::fault(__dyno_refusal),
                                                            );
                                                        }
                                                        {
                                                            let __dyno_key = ::dyno::__private::Call::draw();
                                                            {
                                                                let __dyno_tried = ::dyno::__private::Tried::new();
                                                                {
                                                                    let mut __dyno_attempts = ::dyno::__private::Service::attempts(
                                                                        __dyno_service,
                                                                        &__DYNO_POINT,
                                                                    );
                                                                    loop {
                                                                        let mut __dyno_late = false;
                                                                        let host = ::dyno::__private::Again::again(&host);
                                                                        let __dyno_end: ::dyno::__private::Result<
                                                                            _,
                                                                            ::dyno::__private::Fault,
                                                                        > = '__dyno_refused_3: {
                                                                            ::dyno::__private::Ok({
                                                                                let __dyno_number = ::dyno::__private::Attempts::number(
                                                                                    &__dyno_attempts,
                                                                                );
                                                                                {
                                                                                    let __dyno_pick = match ::dyno::__private::Service::pick(
                                                                                        __dyno_service,
                                                                                        &__dyno_tried,
                                                                                    ) {
                                                                                        ::dyno::__private::Ok(__dyno_pick) => __dyno_pick,
                                                                                        ::dyno::__private::Err(__dyno_fault) => {
                                                                                            break '__dyno_refused_3 ::dyno::__private::Err(__dyno_fault);
                                                                                        }
                                                                                    };
                                                                                    let __dyno_entry = ::dyno::__private::Service::enter_breaker(
                                                                                        __dyno_service,
                                                                                    );
                                                                                    let __dyno_permit = match ::dyno::__private::Result::map_err(
                                                                                        __dyno_entry,
                                                                                        ::dyno::__private::Refused::fault,
                                                                                    ) {
                                                                                        ::dyno::__private::Ok(__dyno_permit) => __dyno_permit,
                                                                                        ::dyno::__private::Err(__dyno_fault) => {
                                                                                            break '__dyno_refused_3 ::dyno::__private::Err(__dyno_fault);
                                                                                        }
                                                                                    };
                                                                                    let __dyno_target = ::dyno::__private::Option::map(
                                                                                        __dyno_pick.as_ref(),
                                                                                        |__dyno_pick| {
                                                                                            ::dyno::__private::Arc::clone(
                                                                                                ::dyno::__private::Pick::target(__dyno_pick),
                                                                                            )
                                                                                        },
                                                                                    );
                                                                                    let __dyno_out = {
                                                                                        let __dyno_place = match ::dyno::__private::Service::enter_bulkhead(
                                                                                            __dyno_service,
                                                                                            ::dyno::__private::Option::map(
                                                                                                __dyno_pick.as_ref(),
                                                                                                |__dyno_pick| {
                                                                                                    &**::dyno::__private::Pick::target(__dyno_pick)
                                                                                                },
                                                                                            ),
                                                                                        ) {
                                                                                            ::dyno::__private::Ok(__dyno_place) => __dyno_place,
                                                                                            ::dyno::__private::Err(__dyno_fault) => {
                                                                                                break '__dyno_refused_3 ::dyno::__private::Err(__dyno_fault);
                                                                                            }
                                                                                        };
                                                                                        let __dyno_out = {
                                                                                            match ::dyno::__private::Timed::enter_if(
                                                                                                &__DYNO_POINT,
                                                                                                ::dyno::__private::Service::attempt_limit(__dyno_service),
                                                                                            ) {
                                                                                                ::dyno::__private::Ok(__dyno_timed) => {
                                                                                                    let __dyno_out = {
                                                                                                        let __dyno_call = &::dyno::__private::Call::new(
                                                                                                            &__DYNO_POINT,
                                                                                                            __dyno_key,
                                                                                                            __dyno_number,
                                                                                                            __dyno_target,
                                                                                                        );
                                                                                                        let call: &Call = __dyno_call;
                                                                                                        ::dyno::__private::call(|| -> Result<u8, E> {
                                                                                                            the_body(call, host)
                                                                                                        })
                                                                                                    };
                                                                                                    __dyno_late
                                                                                                        |= ::dyno::__private::Option::is_some(
                                                                                                            &<Result<
                                                                                                                u8,
                                                                                                                E,
                                                                                                            > as ::dyno::__private::Outcome>::failure(&__dyno_out),
                                                                                                        )
                                                                                                            && ::dyno::__private::Option::is_some_and(
                                                                                                                __dyno_timed.as_ref(),
                                                                                                                ::dyno::__private::Timed::is_over,
                                                                                                            );
                                                                                                    if let ::dyno::__private::Some(__dyno_timed) = __dyno_timed {
                                                                                                        ::dyno::__private::Timed::end(__dyno_timed);
                                                                                                    }
                                                                                                    __dyno_out
                                                                                                }
                                                                                                ::dyno::__private::Err(__dyno_fault) => {
                                                                                                    break '__dyno_refused_3 ::dyno::__private::Err(__dyno_fault);
                                                                                                }
                                                                                            }
                                                                                        };
                                                                                        __dyno_out
                                                                                    };
                                                                                    let __dyno_failure = <Result<
                                                                                        u8,
                                                                                        E,
                                                                                    > as ::dyno::__private::Outcome>::failure(&__dyno_out);
                                                                                    let __dyno_verdict = ::dyno::__private::verdict(
                                                                                        __dyno_failure,
                                                                                    );
                                                                                    let mut __dyno_tripped = ::dyno::__private::None;
                                                                                    if let ::dyno::__private::Some(__dyno_permit) = __dyno_permit {
                                                                                        __dyno_tripped = ::dyno::__private::settle!(
                                                                                            __dyno_permit, __dyno_verdict, __dyno_out, __dyno_failure;
                                                                                            __dyno_late
                                                                                        );
                                                                                    }
                                                                                    if let ::dyno::__private::Some(__dyno_pick) = __dyno_pick {
                                                                                        __dyno_tripped = ::dyno::__private::settled!(
                                                                                            __dyno_pick, __dyno_verdict, __dyno_out, __dyno_failure;
                                                                                            __dyno_late
                                                                                        );
                                                                                    }
                                                                                    if let ::dyno::__private::Some(__dyno_fault) = __dyno_tripped {
                                                                                        break '__dyno_refused_3 ::dyno::__private::Err(__dyno_fault)
                                                                                    } else {
                                                                                        __dyno_out
                                                                                    }
                                                                                }
                                                                            })
                                                                        };
                                                                        let __dyno_out = match __dyno_end {
                                                                            ::dyno::__private::Ok(__dyno_out) => __dyno_out,
                                                                            ::dyno::__private::Err(__dyno_fault) => {
                                                                                match ::dyno::__private::Service::after_refusal(
                                                                                    __dyno_service,
                                                                                    &mut __dyno_attempts,
                                                                                    &__dyno_fault,
                                                                                ) {
                                                                                    ::dyno::__private::None => {
                                                                                        break '__dyno_refused_2 ::dyno::__private::Err(__dyno_fault);
                                                                                    }
                                                                                    ::dyno::__private::Some(__dyno_pause) => {
                                                                                        ::dyno::__private::drop(__dyno_fault);
                                                                                        ::dyno::__private::Pause::block(__dyno_pause);
                                                                                        continue;
                                                                                    }
                                                                                }
                                                                            }
                                                                        };
                                                                        let __dyno_verdict = ::dyno::__private::verdict(
                                                                            <Result<
                                                                                u8,
                                                                                E,
                                                                            > as ::dyno::__private::Outcome>::failure(&__dyno_out),
                                                                        );
                                                                        match ::dyno::__private::Attempts::after(
                                                                            &mut __dyno_attempts,
                                                                            __dyno_verdict,
                                                                            __dyno_out,
                                                                            |__dyno_out| {
                                                                                ::dyno::__private::Asks::or_left_alone(
                                                                                    ::dyno::__private::Asks::late(
                                                                                        __dyno_late,
                                                                                        || {
                                                                                            ::dyno::__private::asks!(
                                                                                                < Result < u8, E > as ::dyno::__private::Outcome >
                                                                                                ::failure(__dyno_out)
                                                                                            )
                                                                                        },
                                                                                    ),
                                                                                    ::dyno::__private::left_alone!(__dyno_out),
                                                                                )
                                                                            },
                                                                        ) {
                                                                            ::dyno::__private::Next::Done(__dyno_out) => {
                                                                                break __dyno_out;
                                                                            }
                                                                            ::dyno::__private::Next::More(__dyno_out, __dyno_pause) => {
                                                                                ::dyno::__private::give_up(__dyno_out);
                                                                                ::dyno::__private::Pause::block(__dyno_pause)
                                                                            }
                                                                        }
                                                                    }
                                                                }
                                                            }
                                                        }
                                                    };
                                                    if let ::dyno::__private::Some(__dyno_timed) = __dyno_timed {
                                                        ::dyno::__private::Timed::end(__dyno_timed);
                                                    }
                                                    __dyno_out
                                                }
                                                ::dyno::__private::Err(__dyno_fault) => {
                                                    break '__dyno_refused_2 ::dyno::__private::Err(__dyno_fault);
                                                }
                                            }
                                        })
                                    };
                                    match __dyno_end {
                                        ::dyno::__private::Ok(__dyno_out) => {
                                            if let ::dyno::__private::Some(__dyno_harness) = __dyno_harness {
                                                ::dyno::__private::looked!(
                                                    __dyno_harness, & __dyno_out, &
                                                    ::dyno::__private::no_fields, ::dyno::__private::None
                                                );
                                            }
                                            __dyno_out
                                        }
                                        ::dyno::__private::Err(__dyno_fault) => {
                                            if let ::dyno::__private::Some(__dyno_harness) = __dyno_harness {
                                                ::dyno::__private::Harness::refused(
                                                    __dyno_harness,
                                                    &__dyno_fault,
                                                    &::dyno::__private::no_fields,
                                                    ::dyno::__private::None,
                                                );
                                            }
                                            break '__dyno_refused ::dyno::__private::Err(__dyno_fault);
                                        }
                                    }
                                };
                                if let ::dyno::__private::Some(__dyno_span) = __dyno_span {
                                    ::dyno::__private::Span::end(__dyno_span);
                                }
                                __dyno_out
                            })
                        };
                        match __dyno_end {
                            ::dyno::__private::Ok(__dyno_out) => {
                                if let ::dyno::__private::Some(__dyno_counted) = __dyno_counted {
                                    let __dyno_failure = {
                                        use ::dyno::__private::{LookFailing as _, LookPlain as _};
                                        (&::dyno::__private::Look(&__dyno_out)).failure()
                                    };
                                    ::dyno::__private::counted!(
                                        __dyno_counted, ::dyno::__private::verdict(__dyno_failure),
                                        __dyno_failure
                                    );
                                }
                                __dyno_out
                            }
                            ::dyno::__private::Err(__dyno_fault) => {
                                if let ::dyno::__private::Some(__dyno_counted) = __dyno_counted {
                                    ::dyno::__private::Counted::fault(
                                        __dyno_counted,
                                        &__dyno_fault,
                                    );
                                }
                                <Result<
                                    u8,
                                    E,
                                > as ::dyno::__private::Refuse>::refuse(__dyno_fault)
                            }
                        }
                    };
                    if let ::dyno::__private::Some(__dyno_timed) = __dyno_timed {
                        ::dyno::__private::Timed::end(__dyno_timed);
                    }
                    __dyno_out
                }
                ::dyno::__private::Err(__dyno_fault) => {
                    <Result<u8, E> as ::dyno::__private::Refuse>::refuse(__dyno_fault)
                }
            }
        }
    }
}
