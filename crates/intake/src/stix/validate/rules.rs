//! The properties of each type of STIX 2.1 and their forms.

use entente_model::Kind;

use super::Form::{self, *};

/// A property of a type.
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) required: bool,
}

const fn may(name: &'static str, form: Form) -> Rule {
    Rule { name, form, required: false }
}

const fn must(name: &'static str, form: Form) -> Rule {
    Rule { name, form, required: true }
}

const ANY: Form = Id(&[]);
const ANYS: Form = Ids(&[]);
const COUNT: Form = Whole(0, i64::MAX);
/// What a relationship may not join (section 5.1.1), nor a sighting be of (section 5.2.1).
const NO_ENDS: Form =
    IdBut(&["bundle", "language-content", "marking-definition", "relationship", "sighting"]);

/// Section 3.2.
pub(super) const COMMON: &[Rule] = &[
    may("id", Text),
    may("type", Text),
    may("spec_version", Text),
    may("created_by_ref", Id(&["identity"])),
    may("created", Time),
    may("modified", Time),
    may("revoked", Flag),
    may("labels", Texts),
    may("confidence", Whole(0, 100)),
    may("lang", Text),
    may("external_references", ExternalReferences),
    may("object_marking_refs", Ids(&["marking-definition"])),
    may("granular_markings", GranularMarkings),
    may("extensions", Map),
    may("defanged", Flag),
];

macro_rules! rules {
    ($($rule:expr),* $(,)?) => {{
        const RULES: &[Rule] = &[$($rule),*];
        RULES
    }};
}

