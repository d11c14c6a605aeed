//! The JSON Schema of an agreement, for those who write or read one without this program.

use serde_json::Value;

use super::Agreement;

/// The JSON Schema (2020-12) of [`Agreement`], as published in `docs/schemas/agreement.json`.
pub fn json_schema() -> Value {
    schemars::schema_for!(Agreement).to_value()
}
