//! What people are asked about a thing itself, when its compartment asks nothing.

use entente_model::Object;

use super::object::sensitivities;
use crate::{ApprovalMode, Outward, Policy, Reason, Referral, Terms};

impl Policy {
    /// What a person has to say before something leaves on terms that ask for nobody's word: that what is marked as a special category of
    /// data is strictly necessary (Directive (EU) 2016/680, article 10). None when it leaves without, or not even then.
    pub fn question(&self, object: &Object, terms: &Terms) -> Option<Referral> {
        let compiled = self.compiled(terms)?;
        let barred = |approved| sensitivities(object).find_map(|sort| compiled.sieve.bars(sort, approved));
        let clause = barred(terms.0.approved).filter(|_| barred(true).is_none())?;
        let text =
            "it is marked as a special category of data: a person has to say that it is strictly necessary";
        let reason = Reason { check: 6, clause: clause.clone(), text: text.into(), outward: Outward::NotNow };
        Some(Referral {
            flow: terms.flow().clone(),
            reasons: vec![reason],
            clauses: vec![clause],
            approvals: Some(ApprovalMode::OnePerson),
            expires_at: terms.expires_at(),
        })
    }
}
