fn f(name: String) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        static __DYNO_METRICS: ::dyno::__private::Metrics = ::dyno::__private::Metrics::of(
            &__DYNO_POINT,
        );
        let __dyno_counted = ::dyno::__private::Metrics::start(&__DYNO_METRICS);
        let __dyno_out = ::dyno::__private::call(|| -> Result<u8, E> { ask(name) });
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
