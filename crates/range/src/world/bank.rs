//! Bank accounts: IBANs whose check digits hold, of banks that do not exist.

use super::World;
use crate::chance::mix;

/// The bank whose records are the range's; no German bank has a code that begins with nine noughts less.
pub(crate) const OWN: u64 = 99_900_100;
/// Other banks, of which only the accounts they pay to and from are seen.
const OTHERS: &[u64] = &[99_900_200, 99_900_300, 99_900_400];

impl World {
    /// The account of this number at the bank.
    pub(crate) fn account(&self, number: u64) -> String {
        iban(OWN, self.serial(number))
    }

    /// The account of this number at another bank.
    pub(crate) fn foreign_account(&self, number: u64) -> String {
        iban(OTHERS[(mix(number) % 3) as usize], self.serial(number))
    }

    /// Ten digits, by a bijection: the factor has no common divisor with 10.
    fn serial(&self, number: u64) -> u64 {
        const ACCOUNTS: u64 = 10_000_000_000;
        let spread = u128::from(number) * 7_368_787_031 + u128::from(mix(self.seed) % ACCOUNTS);
        (spread % u128::from(ACCOUNTS)) as u64
    }
}

/// ISO 13616: the check digits make the number, with `DE00` moved to its end, leave 1 modulo 97.
fn iban(bank: u64, account: u64) -> String {
    let digits = (u128::from(bank) * 10_000_000_000 + u128::from(account)) * 1_000_000 + 131_400;
    let check = 98 - digits % 97;
    format!("DE{check:02}{bank:08}{account:010}")
}
