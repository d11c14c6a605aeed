//! The four axes of handling, which never mix: audience (TLP 2.0), permitted action (PAP), use and onward
//! conditions (H0-H3), quality (source and information grade). Each axis combines by most restrictive.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Kind, ObjectId};

/// Audience: the Traffic Light Protocol 2.0 (FIRST), in ascending restriction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tlp {
    /// No limit.
    Clear,
    /// The community.
    Green,
    /// The recipient's organisation and its clients, on a need-to-know basis.
    Amber,
    /// The recipient's organisation only.
    #[serde(rename = "amber+strict")]
    AmberStrict,
    /// The named recipients only.
    Red,
}

/// A word that names no value of a handling axis.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{given}` is not a {axis} value: use one of {allowed}")]
pub struct HandlingError {
    axis: &'static str,
    given: String,
    allowed: &'static str,
}

impl Tlp {
    /// All five, least restrictive first.
    pub const ALL: [Tlp; 5] = [Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::AmberStrict, Tlp::Red];

    const MARKINGS: [(u128, Tlp); 9] = [
        (0x94868c89_83c2_464b_929b_a1a8aa3c8487, Tlp::Clear),
        (0xbab4a63c_aed9_4cf5_a766_dfca5abac2bb, Tlp::Green),
        (0x55d920b0_5e8b_4f79_9ee9_91f868d9b421, Tlp::Amber),
        (0x939a9414_2ddd_4d32_a0cd_375ea402b003, Tlp::AmberStrict),
        (0xe828b379_4e03_4974_9ac4_e53a884c97c1, Tlp::Red),
        // TLP 1 markings still met in feeds. Old AMBER is read as AMBER+STRICT, the safe side.
        (0x613f2e26_407d_48c7_9eca_b8e91df99dc9, Tlp::Clear),
        (0x34098fce_860f_48ae_8e50_ebd3cc5e41da, Tlp::Green),
        (0xf88d31f6_486f_44da_b317_01333bde0b82, Tlp::AmberStrict),
        (0x5e57c739_391a_4eb3_b6be_7d15ca92d5ed, Tlp::Red),
    ];

    /// The level a marking-definition id stands for: TLP 2.0 ids, and the TLP 1 ids still met in feeds.
    pub fn from_marking(uuid: Uuid) -> Option<Tlp> {
        Self::MARKINGS.iter().find(|(id, _)| *id == uuid.as_u128()).map(|(_, tlp)| *tlp)
    }

    /// The id of the TLP 2.0 marking-definition object of this level.
    pub fn marking(self) -> ObjectId {
        ObjectId::new(Kind::MarkingDefinition, Uuid::from_u128(Self::MARKINGS[self as usize].0))
    }

    /// `clear`, `green`, `amber`, `amber+strict`, `red`, as in the TLP 2.0 STIX extension.
    pub fn as_str(self) -> &'static str {
        ["clear", "green", "amber", "amber+strict", "red"][self as usize]
    }
}

impl fmt::Display for Tlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TLP:{}", self.as_str().to_uppercase())
    }
}

impl FromStr for Tlp {
    type Err = HandlingError;

    /// Accepts `amber`, `TLP:AMBER`, `tlp:amber+strict`, and the old `white`.
    fn from_str(text: &str) -> Result<Tlp, HandlingError> {
        let lower = text.trim().to_lowercase();
        match lower.strip_prefix("tlp:").unwrap_or(&lower) {
            "clear" | "white" => Ok(Tlp::Clear),
            "green" => Ok(Tlp::Green),
            "amber" => Ok(Tlp::Amber),
            "amber+strict" | "amber-strict" => Ok(Tlp::AmberStrict),
            "red" => Ok(Tlp::Red),
            _ => Err(HandlingError {
                axis: "TLP",
                given: text.to_owned(),
                allowed: "clear, green, amber, amber+strict, red",
            }),
        }
    }
}

/// Permitted action: the Permissible Actions Protocol (MISP taxonomy `PAP`, version 3), ascending restriction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PermissibleActions {
    /// No limit.
    Clear,
    /// Active actions allowed: ping, block, sinkhole on one's own side.
    Green,
    /// Passive cross-checks through third-party services allowed.
    Amber,
    /// Non-detectable, offline actions only.
    Red,
}

impl PermissibleActions {
    /// All four, least restrictive first.
    pub const ALL: [PermissibleActions; 4] = [Self::Clear, Self::Green, Self::Amber, Self::Red];

    /// `clear`, `green`, `amber`, `red`.
    pub fn as_str(self) -> &'static str {
        ["clear", "green", "amber", "red"][self as usize]
    }
}

impl FromStr for PermissibleActions {
    type Err = HandlingError;

    /// Accepts `amber`, `PAP:AMBER`, and the old `white`.
    fn from_str(text: &str) -> Result<Self, HandlingError> {
        let lower = text.trim().to_lowercase();
        match lower.strip_prefix("pap:").unwrap_or(&lower) {
            "clear" | "white" => Ok(Self::Clear),
            "green" => Ok(Self::Green),
            "amber" => Ok(Self::Amber),
            "red" => Ok(Self::Red),
            _ => Err(HandlingError {
                axis: "PAP",
                given: text.to_owned(),
                allowed: "clear, green, amber, red",
            }),
        }
    }
}

/// Use and onward conditions: the Europol handling codes. H0 always applies; H1 to H3 combine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Conditions {
    /// H1: no use in court proceedings unless the provider agrees.
    pub no_court_use: bool,
    /// H2: no onward passing unless the provider agrees.
    pub no_onward: bool,
    /// H3: any other limit, in words.
    pub other: Option<String>,
}

