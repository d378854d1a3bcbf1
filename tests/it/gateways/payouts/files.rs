//! Payouts that somebody takes elsewhere as a file.

use super::{assert_cannot, batch, by_file, order};
use tallyroom::domain::{ids::PayoutId, money::Money};

#[tokio::test]
async fn a_file_has_every_payout_once_and_says_what_was_typed() {
    let manual = by_file("manual");
    let mut payouts = vec![order("DE02 1203 0000", 1_250, "EUR"), order("=1+1", 1_250, "JPY")];
    payouts[1].bank = "COBADEFFXXX".to_owned();
    payouts[1].name = "Grace \"Amazing\", Hopper".to_owned();
    let batch = batch(payouts);
    let file = manual.file(&batch).expect("a file");
    assert_eq!(file.name, "payouts-2027-01-15-120000.csv");
    assert_eq!(file.content_type, "text/csv; charset=utf-8");
    let [first, second] = [0, 1].map(|nth: usize| batch.payouts[nth].payout);
    let expected = format!(
        "\u{feff}\"payout\",\"name\",\"account\",\"bank\",\"amount\",\"currency\",\"description\"\r\n\
         \"{first}\",\"Ada Ångström\",\"DE02 1203 0000\",\"\",\"12.50\",\"EUR\",\"Lumen, January\"\r\n\
         \"{second}\",\"Grace \"\"Amazing\"\", Hopper\",\"'=1+1\",\"COBADEFFXXX\",\"1250\",\"JPY\",\"Lumen, January\"\r\n"
    );
    assert_eq!(String::from_utf8(file.bytes.to_vec()).expect("text"), expected);
    assert_eq!(
        manual.file(&batch),
        manual.file(&batch),
        "the same whenever it is asked for"
    );
}

#[tokio::test]
async fn payoneers_file_has_the_columns_of_its_template() {
    let payoneer = by_file("payoneer");
    let mut long = order("grace+pay@example.org", 5, "USD");
    long.description = "Ä".repeat(200);
    let batch = batch(vec![order("ada@example.org", 123_450, "USD"), long]);
    let file = payoneer.file(&batch).expect("a file");
    assert_eq!(file.name, "payoneer-2027-01-15-120000.csv");
    let [first, second] = [0, 1].map(|nth: usize| batch.payouts[nth].payout);
    let expected = format!(
        "\"Recipient email\",\"Payment amount\",\"Payment currency\",\"Payment description\"\r\n\
         \"ada@example.org\",\"1234.50\",\"USD\",\"Lumen, January {first}\"\r\n\
         \"grace+pay@example.org\",\"0.05\",\"USD\",\"{} {second}\"\r\n",
        "Ä".repeat(80)
    );
    assert_eq!(String::from_utf8(file.bytes.to_vec()).expect("text"), expected);
}

#[tokio::test]
async fn what_a_file_cannot_say_is_refused_as_a_whole() {
    let (manual, payoneer) = (by_file("manual"), by_file("payoneer"));
    for wrong in [
        order("ada@example.org", 100, "EUR"),
        order("ada@example.org", 0, "USD"),
        order("ada@example.org", -100, "USD"),
        order("ada", 100, "USD"),
        order("ada@example", 100, "USD"),
        order("ada@two@example.org", 100, "USD"),
        order("=cmd@example.org", 100, "USD"),
        order("ada lovelace@example.org", 100, "USD"),
        order("ada@example.org\r\n", 100, "USD"),
        order("", 100, "USD"),
    ] {
        assert_cannot(payoneer.check(&wrong));
        let good = order("ada@example.org", 100, "USD");
        assert_cannot(payoneer.file(&batch(vec![good, wrong])));
    }
    for wrong in [
        order("IBAN", 0, "EUR"),
        order("IBAN", -1, "EUR"),
        order(" ", 100, "EUR"),
    ] {
        assert_cannot(manual.file(&batch(vec![wrong])));
    }
    for provider in [manual, payoneer] {
        assert_cannot(provider.file(&batch(Vec::new())));
        let mut good = order("ada@example.org", 100, "USD");
        let many = (0..=provider.caps().most).map(|_| {
            good.payout = PayoutId::new();
            good.clone()
        });
        assert_cannot(provider.file(&batch(many.collect())));
        assert_cannot(provider.send(&batch(vec![good.clone()])).await);
        assert_cannot(provider.look_up(&good).await);
        provider.test_connection().await.expect("there is nobody to ask");
        assert_eq!(good.amount, Money::new(100, good.amount.currency));
    }
}
