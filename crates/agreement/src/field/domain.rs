//! Domain objects (STIX 2.1 part 4) and what MISP has besides.

use super::{Declaration, Declared, Sort, data, kind, plain, prose, reference};
use crate::Category::{
    Alias, AttackPattern, CryptoTx, DetectionPattern, Harm, MalwareConfig, MalwareFamily, Name, Observation,
    Payment, PostalAddress, ThreatContext, VictimContact, VictimIdentity, Vulnerability,
};

pub(super) const KINDS: &[Declared] = &[
    kind(
        "attack-pattern",
        &[
            data("name", AttackPattern).required().searchable(),
            prose("description"),
            data("aliases", AttackPattern),
            plain("kill_chain_phases"),
            data("x_mitre_aliases", AttackPattern),
        ],
    ),
    kind(
        "campaign",
        &[
            data("name", ThreatContext).required().searchable(),
            prose("description"),
            data("aliases", ThreatContext),
            data("first_seen", Observation),
            data("last_seen", Observation),
            prose("objective"),
        ],
    ),
    kind(
        "course-of-action",
        &[data("name", AttackPattern).required().searchable(), prose("description"), prose("action")],
    ),
    kind(
        "grouping",
        &[
            data("name", ThreatContext),
            prose("description"),
            plain("context").required(),
            reference("object_refs").required(),
        ],
    )
    .tells(ThreatContext),
    kind(
        "identity",
        &[
            data("name", Name).required(),
            prose("description"),
            plain("roles"),
            plain("identity_class"),
            plain("sectors"),
            prose("contact_information"),
        ],
    ),
    kind("incident", &[data("name", Harm).required(), prose("description")]),
    kind(
        "indicator",
        &[
            // Lists are read into indicators that are named by the value they detect.
            prose("name"),
            prose("description"),
            plain("indicator_types"),
            Declaration::new("pattern", Sort::Pattern).required(),
            plain("pattern_type").required().searchable(),
            plain("pattern_version"),
            data("valid_from", DetectionPattern).required(),
            data("valid_until", DetectionPattern),
            plain("kill_chain_phases"),
        ],
    ),
    kind(
        "infrastructure",
        &[
            data("name", ThreatContext).required(),
            prose("description"),
            plain("infrastructure_types"),
            data("aliases", ThreatContext),
            plain("kill_chain_phases"),
            data("first_seen", Observation),
            data("last_seen", Observation),
        ],
    ),
    kind(
        "intrusion-set",
        &[
            data("name", ThreatContext).required().searchable(),
            prose("description"),
            data("aliases", ThreatContext),
            data("first_seen", Observation),
            data("last_seen", Observation),
            prose("goals"),
            plain("resource_level"),
            plain("primary_motivation"),
            plain("secondary_motivations"),
        ],
    ),
    kind(
        "location",
        &[
            data("name", PostalAddress),
            prose("description"),
            data("latitude", PostalAddress),
            data("longitude", PostalAddress),
            data("precision", PostalAddress),
            plain("region").searchable(),
            plain("country").searchable(),
            data("administrative_area", PostalAddress),
            data("city", PostalAddress),
            data("street_address", PostalAddress),
            data("postal_code", PostalAddress),
        ],
    )
    .any_of(&[&["region"], &["country"], &["latitude", "longitude"]]),
    kind(
        "malware",
        &[
            data("name", MalwareFamily).searchable(),
            prose("description"),
            plain("malware_types"),
            plain("is_family").required(),
            data("aliases", MalwareFamily),
            plain("kill_chain_phases"),
            data("first_seen", Observation),
            data("last_seen", Observation),
            reference("operating_system_refs"),
            plain("architecture_execution_envs"),
            plain("implementation_languages"),
            plain("capabilities"),
            reference("sample_refs"),
        ],
    )
    .tells(MalwareFamily)
    // STIX needs the name of a family only, but malware without a name or sample says nothing.
    .any_of(&[&["name"], &["sample_refs"]]),
    kind(
        "malware-analysis",
        &[
            data("product", MalwareConfig).required(),
            data("version", MalwareConfig),
            reference("host_vm_ref"),
            reference("operating_system_ref"),
            reference("installed_software_refs"),
            data("configuration_version", MalwareConfig),
            data("modules", MalwareConfig),
            data("analysis_engine_version", MalwareConfig),
            data("analysis_definition_version", MalwareConfig),
            data("submitted", MalwareConfig),
            data("analysis_started", MalwareConfig),
            data("analysis_ended", MalwareConfig),
            data("result_name", MalwareConfig),
            data("result", MalwareConfig),
            reference("analysis_sco_refs"),
            reference("sample_ref"),
        ],
    )
    .any_of(&[&["result"], &["analysis_sco_refs"]]),
    kind(
        "note",
        &[
            prose("abstract"),
            prose("content").required(),
            data("authors", Name),
            reference("object_refs").required(),
        ],
    ),
    kind(
        "observed-data",
        &[
            data("first_observed", Observation).required(),
            data("last_observed", Observation).required(),
            data("number_observed", Observation).required(),
            reference("object_refs").required(),
            // Objects inside an object (STIX 2.0): each would need a decision of its own.
            super::never("objects"),
        ],
    ),
    kind(
        "opinion",
        &[
            prose("explanation"),
            data("authors", Name),
            plain("opinion").required(),
            reference("object_refs").required(),
            plain("x_misp_opinion"),
        ],
    )
    .tells(ThreatContext),
    kind(
        "report",
        &[
            data("name", ThreatContext).required(),
            prose("description"),
            plain("report_types"),
            plain("published").required(),
            reference("object_refs").required(),
        ],
    ),
    kind(
        "threat-actor",
        &[
            // A threat actor may be a person.
            data("name", Alias).required().searchable(),
            prose("description"),
            plain("threat_actor_types"),
            data("aliases", Alias),
            data("first_seen", Observation),
            data("last_seen", Observation),
            plain("roles"),
            prose("goals"),
            plain("sophistication"),
            plain("resource_level"),
            plain("primary_motivation"),
            plain("secondary_motivations"),
            plain("personal_motivations"),
        ],
    ),
    kind(
        "tool",
        &[
            data("name", AttackPattern).required().searchable(),
            prose("description"),
            plain("tool_types"),
            data("aliases", AttackPattern),
            plain("kill_chain_phases"),
            data("tool_version", AttackPattern),
        ],
    ),
    kind("vulnerability", &[data("name", Vulnerability).required().searchable(), prose("description")]),
    // Entente's own.
    kind(
        "payment",
        &[
            reference("debtor_account_ref").required(),
            reference("creditor_account_ref").required(),
            data("amount", Payment),
            plain("currency"),
            plain("executed_at"),
            plain("service_level"),
            data("end_to_end_id", Payment),
            data("uetr", Payment),
            data("transaction_hash", CryptoTx),
            prose("remittance_information"),
        ],
    )
    .tells(Payment),
    kind(
        "victim-report",
        &[
            plain("report_type"),
            plain("channel"),
            plain("country"),
            data("incident_time", Harm),
            data("loss_amount", Harm),
            plain("loss_currency"),
            data("victim_name", VictimIdentity),
            data("victim_age", VictimIdentity),
            data("victim_phone", VictimContact),
            data("victim_email", VictimContact),
            prose("description"),
            reference("subject_refs").required(),
        ],
    )
    .tells(Harm),
    // What MISP has and STIX has not: nobody can say what its values are.
    kind(
        "x-misp-attribute",
        &[plain("x_misp_type"), plain("x_misp_category"), prose("x_misp_value").required()],
    ),
    kind(
        "x-misp-object",
        &[prose("x_misp_name"), plain("x_misp_meta_category"), prose("x_misp_attributes").required()],
    ),
    kind(
        "x-misp-galaxy-cluster",
        &[
            plain("x_misp_name"),
            plain("x_misp_type"),
            plain("x_misp_category"),
            prose("x_misp_value").required(),
            prose("x_misp_matching_attributes"),
        ],
    ),
];
