//! The wire as people are shown it: what went out to a partner, in which form and under which clauses, and what came in.
//!
//! What was made from a claim that a viewer may not see does not exist for them. So items are named by the moment they were
//! added, which has no gaps to count, and how many there are is told only to those who may see everything.

use std::collections::HashMap;

use entente_agreement::{Agreement, AgreementHash, Matter, PartyId, SignedNotice};
use entente_model::{ClaimNo, Tlp};
use entente_store::exchange::{self, ItemKind, ItemState, NoticeState, Seq, Settlement, WireItem};
use entente_store::{AsOf, ClaimRecord, View};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::parse_flow_name;
use crate::app::agreement::{Agreements, wire_party};
use crate::app::{App, AppError, Role, Viewer};

/// Items of a page when nobody says how many.
const PAGE: usize = 50;
/// The most items of a page.
const LARGEST_PAGE: usize = 500;

/// Which way something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    /// From this node to the partner.
    Out,
    /// From the partner to this node.
    In,
}

/// Which part of a wire is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WireRequest {
    /// out or in.
    #[serde(default = "out")]
    pub(crate) direction: Direction,
    /// Cursor of the page.
    pub(crate) cursor: Option<String>,
    /// At most this many, 500 at most.
    pub(crate) limit: Option<usize>,
}

fn out() -> Direction {
    Direction::Out
}

/// A clause by its id and its number in the printed agreement.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ClauseRef {
    /// What decisions cite it by.
    pub(crate) id: String,
    /// Its number; absent when the agreement is not kept here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<String>,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
}

/// The agreement something went under.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Under {
    /// Its id.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) title: String,
    /// Which version.
    pub(crate) version: u32,
}

/// The other side's answer to a notice.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct AnswerView {
    /// outstanding, complied or refused.
    pub(crate) state: &'static str,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// When it was answered (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<String>,
}

/// Something that went over a wire.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct WireLine {
    /// Its name among what went this way.
    pub(crate) id: String,
    /// out or in.
    pub(crate) direction: Direction,
    /// The partner.
    pub(crate) partner: String,
    /// When it was put on the wire, or came in (RFC 3339).
    pub(crate) at: String,
    /// release, recall, correct, narrow or standing.
    pub(crate) kind: ItemKindView,
    /// The id under which it went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) object: Option<String>,
    /// The id it has at this node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) thing: Option<String>,
    /// What people call it; for a notice, what it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<String>,
    /// The agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) under: Option<Under>,
    /// The flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flow: Option<String>,
    /// The clauses that let it leave.
    pub(crate) clauses: Vec<ClauseRef>,
    /// as_it_is or transformed; absent for what came in and for what cannot be compared any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) form: Option<&'static str>,
    /// Properties that left in another form.
    pub(crate) changed: Vec<String>,
    /// Properties that did not leave.
    pub(crate) withheld: Vec<String>,
    /// stands, outdated, withdrawn, returned or erased.
    pub(crate) state: &'static str,
    /// True when the partner has it.
    pub(crate) delivered: bool,
    /// Until when what came in may be kept (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
    /// For a notice: the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<AnswerView>,
}

/// What an item on a wire is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ItemKindView {
    /// An object in its released form.
    Release,
    /// What was told is to be forgotten.
    Recall,
    /// What was told was wrong.
    Correct,
    /// What was told is to be handled more strictly.
    Narrow,
    /// An agreement was suspended, resumed, terminated or superseded.
    Standing,
}

/// A page of a wire, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WirePage {
    /// The items.
    pub(crate) items: Vec<WireLine>,
    /// Cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// One item that went out, with exactly what the partner got.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WireItemView {
    #[serde(flatten)]
    pub(crate) line: WireLine,
    /// What the partner got; absent once it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) sent: Option<Value>,
    /// The object as this node has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) original: Option<Value>,
}

