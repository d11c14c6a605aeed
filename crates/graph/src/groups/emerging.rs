//! Emerging threats: groups that are new or grow more than everything else does, ranked, with the reasons.
//!
//! Groups are sought once, as they are now, and asked how they came to be: when each member was first linked with another. Groups
//! sought in the earlier moment as well, and matched with these, would tell the same group for a new one each time a few
//! links move the borders between large groups.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entente_model::{ClaimNo, CompartmentNo, VertexNo};
use rayon::prelude::*;

use super::{Groups, GroupsChoice};
use crate::importance::stretches;
use crate::reader::Reader;
use crate::{Filter, KindSet, Snapshot};

/// Since when, what counts, and how many to tell.
#[derive(Clone, Debug, PartialEq)]
pub struct EmergingChoice {
    /// The last claim of the earlier moment.
    pub since: ClaimNo,
    /// How groups are sought.
    pub groups: GroupsChoice,
    /// Which members growth is counted in; all when `None`.
    pub signs: Option<Signs>,
    /// Least [`Emerging::surprise`] of what is told, in nats.
    pub least: f64,
    /// How many are told, the most surprising first.
    pub most: usize,
}

/// By what a member speaks of harm. Counting growth in these alone tells a threat from ordinary life that grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signs {
    /// Its kind: a report, an indicator.
    pub vertex_kinds: KindSet,
    /// A link from it to another member, of one of these kinds: infected by.
    pub link_kinds: KindSet,
}

/// What emerges, and against what it is held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Emergence {
    /// The groups that emerge, the most surprising first.
    pub groups: Vec<Emerging>,
    /// How many more emerge than are told.
    pub more: usize,
    /// What counts, of all groups together.
    pub overall: Growth,
}

/// How many members with a sign there were in the earlier moment, and are now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    /// In the earlier moment.
    pub then: u32,
    /// Now.
    pub now: u32,
}

/// A group that emerges, and why it is said to.
#[derive(Clone, Debug, PartialEq)]
pub struct Emerging {
    /// Its number among the groups of now.
    pub group: u32,
    /// How surprising its growth is, in nats: the log of how much more likely its signs are if it grew by itself than if it grew as
    /// everything together did (Poisson likelihood ratio). The ranking is by this.
    pub surprise: f64,
    /// Its members that count.
    pub signs: Growth,
    /// Its members, those linked with most others of them first, then ascending.
    pub members: Vec<EmergingMember>,
    /// Claims of links within the group, told since.
    pub new_links: u32,
    /// Those claims by kind of link.
    pub link_kinds: BTreeMap<u16, u32>,
    /// Compartments of those claims: how many there are says how independently it is told.
    pub compartments: BTreeSet<CompartmentNo>,
}

/// A member of a group that emerges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmergingMember {
    /// Which it is.
    pub vertex: VertexNo,
    /// Its kind.
    pub kind: u16,
    /// How many other members it is linked with.
    pub neighbours: u32,
    /// The claim that first linked it with another member.
    pub joined: ClaimNo,
    /// The claim by which it first had a sign; `None` without one, and when all members count.
    pub sign: Option<ClaimNo>,
}

impl Snapshot {
    /// The groups that are new or grow beyond what everything does, the most surprising first. Ask with
    /// [`HubPolicy::Skip`](crate::HubPolicy::Skip), so that what everybody shares makes no group; `filter.until`, when given, is
    /// the later moment.
    pub fn emerging(&self, filter: &Filter<'_>, choice: &EmergingChoice) -> Emergence {
        let groups = self.groups(filter, choice.groups);
        let reader = Reader::new(&self.state, filter);
        let looking = Looking { reader: &reader, groups: &groups, choice };
        let (grown, overall) = looking.growth();
        let mut found: Vec<Emerging> =
            grown.iter().filter_map(|(group, signs)| begin(*group, *signs, overall, choice.least)).collect();
        found.sort_by(|a, b| b.surprise.total_cmp(&a.surprise).then(a.group.cmp(&b.group)));
        let more = found.len().saturating_sub(choice.most);
        found.truncate(choice.most);
        looking.fill(&mut found);
        Emergence { groups: found, more, overall }
    }
}

/// One look at the links within groups.
struct Looking<'a> {
    reader: &'a Reader<'a>,
    groups: &'a Groups,
    choice: &'a EmergingChoice,
}

