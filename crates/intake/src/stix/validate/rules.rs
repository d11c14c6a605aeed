//! The properties of each type of STIX 2.1 and their forms.

use std::cmp::Ordering;

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

/// Section 3.2. Sorted by name, as all tables here: [`Rules`] walks them beside a sorted object.
pub(super) const COMMON: &[Rule] = &[
    may("confidence", Whole(0, 100)),
    may("created", Time),
    may("created_by_ref", Id(&["identity"])),
    may("defanged", Flag),
    may("extensions", Map),
    may("external_references", ExternalReferences),
    may("granular_markings", GranularMarkings),
    may("id", Text),
    may("labels", Texts),
    may("lang", Text),
    may("modified", Time),
    may("object_marking_refs", Ids(&["marking-definition"])),
    may("revoked", Flag),
    may("spec_version", Text),
    may("type", Text),
];

/// A walk over a table beside the properties of an object in the order of their names.
pub(super) struct Rules {
    left: &'static [Rule],
}

impl Rules {
    pub(super) fn new(table: &'static [Rule]) -> Rules {
        Rules { left: table }
    }

    /// The rule for the next property. The error is the name of a required one that is not there.
    pub(super) fn of(&mut self, name: &str) -> Result<Option<&'static Rule>, &'static str> {
        while let [rule, rest @ ..] = self.left {
            match rule.name.cmp(name) {
                Ordering::Greater => return Ok(None),
                Ordering::Less if rule.required => return Err(rule.name),
                Ordering::Less => self.left = rest,
                Ordering::Equal => {
                    self.left = rest;
                    return Ok(Some(rule));
                }
            }
        }
        Ok(None)
    }

