//! Looking through what one viewer may see for groups that emerge.

use std::collections::{BTreeMap, BTreeSet};

use entente_graph::{
    Emergence, Emerging, EmergingChoice, EmergingMember, GroupsChoice, KindSet, Objective, Signs,
};
use entente_model::{ClaimNo, CompartmentSet, Kind, VertexNo};
use entente_store::AsOf;
use jiff::Timestamp;

use super::since::Since;
use super::words::{self, Centre, Facts};
use super::{EmergenceView, EmergingGroupView, EmergingMemberView};
use crate::app::lens::{AUTHORSHIP, Lens};
use crate::app::view::{Count, FilterRequest, ObjectSummary};
use crate::app::{App, AppError};

/// Groups told, at most.
const GROUPS: usize = 20;
/// Things told of a group, at most.
const MEMBERS: usize = 40;
/// Names told of a group, at most.
const NAMES: usize = 5;
/// Twice the usual resolution: at 1, small groups with a link or two between them become one in a large graph (Fortunato,
/// Barthélemy 2007).
const RESOLUTION: f64 = 2.0;
/// What chance alone brings about once in twenty times is not told: twice the log of the ratio goes by chi-squared with one degree of
/// freedom (Wilks 1938).
const SURPRISING: f64 = 1.92;

/// What unrelated things have in common by nature: it holds no group together.
const CONTEXT: [Kind; 5] = [
    Kind::Location,
    Kind::AutonomousSystem,
    Kind::AttackPattern,
    Kind::CourseOfAction,
    Kind::MarkingDefinition,
];

/// Links that say as little: who wrote something down, where mail is read and names are served, by the thousand alike.
const CONTEXT_LINKS: [&str; 3] = [AUTHORSHIP, "domain", "uses-name-server"];

/// What speaks of harm by being there. Growth is counted in these, or ordinary life would be first of all that grows.
const HARM: [Kind; 11] = [
    Kind::Malware,
    Kind::MalwareAnalysis,
    Kind::Campaign,
    Kind::IntrusionSet,
    Kind::ThreatActor,
    Kind::Indicator,
    Kind::Incident,
    Kind::Vulnerability,
    Kind::Report,
    Kind::ObservedData,
    Kind::VictimReport,
];

/// Links that speak of harm at the thing they go out from.
const HARM_LINKS: [&str; 9] = [
    "infected-by",
    "communicates-with",
    "beacons-to",
    "controls",
    "delivers",
    "downloads",
    "drops",
    "exploits",
    "compromises",
];

/// What threats are known by.
const NAMING: [Kind; 3] = [Kind::Malware, Kind::Campaign, Kind::IntrusionSet];

/// What may be named. Nobody is in it, nor what is somebody's own (an account, a telephone number, an e-mail address), nor what
/// may quote that (an indicator's pattern, a report): on a page that everybody opens, these would be a list of persons.
const NAMED: [Kind; 14] = [
    Kind::Malware,
    Kind::Campaign,
    Kind::IntrusionSet,
    Kind::Tool,
    Kind::Vulnerability,
    Kind::Infrastructure,
    Kind::DomainName,
    Kind::Ipv4Addr,
    Kind::Ipv6Addr,
    Kind::Url,
    Kind::File,
    Kind::X509Certificate,
    Kind::CryptocurrencyWallet,
    Kind::DigitalFingerprint,
];

/// A thing that hangs on by one link is as often a victim's machine as an offender's: it is counted and not named.
const LINKED: u32 = 2;

/// One look, and the moments it compares.
struct Look<'a> {
    lens: &'a Lens<'a>,
    since: Since,
    /// The last claim of the earlier moment, and of as long a time before that.
    then: ClaimNo,
    before: Option<ClaimNo>,
    named: KindSet,
    naming: KindSet,
}

impl App {
    /// What emerges in these compartments.
    pub(super) fn emergence_of(
        &self,
        compartments: &CompartmentSet,
        since: Since,
        now: Timestamp,
    ) -> Result<EmergenceView, AppError> {
        let lens = self.lens_of(compartments, AsOf::Now)?;
        let last = |as_of| Ok::<_, AppError>(self.store.view(compartments, as_of)?.last_claim());
        let look = Look {
            since,
            then: last(since.as_of(now))?,
            before: since.before(now).map(last).transpose()?,
            named: of_kinds(&lens, &NAMED),
            naming: of_kinds(&lens, &NAMING),
            lens: &lens,
        };
        let found = look.find()?;
        Ok(EmergenceView {
            made_at: now.to_string(),
            since: since.to_string(),
            groups: found.groups.iter().map(|group| look.group(group, &found)).collect::<Result<_, _>>()?,
            more: found.more as u64,
            signs_then: found.overall.then,
            signs_now: found.overall.now,
        })
    }
}

