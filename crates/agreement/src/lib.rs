//! Signed agreements, the decision what they let through, and the form in which it leaves. No I/O, no clock, no
//! randomness: time, keys and the policy's inputs are arguments.
//!
//! An [`Agreement`] is a memorandum of understanding as data: parties with their keys, and one-way [`Flow`]s that
//! say who may tell whom what, for which purpose, on which legal basis, in which form, for how long. Every party
//! signs the same bytes ([`SignedAgreement`]). Only an agreement that is [`InForce`] gives a [`Policy`]; only a policy
//! gives [`Terms`]; only with terms can an object be [`Released`]; and only what is released may be encoded for a
//! partner.
//!
//! ```text
//! SignedAgreement ──standing(acts, successor, now)──► InForce ──compile(me, partner)──► Policy
//! Policy ──terms(compartment, context)──► Decision ──► Terms ──release(object)──► Released<Object>
//! ```
//!
//! One walkthrough: a company's node commits `domain-name wick.lamp-relay.example`. The node asks
//! [`Policy::terms`] for the claim's compartment, which Cedar decides once and a [`Decisions`] table remembers. The answer is
//! [`Decision::PermitTransformed`] with the clauses that decided. [`Policy::release`] then goes through the object field
//! by field: what the flow covers stays, what it transforms changes form, what it does not name is dropped; ids that would
//! betray a value change, references follow. What comes out says under which agreement and clauses it left and what the
//! receiver owes.
#![forbid(unsafe_code)]

mod budget;
mod document;
mod drafting;
mod field;
mod form;
mod key;
mod notice;
mod obligation;
mod policy;
mod release;
mod returned;
mod signed;
mod standing;

pub use budget::{Budget, Exhausted};
pub use document::*;
pub use drafting::{Clause, ClauseChange, ClauseDifference, Finding, Severity, Template};
pub use field::{Declaration, Sort, declaration, declarations};
pub use form::PseudonymKey;
pub use key::{KeyError, SecretKey, Signature, Spki, VerifyingKey};
pub use notice::{
    Correction, Matter, Notice, NoticeAnswer, NoticeError, NoticeReceipt, RecallReason, SignedNotice,
    SignedReceipt,
};
pub use obligation::{Kept, Obligations, PassOn, may_pass_on};
pub use policy::{
    Approval, CEDAR_SCHEMA, ClauseId, CompileError, Consent, Context, Decision, Decisions, Office,
    Originator, Outward, PassOnAnswer, Policy, Reason, Referral, Refusal, Terms, assertion_of, subjects_of,
};
pub use release::{
    Altered, Bounds, Change, Count, Leaving, Others, Overstep, Released, Withheld, Workbench, condition_of,
};
pub use returned::{Return, SignedReturn};
pub use signed::{SignError, SignedAgreement, VerifyError};
pub use standing::{Acted, InForce, Standing, StandingAct, StandingError, StandingMove};
