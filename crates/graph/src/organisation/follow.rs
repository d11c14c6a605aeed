//! The ties of one thing: direct ones, and those through records that name it together with others.

use std::collections::BTreeMap;

use entente_model::VertexNo;

use super::around::{Fan, Link, Survey};
use super::ties::Role;
use super::weight::{Found, Measure, gap, kept, span, together};

/// Things a record may name and still tie them together.
const MOST_NAMED: u32 = 64;

impl Survey<'_> {
    /// Every tie that leads from a vertex to another thing, in the order of rule and vertex. `seen` is when the vertex was
    /// seen to belong.
    pub(crate) fn follow(&self, vertex: u32, seen: (u32, u32)) -> Vec<Found> {
        let around = self.around(vertex);
        let mut found = Vec::new();
        let mut named: BTreeMap<(VertexNo, u16), Shared> = BTreeMap::new();
        for fan in around.fans() {
            if !self.ties.rules[usize::from(fan.rule)].walk.admits(fan.out) {
                continue;
            }
            for (far, links) in around.far(fan) {
                match self.role(far) {
                    Role::Nothing => {}
                    Role::Thing => found.extend(self.direct(fan, far, links, seen)),
                    Role::Record => self.through(vertex, far, links, fan, &mut named),
                }
            }
        }
        found.extend(named.into_iter().filter_map(|((_, rule), shared)| self.named(rule, shared, seen)));
        found
    }

    fn direct(&self, fan: &Fan, far: u32, links: &[Link], seen: (u32, u32)) -> Option<Found> {
        let rule = &self.ties.rules[usize::from(fan.rule)];
        let held = span(links.iter().map(|link| link.edge.at));
        let (here, there) = (fan.distinct, self.around(far).distinct(fan.rule, !fan.out)?);
        let (targets, sources) = if fan.out { (here, there) } else { (there, here) };
        let measure = Measure {
            sources,
            targets,
            usual: (rule.sources, rule.targets),
            size: 0,
            gap: gap(seen, held),
            reliability: self.reliability(links),
        };
        let (bits, probability) = self.weigh(rule, &measure);
        let said = self.said(links);
        Some(Found {
            to: far,
            family: rule.family,
            bits,
            probability,
            measure,
            held,
            edges: kept(links),
            said,
        })
    }

    /// Notes whom a record names beside the vertex.
    fn through(
        &self,
        vertex: u32,
        record: u32,
        links: &[Link],
        fan: &Fan,
        named: &mut BTreeMap<(VertexNo, u16), Shared>,
    ) {
        let around = self.around(record);
        let leaves = |fan: &&Fan| self.ties.rules[usize::from(fan.rule)].walk.admits(fan.out);
        let size: u32 = around.fans().iter().filter(leaves).map(|fan| fan.distinct).sum();
        if size > MOST_NAMED {
            return;
        }
        let usual = self.ties.rules[usize::from(fan.rule)].sources;
        for leave in around.fans().iter().filter(leaves) {
            for (far, onward) in around.far(leave) {
                if far == vertex || self.role(far) != Role::Thing {
                    continue;
                }
                let shared = named
                    .entry((self.reader.outer(far), leave.rule))
                    .or_insert_with(|| Shared::begin(far, fan, usual, leave));
                shared.add(size, self.reliability(links) * self.beside(links, onward), links, onward);
            }
        }
    }

    /// A record that is one claim is believed once, however many links it has.
    fn beside(&self, links: &[Link], onward: &[Link]) -> f64 {
        let is_same = onward.iter().any(|one| links.iter().any(|other| other.edge.claim == one.edge.claim));
        if is_same { 1.0 } else { self.reliability(onward) }
    }

    fn named(&self, rule: u16, shared: Shared, seen: (u32, u32)) -> Option<Found> {
        let others = self.around(shared.far).distinct(rule, !shared.out)?;
        let rule_of = &self.ties.rules[usize::from(rule)];
        let held = span(shared.links.iter().map(|link| link.edge.at));
        let measure = Measure {
            // Those records that do not name both.
            sources: others.saturating_sub(shared.records) + 1,
            targets: shared.values.saturating_sub(shared.records) + 1,
            usual: (rule_of.sources, shared.usual),
            size: shared.size.saturating_sub(1),
            gap: gap(seen, held),
            reliability: together(shared.believed.iter().copied()),
        };
        let (bits, probability) = self.weigh(rule_of, &measure);
        Some(Found {
            to: shared.far,
            family: rule_of.family,
            bits,
            probability,
            measure,
            held,
            edges: kept(&shared.links),
            said: self.said_through(&shared.links),
        })
    }
}

/// The records that name two things.
struct Shared {
    far: u32,
    records: u32,
    /// How many records name the near thing so.
    values: u32,
    /// How many may well.
    usual: f64,
    out: bool,
    /// Things named by the smallest of them.
    size: u32,
    believed: Vec<f64>,
    links: Vec<Link>,
}

impl Shared {
    fn begin(far: u32, fan: &Fan, usual: f64, leave: &Fan) -> Shared {
        Shared {
            far,
            records: 0,
            values: fan.distinct,
            usual,
            out: leave.out,
            size: u32::MAX,
            believed: Vec::new(),
            links: Vec::new(),
        }
    }

    fn add(&mut self, size: u32, believed: f64, links: &[Link], onward: &[Link]) {
        self.records += 1;
        self.size = self.size.min(size);
        self.believed.push(believed);
        self.links.extend(links.first());
        self.links.extend(onward.first());
    }
}
