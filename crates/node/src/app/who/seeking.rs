//! Telling the partners of a case what is sought: members that are probable enough, said by this node itself.
//!
//! What this node knows of a thing from a partner alone is still that partner's to tell: it is sought only when what the partner
//! agreed to lets it be told to every other partner of the case. Otherwise it waits for the partner's consent and is counted.

use std::collections::{BTreeMap, BTreeSet};

use entente_agreement::{CaseScope, Party, PassOnAnswer, may_pass_on};
use entente_model::{ClaimNo, CompartmentSet, Handling, KindFamily, Object, VertexNo};
use entente_store::{AsOf, Head};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::case::{Case, CaseRequest};
use crate::app::agreement::{Agreements, Held};
use crate::app::exchange::parse_flow_name;
use crate::app::lens::Lens;
use crate::app::{App, AppError, Role, Viewer};

/// What is at least so probable is sought unless asked otherwise: more than what is only looked at closer.
const PROBABLE: f64 = 0.9;

/// What is sought now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SoughtView {
    /// The case.
    pub(crate) case: String,
    /// Things sought.
    pub(crate) things: u64,
    /// Claims this made: what was sought already is not said again.
    pub(crate) claims: u64,
    /// Members that a partner has to agree to first.
    pub(crate) waiting: u64,
}

/// A case that agreements in force are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AgreedCaseView {
    /// Its name.
    pub(crate) case: String,
    /// Names of the partners who may be told what belongs to it.
    pub(crate) partners: Vec<String>,
}

impl App {
    /// The cases that agreements in force are about, and with whom. Analysts only.
    pub(crate) fn agreed_cases(
        &self,
        viewer: &Viewer,
        now: Timestamp,
    ) -> Result<Vec<AgreedCaseView>, AppError> {
        viewer.require(Role::Analyst)?;
        let mut cases: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for held in self.agreements(now)?.iter().filter(|held| held.in_force().is_some()) {
            let names: Vec<String> = held.others().map(|party| party.name.clone()).collect();
            for case in named(&held.agreement().case_scope) {
                cases.entry(case.clone()).or_default().extend(names.iter().cloned());
            }
        }
        let view = |(case, partners): (String, BTreeSet<String>)| AgreedCaseView {
            case,
            partners: partners.into_iter().collect(),
        };
        Ok(cases.into_iter().map(view).collect())
    }

    /// What partners told under agreements about a case: what they seek in it, and what it stands on.
    pub(in crate::app) fn sought(
        &self,
        viewer: &Viewer,
        case: &str,
        now: Timestamp,
    ) -> Result<Vec<VertexNo>, AppError> {
        let agreements = self.agreements(now)?;
        let about = agreements
            .iter()
            .filter(|held| named(&held.agreement().case_scope).iter().any(|name| name == case));
        let about: BTreeSet<String> = about.map(|held| held.agreement().id.to_string()).collect();
        let told = self.compartments(|one| {
            let flow = one.agreement.as_deref().and_then(parse_flow_name);
            flow.is_some_and(|(id, _)| about.contains(&id.to_string()))
        })?;
        let told: CompartmentSet = told.iter().filter(|no| viewer.compartments.contains(*no)).collect();
        let view = self.store.view(&told, AsOf::Now)?;
        let changes = view.changes_since(ClaimNo(0), usize::MAX)?;
        let mut sought: Vec<VertexNo> = changes.into_iter().map(|change| change.vertex).collect();
        sought.sort_unstable();
        sought.dedup();
        Ok(sought)
    }

    /// Says in a case which probable members are sought. Analysts only, and of what they may see.
    pub(crate) fn seek(
        &self,
        viewer: &Viewer,
        request: &CaseRequest,
        now: Timestamp,
    ) -> Result<SoughtView, AppError> {
        viewer.require(Role::Analyst)?;
        let case = Case::new(request, PROBABLE)?;
        let lens = self.lens(viewer, AsOf::Now)?;
        let seeds = lens.vertices(&request.ids)?;
        self.seek_from(viewer, &lens, &case, &seeds, now)
    }

    /// As [`App::seek`], from any number of things.
    pub(in crate::app) fn seek_from(
        &self,
        viewer: &Viewer,
        lens: &Lens<'_>,
        case: &Case<'_>,
        seeds: &[VertexNo],
        now: Timestamp,
    ) -> Result<SoughtView, AppError> {
        let agreements = self.agreements(now)?;
        let partners = Partners::of(&agreements, case.name, now);
        let mut view = SoughtView { case: case.name.to_owned(), things: 0, claims: 0, waiting: 0 };
        let mut said: Vec<(Handling, Object)> = Vec::new();
        for (vertex, probability) in self.members(lens, seeds)?.known {
            if probability < case.least {
                continue;
            }
            let heads = lens.view.heads(vertex)?;
            let Some(object) = object(lens, &heads)? else { continue };
            match partners.handling(&heads) {
                Some(handling) => said.push((handling, object)),
                None => view.waiting += 1,
            }
        }
        view.things = said.len() as u64;
        said.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.id().cmp(b.id())));
        for alike in said.chunk_by(|(one, _), (other, _)| one == other) {
            let objects = alike.iter().map(|(_, object)| object.clone()).collect();
            view.claims += self.say(case.name, viewer.name.clone(), alike[0].0.clone(), objects, now)?;
        }
        Ok(view)
    }
}

/// The thing as somebody tells it, where it is one that can be looked for.
fn object(lens: &Lens<'_>, heads: &[Head]) -> Result<Option<Object>, AppError> {
    let current = heads.iter().filter(|head| head.current && !head.revoked);
    for head in current {
        let object = lens.view.claimed(head.no)?;
        if let Some(object) = object.filter(|object| object.kind().family() == KindFamily::Observable) {
            return Ok(Some(object));
        }
    }
    Ok(None)
}

/// Who is told what is sought in a case.
struct Partners<'a> {
    agreements: &'a Agreements,
    told: Vec<&'a Party>,
    now: Timestamp,
}

impl<'a> Partners<'a> {
    fn of(agreements: &'a Agreements, case: &str, now: Timestamp) -> Partners<'a> {
        let about = |held: &&Held| {
            held.in_force().is_some() && named(&held.agreement().case_scope).iter().any(|named| named == case)
        };
        let told = agreements.iter().filter(about).flat_map(Held::others).collect();
        Partners { agreements, told, now }
    }

    /// How what these claims tell may be handled once this node says it; `None` where somebody has to agree first.
    fn handling(&self, heads: &[Head]) -> Option<Handling> {
        let current = || heads.iter().filter(|head| head.current && !head.revoked);
        let own = current().filter(|head| head.compartment.agreement.is_none());
        let free = own.chain(current().filter(|head| self.may_tell(head)));
        free.map(|head| head.compartment.handling.clone()).min_by_key(|handling| handling.tlp)
    }

    fn may_tell(&self, head: &Head) -> bool {
        let Some((id, flow)) = head.compartment.agreement.as_deref().and_then(parse_flow_name) else {
            return false;
        };
        let Some(held) = self.agreements.with_flow(&id, &flow) else { return false };
        self.told.iter().all(|to| {
            let handling = &head.compartment.handling;
            may_pass_on(held.agreement(), &flow, handling, &held.us, to, self.now).answer
                == PassOnAnswer::Allowed
        })
    }
}

/// The cases an agreement is about.
fn named(scope: &CaseScope) -> &[String] {
    match scope {
        CaseScope::General => &[],
        CaseScope::Listed(cases) => cases,
        CaseScope::Operation(operation) => std::slice::from_ref(operation),
    }
}
