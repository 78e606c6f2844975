#[allow(clippy::needless_pass_by_value)]
fn f(host: String) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    let mut __dyno_refused = false;
    {
        let __dyno_key = ::dyno::__private::Call::draw();
        {
            let mut __dyno_attempts = ::dyno::__private::Attempts::start(
                &__DYNO_POINT,
                const { &::dyno::__private::Retry::new(3).not_timed_out() },
            );
            loop {
                __dyno_refused = false;
                let mut __dyno_late = false;
                let host = ::dyno::__private::Again::again(&host);
                let __dyno_out = {
                    let __dyno_number = ::dyno::__private::Attempts::number(
                        &__dyno_attempts,
                    );
                    {
                        static __DYNO_POOL: ::dyno::__private::SharedPool = ::dyno::__private::SharedPool::new(
                            "io",
                            || ::dyno::__private::Pool::joining("io").size(10).queue(50),
                        );
                        match ::dyno::__private::on_named_pool(
                            &__DYNO_POINT,
                            ::dyno::__private::SharedPool::get(&__DYNO_POOL),
                            ::dyno::__private::Some(
                                ::core::time::Duration::from_millis(100),
                            ),
                            move || ::dyno::__private::Ok({
                                let __dyno_call = &::dyno::__private::Call::new(
                                    &__DYNO_POINT,
                                    __dyno_key,
                                    __dyno_number,
                                    ::dyno::__private::None,
                                );
                                let call: &Call = __dyno_call;
                                ::dyno::__private::call(|| -> Result<u8, E> {
                                    the_body(call, host)
                                })
                            }),
                        ) {
                            ::dyno::__private::Ok(__dyno_out) => __dyno_out,
                            ::dyno::__private::Err(__dyno_fault) => {
                                __dyno_late
                                    |= ::dyno::__private::Fault::is_timed_out(&__dyno_fault);
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
                };
                let __dyno_verdict = if __dyno_refused {
                    ::dyno::__private::Verdict::Ignored
                } else {
                    ::dyno::__private::verdict(
                        <Result<
                            u8,
                            E,
                        > as ::dyno::__private::Outcome>::failure(&__dyno_out),
                    )
                };
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
                    ::dyno::__private::Next::Done(__dyno_out) => break __dyno_out,
                    ::dyno::__private::Next::More(__dyno_out, __dyno_pause) => {
                        ::dyno::__private::give_up(__dyno_out);
                        ::dyno::__private::Pause::block(__dyno_pause)
                    }
                }
            }
        }
    }
}
