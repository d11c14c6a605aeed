//! Data categories: what an agreement names when it says what may be told.

use entente_model::DataCategory;

use super::SubjectClass;

vocabulary! {
    /// A category of data, as fine as agreements need it. Every field of every kind of object is of one
    /// ([`crate::Declaration`]). The model's [`DataCategory`] is coarser: it is the class of a whole compartment.
    Category {
        MalwareSample = "malware_sample", "malware samples and their hashes";
        MalwareConfig = "malware_config", "malware configurations and analyses";
        MalwareFamily = "malware_family", "malware families";
        Vulnerability = "vulnerability", "vulnerabilities";
        AttackPattern = "attack_pattern", "attack techniques, tools and countermeasures";
        ThreatContext = "threat_context", "campaigns, intrusion sets, adversary infrastructure and reports on them";
        Relationships = "relationships", "how disclosed things relate";
        StatisticsK = "statistics_k", "statistics over groups of a least size";
        AggregatedStat = "aggregated_stat", "aggregated statistics";

        IpAddress = "ip_address", "IP addresses";
        Domain = "domain", "domain names";
        Url = "url", "URLs";
        EmailInfrastructure = "email_infrastructure", "e-mail infrastructure";
        Cert = "cert", "certificates";
        HostFingerprint = "host_fingerprint", "fingerprints of hosts";
        HostArtefact = "host_artefact", "files, processes, paths and registry keys seen on hosts";
        Netflow = "netflow", "network flows";
        SinkholeHit = "sinkhole_hit", "sinkhole hits";
        Observation = "observation", "when, where and how often something was seen";
        DetectionPattern = "detection_pattern", "detection patterns";
        DeviceId = "device_id", "device identifiers";
        CookieId = "cookie_id", "cookie identifiers";

        Name = "name", "names";
        Alias = "alias", "aliases and handles";
        Dob = "dob", "dates of birth";
        Nationality = "nationality", "nationalities";
        IdDocument = "id_document", "identity documents";
        Phone = "phone", "telephone numbers";
        EmailPersonal = "email_personal", "e-mail addresses";
        PostalAddress = "postal_address", "postal addresses and places";
        Photo = "photo", "photographs";
        Biometrics = "biometrics", "biometric data";

        UserAccount = "user_account", "user accounts";
        SubscriberInfo = "subscriber_info", "subscriber information";
        TrafficData = "traffic_data", "traffic data";
        ContentData = "content_data", "content of communications";

        Iban = "iban", "IBANs";
        BankAccount = "bank_account", "bank accounts";
        PanTruncated = "pan_truncated", "truncated payment card numbers";
        Payment = "payment", "payments";
        Balance = "balance", "balances";
        BeneficialOwner = "beneficial_owner", "beneficial owners";
        CryptoAddress = "crypto_address", "crypto-asset addresses";
        CryptoTx = "crypto_tx", "crypto-asset transactions";
        TravelRulePayload = "travel_rule_payload", "travel rule messages";
        StrExistence = "str_existence", "the existence of suspicious transaction reports";
        StrContent = "str_content", "the content of suspicious transaction reports";

        Suspicion = "suspicion", "suspicions";
        Charge = "charge", "charges";
        Conviction = "conviction", "convictions";
        IntelligenceGraded = "intelligence_graded", "graded intelligence";
        InformantDerived = "informant_derived", "information from informants";

        VictimIdentity = "victim_identity", "identities of victims";
        VictimContact = "victim_contact", "contact details of victims";
        Harm = "harm", "harm done to victims";
        VulnerabilityFlag = "vulnerability_flag", "that a victim is vulnerable";
        MinorFlag = "minor_flag", "that a victim is a minor";
        CsamHash = "csam_hash", "hashes of child sexual abuse material";

        OperationPlan = "operation_plan", "plans of operations";
        DeconflictionPointer = "deconfliction_pointer", "deconfliction pointers";
        CovertMeasure = "covert_measure", "covert measures";
        SealedOrder = "sealed_order", "sealed orders";
    }

    /// What makes an item more than its category says. No agreement can let any of it through, but for special
    /// categories of personal data, where a flow may. An item is of such a sort when somebody said so: in the context of
    /// the decision, or on the object with a label `entente:` and this name.
    Sensitivity {
        CsamContent = "csam_content", "child sexual abuse material itself";
        FullPan = "full_pan", "whole payment card numbers and card verification values";
        SuspiciousTransactionReport = "suspicious_transaction_report", "that a suspicious transaction was reported";
        InformantIdentity = "informant_identity", "the identity of an informant";
        CovertMeasure = "covert_measure", "covert measures";
        SealedOrder = "sealed_order", "orders under seal";
        LegallyPrivileged = "legally_privileged", "legally privileged communication";
        SpecialCategory = "special_category", "a special category of personal data";
    }
}

