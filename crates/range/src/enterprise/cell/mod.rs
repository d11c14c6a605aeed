//! Cells: names, servers, certificates, keys and trackers of one wave of one campaign.

mod parts;
mod seen;

pub(crate) use seen::{registration, resolution};

use super::build::{Builder, EntityKind};
use super::campaign::{Campaign, CampaignKind};
use super::mistakes;
use crate::record::{Registrant, Seconds};
use crate::thing::{Family, Thing};
use crate::world::DAY;

/// Infrastructure that was set up together.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) campaign: usize,
    pub(crate) kind: CampaignKind,
    pub(crate) start: Seconds,
    pub(crate) end: Seconds,
    pub(crate) domains: Vec<String>,
    pub(crate) servers: Vec<String>,
    pub(crate) urls: Vec<String>,
    pub(crate) ssh_key: String,
    pub(crate) certificate: String,
    pub(crate) spki: String,
    pub(crate) tracker: Option<String>,
    /// The tracker of the page that was copied, which the copy still carries.
    pub(crate) copied_tracker: Option<(String, u64)>,
    pub(crate) kit: String,
    pub(crate) style: String,
    pub(crate) persona: Registrant,
    pub(crate) contact_email: Option<String>,
    pub(crate) contact_phone: Option<String>,
    pub(crate) files: Vec<String>,
    /// Accounts and wallets that victims pay to.
    pub(crate) accounts: Vec<String>,
    pub(crate) wallets: Vec<String>,
    name_servers: [String; 2],
}

/// Sets up the cells of all campaigns, and lets the parties see what they see of them.
pub(crate) fn raise(build: &mut Builder<'_>, campaigns: &[Campaign]) -> Vec<Cell> {
    let name_servers = bulletproof(build);
    let kits = [0, 1].map(|_| {
        let number = build.number();
        let (kit, style) =
            (build.world.mark(Family::Kit, number), build.world.mark(Family::TextStyle, number));
        build.enterprise.neutral.push(Thing::mark(Family::Kit, kit.as_str()));
        build.enterprise.neutral.push(Thing::mark(Family::TextStyle, style.as_str()));
        (kit, style)
    });
    let waves = 1 + build.scale / 200;
    let mut cells: Vec<Cell> = Vec::new();
    for campaign in campaigns {
        for wave in 0..waves {
            let kit = kits[(campaign.number + wave as usize) % 2].clone();
            let (wave, waves) = (wave as Seconds, waves as Seconds);
            let plan = Plan { campaign, wave, waves, name_servers: &name_servers, before: cells.last() };
            let cell = one(build, &plan, kit);
            cells.push(cell);
        }
    }
    for place in 0..cells.len() {
        seen::show(build, &cells[place]);
        seen::register(build, &cells, place);
    }
    cells
}

/// The name servers of a hoster who asks nothing, which petty criminals rent too.
fn bulletproof(build: &mut Builder<'_>) -> [String; 2] {
    let rented = build.chance.below(crate::background::BULLETPROOF);
    crate::background::bulletproof_name_servers(build.world, rented)
}

/// What all cells of an enterprise have, or one after the other.
struct Plan<'a> {
    campaign: &'a Campaign,
    wave: Seconds,
    waves: Seconds,
    name_servers: &'a [String; 2],
    before: Option<&'a Cell>,
}

fn one(build: &mut Builder<'_>, plan: &Plan<'_>, (kit, style): (String, String)) -> Cell {
    let campaign = plan.campaign;
    let number = Some(campaign.number);
    let step = (campaign.end - campaign.start) / plan.waves.max(1);
    let start = campaign.start + plan.wave * step;
    let is_web = campaign.kind != CampaignKind::ClickFraud;
    let domains = parts::domains(build, number);
    let servers = parts::servers(build, number);
    let ssh_key = parts::host_key(build, number, plan.before);
    let (certificate, spki) = parts::certificate(build, number);
    let (tracker, copied_tracker) = if is_web { parts::trackers(build, number) } else { (None, None) };
    let urls = if is_web { parts::urls(build, number, &domains) } else { Vec::new() };
    let persona = parts::persona(build, number);
    let speaks = campaign.kind.has_contact();
    let (contact_email, contact_phone) =
        if speaks { parts::contact(build, number, plan.before) } else { (None, None) };
    Cell {
        campaign: campaign.number,
        kind: campaign.kind,
        start,
        end: (start + step.max(20 * DAY)).min(build.world.end() - 1),
        domains,
        servers,
        urls,
        ssh_key,
        certificate,
        spki,
        tracker,
        copied_tracker,
        kit,
        style,
        persona,
        contact_email,
        contact_phone,
        files: Vec::new(),
        accounts: Vec::new(),
        wallets: Vec::new(),
        name_servers: plan.name_servers.clone(),
    }
}
