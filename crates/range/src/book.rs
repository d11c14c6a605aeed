//! The files of a range: which party holds what, under which name, and how much of ordinary life goes there.

macro_rules! books {
    ($( $variant:ident = $party:literal, $stem:literal, $end:literal, $part:literal, $share:literal; )*) => {
        /// One sort of file of one party.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Book {
            $( #[doc = concat!($party, "/", $stem)] $variant, )*
        }

        impl Book {
            /// Every book, in the order in which they are written.
            pub const ALL: &[Book] = &[ $( Book::$variant, )* ];

            /// The party that holds it.
            pub fn party(self) -> &'static str {
                match self { $( Book::$variant => $party, )* }
            }

            /// Its name without number and ending.
            pub fn stem(self) -> &'static str {
                match self { $( Book::$variant => $stem, )* }
            }

            fn ending(self) -> &'static str {
                match self { $( Book::$variant => $end, )* }
            }

            /// How many records a part holds before the next is begun; 0 when the book is one file.
            pub(crate) fn part(self) -> u64 {
                match self { $( Book::$variant => $part, )* }
            }

            /// Its share of ordinary life's records, in parts of [`Book::shares`].
            pub(crate) fn share(self) -> u64 {
                match self { $( Book::$variant => $share, )* }
            }
        }
    };
}

books! {
    CompanySinkhole = "company", "sinkhole", "csv", 1_000_000, 80;
    CompanyScan = "company", "scan", "jsonl", 1_000_000, 150;
    CompanySamples = "company", "samples", "stix.json", 0, 20;
    CompanyFeed = "company", "feed", "stix.json", 0, 8;
    CompanyPassiveDns = "company", "passivedns", "jsonl", 1_000_000, 80;
    CompanyMail = "company", "mail", "mbox", 200_000, 20;
    CompanyReports = "company", "reports", "jsonl", 1_000_000, 12;
    CsirtSinkhole = "csirt", "sinkhole", "csv", 1_000_000, 80;
    CsirtMisp = "csirt", "misp", "json", 1_000, 10;
    CsirtXarf = "csirt", "xarf", "jsonl", 1_000_000, 40;
    RegistrarRdap = "registrar", "rdap", "jsonl", 1_000_000, 80;
    RegistrarPassiveDns = "registrar", "passivedns", "jsonl", 1_000_000, 50;
    BankPayments = "bank", "payments", "xml", 50_000, 80;
    BankLedger = "bank", "ledger", "csv", 1_000_000, 140;
    BankAccounts = "bank", "accounts", "csv", 1_000_000, 60;
    BankAlerts = "bank", "alerts", "csv", 0, 3;
    ExchangeWallets = "exchange", "wallets", "csv", 1_000_000, 80;
    ExchangeCustomers = "exchange", "customers", "csv", 0, 12;
    PoliceReports = "police", "reports", "jsonl", 1_000_000, 16;
    PoliceMail = "police", "mail", "mbox", 200_000, 4;
    PoliceSamples = "police", "samples", "stix.json", 0, 4;
    PoliceFeed = "police", "feed", "stix.json", 0, 1;
}

impl Book {
    /// All shares together.
    pub(crate) fn shares() -> u64 {
        Book::ALL.iter().map(|book| book.share()).sum()
    }

    /// How many of `total` records of ordinary life are this book's: shares rounded so that they add up to the total.
    pub(crate) fn of(self, total: u64) -> u64 {
        let before: u64 = Book::ALL.iter().take_while(|book| **book != self).map(|book| book.share()).sum();
        let up_to = |share: u64| (u128::from(total) * u128::from(share) / u128::from(Book::shares())) as u64;
        up_to(before + self.share()) - up_to(before)
    }

    /// The path of a part under the folder of the range.
    pub(crate) fn path(self, part: u64) -> String {
        let (party, stem, ending) = (self.party(), self.stem(), self.ending());
        match self.part() {
            0 => format!("parties/{party}/{stem}.{ending}"),
            _ => format!("parties/{party}/{stem}-{:04}.{ending}", part + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        for total in [0, 1, 999, 12_345, 99_999_999] {
            assert_eq!(Book::ALL.iter().map(|book| book.of(total)).sum::<u64>(), total);
        }
    }
}