impl Category {
    /// The class of compartment in which things of this category are.
    pub fn class(self) -> DataCategory {
        use Category::*;
        match self {
            MalwareFamily | Vulnerability | AttackPattern | ThreatContext | Relationships | StatisticsK
            | AggregatedStat | Alias | OperationPlan | DeconflictionPointer | CovertMeasure | SealedOrder => {
                DataCategory::ThreatIntelligence
            }
            MalwareSample | MalwareConfig | HostArtefact | HostFingerprint => DataCategory::MalwareArtefact,
            IpAddress | Domain | Url | EmailInfrastructure | Cert | Netflow | SinkholeHit | Observation
            | DetectionPattern | DeviceId | CookieId => DataCategory::Infrastructure,
            Phone | EmailPersonal | UserAccount | SubscriberInfo | TrafficData | ContentData => {
                DataCategory::AccountIdentifier
            }
            Iban | BankAccount | PanTruncated | Payment | Balance | BeneficialOwner | CryptoAddress
            | CryptoTx | TravelRulePayload | StrExistence | StrContent => DataCategory::Financial,
            Name | Dob | Nationality | IdDocument | PostalAddress | Photo | Biometrics | Suspicion
            | Charge | Conviction | IntelligenceGraded | InformantDerived | VictimIdentity
            | VictimContact | Harm | VulnerabilityFlag | MinorFlag | CsamHash => DataCategory::Identity,
        }
    }

    /// True when it may be personal data, so that legal bases, data subjects and transfers count.
    pub fn is_personal(self) -> bool {
        use Category::*;
        !matches!(
            self,
            MalwareSample
                | MalwareConfig
                | MalwareFamily
                | Vulnerability
                | AttackPattern
                | ThreatContext
                | Relationships
                | StatisticsK
                | AggregatedStat
                | DeconflictionPointer
                | CovertMeasure
                | SealedOrder
        )
    }

    /// True when no agreement can let it through, whatever it says: naming it has no effect.
    pub fn is_never_disclosed(self) -> bool {
        matches!(self, Category::CovertMeasure | Category::SealedOrder)
    }

    /// Whom data of a category is about when nobody said; none where it is about no person.
    pub fn subject(self) -> Option<SubjectClass> {
        use Category::*;
        match self {
            IpAddress | Domain | Url | EmailInfrastructure | Cert | Netflow | SinkholeHit => {
                Some(SubjectClass::InfrastructureOwner)
            }
            DeviceId | CookieId | Phone | EmailPersonal | UserAccount | SubscriberInfo | TrafficData
            | ContentData | Iban | BankAccount | PanTruncated | Payment | Balance | BeneficialOwner
            | CryptoAddress | CryptoTx | TravelRulePayload => Some(SubjectClass::AccountHolder),
            Alias | Suspicion | Charge | StrExistence | StrContent => Some(SubjectClass::Suspect),
            Conviction => Some(SubjectClass::Convicted),
            VictimIdentity | VictimContact | Harm | VulnerabilityFlag | CsamHash => {
                Some(SubjectClass::Victim)
            }
            MinorFlag => Some(SubjectClass::Minor),
            Name | Dob | Nationality | IdDocument | PostalAddress | Photo | Biometrics
            | IntelligenceGraded | InformantDerived => Some(SubjectClass::Unknown),
            _ => None,
        }
    }
}
