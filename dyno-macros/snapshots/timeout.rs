async fn f(name: &str) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        let __dyno_end = ::dyno::__private::limited_here(
                &__DYNO_POINT,
                ::core::time::Duration::from_millis(250),
                ::dyno::__private::pin!(
                    async { if false { return ::dyno::__private::never:: < Result < u8, E
                    > > (); } ask(name). await }
                ),
            )
            .await;
        match ::dyno::__private::Late::ended(__dyno_end) {
            ::dyno::__private::Ok(__dyno_out) => __dyno_out,
            ::dyno::__private::Err(__dyno_fault) => {
                <Result<u8, E> as ::dyno::__private::Refuse>::refuse(__dyno_fault)
            }
        }
    }
}
