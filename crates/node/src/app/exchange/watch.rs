//! Watching the wires: what went out and came in since somebody last looked, and how partners are.

use std::collections::HashMap;

use entente_agreement::PartyId;
use entente_model::ClaimNo;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::health::PartnerView;
use super::wire::WireLine;
use crate::app::agreement::wire_party;
use crate::app::{App, AppError, Role, Viewer};

/// The most that is told at once of one partner and one way; of more, only that there is more.
const AT_ONCE: usize = 100;

/// How far somebody has looked.
#[derive(Debug, Default)]
pub(crate) struct Watching {
    /// By partner: the moment of the last item that went out, and the last claim that came in.
    seen: HashMap<String, (Option<Timestamp>, Option<ClaimNo>)>,
    partners: Vec<PartnerView>,
}

/// What is new.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct WireNews {
    /// What went out and came in, oldest first.
    pub(crate) items: Vec<WireLine>,
    /// True when more came than is listed: read the pages.
    pub(crate) more: bool,
    /// How partners are, when that has changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) partners: Option<Vec<PartnerView>>,
}

impl WireNews {
    /// True when there is nothing to tell.
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.partners.is_none()
    }
}

impl App {
    /// The same viewer with what they may see at this moment; `None` when they may not watch any more.
    pub(crate) fn still_watching(&self, viewer: &Viewer) -> Result<Option<Viewer>, AppError> {
        let Some(user) = self.desk.user(&viewer.name)? else { return Ok(None) };
        let viewer = self.viewer(&user.name, user.role.parse()?, user.tlp_max)?;
        Ok(Some(viewer).filter(|viewer| viewer.role >= Role::Analyst))
    }

    /// What is new since `watching` was last brought up to date; the first time, only how partners are.
    pub(crate) fn wire_news(
        &self,
        viewer: &Viewer,
        watching: &mut Watching,
        now: Timestamp,
    ) -> Result<WireNews, AppError> {
        let partners = self.partner_views(viewer, now)?;
        let mut news = WireNews::default();
        for partner in &partners {
            let first = !watching.seen.contains_key(&partner.party);
            let known = watching.seen.entry(partner.party.clone()).or_default();
            let newest = self.news_of(viewer, &partner.party, known, now)?;
            if !first {
                news.more |= newest.more;
                news.items.extend(newest.items);
            }
        }
        if partners != watching.partners {
            watching.partners.clone_from(&partners);
            news.partners = Some(partners);
        }
        Ok(news)
    }

    fn news_of(
        &self,
        viewer: &Viewer,
        party: &str,
        (sent, came): &mut (Option<Timestamp>, Option<ClaimNo>),
        now: Timestamp,
    ) -> Result<WireNews, AppError> {
        let mut news = WireNews::default();
        let id: PartyId = party.parse().map_err(AppError::invalid)?;
        let newest = self.exchange.wire_before(&wire_party(&id), None, 1)?.first().map(|item| item.added);
        let last = self.store.received_before(party, None, 1)?.first().map(|run| run.claims.end - 1);
        let grown = newest > *sent;
        let received = last.map(ClaimNo) > *came;
        if !grown && !received {
            return Ok(news);
        }
        let looking = self.look_at_wire(viewer, party, now)?;
        if grown {
            let page = looking.outward(None, AT_ONCE)?;
            let since = page.items.into_iter().filter(|line| line.at.parse().ok() > *sent);
            news.add(since.collect(), page.next.is_some());
            *sent = newest;
        }
        if received {
            let page = looking.inward(None, AT_ONCE)?;
            let since = page.items.into_iter().filter(|line| line.id.parse().ok().map(ClaimNo) > *came);
            news.add(since.collect(), page.next.is_some());
            *came = last.map(ClaimNo);
        }
        Ok(news)
    }
}

impl WireNews {
    /// Adds lines that came newest first. When the whole page is new and another follows, there may be more.
    fn add(&mut self, lines: Vec<WireLine>, another: bool) {
        self.more |= another && lines.len() >= AT_ONCE;
        self.items.extend(lines.into_iter().rev());
    }
}