impl App {
    /// A page of what went out to a partner or came in from it, newest first.
    pub(crate) fn wire(
        &self,
        viewer: &Viewer,
        partner: &str,
        request: &WireRequest,
        now: Timestamp,
    ) -> Result<WirePage, AppError> {
        let looking = self.look_at_wire(viewer, partner, now)?;
        let limit = request.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
        let cursor = request.cursor.as_deref();
        match request.direction {
            Direction::Out => looking.outward(cursor.map(moment).transpose()?, limit),
            Direction::In => looking.inward(cursor.map(claim).transpose()?, limit),
        }
    }

    /// One item that went out.
    pub(crate) fn wire_item(
        &self,
        viewer: &Viewer,
        partner: &str,
        item: &str,
        now: Timestamp,
    ) -> Result<WireItemView, AppError> {
        let looking = self.look_at_wire(viewer, partner, now)?;
        let item = looking.item(item)?;
        let line = looking.out_line(&item)?.ok_or(AppError::NotFound("item"))?;
        let original = item.claim.map(|claim| looking.view.claimed(claim)).transpose()?.flatten();
        Ok(WireItemView {
            line,
            sent: serde_json::from_slice(&item.body).ok(),
            original: original.map(|object| Value::Object(object.json().clone())),
        })
    }

    /// The file that proves what one item told, to be checked with `entente audit verify-proof`.
    pub(crate) fn wire_proof(
        &self,
        viewer: &Viewer,
        partner: &str,
        item: &str,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let looking = self.look_at_wire(viewer, partner, now)?;
        let item = looking.item(item)?;
        looking.out_line(&item)?.ok_or(AppError::NotFound("item"))?;
        let proof = self.exchange.proof(&wire_party(&looking.partner), item.seq)?;
        Ok(proof.ok_or(AppError::NotFound("proof: what the item told was erased"))?.to_text())
    }

    /// A look at the wire of a partner.
    pub(super) fn look_at_wire<'a>(
        &'a self,
        viewer: &'a Viewer,
        partner: &str,
        now: Timestamp,
    ) -> Result<Looking<'a>, AppError> {
        viewer.require(Role::Analyst)?;
        let unknown = || AppError::NotFound("partner");
        let partner: PartyId = partner.parse().map_err(|_| unknown())?;
        self.exchange.partner(&wire_party(&partner))?.ok_or_else(unknown)?;
        let agreements = self.agreements(now)?;
        let numbers =
            agreements.with(&partner).map(|held| (held.hash(), numbered(held.agreement()))).collect();
        let delivered = self.exchange.health(&wire_party(&partner))?.acknowledged;
        let view = self.store.view(&viewer.compartments, AsOf::Now)?;
        Ok(Looking { app: self, viewer, view, agreements, numbers, partner, delivered })
    }
}

/// The number and the words of each clause.
type Numbered = HashMap<String, (String, String)>;

fn numbered(agreement: &Agreement) -> Numbered {
    let clauses = agreement.clauses().into_iter();
    clauses.map(|clause| (clause.id.to_string(), (clause.number, clause.text))).collect()
}

/// A page that is being filled; its `next` is the place of its last line.
struct Filling {
    filled: WirePage,
    limit: usize,
}

impl Filling {
    fn up_to(limit: usize) -> Filling {
        Filling { filled: WirePage { items: Vec::new(), next: None }, limit }
    }

    /// Takes a line, where there is one to see, at a place; true when there was no room for it.
    fn is_full_of(&mut self, line: Option<WireLine>, place: impl Fn() -> String) -> bool {
        let Some(line) = line else { return false };
        if self.filled.items.len() == self.limit {
            return true;
        }
        self.filled.items.push(line);
        self.filled.next = Some(place());
        false
    }

    /// The last page.
    fn ended(self) -> WirePage {
        WirePage { next: None, ..self.filled }
    }
}

/// One viewer's look at one partner's wire.
pub(super) struct Looking<'a> {
    app: &'a App,
    viewer: &'a Viewer,
    view: View<'a>,
    agreements: Agreements,
    numbers: HashMap<AgreementHash, Numbered>,
    partner: PartyId,
    /// The partner has everything up to this item.
    delivered: Seq,
}

