//! Payment gateways: the contract suite. The same behaviours run against every gateway, each with a stand-in for its
//! provider that is strict where the provider is; messages are signed and checked by the providers' own packages where
//! there are some.

pub mod benches;
mod claims;
mod console;
mod contract;
pub mod flow;
mod holds;
mod keys;
mod payouts;
mod sdk;
mod specifics;
mod storm;
mod table;

pub use tallyroom_stand_ins as stand_in;

/// Every behaviour, as one test a gateway.
macro_rules! contract {
    ($gateway:ident: $bench:ident) => {
        contract!(@ $gateway, $bench,
            a_connection_can_be_tried
            an_intent_is_one_payment
            what_was_asked_for_is_paid_once
            what_cannot_be_said_is_not_sent
            a_declined_card_moves_nothing
            silence_is_no_answer
            a_lost_confirmation_is_asked_again
            nobody_is_followed_elsewhere
            news_in_answers_does_no_harm
            a_saved_method_is_charged
            a_lost_charge_is_looked_up
            what_is_held_is_captured_or_let_go
            a_payment_is_given_back_in_parts
            a_lost_refund_is_looked_up
            webhooks_say_what_to_ask_about
            forged_webhooks_are_refused
            messages_are_as_the_provider_writes_them
            no_card_number_passes_through_us
        );
    };
    (@ $gateway:ident, $bench:ident, $($behaviour:ident)*) => {
        mod $gateway {
            $(
                #[tokio::test]
                async fn $behaviour() {
                    super::contract::$behaviour::<super::benches::$bench>().await;
                }
            )*
        }
    };
}

contract!(built_in: BuiltIn);
contract!(stripe: StripeBench);
contract!(paypal: PaypalBench);
contract!(authorize_net: AuthorizeNetBench);
contract!(paytr: PaytrBench);
contract!(iyzico: IyzicoBench);
contract!(payu: PayuBench);
contract!(two_checkout: TwoCheckoutBench);
