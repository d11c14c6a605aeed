//! Ledgers of a bank, in its own format.

use super::Random;

/// The head of a bank's bookings.
const HEAD: &str = "tran_id,orig_iban,bene_iban,tx_type,amount,currency,timestamp\n";

/// One payment: number, payer, payee, amount, day from the first of January 2026.
pub(crate) type Paid = (u32, u32, u32, f64, u32);

/// An account's IBAN, by a number: with the check digits of ISO 13616.
pub(crate) fn iban(account: u32) -> String {
    let number = format!("{account:018}");
    let rest =
        format!("{number}131400").bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("DE{:02}{number}", 98 - rest)
}

/// Payments of this bank, whose own numbers begin with its name.
pub(crate) fn bookings(bank: &str, payments: &[Paid]) -> String {
    let row = |(number, payer, payee, amount, day): &Paid| {
        let (month, day) = (day / 28 + 1, day % 28 + 1);
        format!(
            "{bank}{number},{},{},SEPA,{amount:.2},EUR,2026-{month:02}-{day:02}T12:00:00Z\n",
            iban(*payer),
            iban(*payee)
        )
    };
    HEAD.to_owned() + &payments.iter().map(row).collect::<String>()
}

/// Payments as people make them: between 60 accounts, over 80 days.
pub(crate) fn ordinary() -> Vec<Paid> {
    let mut random = Random(7);
    let mut below = |end: u64| random.below(end) as u32;
    let mut paid = |number| {
        let payer = 100 + below(60);
        let payee = 100 + (payer - 100 + 1 + below(59)) % 60;
        (number, payer, payee, f64::from(1000 + below(90_000)) / 100.0, below(80))
    };
    (1000..1200).map(&mut paid).collect()
}

/// 9,000 EUR that go round through four accounts in nine days, and come back but for fees.
pub(crate) fn round() -> Vec<Paid> {
    vec![(1, 1, 2, 9000.0, 30), (2, 2, 3, 8900.0, 33), (3, 3, 4, 8800.0, 36), (4, 4, 1, 8700.0, 39)]
}
