//! The links of one vertex, gathered by what they say: how many share a value, and what a thing has.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::ties::{Role, Sort, Ties};
use super::{Caller, Choice};
use crate::Edge;
use crate::reader::Reader;

/// Links of one rule and direction that are looked at; a value with more says nothing.
const MOST_LINKS: usize = 4096;

/// The links of a vertex under the filter, by rule and direction.
#[derive(Debug, Default)]
pub(crate) struct Around {
    links: Vec<Link>,
    fans: Vec<Fan>,
}

/// One visible link, seen from the vertex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    rule: u16,
    pub(crate) out: bool,
    /// Before the far end: inner numbers depend on edges that the viewer may not see, and no sum must depend on those.
    pub(crate) edge: Edge,
    pub(crate) far: u32,
}

/// The links of one rule in one direction.
#[derive(Debug)]
pub(crate) struct Fan {
    pub(crate) rule: u16,
    pub(crate) out: bool,
    /// Distinct vertices at the other ends.
    pub(crate) distinct: u32,
    links: Range<usize>,
}

impl Around {
    /// The fans that say anything, in the order of their rules.
    pub(crate) fn fans(&self) -> &[Fan] {
        &self.fans
    }

    /// How many distinct vertices a rule links this one with; `None` when there are too many to say anything.
    pub(crate) fn distinct(&self, rule: u16, out: bool) -> Option<u32> {
        self.fans.iter().find(|fan| fan.rule == rule && fan.out == out).map(|fan| fan.distinct)
    }

    /// Each vertex at the other ends of a fan with its links, parallel ones together.
    pub(crate) fn far<'a>(&'a self, fan: &Fan) -> impl Iterator<Item = (u32, &'a [Link])> + use<'a> {
        let links = &self.links[fan.links.clone()];
        links.chunk_by(|one, other| one.far == other.far).map(|links| (links[0].far, links))
    }
}

/// Reads what lies around vertices, each once.
pub(crate) struct Survey<'a> {
    pub(crate) reader: &'a Reader<'a>,
    pub(crate) ties: &'a Ties,
    pub(crate) caller: &'a Caller<'a>,
    pub(crate) choice: &'a Choice,
    around: RefCell<HashMap<u32, Rc<Around>>>,
    sorts: RefCell<HashMap<u32, Sort>>,
}

impl<'a> Survey<'a> {
    pub(crate) fn new(
        reader: &'a Reader<'a>,
        ties: &'a Ties,
        caller: &'a Caller<'a>,
        choice: &'a Choice,
    ) -> Survey<'a> {
        Survey { reader, ties, caller, choice, around: RefCell::default(), sorts: RefCell::default() }
    }

    /// The sort of a vertex: what the caller says, else that of its kind.
    pub(crate) fn sort(&self, vertex: u32) -> Sort {
        *self.sorts.borrow_mut().entry(vertex).or_insert_with(|| {
            let known = (self.caller.sort)(self.reader.outer(vertex));
            known.unwrap_or_else(|| self.ties.sort_of_kind(self.reader.kind(vertex)))
        })
    }

    pub(crate) fn role(&self, vertex: u32) -> Role {
        self.ties.role(self.sort(vertex))
    }

    /// The links of a vertex; none of one that is known to be shared by people who have nothing to do with each other.
    pub(crate) fn around(&self, vertex: u32) -> Rc<Around> {
        if let Some(around) = self.around.borrow().get(&vertex) {
            return Rc::clone(around);
        }
        let around = Rc::new(self.read(vertex));
        self.around.borrow_mut().insert(vertex, Rc::clone(&around));
        around
    }

    fn read(&self, vertex: u32) -> Around {
        if self.reader.hub_reason(vertex).is_some() {
            return Around::default();
        }
        let mut counts = vec![[0; 2]; self.ties.rules.len()];
        let mut links = Vec::new();
        self.reader.each(vertex, |step| {
            let (far, out) = (step.neighbour(), step.link.is_out());
            let Some(rule) = self.rule(step.link.kind(), vertex, far, out) else { return };
            if far == vertex || !self.reader.admits_vertex(far) {
                return;
            }
            let count = &mut counts[usize::from(rule)][usize::from(out)];
            *count += 1;
            if *count <= MOST_LINKS {
                links.extend(self.reader.edge(vertex, &step).map(|edge| Link { rule, out, far, edge }));
            }
        });
        let crowded = |link: &Link| counts[usize::from(link.rule)][usize::from(link.out)] > MOST_LINKS;
        // Whoever is not believed at all says nothing, not even that one more says so.
        let believed = |link: &Link| (self.caller.belief)(link.edge.compartment, link.edge.claim) > 0.0;
        links.retain(|link| !crowded(link) && believed(link));
        links.sort_unstable();
        let fans = fans(&links);
        let is_hub = |fan: &Fan| !fan.out && fan.distinct > self.ties.rules[usize::from(fan.rule)].hub;
        let says_nothing = fans.iter().any(is_hub) || self.overflows(&counts);
        if says_nothing { Around::default() } else { Around { fans, links } }
    }

    /// Whether so many links point here by a rule that knows hubs that they were not even read.
    fn overflows(&self, counts: &[[usize; 2]]) -> bool {
        let inward = counts.iter().map(|[inward, _]| *inward);
        self.ties.rules.iter().zip(inward).any(|(rule, inward)| inward > MOST_LINKS && rule.hub != u32::MAX)
    }

    fn rule(&self, link_kind: u16, vertex: u32, far: u32, out: bool) -> Option<u16> {
        let (by_source, by_target) = self.ties.refined(link_kind)?;
        let (source, target) = if out { (vertex, far) } else { (far, vertex) };
        // Of a hub the sorts of all its neighbours would be looked up, so only where a rule asks for them.
        let sort = |matters, end| if matters { self.sort(end) } else { Sort::ANY };
        self.ties.rule(link_kind, sort(by_source, source), sort(by_target, target))
    }
}

fn fans(links: &[Link]) -> Vec<Fan> {
    let mut fans = Vec::new();
    let mut start = 0;
    for links in links.chunk_by(|one, other| (one.rule, one.out) == (other.rule, other.out)) {
        let distinct = links.chunk_by(|one, other| one.far == other.far).count() as u32;
        let stop = start + links.len();
        fans.push(Fan { rule: links[0].rule, out: links[0].out, distinct, links: start..stop });
        start = stop;
    }
    fans
}
