//! The payments that a viewer may see, read so that they can be compared.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use entente_graph::money::Payment;
use entente_model::{ClaimNo, Compartment, Kind, Object, ObjectId, VertexNo};
use entente_store::ClaimRecord;

use crate::app::AppError;
use crate::app::lens::Lens;

/// What a payment may go from and to. Anything else that somebody refers to as an account may be a person.
const ACCOUNTS: [Kind; 2] = [Kind::BankAccount, Kind::CryptocurrencyWallet];

/// A payment as its tellers tell it.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) payment: Payment,
    /// What it is known as.
    pub(super) vertices: Vec<VertexNo>,
    /// What says so.
    pub(super) claims: Vec<ClaimNo>,
    /// Whose word that is.
    pub(super) tellers: Vec<Arc<Compartment>>,
}

/// Why a payment is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lacks {
    Standing,
    Accounts,
    TwoAccounts,
    Amount,
    Currency,
    Time,
}

impl Lacks {
    pub(super) fn words(self) -> &'static str {
        match self {
            Lacks::Standing => "withdrawn by whoever told it",
            Lacks::Accounts => "not between two bank accounts or wallets, as far as may be seen",
            Lacks::TwoAccounts => "from an account to itself",
            Lacks::Amount => "no amount that is one number above 0",
            Lacks::Currency => "no currency",
            Lacks::Time => "no time between 1970 and 2106",
        }
    }
}

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// What can be compared, by currency.
    pub(super) currencies: BTreeMap<String, Vec<Told>>,
    pub(super) left_out: BTreeMap<Lacks, u64>,
}

/// Reads payments, and remembers the accounts it met.
pub(super) struct Reading<'a> {
    lens: &'a Lens<'a>,
    accounts: HashMap<String, Option<VertexNo>>,
    ledger: Ledger,
}

impl Reading<'_> {
    /// The payments among which patterns are looked for.
    pub(super) fn of(lens: &Lens<'_>, payments: &[VertexNo]) -> Result<Ledger, AppError> {
        let mut reading = Reading { lens, accounts: HashMap::new(), ledger: Ledger::default() };
        for payment in payments {
            reading.take(*payment)?;
        }
        Ok(reading.ledger)
    }

    fn take(&mut self, vertex: VertexNo) -> Result<(), AppError> {
        let claims = self.lens.view.claims_of(vertex)?;
        if claims.is_empty() {
            // Somebody mentions it, and nobody tells it.
            return Ok(());
        }
        match self.read(vertex, claims)? {
            Ok((currency, told)) => self.ledger.currencies.entry(currency).or_default().push(told),
            Err(lacks) => *self.ledger.left_out.entry(lacks).or_default() += 1,
        }
        Ok(())
    }

    /// A payment by the newest word of it that stands; the claims are all that say what each teller says now.
    fn read(
        &mut self,
        vertex: VertexNo,
        claims: Vec<ClaimRecord>,
    ) -> Result<Result<(String, Told), Lacks>, AppError> {
        let standing: Vec<ClaimRecord> =
            claims.into_iter().filter(|claim| claim.current && !claim.revoked).collect();
        let newest = standing.iter().max_by_key(|claim| (claim.modified, claim.no));
        let object = newest.map(|claim| self.lens.view.claimed(claim.no)).transpose()?.flatten();
        let Some(object) = object else { return Ok(Err(Lacks::Standing)) };
        let accounts =
            [self.account(&object, "debtor_account_ref")?, self.account(&object, "creditor_account_ref")?];
        Ok(payment(&object, accounts).map(|(currency, payment)| {
            let claims = standing.iter().map(|claim| claim.no).collect();
            let tellers = standing.into_iter().map(|claim| claim.compartment).collect();
            (currency, Told { payment, vertices: vec![vertex], claims, tellers })
        }))
    }

    fn account(&mut self, payment: &Object, property: &str) -> Result<Option<VertexNo>, AppError> {
        let Some(id) = payment.text(property) else { return Ok(None) };
        if let Some(known) = self.accounts.get(id) {
            return Ok(*known);
        }
        let account = id.parse::<ObjectId>().ok().filter(|id| ACCOUNTS.contains(id.kind()));
        let vertex = account.map(|id| self.lens.view.vertex(&id)).transpose()?.flatten();
        self.accounts.insert(id.to_owned(), vertex);
        Ok(vertex)
    }
}

/// What can be compared of a payment, and in which currency.
fn payment(object: &Object, accounts: [Option<VertexNo>; 2]) -> Result<(String, Payment), Lacks> {
    let [Some(payer), Some(payee)] = accounts else { return Err(Lacks::Accounts) };
    if payer == payee {
        return Err(Lacks::TwoAccounts);
    }
    let amount = amount(object).ok_or(Lacks::Amount)?;
    let currency = object.text("currency").map(|text| text.trim().to_uppercase());
    let currency = currency.filter(|text| !text.is_empty()).ok_or(Lacks::Currency)?;
    let at = object.text("executed_at").and_then(second).ok_or(Lacks::Time)?;
    Ok((currency, Payment { payer, payee, amount, at }))
}

/// As a number or as text, as ISO 20022 and tables write it. What an agreement made coarse (`1000-5000`) is none.
fn amount(object: &Object) -> Option<f64> {
    let told = object.json().get("amount")?;
    let number = told.as_f64().or_else(|| told.as_str()?.trim().parse().ok());
    number.filter(|amount: &f64| amount.is_finite() && *amount > 0.0)
}

fn second(text: &str) -> Option<u32> {
    u32::try_from(entente_model::parse_timestamp(text).ok()?.as_second()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const BOTH: [Option<VertexNo>; 2] = [Some(VertexNo(1)), Some(VertexNo(2))];

    fn told(amount: Value, currency: &str, at: &str) -> Object {
        Object::from_json(json!({
            "type": "payment", "spec_version": "2.1", "id": "payment--6ba7b810-9dad-41d1-80b4-00c04fd430c8",
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
            "amount": amount, "currency": currency, "executed_at": at,
        }))
        .unwrap()
    }

    #[test]
    fn what_cannot_be_compared_is_left_out_with_its_reason() {
        let day = "2026-03-01T00:00:00Z";
        let lacks = |object: &Object, accounts| payment(object, accounts).unwrap_err();
        let whole = told(json!("12.50"), "eur ", day);
        let (currency, paid) = payment(&whole, BOTH).unwrap();
        assert_eq!((currency.as_str(), paid.amount, paid.at), ("EUR", 12.5, 1_772_323_200));
        assert!(payment(&told(json!(12.5), "EUR", day), BOTH).is_ok());
        assert_eq!(lacks(&whole, [BOTH[0], None]), Lacks::Accounts);
        assert_eq!(lacks(&whole, [BOTH[0], BOTH[0]]), Lacks::TwoAccounts);
        for amount in [json!("-1"), json!("0"), json!("1000-5000"), json!("NaN"), json!("1,5"), json!(null)] {
            assert_eq!(lacks(&told(amount.clone(), "EUR", day), BOTH), Lacks::Amount, "{amount}");
        }
        assert_eq!(lacks(&told(json!("1"), " ", day), BOTH), Lacks::Currency);
        for at in ["soon", "1969-12-31T23:59:59Z", "2106-02-08T00:00:00Z"] {
            assert_eq!(lacks(&told(json!("1"), "EUR", at), BOTH), Lacks::Time, "{at}");
        }
    }
}
