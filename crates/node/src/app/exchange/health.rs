//! How partners are, as people are shown it: lag, when they were last heard of, whether the logs agree, open notices, alarms.

use entente_agreement::PartyId;
use entente_ledger::{Checkpoint, CosignerKey, Verifier};
use entente_model::Tlp;
use entente_store::exchange::{Alarm, ReceivedNotice};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::{AnswerView, Direction, ItemKindView, answer, said};
use crate::app::agreement::partners::PartnerStatus;
use crate::app::agreement::{Agreements, wire_party};
use crate::app::{App, AppError, Role, Viewer, key};

/// A partner whose node is connected is heard of every ten seconds; after three times that it is silent.
const SILENT_AFTER: SignedDuration = SignedDuration::from_secs(30);
/// A partner that lags no longer than this is only busy.
const BEHIND_AFTER: SignedDuration = SignedDuration::from_secs(10);
/// Notices of a page when nobody says how many.
const PAGE: usize = 50;

/// How a partner is, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum HealthWord {
    /// It is heard of and has what it was told.
    Well,
    /// It is heard of and has not acknowledged what it was told for a while.
    Behind,
    /// It was not heard of lately.
    Silent,
    /// It was never heard of.
    Unheard,
    /// Its log contradicted itself.
    Alarm,
}

/// How many items went which way. Only for those who may see all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Counts {
    /// Items on our wire to the partner.
    pub(crate) told: u64,
    /// Of these, what it has.
    pub(crate) acknowledged: u64,
    /// Items of its wire that came in.
    pub(crate) received: u64,
}

/// Whether both sides hold the same log of what one told the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct LogAgreement {
    /// none: nothing was told. agreed: the newest checkpoint is confirmed. partly: an earlier one is. unconfirmed: none is yet.
    pub(crate) state: &'static str,
    /// When the newest confirmation was made, or the checkpoint was seen (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<String>,
}

/// A log that told two stories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AlarmView {
    /// rollback, fork, inconsistent, leaves or forgotten.
    pub(crate) kind: &'static str,
    /// When it was raised (RFC 3339).
    pub(crate) at: String,
    /// The signed note that was kept.
    pub(crate) kept: String,
    /// The signed note that contradicts it.
    pub(crate) shown: String,
}

/// A partner and how it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct PartnerView {
    /// The party.
    pub(crate) party: String,
    /// What people call it.
    pub(crate) name: String,
    /// Where its node listens, as host:port; absent when it only comes to us.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint: Option<String>,
    /// How it is.
    pub(crate) health: HealthWord,
    /// When it was last heard of (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_seen: Option<String>,
    /// Since when it has not acknowledged something (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lags_since: Option<String>,
    /// Notices it has not answered.
    pub(crate) open_notices: u64,
    /// How many items went which way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) counts: Option<Counts>,
    /// Our log of what it was told.
    pub(crate) our_log: LogAgreement,
    /// Its log of what it told us.
    pub(crate) their_log: LogAgreement,
    /// Contradictions its log to us has shown, newest first.
    pub(crate) alarms: Vec<AlarmView>,
    /// Agreements with it that are in force.
    pub(crate) in_force: usize,
    /// The key with which others check proofs of what it was told: for `entente audit verify-proof --key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) log_key: Option<String>,
}

/// Where a partner's node listens.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PartnerPlace {
    /// As host:port.
    pub(crate) endpoint: String,
}

/// Which notices are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NoticesRequest {
    /// Cursor of the page.
    pub(crate) cursor: Option<String>,
    /// At most this many, 500 at most.
    pub(crate) limit: Option<usize>,
}

/// A notice that came from a partner, and what this node did about it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct NoticeView {
    /// Always in: notices that were sent are items of the wire.
    pub(crate) direction: Direction,
    /// recall, correct, narrow or standing.
    pub(crate) kind: ItemKindView,
    /// What it says, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) says: Option<String>,
    /// When it came in (RFC 3339).
    pub(crate) at: String,
    /// This node's answer.
    pub(crate) answer: AnswerView,
}

/// A page of notices, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct NoticesPage {
    /// The notices.
    pub(crate) notices: Vec<NoticeView>,
    /// Cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

impl App {
    /// The partners with whom anything was ever drafted, and how they are.
    pub(crate) fn partner_views(
        &self,
        viewer: &Viewer,
        now: Timestamp,
    ) -> Result<Vec<PartnerView>, AppError> {
        let agreements = self.agreements(now)?;
        let alarms = self.exchange.alarms()?;
        let view = |status| self.partner_view(viewer, &agreements, &alarms, status, now);
        self.partners(viewer)?.into_iter().map(view).collect()
    }

    /// One partner.
    pub(crate) fn partner(
        &self,
        viewer: &Viewer,
        party: &str,
        now: Timestamp,
    ) -> Result<PartnerView, AppError> {
        let all = self.partner_views(viewer, now)?;
        all.into_iter().find(|view| view.party == party).ok_or(AppError::NotFound("partner"))
    }

    /// Notices that a partner sent. They say what to forget and not what it was, so whoever may see the wire may see them.
    pub(crate) fn partner_notices(
        &self,
        viewer: &Viewer,
        party: &str,
        request: &NoticesRequest,
    ) -> Result<NoticesPage, AppError> {
        viewer.require(Role::Analyst)?;
        let party = party.into();
        self.exchange.partner(&party)?.ok_or(AppError::NotFound("partner"))?;
        let limit = request.limit.unwrap_or(PAGE).clamp(1, 500);
        let unknown = |_| AppError::invalid("This `cursor` is not one this node gave out.");
        let before = request.cursor.as_deref().map(str::parse).transpose().map_err(unknown)?;
        let before = before.map(entente_store::exchange::Seq);
        let notices = self.exchange.received_notices(&party, false, before, limit)?;
        let next = notices.last().filter(|_| notices.len() == limit).map(|notice| notice.seq.to_string());
        Ok(NoticesPage { notices: notices.into_iter().map(notice).collect(), next })
    }