    /// A required property that would have come later.
    pub(super) fn missing(&self) -> Option<&'static str> {
        self.left.iter().find(|rule| rule.required).map(|rule| rule.name)
    }
}

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
            may("aliases", Texts),
            may("description", Text),
            may("kill_chain_phases", Maps),
            must("name", Text)
        ],
        Kind::Campaign => rules![
            may("aliases", Texts),
            may("description", Text),
            may("first_seen", Time),
            may("last_seen", Time),
            must("name", Text),
            may("objective", Text)
        ],
        Kind::CourseOfAction | Kind::Incident | Kind::Vulnerability => {
            rules![may("description", Text), must("name", Text)]
        }
        Kind::Grouping => rules![
            must("context", Text),
            may("description", Text),
            may("name", Text),
            must("object_refs", ANYS)
        ],
        Kind::Identity => rules![
            may("contact_information", Text),
            may("description", Text),
            may("identity_class", Text),
            must("name", Text),
            may("roles", Texts),
            may("sectors", Texts)
        ],
        Kind::Indicator => rules![
            may("description", Text),
            may("indicator_types", Texts),
            may("kill_chain_phases", Maps),
            may("name", Text),
            must("pattern", Text),
            must("pattern_type", Text),
            may("pattern_version", Text),
            must("valid_from", Time),
            may("valid_until", Time)
        ],
        Kind::Infrastructure => rules![
            may("aliases", Texts),
            may("description", Text),
            may("first_seen", Time),
            may("infrastructure_types", Texts),
            may("kill_chain_phases", Maps),
            may("last_seen", Time),
            must("name", Text)
        ],
        Kind::IntrusionSet => rules![
            may("aliases", Texts),
            may("description", Text),
            may("first_seen", Time),
            may("goals", Texts),
            may("last_seen", Time),
            must("name", Text),
            may("primary_motivation", Text),
            may("resource_level", Text),
            may("secondary_motivations", Texts)
        ],
        Kind::Location => rules![
            may("administrative_area", Text),
            may("city", Text),
            may("country", Text),
            may("description", Text),
            may("latitude", Number(-90.0, 90.0)),
            may("longitude", Number(-180.0, 180.0)),
            may("name", Text),
            may("postal_code", Text),
            may("precision", Number(0.0, f64::MAX)),
            may("region", Text),
            may("street_address", Text)
        ],
        Kind::Malware => rules![
            may("aliases", Texts),
            may("architecture_execution_envs", Texts),
            may("capabilities", Texts),
            may("description", Text),
            may("first_seen", Time),
            may("implementation_languages", Texts),
            must("is_family", Flag),
            may("kill_chain_phases", Maps),
            may("last_seen", Time),
            may("malware_types", Texts),
            may("name", Text),
            may("operating_system_refs", Ids(&["software"])),
            may("sample_refs", ANYS)
        ],
        Kind::MalwareAnalysis => rules![
            may("analysis_definition_version", Text),
            may("analysis_ended", Time),
            may("analysis_engine_version", Text),
            may("analysis_sco_refs", ANYS),
            may("analysis_started", Time),
            may("configuration_version", Text),
            may("host_vm_ref", Id(&["software"])),
            may("installed_software_refs", Ids(&["software"])),
            may("modules", Texts),
            may("operating_system_ref", Id(&["software"])),
            must("product", Text),
            may("result", Text),
            may("result_name", Text),
            may("sample_ref", Id(&["artifact", "file", "network-traffic"])),
            may("submitted", Time),
            may("version", Text)
        ],
        Kind::Note => rules![
            may("abstract", Text),
            may("authors", Texts),
            must("content", Text),
            must("object_refs", ANYS)
        ],
        Kind::ObservedData => rules![
            must("first_observed", Time),
            must("last_observed", Time),
            must("number_observed", Whole(1, 999_999_999)),
            may("object_refs", ANYS),
            may("objects", Map)
        ],
        Kind::Opinion => rules![
            may("authors", Texts),
            may("explanation", Text),
            must("object_refs", ANYS),
            must("opinion", Text)
        ],
        Kind::Report => rules![
            may("description", Text),
            must("name", Text),
            must("object_refs", ANYS),
            must("published", Time),
            may("report_types", Texts)
        ],
        Kind::ThreatActor => rules![
            may("aliases", Texts),
            may("description", Text),
            may("first_seen", Time),
            may("goals", Texts),
            may("last_seen", Time),
            must("name", Text),
            may("personal_motivations", Texts),
            may("primary_motivation", Text),
            may("resource_level", Text),
            may("roles", Texts),
            may("secondary_motivations", Texts),
            may("sophistication", Text),
            may("threat_actor_types", Texts)
        ],
        Kind::Tool => rules![
            may("aliases", Texts),
            may("description", Text),
            may("kill_chain_phases", Maps),
            must("name", Text),
            may("tool_types", Texts),
            may("tool_version", Text)
        ],
        Kind::Relationship => rules![
            may("description", Text),
            must("relationship_type", Verb),
            must("source_ref", NO_ENDS),
            may("start_time", Time),
            may("stop_time", Time),
            must("target_ref", NO_ENDS)
        ],
        Kind::Sighting => rules![
            may("count", Whole(0, 999_999_999)),
            may("description", Text),
            may("first_seen", Time),
            may("last_seen", Time),
            may("observed_data_refs", Ids(&["observed-data"])),
            must("sighting_of_ref", NO_ENDS),
            may("summary", Flag),
            may("where_sighted_refs", Ids(&["identity", "location"]))
        ],
        Kind::MarkingDefinition => {
            rules![may("definition", Map), may("definition_type", Text), may("name", Text)]
        }
        Kind::LanguageContent => {
            rules![must("contents", Map), may("object_modified", Time), must("object_ref", ANY)]
        }
        Kind::ExtensionDefinition => rules![
            may("description", Text),
            may("extension_properties", Texts),
            must("extension_types", Texts),
            must("name", Text),
            must("schema", Text),
            must("version", Text)
        ],
        _ => observable(kind),
    }
}

