//! What sort of thing an object is: the STIX `type` property.

use std::fmt;
use std::sync::Arc;

/// Which half of the STIX data model a type belongs to (STIX 2.1 part 1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KindFamily {
    /// STIX domain object: a higher-level concept with an author and versions.
    Domain,
    /// STIX cyber-observable: a fact with a deterministic id and neither author nor versions.
    Observable,
    /// Relationship or sighting: drawn as an edge, not as a thing.
    Relationship,
    /// Markings, language content, extension definitions: kept, never drawn.
    Meta,
}

macro_rules! kinds {
    ($( $variant:ident = $name:literal, $family:ident, $doc:literal; )*) => {
        /// The STIX type of an object. A type this node does not know is kept as [`Kind::Custom`].
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind {
            $( #[doc = $doc] $variant, )*
            /// A type from an extension or a producer's own invention, spelled as received.
            Custom(Arc<str>),
        }

        impl Kind {
            /// Every type the model knows, in declaration order.
            pub const KNOWN: &[Kind] = &[ $( Kind::$variant, )* ];

            /// The kind a STIX `type` names; anything unknown becomes [`Kind::Custom`].
            pub fn from_name(name: &str) -> Kind {
                match name {
                    $( $name => Kind::$variant, )*
                    other => Kind::Custom(Arc::from(other)),
                }
            }

            /// The STIX `type` property.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Kind::$variant => $name, )*
                    Kind::Custom(name) => name,
                }
            }

            /// Domain object, observable, relationship or meta object. Custom types count as domain objects.
            pub fn family(&self) -> KindFamily {
                match self {
                    $( Kind::$variant => KindFamily::$family, )*
                    Kind::Custom(_) => KindFamily::Domain,
                }
            }
        }
    };
}

kinds! {
    AttackPattern = "attack-pattern", Domain, "A way adversaries try to compromise targets.";
    Campaign = "campaign", Domain, "A grouping of adversarial behaviours over a period of time.";
    CourseOfAction = "course-of-action", Domain, "A recommendation what to do.";
    Grouping = "grouping", Domain, "Objects that share a context.";
    Identity = "identity", Domain, "A person, organisation or group.";
    Incident = "incident", Domain, "A stub for incidents (STIX 2.1 section 4.7).";
    Indicator = "indicator", Domain, "A pattern that detects suspicious activity.";
    Infrastructure = "infrastructure", Domain, "Systems and services used for some purpose.";
    IntrusionSet = "intrusion-set", Domain, "Behaviours and resources believed to be of one organisation.";
    Location = "location", Domain, "A region, country or point.";
    Malware = "malware", Domain, "Malicious code, a family or an instance.";
    MalwareAnalysis = "malware-analysis", Domain, "The result of analysing malware.";
    Note = "note", Domain, "Text about other objects.";
    ObservedData = "observed-data", Domain, "Observables seen at a time.";
    Opinion = "opinion", Domain, "An assessment of an object.";
    Report = "report", Domain, "A collection of intelligence on a topic.";
    ThreatActor = "threat-actor", Domain, "A person, group or organisation with malicious intent.";
    Tool = "tool", Domain, "Legitimate software used by adversaries.";
    Vulnerability = "vulnerability", Domain, "A weakness in software.";
    Artifact = "artifact", Observable, "Bytes, or where they are.";
    AutonomousSystem = "autonomous-system", Observable, "A network with its own routing policy.";
    Directory = "directory", Observable, "A directory of a file system.";
    DomainName = "domain-name", Observable, "A network domain name.";
    EmailAddr = "email-addr", Observable, "An e-mail address.";
    EmailMessage = "email-message", Observable, "An e-mail message.";
    File = "file", Observable, "A file's properties.";
    Ipv4Addr = "ipv4-addr", Observable, "One or more IPv4 addresses in CIDR notation.";
    Ipv6Addr = "ipv6-addr", Observable, "One or more IPv6 addresses in CIDR notation.";
    MacAddr = "mac-addr", Observable, "A media access control address.";
    Mutex = "mutex", Observable, "A mutual exclusion object.";
    NetworkTraffic = "network-traffic", Observable, "Traffic from a source to a destination.";
    Process = "process", Observable, "An instance of a running program.";
    Software = "software", Observable, "A software product.";
    Url = "url", Observable, "A uniform resource locator.";
    UserAccount = "user-account", Observable, "An account on a system or service.";
    WindowsRegistryKey = "windows-registry-key", Observable, "A key of the Windows registry.";
    X509Certificate = "x509-certificate", Observable, "An X.509 certificate.";
    CryptocurrencyWallet = "cryptocurrency-wallet", Observable, "A wallet address (Entente extension).";
    BankAccount = "bank-account", Observable, "A bank account by IBAN (Entente extension).";
    PhoneNumber = "phone-number", Observable, "A telephone number in E.164 (Entente extension).";
    DigitalFingerprint = "digital-fingerprint", Observable, "What things made or run by the same hand have in common (Entente extension).";
    Payment = "payment", Domain, "A transfer of money between accounts or wallets (Entente extension).";
    VictimReport = "victim-report", Domain, "What somebody reported that happened to them (Entente extension).";
    Relationship = "relationship", Relationship, "How two objects relate.";
    Sighting = "sighting", Relationship, "Something was seen, where and how often.";
    ExtensionDefinition = "extension-definition", Meta, "The definition of a STIX extension.";
    LanguageContent = "language-content", Meta, "Translations of another object's text.";
    MarkingDefinition = "marking-definition", Meta, "A data marking.";
}

impl Kind {
    /// True for STIX cyber-observables, whose ids are deterministic and which have no author or versions.
    pub fn is_observable(&self) -> bool {
        self.family() == KindFamily::Observable
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_kind_survives_its_name() {
        for kind in Kind::KNOWN {
            assert_eq!(&Kind::from_name(kind.as_str()), kind);
        }
    }

    #[test]
    fn an_unknown_type_is_kept_as_spelled() {
        assert_eq!(Kind::from_name("x-misp-attribute").as_str(), "x-misp-attribute");
    }
}
