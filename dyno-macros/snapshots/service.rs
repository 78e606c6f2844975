#[allow(clippy::needless_pass_by_value)]
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
                ::core::time::Duration::from_secs(1),
                ::dyno::__private::pin!(
                    async { { let mut __dyno_attempts =
                    ::dyno::__private::Attempts::start_async(& __DYNO_POINT, const { &
                    ::dyno::__private::Retry::new(3).not_timed_out() }); loop { let
                    __dyno_out =
                    ::dyno::__private::pinned(::dyno::__private::Attempts::is_again(&
                    __dyno_attempts), ::dyno::__private::pin!(async { if false { return
                    ::dyno::__private::never:: < Result < u8, E > > (); } ask(name).
                    await })). await; let __dyno_verdict = ::dyno::__private::verdict(<
                    Result < u8, E > as ::dyno::__private::Outcome > ::failure(&
                    __dyno_out)); match ::dyno::__private::next!(__dyno_attempts,
                    __dyno_verdict, __dyno_out, < Result < u8, E > as
                    ::dyno::__private::Outcome > ::failure(__dyno_out)) {
                    ::dyno::__private::Next::Done(__dyno_out) => break __dyno_out,
                    ::dyno::__private::Next::More(__dyno_out, __dyno_pause) => {
                    ::dyno::__private::give_up(__dyno_out);
                    ::dyno::__private::Pause::sleep(__dyno_pause). await } } } } }
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
