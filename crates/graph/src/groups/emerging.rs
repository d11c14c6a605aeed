//! Emerging threats: groups that are new or grow more than everything else does, ranked, with the reasons.

use std::collections::{BTreeMap, BTreeSet};

use entente_model::{ClaimNo, CompartmentNo, VertexNo};

use super::change::{Change, Fate, Matching};
use super::{Groups, GroupsChoice};
use crate::reader::Reader;
use crate::{Filter, Snapshot};

/// Since when, and how many to tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EmergingChoice {
    /// The last claim of the earlier moment.
    pub since: ClaimNo,
    /// How groups are sought, in both moments.
    pub groups: GroupsChoice,
    /// How the groups of the two moments are matched.
    pub matching: Matching,
    /// How many are told, the most surprising first.
    pub most: usize,
}

/// A group that emerges, and why it is said to.
#[derive(Clone, Debug, PartialEq)]
pub struct Emerging {
    /// Its number among the groups of now.
    pub group: u32,
    /// Whether it was born, has grown, or came of a merger.
    pub fate: Fate,
    /// How surprising its growth is, in nats: the log of how much more likely its size is if it grew by itself than if it grew as
    /// the whole graph did (Poisson likelihood ratio). The ranking is by this.
    pub surprise: f64,
    /// Members in the earlier moment, of all the groups it came from.
    pub size_then: u32,
    /// Members now.
    pub size_now: u32,
    /// Members that were in none of the groups it came from, those with most links within the group first, then ascending.
    pub newcomers: Vec<VertexNo>,
    /// Newcomers by kind of vertex.
    pub kinds: BTreeMap<u16, u32>,
    /// Claims of links within the group, told since.
    pub new_links: u32,
    /// Those claims by kind of link.
    pub link_kinds: BTreeMap<u16, u32>,
    /// Compartments of those claims: how many there are says how independently it is told.
    pub compartments: BTreeSet<CompartmentNo>,
}

impl Snapshot {
    /// The groups that are new or grow beyond what the whole graph does, the most surprising first. Ask with
    /// [`HubPolicy::Skip`](crate::HubPolicy::Skip), so that what everybody shares makes no group; `filter.until`, when given, is
    /// the later moment.
    pub fn emerging(&self, filter: &Filter<'_>, choice: EmergingChoice) -> Vec<Emerging> {
        let earlier = Filter { until: Some(choice.since), ..filter.clone() };
        let before = self.groups(&earlier, choice.groups);
        let now = self.groups(filter, choice.groups);
        let changes = now.changes_since(&before, choice.matching);
        let growth = overall_growth(&before, &now);
        let mut found: Vec<Emerging> =
            changes.iter().filter_map(|change| begin(change, &before, &now, growth)).collect();
        found.sort_by(|a, b| b.surprise.total_cmp(&a.surprise).then(a.group.cmp(&b.group)));
        found.truncate(choice.most);
        self.give_reasons(&mut found, (&before, &now), &changes, (filter, choice.since));
        found
    }

    fn give_reasons(
        &self,
        found: &mut [Emerging],
        (before, now): (&Groups, &Groups),
        changes: &[Change],
        (filter, since): (&Filter<'_>, ClaimNo),
    ) {
        let reader = Reader::new(&self.state, filter);
        let members = now.members(1);
        for emerging in found {
            let change = changes.iter().find(|change| change.after == [emerging.group]);
            let origins: &[u32] = change.map_or(&[], |change| change.before.as_slice());
            let was_in =
                |vertex: &VertexNo| before.of.get(vertex.0 as usize).is_some_and(|old| origins.contains(old));
            let members = &members[emerging.group as usize];
            emerging.newcomers = members.iter().copied().filter(|vertex| !was_in(vertex)).collect();
            emerging.look(&reader, now, members, since);
        }
    }
}

impl Emerging {
    /// Reads the links within the group.
    fn look(&mut self, reader: &Reader<'_>, now: &Groups, members: &[VertexNo], since: ClaimNo) {
        let mut inner_links: BTreeMap<VertexNo, u32> = BTreeMap::new();
        for (vertex, inner) in members.iter().filter_map(|vertex| Some((*vertex, reader.inner(*vertex)?))) {
            reader.each(inner, |step| {
                let other = reader.outer(step.neighbour());
                if now.of.get(other.0 as usize) != Some(&self.group) || other == vertex {
                    return;
                }
                *inner_links.entry(vertex).or_default() += 1;
                if step.link.is_out() && step.claim().is_some_and(|claim| claim > since.0) {
                    self.new_links += 1;
                    *self.link_kinds.entry(step.link.kind()).or_default() += 1;
                    self.compartments.insert(CompartmentNo(step.link.compartment()));
                }
            });
        }
        let links = |vertex: &VertexNo| inner_links.get(vertex).copied().unwrap_or(0);
        self.newcomers.sort_by_key(|vertex| (u32::MAX - links(vertex), *vertex));
        for inner in self.newcomers.iter().filter_map(|vertex| reader.inner(*vertex)) {
            *self.kinds.entry(reader.kind(inner)).or_default() += 1;
        }
    }
}

/// By which factor the whole graph grew.
fn overall_growth(before: &Groups, now: &Groups) -> f64 {
    let total = |groups: &Groups| groups.sizes.iter().copied().map(f64::from).sum::<f64>();
    (total(now) / total(before).max(1.0)).max(1.0)
}

/// A change as the beginning of an emerging group, if it is one.
fn begin(change: &Change, before: &Groups, now: &Groups, growth: f64) -> Option<Emerging> {
    let grows = matches!(change.fate, Fate::Born | Fate::Grown | Fate::Merged);
    let group = *change.after.first().filter(|_| grows)?;
    let size_then: u32 = change.before.iter().map(|group| before.sizes[*group as usize]).sum();
    let size_now = now.sizes[group as usize];
    // One more than was there: of nothing, any growth would be infinitely surprising.
    let surprise = surprise(f64::from(size_now), (f64::from(size_then) + 1.0) * growth);
    (surprise > 0.0).then(|| Emerging {
        group,
        fate: change.fate,
        surprise,
        size_then,
        size_now,
        newcomers: Vec::new(),
        kinds: BTreeMap::new(),
        new_links: 0,
        link_kinds: BTreeMap::new(),
        compartments: BTreeSet::new(),
    })
}

/// Log likelihood ratio of a Poisson count against what was expected; 0 when there is no more than that.
fn surprise(count: f64, expected: f64) -> f64 {
    if count <= expected { 0.0 } else { count * (count / expected).ln() - (count - expected) }
}