/// The properties of a type beyond [`COMMON`].
pub(super) fn of(kind: &Kind) -> &'static [Rule] {
    match kind {
        Kind::AttackPattern => rules![
            must("name", Text),
            may("description", Text),
            may("aliases", Texts),
            may("kill_chain_phases", Maps)
        ],
        Kind::Campaign => rules![
            must("name", Text),
            may("description", Text),
            may("aliases", Texts),
            may("first_seen", Time),
            may("last_seen", Time),
            may("objective", Text),
        ],
        Kind::CourseOfAction | Kind::Incident | Kind::Vulnerability => {
            rules![must("name", Text), may("description", Text)]
        }
        Kind::Grouping => rules![
            must("context", Text),
            must("object_refs", ANYS),
            may("name", Text),
            may("description", Text)
        ],
        Kind::Identity => rules![
            must("name", Text),
            may("description", Text),
            may("roles", Texts),
            may("identity_class", Text),
            may("sectors", Texts),
            may("contact_information", Text),
        ],
        Kind::Indicator => rules![
            must("pattern", Text),
            must("pattern_type", Text),
            must("valid_from", Time),
            may("name", Text),
            may("description", Text),
            may("indicator_types", Texts),
            may("pattern_version", Text),
            may("valid_until", Time),
            may("kill_chain_phases", Maps),
        ],
        Kind::Infrastructure => rules![
            must("name", Text),
            may("description", Text),
            may("infrastructure_types", Texts),
            may("aliases", Texts),
            may("kill_chain_phases", Maps),
            may("first_seen", Time),
            may("last_seen", Time),
        ],
        Kind::IntrusionSet => rules![
            must("name", Text),
            may("description", Text),
            may("aliases", Texts),
            may("first_seen", Time),
            may("last_seen", Time),
            may("goals", Texts),
            may("resource_level", Text),
            may("primary_motivation", Text),
            may("secondary_motivations", Texts),
        ],
        Kind::Location => rules![
            may("name", Text),
            may("description", Text),
            may("latitude", Number(-90.0, 90.0)),
            may("longitude", Number(-180.0, 180.0)),
            may("precision", Number(0.0, f64::MAX)),
            may("region", Text),
            may("country", Text),
            may("administrative_area", Text),
            may("city", Text),
            may("street_address", Text),
            may("postal_code", Text),
        ],
        Kind::Malware => rules![
            must("is_family", Flag),
            may("name", Text),
            may("description", Text),
            may("malware_types", Texts),
            may("aliases", Texts),
            may("kill_chain_phases", Maps),
            may("first_seen", Time),
            may("last_seen", Time),
            may("operating_system_refs", Ids(&["software"])),
            may("architecture_execution_envs", Texts),
            may("implementation_languages", Texts),
            may("capabilities", Texts),
            may("sample_refs", ANYS),
        ],
        Kind::MalwareAnalysis => rules![
            must("product", Text),
            may("version", Text),
            may("host_vm_ref", Id(&["software"])),
            may("operating_system_ref", Id(&["software"])),
            may("installed_software_refs", Ids(&["software"])),
            may("configuration_version", Text),
            may("modules", Texts),
            may("analysis_engine_version", Text),
            may("analysis_definition_version", Text),
            may("submitted", Time),
            may("analysis_started", Time),
            may("analysis_ended", Time),
            may("result_name", Text),
            may("result", Text),
            may("analysis_sco_refs", ANYS),
            may("sample_ref", Id(&["artifact", "file", "network-traffic"])),
        ],
        Kind::Note => rules![
            must("content", Text),
            must("object_refs", ANYS),
            may("abstract", Text),
            may("authors", Texts)
        ],
        Kind::ObservedData => rules![
            must("first_observed", Time),
            must("last_observed", Time),
            must("number_observed", Whole(1, 999_999_999)),
            may("object_refs", ANYS),
            may("objects", Map),
        ],
        Kind::Opinion => rules![
            must("opinion", Text),
            must("object_refs", ANYS),
            may("explanation", Text),
            may("authors", Texts)
        ],
        Kind::Report => rules![
            must("name", Text),
            must("published", Time),
            must("object_refs", ANYS),
            may("description", Text),
            may("report_types", Texts),
        ],
        Kind::ThreatActor => rules![
            must("name", Text),
            may("description", Text),
            may("threat_actor_types", Texts),
            may("aliases", Texts),
            may("first_seen", Time),
            may("last_seen", Time),
            may("roles", Texts),
            may("goals", Texts),
            may("sophistication", Text),
            may("resource_level", Text),
            may("primary_motivation", Text),
            may("secondary_motivations", Texts),
            may("personal_motivations", Texts),
        ],
        Kind::Tool => rules![
            must("name", Text),
            may("description", Text),
            may("tool_types", Texts),
            may("aliases", Texts),
            may("kill_chain_phases", Maps),
            may("tool_version", Text),
        ],
        Kind::Relationship => rules![
            must("relationship_type", Verb),
            must("source_ref", NO_ENDS),
            must("target_ref", NO_ENDS),
            may("description", Text),
            may("start_time", Time),
            may("stop_time", Time),
        ],
        Kind::Sighting => rules![
            must("sighting_of_ref", NO_ENDS),
            may("description", Text),
            may("first_seen", Time),
            may("last_seen", Time),
            may("count", Whole(0, 999_999_999)),
            may("observed_data_refs", Ids(&["observed-data"])),
            may("where_sighted_refs", Ids(&["identity", "location"])),
            may("summary", Flag),
        ],
        Kind::MarkingDefinition => {
            rules![may("name", Text), may("definition_type", Text), may("definition", Map)]
        }
        Kind::LanguageContent => {
            rules![must("object_ref", ANY), must("contents", Map), may("object_modified", Time)]
        }
        Kind::ExtensionDefinition => rules![
            must("name", Text),
            must("schema", Text),
            must("version", Text),
            must("extension_types", Texts),
            may("description", Text),
            may("extension_properties", Texts),
        ],
        _ => observable(kind),
    }
}

