async fn f(name: String) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    '__dyno_limited: {
        static __DYNO_RATE: ::dyno::__private::Rate = ::dyno::__private::Rate::of(
            &__DYNO_POINT,
            100,
            ::core::time::Duration::from_secs(1),
        );
        if let ::dyno::__private::Err(__dyno_refusal) = ::dyno::__private::Rate::enter_async(
                ::dyno::__private::Rate::list(&__DYNO_RATE),
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
        (async {
            if false {
                return ::dyno::__private::never::<Result<u8, E>>();
            }
            ask(name).await
        })
            .await
    }
}
