//! What each kind of link says about who is behind the things it links: the table a caller gives.

use std::collections::HashMap;

use super::defaults;

/// What a vertex is to the table: its kind, or the family of a fingerprint. Numbers are given out by [`Ties`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sort(pub(crate) u16);

impl Sort {
    /// Any sort, in a rule; of a vertex, that nothing is known of it.
    pub const ANY: Sort = Sort(u16::MAX);
}

/// Which way evidence runs along a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// From either end to the other.
    Both,
    /// From source to target only.
    Along,
    /// From target to source only.
    Against,
    /// Not at all: the link says nothing of who is behind.
    Never,
}

impl Walk {
    pub(crate) fn admits(self, along: bool) -> bool {
        match self {
            Walk::Both => true,
            Walk::Along => along,
            Walk::Against => !along,
            Walk::Never => false,
        }
    }
}

/// What vertices of a sort are to the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A thing somebody has, so that it may be a member.
    Thing,
    /// A record, such as a payment or a report: no member, it ties together what it names.
    Record,
    /// What says nothing of who is behind, such as a country: never reached.
    Nothing,
}

/// Ties that are wrong for the same reason, so that many of them together are worth no more than the cap.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// What people call it.
    pub name: String,
    /// Bits of evidence at most, of all ties of the family to one thing.
    pub cap: f64,
    /// Days after which a tie is worth half its bits.
    pub half_life: f64,
}

/// What one kind of link is worth. Bits are log2(m/u) of Fellegi and Sunter (1969): how many times likelier two things of one
/// organisation are to be so linked than two others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Number of the family, as [`Ties::add_family`] gave it.
    pub family: u16,
    /// Which way evidence runs.
    pub walk: Walk,
    /// Bits when hardly anybody else shares the value.
    pub bits: f64,
    /// How many sources one organisation may well have at a target, so that these say little against it.
    pub sources: f64,
    /// How many targets a source of one organisation may well have.
    pub targets: f64,
    /// Bits lost each time the ends are shared twice as much beyond that: 1 is Winkler's correction for frequent values.
    pub slope: f64,
    /// A target with more sources is a hub, and says nothing by any tie.
    pub hub: u32,
}

/// The table: what links and vertices are worth. [`Ties::named`] makes the default from the names a store keeps.
#[derive(Clone, Debug)]
pub struct Ties {
    pub(crate) families: Vec<Family>,
    pub(crate) rules: Vec<Rule>,
    by: HashMap<(u16, Sort, Sort), u16>,
    /// By link kind: whether any rule asks for the sort of the source, and of the target.
    refined: Vec<Option<(bool, bool)>>,
    sorts: HashMap<String, Sort>,
    roles: Vec<Role>,
    kinds: HashMap<u16, Sort>,
}

impl Ties {
    /// A table without rules.
    pub fn empty() -> Ties {
        Ties {
            families: Vec::new(),
            rules: Vec::new(),
            by: HashMap::new(),
            refined: Vec::new(),
            sorts: HashMap::new(),
            roles: Vec::new(),
            kinds: HashMap::new(),
        }
    }

    /// The documented default for a store's link kinds and vertex kinds, each with its number and name. Kinds of links it
    /// does not know say nothing; kinds of vertices it does not know are things.
    pub fn named<'a>(
        link_kinds: impl IntoIterator<Item = (u16, &'a str)>,
        vertex_kinds: impl IntoIterator<Item = (u16, &'a str)>,
    ) -> Ties {
        defaults::ties(link_kinds, vertex_kinds)
    }

    /// Adds a family and gives its number.
    pub fn add_family(&mut self, family: Family) -> u16 {
        self.families.push(family);
        self.families.len() as u16 - 1
    }

    /// The sort of a name: of a vertex kind or of a family of fingerprints. New names become new sorts, of things.
    pub fn sort(&mut self, name: &str) -> Sort {
        let next = Sort(self.roles.len() as u16);
        let sort = *self.sorts.entry(name.to_owned()).or_insert(next);
        if sort == next {
            self.roles.push(Role::Thing);
        }
        sort
    }

    /// The sort of a name, if the table has it.
    pub fn sort_named(&self, name: &str) -> Option<Sort> {
        self.sorts.get(name).copied()
    }

    /// Says what vertices of a sort are to the question.
    pub fn set_role(&mut self, sort: Sort, role: Role) {
        if let Some(to) = self.roles.get_mut(usize::from(sort.0)) {
            *to = role;
        }
    }

    /// Says of which sort the vertices of a kind are, unless the caller knows better of one.
    pub fn set_kind(&mut self, kind: u16, sort: Sort) {
        self.kinds.insert(kind, sort);
    }

    /// Sets what links of a kind are worth, from sources and to targets of these sorts. The rule that says most about both
    /// ends counts; between one about the source and one about the target, that about the source.
    pub fn set_rule(&mut self, link_kind: u16, source: Sort, target: Sort, rule: Rule) {
        let next = self.rules.len() as u16;
        let place = *self.by.entry((link_kind, source, target)).or_insert(next);
        match self.rules.get_mut(usize::from(place)) {
            Some(to) => *to = rule,
            None => self.rules.push(rule),
        }
        let kinds = self.refined.len().max(usize::from(link_kind) + 1);
        self.refined.resize(kinds, None);
        let (by_source, by_target) = self.refined[usize::from(link_kind)].get_or_insert_default();
        *by_source |= source != Sort::ANY;
        *by_target |= target != Sort::ANY;
    }

    /// What people call a family.
    pub fn family_name(&self, family: u16) -> &str {
        self.families.get(usize::from(family)).map_or("", |family| family.name.as_str())
    }

    pub(crate) fn sort_of_kind(&self, kind: u16) -> Sort {
        self.kinds.get(&kind).copied().unwrap_or(Sort::ANY)
    }

    pub(crate) fn role(&self, sort: Sort) -> Role {
        self.roles.get(usize::from(sort.0)).copied().unwrap_or(Role::Thing)
    }

    /// `None` when links of the kind say nothing; else whether the sort of the source matters, and of the target.
    pub(crate) fn refined(&self, link_kind: u16) -> Option<(bool, bool)> {
        self.refined.get(usize::from(link_kind)).copied().flatten()
    }

    /// The number of the rule for a link.
    pub(crate) fn rule(&self, link_kind: u16, source: Sort, target: Sort) -> Option<u16> {
        let any = Sort::ANY;
        let choices = [(source, target), (source, any), (any, target), (any, any)];
        choices.into_iter().find_map(|(source, target)| self.by.get(&(link_kind, source, target)).copied())
    }
}