impl Looking<'_> {
    /// The items that went out before a moment. There is a next page when it has something for this viewer: that more went out is not
    /// told to whoever may not see it.
    pub(super) fn outward(&self, before: Option<Timestamp>, limit: usize) -> Result<WirePage, AppError> {
        let (mut page, mut before) = (Filling::up_to(limit), before);
        loop {
            let items = self.app.exchange.wire_before(&wire_party(&self.partner), before, limit)?;
            for item in &items {
                before = Some(item.added);
                if page.is_full_of(self.out_line(item)?, || item.added.to_string()) {
                    return Ok(page.filled);
                }
            }
            if items.len() < limit {
                return Ok(page.ended());
            }
        }
    }

    /// The claims that came in before one of them.
    pub(super) fn inward(&self, before: Option<ClaimNo>, limit: usize) -> Result<WirePage, AppError> {
        let (mut page, mut before) = (Filling::up_to(limit), before);
        loop {
            let runs = self.app.store.received_before(self.partner.as_str(), before, limit)?;
            for run in &runs {
                let newest = before.map_or(run.claims.end, |before| run.claims.end.min(before.0));
                for no in (run.claims.start..newest).rev() {
                    before = Some(ClaimNo(no));
                    if page.is_full_of(self.in_line(ClaimNo(no), run.until)?, || no.to_string()) {
                        return Ok(page.filled);
                    }
                }
            }
            if runs.len() < limit {
                return Ok(page.ended());
            }
        }
    }

    fn item(&self, name: &str) -> Result<WireItem, AppError> {
        let unknown = || AppError::NotFound("item");
        let added = name.parse().map_err(|_| unknown())?;
        self.app.exchange.wire_item_at(&wire_party(&self.partner), added)?.ok_or_else(unknown)
    }

    /// An item as the viewer is shown it; `None` when it does not exist for them.
    pub(super) fn out_line(&self, item: &WireItem) -> Result<Option<WireLine>, AppError> {
        let claim = item.claim.map(|claim| self.view.claim(claim)).transpose()?.flatten();
        // A claim that was removed says no more who may know of it.
        let shown = item.claim.is_none() || claim.is_some();
        let exists = self.sees_everything() || shown && self.may_see_notice(item)?;
        if !exists {
            return Ok(None);
        }
        let hash = AgreementHash::from_bytes(item.agreement.0);
        let Form { form, changed, withheld } = self.form(item)?;
        let answer = item.kind.is_notice().then(|| self.answer(item.seq)).transpose()?;
        Ok(Some(WireLine {
            id: item.added.to_string(),
            direction: Direction::Out,
            partner: self.partner.to_string(),
            at: item.added.to_string(),
            kind: item.kind.into(),
            object: item.object.as_ref().map(|object| object.id.to_string()),
            thing: claim.as_ref().map(|claim| self.thing(claim)).transpose()?.flatten(),
            label: if item.kind.is_notice() { said(&item.body) } else { claim.and_then(|claim| claim.label) },
            under: self.under(&hash),
            flow: item
                .flow
                .as_ref()
                .and_then(|flow| parse_flow_name(&flow.0))
                .map(|(_, flow)| flow.to_string()),
            clauses: item.clauses.iter().map(|clause| self.clause(&hash, &clause.0)).collect(),
            form,
            changed,
            withheld,
            state: state(item),
            delivered: item.seq <= self.delivered,
            until: None,
            answer,
        }))
    }

    fn in_line(&self, no: ClaimNo, until: Option<Timestamp>) -> Result<Option<WireLine>, AppError> {
        let Some(claim) = self.view.claim(no)? else { return Ok(None) };
        let thing = self.thing(&claim)?;
        let name = claim.compartment.agreement.as_deref().and_then(parse_flow_name);
        let held = name.as_ref().and_then(|(id, flow)| self.agreements.with_flow(id, flow));
        let hash = held.map(|held| held.hash());
        let clauses = name.as_ref().zip(hash.as_ref()).map(|((_, flow), hash)| {
            ["parties", "onward", "retention"]
                .map(|part| self.clause(hash, &format!("flow:{flow}/{part}")))
                .to_vec()
        });
        Ok(Some(WireLine {
            id: no.0.to_string(),
            direction: Direction::In,
            partner: self.partner.to_string(),
            at: claim.received_at.to_string(),
            kind: ItemKindView::Release,
            object: thing.clone(),
            thing,
            label: claim.label.clone(),
            under: hash.as_ref().and_then(|hash| self.under(hash)),
            flow: name.map(|(_, flow)| flow.to_string()),
            clauses: clauses.unwrap_or_default(),
            form: None,
            changed: Vec::new(),
            withheld: Vec::new(),
            state: if claim.revoked {
                "withdrawn"
            } else if claim.current {
                "stands"
            } else {
                "outdated"
            },
            delivered: true,
            until: until.map(|until| until.to_string()),
            answer: None,
        }))
    }

    fn sees_everything(&self) -> bool {
        self.viewer.tlp_max == Tlp::Red
    }

    /// A notice names what it takes back, so it is for those who may see all of that.
    fn may_see_notice(&self, item: &WireItem) -> Result<bool, AppError> {
        if !item.kind.is_notice() {
            return Ok(true);
        }
        let party = wire_party(&self.partner);
        let notices = self.app.exchange.notices(&party, false, Some(item.seq.next()), 1)?;
        for concerned in
            notices.into_iter().filter(|notice| notice.seq == item.seq).flat_map(|one| one.concerns)
        {
            let about = self.app.exchange.wire_item(&party, concerned)?.and_then(|item| item.claim);
            match about {
                Some(claim) if self.view.claim(claim)?.is_none() => return Ok(false),
                _ => {}
            }
        }
        Ok(true)
    }

    fn answer(&self, seq: Seq) -> Result<AnswerView, AppError> {
        let notices = self.app.exchange.notices(&wire_party(&self.partner), false, Some(seq.next()), 1)?;
        let settlement = notices.into_iter().find(|notice| notice.seq == seq).and_then(|one| one.settlement);
        Ok(answer(settlement))
    }

    fn thing(&self, claim: &ClaimRecord) -> Result<Option<String>, AppError> {
        Ok(self.view.id(claim.vertex)?.map(|id| id.to_string()))
    }

    fn under(&self, hash: &AgreementHash) -> Option<Under> {
        let agreement = self.agreements.version(hash)?.agreement();
        Some(Under {
            id: agreement.id.to_string(),
            title: agreement.title.clone(),
            version: agreement.version,
        })
    }

    fn clause(&self, hash: &AgreementHash, id: &str) -> ClauseRef {
        let known = self.numbers.get(hash).and_then(|clauses| clauses.get(id));
        let (number, text) = known.cloned().unzip();
        ClauseRef { id: id.to_owned(), number, text }
    }

    /// What became of the object's properties on the way out, by comparing what left with what is here.
    fn form(&self, item: &WireItem) -> Result<Form, AppError> {
        let Some(claim) = item.claim else { return Ok(Form::default()) };
        let Some(object) = self.view.claimed(claim)? else { return Ok(Form::default()) };
        let Ok(Value::Object(sent)) = serde_json::from_slice(&item.body) else { return Ok(Form::default()) };
        let (changed, withheld) = compare(object.json(), &sent);
        let form = if changed.is_empty() && withheld.is_empty() { "as_it_is" } else { "transformed" };
        Ok(Form { form: Some(form), changed, withheld })
    }
}