    fn partner_view(
        &self,
        viewer: &Viewer,
        agreements: &Agreements,
        alarms: &[Alarm],
        status: PartnerStatus,
        now: Timestamp,
    ) -> Result<PartnerView, AppError> {
        let PartnerStatus { partner, health, received, .. } = status;
        let party: PartyId = partner.party.0.parse().map_err(AppError::invalid)?;
        let alarms: Vec<AlarmView> =
            alarms.iter().filter(|one| one.partner == partner.party).map(alarm).collect();
        let counts = Counts { told: health.told.0, acknowledged: health.acknowledged.0, received };
        let told = health.told.0 > 0;
        Ok(PartnerView {
            health: word(!alarms.is_empty(), health.last_seen, health.lags_since, now),
            our_log: if told { self.our_log(agreements, &party)? } else { unwritten() },
            their_log: self.their_log(&party, now)?,
            in_force: agreements.with(&party).filter(|held| held.in_force().is_some()).count(),
            log_key: if told { Some(self.exchange.log_key(&partner.party)?.to_string()) } else { None },
            party: partner.party.0,
            name: partner.name,
            endpoint: partner.endpoint,
            last_seen: health.last_seen.map(|at| at.to_string()),
            lags_since: health.lags_since.map(|at| at.to_string()),
            open_notices: health.open_notices,
            counts: (viewer.tlp_max == Tlp::Red).then_some(counts),
            alarms,
        })
    }

    /// Whether the partner has cosigned the newest checkpoint of what it was told.
    fn our_log(&self, agreements: &Agreements, party: &PartyId) -> Result<LogAgreement, AppError> {
        let partner = wire_party(party);
        let log = self.exchange.log_key(&partner)?;
        let size = |note: &[u8]| Checkpoint::open(note, &log).map(|checkpoint| checkpoint.size()).ok();
        let ours = self.exchange.checkpoint(&partner)?.and_then(|note| size(&note));
        let Some(note) = self.exchange.cosigned(&partner)? else {
            return Ok(LogAgreement { state: "unconfirmed", at: None });
        };
        let state = if size(&note) >= ours { "agreed" } else { "partly" };
        Ok(LogAgreement { state, at: cosigned_at(agreements, party, &note)?.map(|at| at.to_string()) })
    }

    /// When the partner's log to us was last seen to continue what it showed before.
    fn their_log(&self, party: &PartyId, now: Timestamp) -> Result<LogAgreement, AppError> {
        for key in self.log_keys(party, now)? {
            if let Ok(Some(seen)) = self.exchange.seen_checkpoint(&wire_party(party), &key) {
                return Ok(LogAgreement { state: "agreed", at: Some(seen.seen_at.to_string()) });
            }
        }
        Ok(unwritten())
    }
}

fn unwritten() -> LogAgreement {
    LogAgreement { state: "none", at: None }
}

/// When a checkpoint was cosigned with one of the partner's keys.
fn cosigned_at(agreements: &Agreements, party: &PartyId, note: &[u8]) -> Result<Option<Timestamp>, AppError> {
    for key in agreements.signing_keys(party) {
        let key = CosignerKey::of(&Verifier::of_bytes(key::NODE, &key).map_err(anyhow::Error::from)?);
        if let Ok(Some(second)) = key.cosigned(note) {
            return Ok(i64::try_from(second).ok().and_then(|second| Timestamp::from_second(second).ok()));
        }
    }
    Ok(None)
}

fn word(
    alarmed: bool,
    last_seen: Option<Timestamp>,
    lags_since: Option<Timestamp>,
    now: Timestamp,
) -> HealthWord {
    let longer = |since: Timestamp, than: SignedDuration| now.duration_since(since) > than;
    match (last_seen, lags_since) {
        _ if alarmed => HealthWord::Alarm,
        (None, _) => HealthWord::Unheard,
        (Some(seen), _) if longer(seen, SILENT_AFTER) => HealthWord::Silent,
        (_, Some(since)) if longer(since, BEHIND_AFTER) => HealthWord::Behind,
        _ => HealthWord::Well,
    }
}

fn alarm(alarm: &Alarm) -> AlarmView {
    AlarmView {
        kind: alarm.kind.word(),
        at: alarm.raised_at.to_string(),
        kept: String::from_utf8_lossy(&alarm.kept).into_owned(),
        shown: String::from_utf8_lossy(&alarm.shown).into_owned(),
    }
}

fn notice(notice: ReceivedNotice) -> NoticeView {
    NoticeView {
        direction: Direction::In,
        kind: notice.kind.into(),
        says: said(&notice.body),
        at: notice.received_at.to_string(),
        answer: answer(notice.settlement),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_is_well_until_it_is_silent_or_behind() {
        let now: Timestamp = "2026-06-01T12:00:00Z".parse().expect("a time");
        let ago = |seconds| Some(now - SignedDuration::from_secs(seconds));
        assert_eq!(word(false, None, ago(99), now), HealthWord::Unheard);
        assert_eq!(word(false, ago(5), None, now), HealthWord::Well);
        assert_eq!(word(false, ago(5), ago(2), now), HealthWord::Well, "it is only busy");
        assert_eq!(word(false, ago(5), ago(20), now), HealthWord::Behind);
        assert_eq!(word(false, ago(60), ago(20), now), HealthWord::Silent);
        assert_eq!(word(true, ago(5), None, now), HealthWord::Alarm);
    }
}
