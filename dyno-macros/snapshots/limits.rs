async fn f(host: Host) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    '__dyno_limited_2: {
        static __DYNO_BULKHEAD: ::dyno::__private::SharedKeyedBulkhead = ::dyno::__private::SharedKeyedBulkhead::new(
            "hosts",
            || {
                (::dyno::__private::KeyedBulkhead::new("hosts", 10)
                    .keys(64)
                    .idle(::core::time::Duration::from_secs(600))
                    .wait(::core::time::Duration::from_millis(50)))
                    .queue(QUEUE)
            },
        );
        let __dyno_bulkhead = ::dyno::__private::KeyedBulkhead::get(
            ::dyno::__private::SharedKeyedBulkhead::get(&__DYNO_BULKHEAD),
            &host,
        );
        let __dyno_place = match match ::dyno::__private::Bulkhead::pass(
            &__dyno_bulkhead,
        ) {
            ::dyno::__private::Some(__dyno_place) => ::dyno::__private::Ok(__dyno_place),
            ::dyno::__private::None => {
                ::dyno::__private::Bulkhead::enter_async(&__dyno_bulkhead).await
            }
        } {
            ::dyno::__private::Ok(__dyno_place) => __dyno_place,
            ::dyno::__private::Err(__dyno_refusal) => {
                break '__dyno_limited_2 <Result<
                    u8,
                    E,
                > as ::dyno::__private::Refuse>::refuse(
                    ::dyno::__private::TurnedAway::fault(__dyno_refusal),
                );
            }
        };
        let __dyno_out = '__dyno_limited: {
            static __DYNO_RATE: ::dyno::__private::LazyLock<
                ::dyno::__private::KeyedRate,
            > = ::dyno::__private::LazyLock::new(|| {
                ::dyno::__private::KeyedRate::of(&__DYNO_POINT, RATE, PERIOD)
                    .smooth()
                    .wait(patience())
            });
            {
                let __dyno_rate = ::dyno::__private::KeyedRate::get(
                    ::dyno::__private::LazyLock::force(&__DYNO_RATE),
                    &(host.name()),
                );
                if let ::dyno::__private::Err(__dyno_refusal) = ::dyno::__private::Rate::enter_async(
                        &__dyno_rate,
                    )
                    .await
                {
                    break '__dyno_limited <Result<
                        u8,
                        E,
                    > as ::dyno::__private::Refuse>::refuse(
                        ::dyno::__private::TurnedAway::fault(__dyno_refusal),
                    );
                }
            }
            (async {
                if false {
                    return ::dyno::__private::never::<Result<u8, E>>();
                }
                ask(host).await
            })
                .await
        };
        __dyno_out
    }
}
