async fn f(name: &str) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        let mut __dyno_span = ::dyno::__private::SpanAsync::begin(&__DYNO_POINT);
        let __dyno_out = ::dyno::__private::SpanAsync::run(
                &mut __dyno_span,
                ::dyno::__private::pin!(
                    async { if false { return ::dyno::__private::never:: < Result < u8, E
                    > > (); } ask(name). await }
                ),
            )
            .await;
        ::dyno::__private::drop(__dyno_span);
        __dyno_out
    }
}
