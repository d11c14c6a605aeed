//! Money that moved: a bank's own bookings, and transactions between wallets.

use entente_model::{Kind, ObjectId, Selector};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Fault, Ties, Told, given, moment, needed, stix};

pub(super) const LEDGER: &[&str] = &["tran_id", "orig_iban", "bene_iban", "amount", "currency", "timestamp"];
pub(super) const WALLETS: &[&str] =
    &["hash", "block_timestamp", "from_address", "to_address", "value", "asset"];

/// A transfer, however it was told.
pub(super) struct Transfer<'t> {
    /// By what the payment is known to whoever tells of it, and everywhere if that is a UETR.
    pub(super) name: Named<'t>,
    pub(super) from: Account,
    pub(super) to: Account,
    pub(super) at: Timestamp,
    pub(super) properties: Map<String, Value>,
}

/// An account or a wallet.
pub(super) enum Account {
    /// By a value that is the same with everybody.
    Known(Selector),
    /// By a number of its bank.
    Numbered(Numbered),
}

/// An account by the number its bank gave it. Another bank may give the same.
pub(super) struct Numbered {
    /// What the bank is known by.
    pub(super) bank: String,
    pub(super) bic: Option<String>,
    pub(super) number: String,
    /// What sort of number it is, as ISO 20022 says it (`SchmeNm`).
    pub(super) scheme: Option<String>,
    pub(super) currency: Option<String>,
}

/// What a payment is called.
pub(super) enum Named<'t> {
    /// By everybody: a UETR, or a transaction of a chain.
    Everywhere(&'t str),
    /// By one bank, which numbers its own; the accounts tell its numbers from another's.
    Here(&'t str),
}

impl Transfer<'_> {
    pub(super) fn tell(self, ties: &mut Ties<'_>) -> Result<(), Fault> {
        let Transfer { name, from, to, at, mut properties } = self;
        ties.at(at);
        let name = match name {
            Named::Everywhere(name) => name.to_owned(),
            Named::Here(name) => format!("{name}\u{1f}{}\u{1f}{}", from.label(), to.label()),
        };
        let (from, to) = (from.tell(ties)?, to.tell(ties)?);
        properties.insert("debtor_account_ref".into(), from.to_string().into());
        properties.insert("creditor_account_ref".into(), to.to_string().into());
        properties.insert("executed_at".into(), stix(at).into());
        ties.own(Kind::Payment, &name, properties).map(drop)
    }
}

impl Account {
    /// What tells it from any other.
    fn label(&self) -> String {
        match self {
            Account::Known(selector) => selector.label(),
            Account::Numbered(numbered) => numbered.key(),
        }
    }

    fn tell(&self, ties: &mut Ties<'_>) -> Result<ObjectId, Fault> {
        match self {
            Account::Known(selector) => ties.thing(selector),
            Account::Numbered(numbered) => numbered.tell(ties),
        }
    }
}

impl Numbered {
    fn key(&self) -> String {
        let number: String = self.number.chars().filter(|letter| !letter.is_whitespace()).collect();
        // Numbers of another sort are numbers of something else; BBAN is what an account has when nothing is said.
        let scheme = self.scheme.as_deref().filter(|scheme| *scheme != "BBAN").unwrap_or_default();
        format!("{}\u{1f}{scheme}\u{1f}{}", self.bank, number.to_uppercase())
    }

    fn tell(&self, ties: &mut Ties<'_>) -> Result<ObjectId, Fault> {
        let id = ObjectId::minted(Kind::BankAccount, &self.key());
        let account = properties([
            ("account_number", Some(self.number.as_str())),
            ("bank", Some(self.bank.as_str())),
            ("bic", self.bic.as_deref()),
            ("account_scheme", self.scheme.as_deref()),
            ("currency", self.currency.as_deref()),
        ]);
        ties.observable(&id, account)?;
        Ok(id)
    }
}

/// Properties that have a value.
pub(super) fn properties<'t>(
    all: impl IntoIterator<Item = (&'static str, Option<&'t str>)>,
) -> Map<String, Value> {
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
}

/// A bank's booking.
#[derive(Deserialize)]
pub(super) struct Booking {
    tran_id: Option<String>,
    orig_iban: Option<String>,
    bene_iban: Option<String>,
    tx_type: Option<String>,
    amount: Option<String>,
    currency: Option<String>,
    timestamp: Option<String>,
}

impl Told for Booking {
    const EDITION: &'static str = "ledger";

    fn name(&self) -> Option<&str> {
        self.tran_id.as_deref()
    }

    fn tell(&self, ties: &mut Ties<'_>) -> Result<(), Fault> {
        let transfer = Transfer {
            name: Named::Here(needed("tran_id", self.tran_id.as_deref())?),
            from: Account::Known(Selector::iban(needed("orig_iban", self.orig_iban.as_deref())?)?),
            to: Account::Known(Selector::iban(needed("bene_iban", self.bene_iban.as_deref())?)?),
            at: moment(needed("timestamp", self.timestamp.as_deref())?)?,
            properties: properties([
                ("amount", given(self.amount.as_ref())),
                ("currency", given(self.currency.as_ref())),
                ("service_level", given(self.tx_type.as_ref())),
            ]),
        };
        transfer.tell(ties)
    }
}

/// A transaction of a chain, one output of it a row.
#[derive(Deserialize)]
pub(super) struct Coin {
    hash: Option<String>,
    block_timestamp: Option<String>,
    from_address: Option<String>,
    to_address: Option<String>,
    value: Option<String>,
    asset: Option<String>,
}

impl Told for Coin {
    const EDITION: &'static str = "wallets";

    fn name(&self) -> Option<&str> {
        self.hash.as_deref()
    }

    fn tell(&self, ties: &mut Ties<'_>) -> Result<(), Fault> {
        let hash = needed("hash", self.hash.as_deref())?;
        let asset = given(self.asset.as_ref());
        let to = wallet(asset, needed("to_address", self.to_address.as_deref())?)?;
        // A transaction may pay several; each is a payment of its own.
        let name = format!("{hash}\u{1f}{}", to.label());
        let transfer = Transfer {
            name: Named::Everywhere(&name),
            from: Account::Known(wallet(asset, needed("from_address", self.from_address.as_deref())?)?),
            to: Account::Known(to),
            at: moment(needed("block_timestamp", self.block_timestamp.as_deref())?)?,
            properties: properties([
                ("amount", given(self.value.as_ref())),
                ("currency", asset),
                ("transaction_hash", Some(hash)),
            ]),
        };
        transfer.tell(ties)
    }
}

/// An address is its chain's, whatever asset moved on it.
fn wallet(asset: Option<&str>, address: &str) -> Result<Selector, Fault> {
    match (Selector::wallet(address), asset) {
        (Ok(wallet), _) => Ok(wallet),
        (Err(_), Some(asset)) => Ok(Selector::wallet_of(asset, address)?),
        (Err(error), None) => Err(error.into()),
    }
}