impl Looking<'_> {
    /// By group, what counts then and now; and of all together.
    fn growth(&self) -> (HashMap<u32, Growth>, Growth) {
        let parts = stretches(self.reader).into_par_iter().map(|vertices| {
            let mut grown: HashMap<u32, Growth> = HashMap::new();
            for (group, member) in vertices.filter_map(|inner| self.member(inner, |_| ())) {
                if let Some(claim) = self.counts_from(&member) {
                    grown.entry(group).or_default().add(u32::from(claim <= self.choice.since), 1);
                }
            }
            grown
        });
        let mut grown: HashMap<u32, Growth> = HashMap::new();
        let mut overall = Growth::default();
        for (group, part) in parts.collect::<Vec<_>>().into_iter().flatten() {
            grown.entry(group).or_default().add(part.then, part.now);
            overall.add(part.then, part.now);
        }
        (grown, overall)
    }

    fn counts_from(&self, member: &EmergingMember) -> Option<ClaimNo> {
        if self.choice.signs.is_some() { member.sign } else { Some(member.joined) }
    }

    /// Reads the members of groups, and the links among them.
    fn fill(&self, found: &mut [Emerging]) {
        let place: HashMap<u32, usize> = found.iter().map(|one| one.group).zip(0..).collect();
        for (outer, group) in (0..).map(VertexNo).zip(&self.groups.of) {
            let Some(emerging) = place.get(group).and_then(|place| found.get_mut(*place)) else { continue };
            let inner = self.reader.inner(outer);
            let read =
                inner.and_then(|inner| self.member(inner, |link| emerging.take(link, self.choice.since)));
            emerging.members.extend(read.map(|(_, member)| member));
        }
        for emerging in found {
            emerging.members.sort_by_key(|member| (u32::MAX - member.neighbours, member.vertex));
        }
    }

    /// A vertex as a member of its group, with the group; `each` is told of its links to others of it. `None` of one that is in none.
    fn member(&self, inner: u32, mut each: impl FnMut(InnerLink)) -> Option<(u32, EmergingMember)> {
        let vertex = self.reader.outer(inner);
        let group = self.groups.of.get(vertex.0 as usize).copied().filter(|group| *group != Groups::NONE)?;
        let (mut others, mut joined, mut sign) = (Vec::new(), u32::MAX, u32::MAX);
        self.reader.each(inner, |step| {
            let other = self.reader.outer(step.neighbour());
            if other == vertex || self.groups.of.get(other.0 as usize) != Some(&group) {
                return;
            }
            let Some(claim) = step.claim() else { return };
            others.push(other);
            joined = joined.min(claim);
            let (kind, out) = (step.link.kind(), step.link.is_out());
            if out && self.choice.signs.as_ref().is_some_and(|signs| signs.link_kinds.contains(kind)) {
                sign = sign.min(claim);
            }
            each(InnerLink { kind, out, claim, compartment: step.link.compartment() });
        });
        others.sort_unstable();
        others.dedup();
        let kind = self.reader.kind(inner);
        if self.choice.signs.as_ref().is_some_and(|signs| signs.vertex_kinds.contains(kind)) {
            sign = joined;
        }
        let sign = (sign != u32::MAX).then_some(ClaimNo(sign));
        let neighbours = others.len() as u32;
        Some((group, EmergingMember { vertex, kind, neighbours, joined: ClaimNo(joined), sign }))
    }
}

/// A link between two members, seen from one.
struct InnerLink {
    kind: u16,
    out: bool,
    claim: u32,
    compartment: u16,
}

impl Growth {
    fn add(&mut self, then: u32, now: u32) {
        self.then = self.then.saturating_add(then);
        self.now = self.now.saturating_add(now);
    }

    /// By which factor it grew; never less than 1.
    fn factor(self) -> f64 {
        (f64::from(self.now) / f64::from(self.then).max(1.0)).max(1.0)
    }
}

impl Emerging {
    /// How many members there were at a moment: those that a claim up to and with this one had linked with another.
    pub fn size_at(&self, claim: ClaimNo) -> u32 {
        self.members.iter().filter(|member| member.joined <= claim).count() as u32
    }

    fn take(&mut self, link: InnerLink, since: ClaimNo) {
        if link.out && link.claim > since.0 {
            self.new_links += 1;
            *self.link_kinds.entry(link.kind).or_default() += 1;
            self.compartments.insert(CompartmentNo(link.compartment));
        }
    }
}

/// A group as an emerging one, if it is.
fn begin(group: u32, signs: Growth, overall: Growth, least: f64) -> Option<Emerging> {
    // One more than was there: of nothing, any growth would be infinitely surprising.
    let surprise = surprise(f64::from(signs.now), (f64::from(signs.then) + 1.0) * overall.factor());
    (surprise > 0.0 && surprise >= least).then(|| Emerging {
        group,
        surprise,
        signs,
        members: Vec::new(),
        new_links: 0,
        link_kinds: BTreeMap::new(),
        compartments: BTreeSet::new(),
    })
}

/// Log likelihood ratio of a Poisson count against what was expected; 0 when there is no more than that.
fn surprise(count: f64, expected: f64) -> f64 {
    if count <= expected { 0.0 } else { count * (count / expected).ln() - (count - expected) }
}
