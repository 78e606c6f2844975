fn f(name: String) -> Result<u8, E> {
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
            match ::dyno::__private::on_pool(
                &__DYNO_POINT,
                ::core::time::Duration::from_millis(250),
                move || '__dyno_refused: {
                    ::dyno::__private::Ok::<
                        _,
                        ::dyno::__private::Fault,
                    >({
                        static __DYNO_FUSE: ::dyno::__private::Fuse = ::dyno::__private::Fuse::of(
                            &__DYNO_POINT,
                        );
                        let __dyno_entry = ::dyno::__private::Fuse::check(
                            ::dyno::__private::Fuse::list(&__DYNO_FUSE),
                        );
                        match __dyno_entry {
                            ::dyno::__private::Ok(()) => {
                                ::dyno::__private::call(|| -> Result<u8, E> { ask(name) })
                            }
                            ::dyno::__private::Err(__dyno_fault) => {
                                break '__dyno_refused ::dyno::__private::Err(__dyno_fault);
                            }
                        }
                    })
                },
            ) {
                ::dyno::__private::Ok(__dyno_out) => __dyno_out,
                ::dyno::__private::Err(__dyno_fault) => {
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