/// How an item left, as far as the viewer may compare it with what it was made from.
#[derive(Default)]
struct Form {
    /// `as_it_is` or `transformed`.
    form: Option<&'static str>,
    changed: Vec<String>,
    withheld: Vec<String>,
}

/// Properties that are otherwise in what was sent, and those that are not there. Markings are always written anew.
fn compare(original: &Map<String, Value>, sent: &Map<String, Value>) -> (Vec<String>, Vec<String>) {
    let (mut changed, mut withheld) = (Vec::new(), Vec::new());
    for (name, value) in original.iter().filter(|(name, _)| !name.ends_with("_marking_refs")) {
        match sent.get(name) {
            None => withheld.push(name.clone()),
            Some(other) if other != value => changed.push(name.clone()),
            Some(_) => {}
        }
    }
    changed.sort_unstable();
    withheld.sort_unstable();
    (changed, withheld)
}

pub(super) fn answer(settlement: Option<Settlement>) -> AnswerView {
    match settlement {
        None => AnswerView { state: "outstanding", reason: None, at: None },
        Some(Settlement { state, at, .. }) => {
            let (word, reason) = match state {
                NoticeState::Outstanding => ("outstanding", None),
                NoticeState::Complied => ("complied", None),
                NoticeState::Refused(reason) => ("refused", Some(reason)),
            };
            AnswerView { state: word, reason, at: Some(at.to_string()) }
        }
    }
}