impl Look<'_> {
    fn find(&self) -> Result<Emergence, AppError> {
        let vertex_kinds = self.lens.kind_names().filter(|(_, name)| !among(&CONTEXT, name));
        let link_kinds = self.lens.link_kind_names().filter(|(_, name)| !CONTEXT_LINKS.contains(name));
        // Hubs, and what the viewer knows to be shared, are skipped unless asked otherwise.
        let sieve = self.lens.sieve(&FilterRequest {
            vertex_kinds: Some(vertex_kinds.map(|(_, name)| name.to_owned()).collect()),
            link_kinds: Some(link_kinds.map(|(_, name)| name.to_owned()).collect()),
            ..FilterRequest::default()
        })?;
        let harmful = self.lens.link_kind_names().filter(|(_, name)| HARM_LINKS.contains(name));
        let signs = Signs {
            vertex_kinds: of_kinds(self.lens, &HARM),
            link_kinds: harmful.map(|(no, _)| no).collect(),
        };
        let choice = EmergingChoice {
            since: self.then,
            groups: GroupsChoice {
                objective: Objective::Modularity { resolution: RESOLUTION },
                ..GroupsChoice::default()
            },
            signs: Some(signs),
            least: SURPRISING,
            most: GROUPS,
        };
        Ok(self.lens.graph.emerging(&sieve.filter(), &choice))
    }

    fn group(&self, group: &Emerging, found: &Emergence) -> Result<EmergingGroupView, AppError> {
        let (sources, members, names) = (self.sources(group), self.members(group)?, self.names(group)?);
        let facts = Facts {
            since: self.since,
            sizes: (group.size_at(self.then), group.members.len() as u32),
            signs: signs(group, self.then, ClaimNo(u32::MAX)),
            signs_before: self.before.map(|before| signs(group, before, self.then)),
            overall: found.overall,
            newcomers: self.kinds(group.members.iter().filter(|member| member.joined > self.then)),
            unnamed: self.kinds(group.members.iter().filter(|member| !self.named.contains(member.kind))),
            centre: self.centre(group)?,
            telling: members.first().map(|member| member.thing.label.as_str()),
            names: &names,
            sources: &sources,
        };
        Ok(EmergingGroupView {
            title: words::title(&facts),
            size_then: facts.sizes.0,
            size_now: facts.sizes.1,
            signs: facts.signs,
            signs_before: facts.signs_before,
            surprise: group.surprise,
            reasons: words::reasons(&facts),
            kinds: facts.newcomers,
            sources,
            names,
            members,
        })
    }

    /// What most others of a group are linked with; without its name where that is somebody's.
    fn centre(&self, group: &Emerging) -> Result<Option<Centre>, AppError> {
        let Some(first) = group.members.first() else { return Ok(None) };
        let named = self.named.contains(first.kind);
        let thing = if named { self.lens.summaries(&[first.vertex])?.pop() } else { None };
        Ok(Some(Centre {
            kind: self.lens.kind(first.kind),
            label: thing.map(|thing| thing.label),
            neighbours: first.neighbours,
        }))
    }

    fn members(&self, group: &Emerging) -> Result<Vec<EmergingMemberView>, AppError> {
        let telling =
            |member: &&EmergingMember| self.named.contains(member.kind) && member.neighbours >= LINKED;
        let telling: Vec<EmergingMember> =
            group.members.iter().filter(telling).take(MEMBERS).copied().collect();
        let mut views = Vec::with_capacity(telling.len());
        for EmergingMember { vertex, neighbours, joined, .. } in telling {
            let newcomer = joined > self.then;
            let thing = self.lens.summaries(&[vertex])?.pop();
            views.extend(thing.map(|thing| EmergingMemberView { thing, neighbours, newcomer }));
        }
        Ok(views)
    }

    fn names(&self, group: &Emerging) -> Result<Vec<ObjectSummary>, AppError> {
        let naming = group.members.iter().filter(|member| self.naming.contains(member.kind));
        let naming: Vec<VertexNo> = naming.map(|member| member.vertex).take(NAMES).collect();
        self.lens.summaries(&naming)
    }

    fn sources(&self, group: &Emerging) -> Vec<String> {
        let known = group.compartments.iter().filter_map(|no| self.lens.compartment(*no));
        let sources: BTreeSet<&String> = known.map(|compartment| &compartment.source).collect();
        sources.into_iter().cloned().collect()
    }

    /// How many there are of each kind, the most frequent first.
    fn kinds<'m>(&self, members: impl Iterator<Item = &'m EmergingMember>) -> Vec<Count> {
        let mut counts: BTreeMap<u16, u64> = BTreeMap::new();
        members.for_each(|member| *counts.entry(member.kind).or_default() += 1);
        let named = counts.into_iter().map(|(kind, count)| Count { name: self.lens.kind(kind), count });
        let mut counts: Vec<Count> = named.collect();
        counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        counts
    }
}

/// How many members began to speak of harm after one claim, up to and with another.
fn signs(group: &Emerging, after: ClaimNo, until: ClaimNo) -> u32 {
    let signs = group.members.iter().filter_map(|member| member.sign);
    signs.filter(|claim| *claim > after && *claim <= until).count() as u32
}

fn of_kinds(lens: &Lens<'_>, kinds: &[Kind]) -> KindSet {
    lens.kind_names().filter(|(_, name)| among(kinds, name)).map(|(no, _)| no).collect()
}

fn among(kinds: &[Kind], name: &str) -> bool {
    kinds.iter().any(|kind| kind.as_str() == name)
}
