#[allow(clippy::needless_pass_by_value)]
async fn f(&self, sku: String, sum: &mut u32) -> Result<u8, E> {
    const __DYNO_WRAPPED: () = ();
    fn __dyno_here() {}
    static __DYNO_POINT: ::dyno::__private::Point = ::dyno::__private::Point::new(
        ::dyno::__private::None,
        || ::dyno::__private::type_name_of_val(&__dyno_here),
    );
    {
        use ::dyno::__private::{EndsFailing as _, EndsPlain as _};
        let __dyno_end: ::dyno::__private::Result<_, ::dyno::__private::Fault> = '__dyno_refused: {
            ::dyno::__private::Ok({
                ::dyno::__private::advised!(
                    __dyno_advised = ::dyno::__private::AdviceSite::new(& __DYNO_POINT, &
                    ["shop::price"]), sku
                );
                let __dyno_end: ::dyno::__private::Result<
                    Result<u8, E>,
                    ::dyno::__private::Fault,
                > = ::dyno::__private::advise_async(
                        &mut __dyno_advised,
                        ::dyno::__private::pin!(
                            async { '__dyno_refused_2 : { ::dyno::__private::Ok({ let
                            __dyno_join = ::dyno::__private::JoinPoint::new(&
                            __DYNO_POINT); (enter) (& __dyno_join); let __dyno_out = {
                            match
                            ::dyno::__private::filtered!(::dyno::__private::JoinSite::new("shop::price",
                            & __DYNO_POINT).no_result_filters(), (),
                            ::dyno::__private::ByValue(sku)) { ::dyno::__private::Ok((_,
                            sku)) => { static __DYNO_FUSE : ::dyno::__private::Fuse =
                            ::dyno::__private::Fuse::of(& __DYNO_POINT); let __dyno_entry
                            =
                            ::dyno::__private::Fuse::check(::dyno::__private::Fuse::list(&
                            __DYNO_FUSE)); match __dyno_entry { ::dyno::__private::Ok(())
                            => { let mut __dyno_attempts =
                            ::dyno::__private::Attempts::start_async(& __DYNO_POINT,
                            const { & ::dyno::__private::Retry::new(2) }); loop { let mut
                            sku = ::dyno::__private::Again::again(& sku); let __dyno_out
                            =
                            ::dyno::__private::pinned(::dyno::__private::Attempts::is_again(&
                            __dyno_attempts), ::dyno::__private::pin!(async { if false {
                            return ::dyno::__private::never:: < Result < u8, E > > (); }
                            the_body(sku, sum). await })). await; let __dyno_verdict =
                            ::dyno::__private::verdict(< Result < u8, E > as
                            ::dyno::__private::Outcome > ::failure(& __dyno_out)); match
                            ::dyno::__private::next!(__dyno_attempts, __dyno_verdict,
                            __dyno_out, < Result < u8, E > as ::dyno::__private::Outcome
                            > ::failure(__dyno_out)) {
                            ::dyno::__private::Next::Done(__dyno_out) => break
                            __dyno_out, ::dyno::__private::Next::More(__dyno_out,
                            __dyno_pause) => { ::dyno::__private::give_up(__dyno_out);
                            ::dyno::__private::Pause::sleep(__dyno_pause). await } } } },
                            ::dyno::__private::Err(__dyno_fault) => break
                            '__dyno_refused_2::dyno::__private::Err(__dyno_fault), } },
                            ::dyno::__private::Err(__dyno_fault) => break
                            '__dyno_refused_2::dyno::__private::Err(__dyno_fault), } };
                            (leave) (& __dyno_join, & __dyno_out); __dyno_out }) } }
                        ),
                    )
                    .await;
                match __dyno_end {
                    ::dyno::__private::Ok(__dyno_out) => {
                        ::dyno::__private::advised_end!(__dyno_advised, & __dyno_out);
                        __dyno_out
                    }
                    ::dyno::__private::Err(__dyno_fault) => {
                        ::dyno::__private::advised_end!(
                            __dyno_advised, & ::dyno::__private::Err:: < (), _ > (&
                            __dyno_fault)
                        );
                        break '__dyno_refused ::dyno::__private::Err(__dyno_fault);
                    }
                }
            })
        };
        match (&::dyno::__private::Ends::<Result<u8, E>>::new()).why(__dyno_end) {
            ::dyno::__private::Ok(__dyno_out) => __dyno_out,
            ::dyno::__private::Err(__dyno_why) => {
                ::dyno::__private::fell_back(
                    &__DYNO_POINT,
                    ::dyno::__private::Result::is_err(&__dyno_why),
                );
                let __dyno_out: Result<u8, E> = Ok(1);
                (&::dyno::__private::Ends::<Result<u8, E>>::new())
                    .stood_in(
                        &__DYNO_POINT,
                        ::dyno::__private::both!(
                            Result < u8, E >, __dyno_out, __dyno_why
                        ),
                    )
            }
        }
    }
}
