//! Relationships (STIX 2.1 part 5) and meta objects (part 7).

use super::{Declared, data, kind, plain, prose, reference};
use crate::Category::{Observation, Relationships};

pub(super) const KINDS: &[Declared] = &[
    kind(
        "relationship",
        &[
            data("relationship_type", Relationships).required().searchable(),
            prose("description"),
            reference("source_ref").required(),
            reference("target_ref").required(),
            data("start_time", Relationships),
            data("stop_time", Relationships),
        ],
    ),
    kind(
        "sighting",
        &[
            prose("description"),
            data("first_seen", Observation),
            data("last_seen", Observation),
            data("count", Observation),
            reference("sighting_of_ref").required(),
            reference("observed_data_refs"),
            reference("where_sighted_refs"),
            plain("summary"),
        ],
    )
    .tells(Observation),
    kind(
        "extension-definition",
        &[
            plain("name").required(),
            plain("description"),
            plain("schema").required(),
            plain("version").required(),
            plain("extension_types").required(),
            plain("extension_properties"),
        ],
    ),
    // A translation of what may be withheld.
    kind(
        "language-content",
        &[reference("object_ref").required(), plain("object_modified"), prose("contents").required()],
    ),
    // How things have to be handled has to travel with them.
    kind(
        "marking-definition",
        &[
            plain("name"),
            plain("definition_type"),
            plain("definition"),
            // A marking has no versions.
            plain("modified"),
        ],
    ),
];
