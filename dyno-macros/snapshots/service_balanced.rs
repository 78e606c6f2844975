#[allow(clippy::needless_pass_by_value)]
async fn f(host: &str) -> Result<u8, E> {
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
                let __dyno_end = ::dyno::__private::limited_whole(
                        &__DYNO_POINT,
                        ::dyno::__private::Some(::core::time::Duration::from_secs(1)),
                        ::dyno::__private::pin!(
                            async { '__dyno_refused_2 : { ::dyno::__private::Ok:: < _,
                            ::dyno::__private::Fault > ({ let __dyno_key =
                            ::dyno::__private::Call::draw(); { let __dyno_tried =
                            ::dyno::__private::Tried::new(); { let mut __dyno_attempts =
                            ::dyno::__private::Attempts::start_async(& __DYNO_POINT,
                            const { & ::dyno::__private::Retry::new(3).not_timed_out()
                            }); loop { let mut __dyno_late = false; let __dyno_out = {
                            let __dyno_number = ::dyno::__private::Attempts::number(&
                            __dyno_attempts); { static __DYNO_BALANCER :
                            ::dyno::__private::Balancer =
                            ::dyno::__private::Balancer::of(& __DYNO_POINT, &
                            ["http://a:1", "http://b:1"])
                            .breaker(::dyno::__private::Settings::new().fail_max(3)); let
                            __dyno_pick = match
                            ::dyno::__private::Balancer::pick_for(::dyno::__private::Balancer::list(&
                            __DYNO_BALANCER), & host, & __dyno_tried) {
                            ::dyno::__private::Ok(__dyno_pick) => __dyno_pick,
                            ::dyno::__private::Err(__dyno_fault) => break
                            '__dyno_refused_2::dyno::__private::Err(__dyno_fault), }; let
                            __dyno_target =
                            ::dyno::__private::Arc::clone(::dyno::__private::Pick::target(&
                            __dyno_pick)); let __dyno_out = { static __DYNO_BULKHEAD :
                            ::dyno::__private::Bulkhead =
                            ::dyno::__private::Bulkhead::of(& __DYNO_POINT, 10); let
                            __dyno_place = match match
                            ::dyno::__private::Bulkhead::pass(::dyno::__private::Bulkhead::list(&
                            __DYNO_BULKHEAD)) { ::dyno::__private::Some(__dyno_place) =>
                            ::dyno::__private::Ok(__dyno_place), ::dyno::__private::None
                            =>
                            ::dyno::__private::Bulkhead::enter_async(::dyno::__private::Bulkhead::list(&
                            __DYNO_BULKHEAD)). await, } {
                            ::dyno::__private::Ok(__dyno_place) => __dyno_place,
                            ::dyno::__private::Err(__dyno_refusal) => break
                            '__dyno_refused_2::dyno::__private::Err(::dyno::__private::TurnedAway::fault(__dyno_refusal)),
                            }; let __dyno_out = { let __dyno_end =
                            ::dyno::__private::attempted(& __DYNO_POINT,
                            ::dyno::__private::Some(::core::time::Duration::from_millis(100)),
                            ::dyno::__private::pin!(async { { let __dyno_call = &
                            ::dyno::__private::Call::new(& __DYNO_POINT, __dyno_key,
                            __dyno_number, ::dyno::__private::Some(__dyno_target)); let
                            call : & Call = __dyno_call;
                            ::dyno::__private::pinned(::dyno::__private::Attempts::is_again(&
                            __dyno_attempts), ::dyno::__private::pin!(async { if false {
                            return ::dyno::__private::never:: < Result < u8, E > > (); }
                            the_body(call, host). await })). await } })). await; match
                            ::dyno::__private::Late::ended(__dyno_end) {
                            ::dyno::__private::Ok(__dyno_out) => __dyno_out,
                            ::dyno::__private::Err(__dyno_fault) => { __dyno_late |=
                            ::dyno::__private::Fault::is_timed_out(& __dyno_fault); if
                            ::dyno::__private::Fault::is_timed_out(& __dyno_fault) { <
                            Result < u8, E > as ::dyno::__private::Refuse >
                            ::refuse(__dyno_fault) } else { break
                            '__dyno_refused_2::dyno::__private::Err(__dyno_fault) } }, }
                            }; __dyno_out }; let __dyno_failure = < Result < u8, E > as
                            ::dyno::__private::Outcome > ::failure(& __dyno_out); let
                            __dyno_tripped = ::dyno::__private::settled!(__dyno_pick,
                            match __dyno_failure { ::dyno::__private::None =>
                            ::dyno::__private::Verdict::Success,
                            #[allow(unused_variables, unreachable_patterns, clippy::all,
                            clippy::pedantic)] ::dyno::__private::Some(__dyno_failure) =>
                            match * __dyno_failure { E::NotFound =>
                            ::dyno::__private::Verdict::Ignored, _ =>
                            ::dyno::__private::Verdict::Failure, }, }, __dyno_out,
                            __dyno_failure); if let ::dyno::__private::Some(__dyno_fault)
                            = __dyno_tripped { break
                            '__dyno_refused_2::dyno::__private::Err(__dyno_fault) } else
                            { __dyno_out } } }; let __dyno_verdict =
                            ::dyno::__private::verdict(< Result < u8, E > as
                            ::dyno::__private::Outcome > ::failure(& __dyno_out)); match
                            ::dyno::__private::Attempts::after(& mut __dyno_attempts,
                            __dyno_verdict, __dyno_out, | __dyno_out | {
                            ::dyno::__private::Asks::or_left_alone(::dyno::__private::Asks::late(__dyno_late,
                            || ::dyno::__private::asks!(< Result < u8, E > as
                            ::dyno::__private::Outcome > ::failure(__dyno_out))),
                            ::dyno::__private::left_alone!(__dyno_out)) }) {
                            ::dyno::__private::Next::Done(__dyno_out) => break
                            __dyno_out, ::dyno::__private::Next::More(__dyno_out,
                            __dyno_pause) => { ::dyno::__private::give_up(__dyno_out);
                            ::dyno::__private::Pause::sleep(__dyno_pause). await } } } }
                            } }) } }
                        ),
                    )
                    .await;
                match ::dyno::__private::Late::told(__dyno_end) {
                    ::dyno::__private::Ok(__dyno_out) => __dyno_out,
                    ::dyno::__private::Err(__dyno_fault) => {
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
