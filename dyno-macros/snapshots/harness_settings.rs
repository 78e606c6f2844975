async fn f(host: Host) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    let mut __dyno_refused = false;
    '__dyno_guarded: {
        let __dyno_permit = match ::dyno::__private::Breaker::enter(
            ::dyno::__private::Breaker::list(&DB),
        ) {
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
        let __dyno_out = {
            static __DYNO_HARNESS: ::dyno::__private::LazyLock<
                ::dyno::__private::Harness,
            > = ::dyno::__private::LazyLock::new(|| {
                ::dyno::__private::Harness::new(&__DYNO_POINT)
                    .at_most(10, ::core::time::Duration::from_secs(1))
                    .level(::dyno::__private::Level::Warn)
                    .keep(kept())
                    .not_rejected()
            });
            #[allow(unused_imports)]
            use ::dyno::__private::{KeepCopied as _, KeepLent as _};
            let __dyno_field_host = (&::dyno::__private::Keep(&host)).keep();
            let __dyno_field_port = host.port();
            let __dyno_end = ::dyno::__private::caught_async(
                    ::dyno::__private::pin!(
                        async { '__dyno_refused : { ::dyno::__private::Ok:: < _,
                        ::dyno::__private::Fault > ({ static __DYNO_FUSE :
                        ::dyno::__private::Fuse = ::dyno::__private::Fuse::of(&
                        __DYNO_POINT); let __dyno_entry =
                        ::dyno::__private::Fuse::check(::dyno::__private::Fuse::list(&
                        __DYNO_FUSE)); match __dyno_entry { ::dyno::__private::Ok(()) =>
                        (async { if false { return ::dyno::__private::never:: < Result <
                        u8, E > > (); } ask(host). await }). await,
                        ::dyno::__private::Err(__dyno_fault) => break
                        '__dyno_refused::dyno::__private::Err(__dyno_fault), } }) } }
                    ),
                )
                .await;
            let __dyno_fields = |__dyno_to: &mut ::dyno::__private::Fields| {
                #[allow(unused_imports)]
                use ::dyno::__private::{
                    TellDebug as _, TellDisplay as _, TellUnshown as _,
                };
                ::dyno::__private::Fields::put(
                    __dyno_to,
                    "host",
                    &|__dyno_f| {
                        (&&&::dyno::__private::Tell(&__dyno_field_host)).tell(__dyno_f)
                    },
                );
                ::dyno::__private::Fields::put(
                    __dyno_to,
                    "port",
                    &|__dyno_f| {
                        (&&&::dyno::__private::Tell(&__dyno_field_port)).tell(__dyno_f)
                    },
                );
            };
            match __dyno_end {
                ::dyno::__private::Ok(__dyno_end) => {
                    match __dyno_end {
                        ::dyno::__private::Ok(__dyno_out) => {
                            let __dyno_failure = <Result<
                                u8,
                                E,
                            > as ::dyno::__private::Outcome>::failure(&__dyno_out);
                            if ::dyno::__private::Verdict::is_failure(
                                match __dyno_failure {
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
                            ) {
                                ::dyno::__private::failed!(
                                    ::dyno::__private::LazyLock::force(& __DYNO_HARNESS),
                                    __dyno_failure, & __dyno_fields, ::dyno::__private::Some(&
                                    ::dyno::__private::heard(| report | note(report)))
                                );
                            }
                            __dyno_out
                        }
                        ::dyno::__private::Err(__dyno_fault) => {
                            ::dyno::__private::Harness::refused(
                                ::dyno::__private::LazyLock::force(&__DYNO_HARNESS),
                                &__dyno_fault,
                                &__dyno_fields,
                                ::dyno::__private::Some(
                                    &::dyno::__private::heard(|report| note(report)),
                                ),
                            );
                            if ::dyno::__private::Fault::is_timed_out(&__dyno_fault) {
                                <Result<
                                    u8,
                                    E,
                                > as ::dyno::__private::Refuse>::refuse(__dyno_fault)
                            } else {
                                {
                                    __dyno_refused = true;
                                    <Result<
                                        u8,
                                        E,
                                    > as ::dyno::__private::Refuse>::refuse(__dyno_fault)
                                }
                            }
                        }
                    }
                }
                ::dyno::__private::Err(__dyno_panic) => {
                    ::dyno::__private::Harness::panicked(
                        ::dyno::__private::LazyLock::force(&__DYNO_HARNESS),
                        __dyno_panic,
                        &__dyno_fields,
                        ::dyno::__private::Some(
                            &::dyno::__private::heard(|report| note(report)),
                        ),
                    )
                }
            }
        };
        let __dyno_failure = <Result<
            u8,
            E,
        > as ::dyno::__private::Outcome>::failure(&__dyno_out);
        let __dyno_tripped = ::dyno::__private::settle!(
            __dyno_permit, if __dyno_refused { ::dyno::__private::Verdict::Ignored } else
            { ::dyno::__private::verdict(__dyno_failure) }, __dyno_out, __dyno_failure
        );
        if let ::dyno::__private::Some(__dyno_fault) = __dyno_tripped {
            <Result<u8, E> as ::dyno::__private::Refuse>::refuse(__dyno_fault)
        } else {
            __dyno_out
        }
    }
}
