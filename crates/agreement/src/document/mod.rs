//! The agreement as a document: what the parties sign.

#[macro_use]
mod vocabulary;
mod agreement;
mod category;
mod flow;
mod form;
mod id;
mod party;
mod period;
mod schema;
mod words;

pub use agreement::*;
pub use category::{Category, Sensitivity};
pub use flow::*;
pub use form::{FieldName, Form, Select, Transform};
pub(crate) use id::bytes_of_hex;
pub use id::{AgreementHash, AgreementId, FlowId, IdError, KeyId, PartyId, Version};
pub use party::*;
pub use period::{Country, Period, PeriodError};
pub use schema::json_schema;
pub use vocabulary::*;
pub use words::{Word, vocabularies};