/// The scheme a grade was given in. The original scheme is kept; conversions are views only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GradeScheme {
    /// Europol 4x4 (Europol Regulation Art. 29): source A, B, C, X; information 1 to 4.
    Europol,
    /// Admiralty / NATO: source A to G; information 1 to 6.
    Admiralty,
}

/// Quality: how reliable the source, how accurate the information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Grade {
    /// Scheme in which the letters and digits mean something.
    pub scheme: GradeScheme,
    /// Source letter, upper case.
    pub source: char,
    /// Information digit.
    pub information: u8,
}

impl Grade {
    /// What an ungraded claim counts as under Europol 4x4: source unknown, information unsupported.
    pub const UNGRADED: Grade = Grade { scheme: GradeScheme::Europol, source: 'X', information: 4 };
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scheme == GradeScheme::Admiralty {
            f.write_str("admiralty:")?;
        }
        write!(f, "{}{}", self.source, self.information)
    }
}

impl FromStr for Grade {
    type Err = HandlingError;

    /// `B2` is Europol 4x4; `admiralty:B2` the Admiralty code.
    fn from_str(text: &str) -> Result<Grade, HandlingError> {
        let lower = text.trim().to_uppercase();
        let (scheme, code, sources, best) = match lower.strip_prefix("ADMIRALTY:") {
            Some(code) => (GradeScheme::Admiralty, code, "ABCDEFG", '1'..='6'),
            None => {
                (GradeScheme::Europol, lower.strip_prefix("EUROPOL:").unwrap_or(&lower), "ABCX", '1'..='4')
            }
        };
        let mut letters = code.chars();
        match (letters.next(), letters.next(), letters.next()) {
            (Some(source), Some(digit), None) if sources.contains(source) && best.contains(&digit) => {
                Ok(Grade { scheme, source, information: digit as u8 - b'0' })
            }
            _ => Err(HandlingError {
                axis: "grade",
                given: text.to_owned(),
                allowed: "A1 to C4 and X1 to X4 (Europol 4x4), admiralty:A1 to admiralty:G6",
            }),
        }
    }
}

/// How a claim may be handled, one value per axis.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Handling {
    /// Who may see it.
    pub tlp: Tlp,
    /// What may be done with it.
    pub pap: PermissibleActions,
    /// How it may be used and passed on.
    pub conditions: Conditions,
    /// How good it is.
    pub grade: Grade,
}

impl Handling {
    /// Handling of an unmarked claim under `tlp`: no action limit, H0 only, ungraded.
    pub fn unmarked(tlp: Tlp) -> Handling {
        Handling {
            tlp,
            pap: PermissibleActions::Clear,
            conditions: Conditions::default(),
            grade: Grade::UNGRADED,
        }
    }

    /// This handling with at least the restriction of `tlp`.
    pub fn at_least_tlp(mut self, tlp: Tlp) -> Handling {
        self.tlp = self.tlp.max(tlp);
        self
    }

    /// This handling with at least the restriction of `pap`.
    pub fn at_least_pap(mut self, pap: PermissibleActions) -> Handling {
        self.pap = self.pap.max(pap);
        self
    }
}

/// What an agreement names when it says what may be told: a coarse class of data, decided by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataCategory {
    /// Concepts of adversaries and malware; no personal data.
    ThreatIntelligence,
    /// Addresses, domains, URLs, certificates: technical, perhaps personal.
    Infrastructure,
    /// Files, hashes, processes, registry keys.
    MalwareArtefact,
    /// E-mail addresses, accounts, handles, telephone numbers.
    AccountIdentifier,
    /// Wallets, bank accounts, payments.
    Financial,
    /// Persons and organisations.
    Identity,
}

impl DataCategory {
    /// The category of an object of this kind.
    pub fn of(kind: &Kind) -> DataCategory {
        match kind {
            Kind::AutonomousSystem
            | Kind::DomainName
            | Kind::Ipv4Addr
            | Kind::Ipv6Addr
            | Kind::MacAddr
            | Kind::NetworkTraffic
            | Kind::Url
            | Kind::X509Certificate
            | Kind::Infrastructure
            | Kind::Indicator
            | Kind::ObservedData
            | Kind::Sighting => DataCategory::Infrastructure,
            Kind::Artifact
            | Kind::Directory
            | Kind::File
            | Kind::Mutex
            | Kind::Process
            | Kind::Software
            | Kind::WindowsRegistryKey
            | Kind::DigitalFingerprint
            | Kind::MalwareAnalysis => DataCategory::MalwareArtefact,
            Kind::EmailAddr | Kind::EmailMessage | Kind::UserAccount | Kind::PhoneNumber => {
                DataCategory::AccountIdentifier
            }
            Kind::CryptocurrencyWallet | Kind::BankAccount | Kind::Payment => DataCategory::Financial,
            Kind::Identity | Kind::Incident | Kind::VictimReport => DataCategory::Identity,
            _ => DataCategory::ThreatIntelligence,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markings_round_trip_and_old_amber_is_strict() {
        for tlp in Tlp::ALL {
            assert_eq!(Tlp::from_marking(tlp.marking().uuid()), Some(tlp));
            assert_eq!(tlp.to_string().parse(), Ok(tlp));
        }
        let old_amber = Uuid::from_u128(0xf88d31f6_486f_44da_b317_01333bde0b82);
        assert_eq!(Tlp::from_marking(old_amber), Some(Tlp::AmberStrict));
    }

    #[test]
    fn grades_keep_their_scheme() {
        assert_eq!("b2".parse::<Grade>().expect("4x4").to_string(), "B2");
        assert_eq!("admiralty:F6".parse::<Grade>().expect("admiralty").to_string(), "admiralty:F6");
        assert!("F6".parse::<Grade>().is_err(), "F is no Europol source grade");
    }
}