/// Part 6.
fn observable(kind: &Kind) -> &'static [Rule] {
    match kind {
        Kind::Artifact => rules![
            may("mime_type", Text),
            may("payload_bin", Text),
            may("url", Text),
            may("hashes", Hashes),
            may("encryption_algorithm", Text),
            may("decryption_key", Text),
        ],
        Kind::AutonomousSystem => rules![must("number", COUNT), may("name", Text), may("rir", Text)],
        Kind::Directory => rules![
            must("path", Text),
            may("path_enc", Text),
            may("ctime", Time),
            may("mtime", Time),
            may("atime", Time),
            may("contains_refs", Ids(&["file", "directory"])),
        ],
        Kind::DomainName | Kind::Ipv4Addr | Kind::Ipv6Addr => {
            rules![must("value", Text), may("resolves_to_refs", ANYS), may("belongs_to_refs", ANYS)]
        }
        Kind::EmailAddr => rules![must("value", Text), may("display_name", Text), may("belongs_to_ref", ANY)],
        Kind::MacAddr | Kind::Url => rules![must("value", Text)],
        Kind::EmailMessage => rules![
            must("is_multipart", Flag),
            may("date", Time),
            may("content_type", Text),
            may("from_ref", ANY),
            may("sender_ref", ANY),
            may("to_refs", ANYS),
            may("cc_refs", ANYS),
            may("bcc_refs", ANYS),
            may("message_id", Text),
            may("subject", Text),
            may("received_lines", Texts),
            may("additional_header_fields", Map),
            may("body", Text),
            may("body_multipart", Maps),
            may("raw_email_ref", ANY),
        ],
        Kind::File => rules![
            may("hashes", Hashes),
            may("size", COUNT),
            may("name", Text),
            may("name_enc", Text),
            may("magic_number_hex", Text),
            may("mime_type", Text),
            may("ctime", Time),
            may("mtime", Time),
            may("atime", Time),
            may("parent_directory_ref", ANY),
            may("contains_refs", ANYS),
            may("content_ref", ANY),
        ],
        Kind::Mutex => rules![must("name", Text)],
        Kind::NetworkTraffic => rules![
            must("protocols", Texts),
            may("start", Time),
            may("end", Time),
            may("is_active", Flag),
            may("src_ref", ANY),
            may("dst_ref", ANY),
            may("src_port", Whole(0, 65_535)),
            may("dst_port", Whole(0, 65_535)),
            may("src_byte_count", COUNT),
            may("dst_byte_count", COUNT),
            may("src_packets", COUNT),
            may("dst_packets", COUNT),
            may("ipfix", Map),
            may("src_payload_ref", ANY),
            may("dst_payload_ref", ANY),
            may("encapsulates_refs", ANYS),
            may("encapsulated_by_ref", ANY),
        ],
        Kind::Process => rules![
            may("is_hidden", Flag),
            may("pid", COUNT),
            may("created_time", Time),
            may("cwd", Text),
            may("command_line", Text),
            may("environment_variables", Map),
            may("opened_connection_refs", ANYS),
            may("creator_user_ref", ANY),
            may("image_ref", ANY),
            may("parent_ref", ANY),
            may("child_refs", ANYS),
        ],
        Kind::Software => rules![
            must("name", Text),
            may("cpe", Text),
            may("swid", Text),
            may("languages", Texts),
            may("vendor", Text),
            may("version", Text),
        ],
        Kind::UserAccount => rules![
            may("user_id", Text),
            may("credential", Text),
            may("account_login", Text),
            may("account_type", Text),
            may("display_name", Text),
            may("is_service_account", Flag),
            may("is_privileged", Flag),
            may("can_escalate_privs", Flag),
            may("is_disabled", Flag),
            may("account_created", Time),
            may("account_expires", Time),
            may("credential_last_changed", Time),
            may("account_first_login", Time),
            may("account_last_login", Time),
        ],
        Kind::WindowsRegistryKey => rules![
            may("key", Text),
            may("values", Maps),
            may("modified_time", Time),
            may("creator_user_ref", ANY),
            may("number_of_subkeys", COUNT),
        ],
        Kind::X509Certificate => rules![
            may("is_self_signed", Flag),
            may("hashes", Hashes),
            may("version", Text),
            may("serial_number", Text),
            may("signature_algorithm", Text),
            may("issuer", Text),
            may("validity_not_before", Time),
            may("validity_not_after", Time),
            may("subject", Text),
            may("subject_public_key_algorithm", Text),
            may("subject_public_key_modulus", Text),
            may("subject_public_key_exponent", COUNT),
            may("x509_v3_extensions", Map),
        ],
        _ => &[],
    }
}
