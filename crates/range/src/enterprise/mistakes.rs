//! How often an enterprise gives itself away, in cases of a thousand. The truth states them.

/// A name of a cell is registered by the persona of the cell before.
pub(super) const PERSONA_AGAIN: u32 = 700;
/// A name is registered openly rather than behind a privacy service.
pub(super) const REGISTERED_OPENLY: u32 = 700;
/// Somebody's own address and telephone stand in a registration of a cell; of the first cell, always.
pub(super) const PRIVATE_REGISTRATION: u32 = 500;
/// A server comes with the host key of the cell before.
pub(super) const HOST_KEY_AGAIN: u32 = 250;
/// A page has a tracker of the enterprise's own.
pub(super) const OWN_TRACKER: u32 = 600;
/// A page still has the tracker of the page it was copied from.
pub(super) const COPIED_TRACKER: u32 = 200;
/// Victims are called from the telephone, and written to from the address, of the cell before.
pub(super) const CONTACT_AGAIN: u32 = 350;
/// The herder banks for a mule from his own device.
pub(super) const HERDERS_DEVICE: u32 = 600;
/// The herder leaves his own telephone with a mule's bank.
pub(super) const HERDERS_PHONE: u32 = 250;
/// The herder leaves his own mail address with the bank of the account he collects in.
pub(super) const HERDERS_MAIL: u32 = 600;
/// Victims pay to an account that served the cell before.
pub(super) const ACCOUNT_AGAIN: u32 = 400;
/// Victims pay to a wallet that served the cell before.
pub(super) const WALLET_AGAIN: u32 = 300;
/// The spammer's own address stands in a message to answer to.
pub(super) const SPAMMERS_MAIL: u32 = 500;
/// A wallet is on another chain than the enterprise's.
pub(super) const OTHER_CHAIN: u32 = 100;

/// All of them, by name.
pub(crate) const STATED: &[(&str, u32)] = &[
    ("persona-again", PERSONA_AGAIN),
    ("registered-openly", REGISTERED_OPENLY),
    ("private-registration", PRIVATE_REGISTRATION),
    ("host-key-again", HOST_KEY_AGAIN),
    ("own-tracker", OWN_TRACKER),
    ("copied-tracker", COPIED_TRACKER),
    ("contact-again", CONTACT_AGAIN),
    ("herders-device", HERDERS_DEVICE),
    ("herders-phone", HERDERS_PHONE),
    ("herders-mail", HERDERS_MAIL),
    ("account-again", ACCOUNT_AGAIN),
    ("wallet-again", WALLET_AGAIN),
    ("spammers-mail", SPAMMERS_MAIL),
    ("other-chain", OTHER_CHAIN),
];
