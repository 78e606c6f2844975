#[allow(clippy::needless_pass_by_value)]
fn f(name: String) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        let mut __dyno_attempts = ::dyno::__private::Attempts::start(
            &__DYNO_POINT,
            const {
                &::dyno::__private::Retry::new(3)
                    .backoff(
                        (::core::time::Duration::from_millis(
                            50,
                        ))..(::core::time::Duration::from_secs(2)),
                    )
            },
        );
        loop {
            let name = ::dyno::__private::Again::again(&name);
            let __dyno_out = ::dyno::__private::call(|| -> Result<u8, E> { ask(name) });
            let __dyno_verdict = ::dyno::__private::verdict(
                <Result<u8, E> as ::dyno::__private::Outcome>::failure(&__dyno_out),
            );
            match ::dyno::__private::next!(
                __dyno_attempts, __dyno_verdict, __dyno_out, < Result < u8, E > as
                ::dyno::__private::Outcome > ::failure(__dyno_out)
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
