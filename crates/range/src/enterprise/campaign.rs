//! Campaigns: what is done to whom, and when.

use super::build::Builder;
use crate::record::Seconds;
use crate::world::DAY;

/// A sort of campaign, after the ones that do most harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CampaignKind {
    /// Machines that click on advertisements, as ZeroAccess's did.
    ClickFraud,
    /// Mail to a copied bank's page, and malware for those who bank at home.
    Banking,
    TechSupport,
    Romance,
    Investment,
    Ransomware,
}

impl CampaignKind {
    const ALL: &[CampaignKind] = &[
        CampaignKind::Banking,
        CampaignKind::TechSupport,
        CampaignKind::Investment,
        CampaignKind::ClickFraud,
        CampaignKind::Ransomware,
        CampaignKind::Romance,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            CampaignKind::ClickFraud => "click-fraud",
            CampaignKind::Banking => "banking-malware",
            CampaignKind::TechSupport => "tech-support-scam",
            CampaignKind::Romance => "romance-scam",
            CampaignKind::Investment => "investment-fraud",
            CampaignKind::Ransomware => "ransomware",
        }
    }

    /// What a victim's report calls it.
    pub(crate) fn report(self) -> &'static str {
        match self {
            CampaignKind::ClickFraud => "malware",
            CampaignKind::Banking => "phishing",
            other => other.as_str(),
        }
    }

    pub(crate) fn has_malware(self) -> bool {
        matches!(self, CampaignKind::ClickFraud | CampaignKind::Banking | CampaignKind::Ransomware)
    }

    /// Whether victims speak or write with somebody.
    pub(crate) fn has_contact(self) -> bool {
        matches!(self, CampaignKind::TechSupport | CampaignKind::Romance | CampaignKind::Investment)
    }

    /// Whether victims pay from wallets rather than from accounts.
    pub(crate) fn takes_coins(self) -> bool {
        matches!(self, CampaignKind::Ransomware | CampaignKind::Investment)
    }

    /// The ages of its victims.
    pub(crate) fn ages(self) -> (u64, u64) {
        match self {
            CampaignKind::TechSupport | CampaignKind::Romance => (62, 91),
            CampaignKind::Investment => (35, 79),
            CampaignKind::ClickFraud => (16, 70),
            CampaignKind::Banking | CampaignKind::Ransomware => (21, 80),
        }
    }

    /// What one victim loses, in cents.
    pub(crate) fn loss(self) -> (u64, u64) {
        match self {
            CampaignKind::ClickFraud => (0, 0),
            CampaignKind::Banking => (60_000, 900_000),
            CampaignKind::TechSupport => (29_900, 480_000),
            CampaignKind::Romance => (150_000, 4_000_000),
            CampaignKind::Investment => (25_000, 12_000_000),
            CampaignKind::Ransomware => (500_000, 40_000_000),
        }
    }
}

/// One campaign of an enterprise.
#[derive(Clone, Debug)]
pub(crate) struct Campaign {
    pub(crate) number: usize,
    pub(crate) kind: CampaignKind,
    pub(crate) malware: Option<String>,
    pub(crate) start: Seconds,
    pub(crate) end: Seconds,
}

/// Campaigns one after the other and beside each other, over the whole time.
pub(crate) fn plan(build: &mut Builder<'_>) -> Vec<Campaign> {
    let count = (2 + build.scale / 20) as usize;
    let first = build.chance.below(CampaignKind::ALL.len() as u64) as usize;
    let one = |number: usize| {
        let kind = CampaignKind::ALL[(first + number) % CampaignKind::ALL.len()];
        let malware = kind.has_malware().then(|| malware(build));
        let latest = build.world.span * 6 / 10;
        let start = build.world.start + build.chance.below(latest.max(1) as u64) as Seconds;
        let length = build.chance.between(30, 100) as Seconds * DAY;
        Campaign { number, kind, malware, start, end: (start + length).min(build.world.end() - 1) }
    };
    (0..count).map(one).collect()
}

fn malware(build: &mut Builder<'_>) -> String {
    const HEADS: &[&str] = &["Brass", "Night", "Tin", "Moss", "Grey", "Salt", "Thorn", "Dusk"];
    const TAILS: &[&str] = &["Moth", "Needle", "Ledger", "Hook", "Cricket", "Spindle", "Raven", "Loom"];
    let number = build.chance.between(2, 99);
    format!("{}{}{number}", build.chance.pick(HEADS), build.chance.pick(TAILS))
}