fn state(item: &WireItem) -> &'static str {
    match item.state {
        _ if item.salt.is_none() => "erased",
        ItemState::Stands => "stands",
        ItemState::Outdated => "outdated",
        ItemState::Withdrawn => "withdrawn",
        ItemState::Returned => "returned",
    }
}

/// What a notice says, in a few words.
pub(super) fn said(body: &[u8]) -> Option<String> {
    let signed: SignedNotice = serde_json::from_slice(body).ok()?;
    let objects =
        |count: usize| if count == 1 { "one object".to_owned() } else { format!("{count} objects") };
    Some(match &signed.notice.matter {
        Matter::Recall { objects: recalled, .. } => format!("Forget {}", objects(recalled.len())),
        Matter::Correct { objects: wrong } => format!("{} corrected", objects(wrong.len())),
        Matter::Narrow { objects: narrowed, tlp, .. } => format!("{} now {tlp}", objects(narrowed.len())),
        Matter::Standing(act) => match act.step {
            entente_agreement::StandingMove::Suspend => "Agreement suspended".to_owned(),
            entente_agreement::StandingMove::Resume => "Agreement resumed".to_owned(),
            entente_agreement::StandingMove::Terminate => "Agreement terminated".to_owned(),
        },
        Matter::Superseded { .. } => "Agreement replaced by a new version".to_owned(),
    })
}

impl From<ItemKind> for ItemKindView {
    fn from(kind: ItemKind) -> ItemKindView {
        match kind {
            ItemKind::Release => ItemKindView::Release,
            ItemKind::Recall => ItemKindView::Recall,
            ItemKind::Correct => ItemKindView::Correct,
            ItemKind::Narrow => ItemKindView::Narrow,
            ItemKind::Standing => ItemKindView::Standing,
        }
    }
}

fn moment(cursor: &str) -> Result<Timestamp, AppError> {
    cursor.parse().map_err(|_| unknown_cursor())
}

fn claim(cursor: &str) -> Result<ClaimNo, AppError> {
    cursor.parse().map(ClaimNo).map_err(|_| unknown_cursor())
}

fn unknown_cursor() -> AppError {
    AppError::invalid("This `cursor` is not one this node gave out.")
}

/// The flow's own id in the name that the exchange keeps it by.
pub(super) fn flow_id(flow: &exchange::FlowId) -> String {
    parse_flow_name(&flow.0).map_or_else(|| flow.0.clone(), |(_, flow)| flow.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_left_is_compared_property_by_property() {
        let json = |text: &str| serde_json::from_str(text).expect("an object");
        let original =
            json(r#"{"id":"a","value":"192.0.2.7","x_note":"secret","object_marking_refs":["m"]}"#);
        let sent = json(r#"{"id":"b","value":"192.0.2.0/24","object_marking_refs":["n"]}"#);
        let (changed, withheld) = compare(&original, &sent);
        assert_eq!(
            (changed, withheld),
            (vec!["id".to_owned(), "value".to_owned()], vec!["x_note".to_owned()])
        );
        assert_eq!(compare(&original, &original), (Vec::new(), Vec::new()));
    }
}