/// Part 6.
fn observable(kind: &Kind) -> &'static [Rule] {
    match kind {
        Kind::Artifact => rules![
            may("decryption_key", Text),
            may("encryption_algorithm", Text),
            may("hashes", Hashes),
            may("mime_type", Text),
            may("payload_bin", Text),
            may("url", Text)
        ],
        Kind::AutonomousSystem => rules![may("name", Text), must("number", COUNT), may("rir", Text)],
        Kind::Directory => rules![
            may("atime", Time),
            may("contains_refs", Ids(&["file", "directory"])),
            may("ctime", Time),
            may("mtime", Time),
            must("path", Text),
            may("path_enc", Text)
        ],
        Kind::DomainName | Kind::Ipv4Addr | Kind::Ipv6Addr => {
            rules![may("belongs_to_refs", ANYS), may("resolves_to_refs", ANYS), must("value", Text)]
        }
        Kind::EmailAddr => rules![may("belongs_to_ref", ANY), may("display_name", Text), must("value", Text)],
        Kind::MacAddr | Kind::Url => rules![must("value", Text)],
        Kind::EmailMessage => rules![
            may("additional_header_fields", Map),
            may("bcc_refs", ANYS),
            may("body", Text),
            may("body_multipart", Maps),
            may("cc_refs", ANYS),
            may("content_type", Text),
            may("date", Time),
            may("from_ref", ANY),
            must("is_multipart", Flag),
            may("message_id", Text),
            may("raw_email_ref", ANY),
            may("received_lines", Texts),
            may("sender_ref", ANY),
            may("subject", Text),
            may("to_refs", ANYS)
        ],
        Kind::File => rules![
            may("atime", Time),
            may("contains_refs", ANYS),
            may("content_ref", ANY),
            may("ctime", Time),
            may("hashes", Hashes),
            may("magic_number_hex", Text),
            may("mime_type", Text),
            may("mtime", Time),
            may("name", Text),
            may("name_enc", Text),
            may("parent_directory_ref", ANY),
            may("size", COUNT)
        ],
        Kind::Mutex => rules![must("name", Text)],
        Kind::NetworkTraffic => rules![
            may("dst_byte_count", COUNT),
            may("dst_packets", COUNT),
            may("dst_payload_ref", ANY),
            may("dst_port", Whole(0, 65_535)),
            may("dst_ref", ANY),
            may("encapsulated_by_ref", ANY),
            may("encapsulates_refs", ANYS),
            may("end", Time),
            may("ipfix", Map),
            may("is_active", Flag),
            must("protocols", Texts),
            may("src_byte_count", COUNT),
            may("src_packets", COUNT),
            may("src_payload_ref", ANY),
            may("src_port", Whole(0, 65_535)),
            may("src_ref", ANY),
            may("start", Time)
        ],
        Kind::Process => rules![
            may("child_refs", ANYS),
            may("command_line", Text),
            may("created_time", Time),
            may("creator_user_ref", ANY),
            may("cwd", Text),
            may("environment_variables", Map),
            may("image_ref", ANY),
            may("is_hidden", Flag),
            may("opened_connection_refs", ANYS),
            may("parent_ref", ANY),
            may("pid", COUNT)
        ],
        Kind::Software => rules![
            may("cpe", Text),
            may("languages", Texts),
            must("name", Text),
            may("swid", Text),
            may("vendor", Text),
            may("version", Text)
        ],
        Kind::UserAccount => rules![
            may("account_created", Time),
            may("account_expires", Time),
            may("account_first_login", Time),
            may("account_last_login", Time),
            may("account_login", Text),
            may("account_type", Text),
            may("can_escalate_privs", Flag),
            may("credential", Text),
            may("credential_last_changed", Time),
            may("display_name", Text),
            may("is_disabled", Flag),
            may("is_privileged", Flag),
            may("is_service_account", Flag),
            may("user_id", Text)
        ],
        Kind::WindowsRegistryKey => rules![
            may("creator_user_ref", ANY),
            may("key", Text),
            may("modified_time", Time),
            may("number_of_subkeys", COUNT),
            may("values", Maps)
        ],
        Kind::X509Certificate => rules![
            may("hashes", Hashes),
            may("is_self_signed", Flag),
            may("issuer", Text),
            may("serial_number", Text),
            may("signature_algorithm", Text),
            may("subject", Text),
            may("subject_public_key_algorithm", Text),
            may("subject_public_key_exponent", COUNT),
            may("subject_public_key_modulus", Text),
            may("validity_not_after", Time),
            may("validity_not_before", Time),
            may("version", Text),
            may("x509_v3_extensions", Map)
        ],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_by_name() {
        let sorted = |table: &[Rule]| table.windows(2).all(|pair| pair[0].name < pair[1].name);
        assert!(sorted(COMMON));
        for kind in Kind::KNOWN {
            assert!(sorted(of(kind)), "{kind}");
        }
    }
}
