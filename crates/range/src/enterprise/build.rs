//! What an enterprise is made with: numbers handed out, entities noted, records planned.

use super::campaign::Campaign;
use crate::book::Book;
use crate::chance::{Chance, Stream};
use crate::record::{Record, Seconds};
use crate::thing::{Sort, Thing};
use crate::world::{RESERVED, World};

/// What an entity is to its enterprise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntityKind {
    Member,
    Infrastructure,
    Money,
    VictimFacing,
}

impl EntityKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            EntityKind::Member => "member",
            EntityKind::Infrastructure => "infrastructure",
            EntityKind::Money => "money",
            EntityKind::VictimFacing => "victim-facing",
        }
    }
}

/// One thing of an enterprise.
#[derive(Clone, Debug)]
pub(crate) struct Entity {
    pub(crate) thing: Thing,
    pub(crate) kind: EntityKind,
    pub(crate) role: Option<&'static str>,
    pub(crate) campaign: Option<usize>,
}

/// A record somebody will hold.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) book: Book,
    pub(crate) record: Record,
    pub(crate) wrong: bool,
}

/// An enterprise and all that is said of it.
#[derive(Debug)]
pub(crate) struct Enterprise {
    pub(crate) number: u32,
    pub(crate) name: String,
    pub(crate) campaigns: Vec<Campaign>,
    pub(crate) roles: Vec<(String, &'static str)>,
    pub(crate) entities: Vec<Entity>,
    pub(crate) planned: Vec<Planned>,
    /// What is neither its own nor anybody else's: kits and words that imitators have too.
    pub(crate) neutral: Vec<Thing>,
    /// Things of others that copy it.
    pub(crate) false_flags: Vec<Thing>,
    /// Things of its victims.
    pub(crate) victims: Vec<Thing>,
    /// Malware families with the names their machines call, for the hits in sinkholes.
    pub(crate) botnets: Vec<(String, String)>,
}

impl Enterprise {
    /// The name by which the truth calls it.
    pub(crate) fn id(&self) -> String {
        format!("e{}", self.number + 1)
    }
}

/// The making of one enterprise.
pub(crate) struct Builder<'w> {
    pub(crate) world: &'w World,
    pub(crate) chance: Chance,
    /// Size in tenths.
    pub(crate) scale: u64,
    pub(crate) enterprise: Enterprise,
    reserved: u64,
    serial: u64,
}

impl<'w> Builder<'w> {
    pub(crate) fn new(world: &'w World, number: u32, scale: u64, reserved: u64) -> Builder<'w> {
        let mut chance = world.chance(Stream::Enterprise, u64::from(number));
        const NAMES: &[&str] =
            &["Quiet", "Pale", "Winter", "Copper", "Hollow", "Velvet", "Broken", "Distant"];
        const NOUNS: &[&str] =
            &["Harbour", "Lantern", "Orchard", "Ferry", "Mirror", "Sparrow", "Kettle", "Bridge"];
        let name = format!("{} {}", chance.pick(NAMES), chance.pick(NOUNS));
        let enterprise = Enterprise {
            number,
            name,
            campaigns: Vec::new(),
            roles: Vec::new(),
            entities: Vec::new(),
            planned: Vec::new(),
            neutral: Vec::new(),
            false_flags: Vec::new(),
            victims: Vec::new(),
            botnets: Vec::new(),
        };
        Builder { world, chance, scale, enterprise, reserved, serial: (u64::from(number) + 1) << 40 }
    }

    /// A number nothing else in the world has.
    pub(crate) fn number(&mut self) -> u64 {
        self.reserved += 1;
        RESERVED + self.reserved - 1
    }

    pub(crate) fn reserved(&self) -> u64 {
        self.reserved
    }

    /// How often the same is seen again; in the smallest worlds once.
    pub(crate) fn rounds(&self) -> usize {
        if self.scale > 12 { 2 } else { 1 }
    }

    /// A serial number no other record has.
    pub(crate) fn serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Notes an entity of the enterprise and gives its value back.
    pub(crate) fn own(
        &mut self,
        sort: Sort,
        value: String,
        kind: EntityKind,
        role: Option<&'static str>,
        campaign: Option<usize>,
    ) -> String {
        let thing = Thing::new(sort, value.clone());
        self.enterprise.entities.push(Entity { thing, kind, role, campaign });
        value
    }

    /// The party comes to hold the record in `permille` of a thousand cases; what is incomplete is incomplete here.
    pub(crate) fn tell(&mut self, permille: u32, book: Book, record: Record) {
        if self.chance.permille(permille) {
            self.enterprise.planned.push(Planned { book, record, wrong: false });
        }
    }

    /// A moment from `from` to `to`, within what is watched.
    pub(crate) fn when(&mut self, from: Seconds, to: Seconds) -> Seconds {
        let (first, last) = (self.world.start, self.world.end() - 1);
        let (from, to) = (from.clamp(first, last), to.clamp(first, last));
        from + self.chance.below((to - from).max(1) as u64) as Seconds
    }

    /// The number of an ordinary account, whose holder has the same number.
    pub(crate) fn ordinary(&mut self) -> u64 {
        let accounts = self.world.counts.accounts;
        // The first are firms that everybody pays.
        let firms = crate::background::firms(self.world);
        self.chance.between(firms, accounts.max(firms + 1) - 1)
    }

    pub(crate) fn finish(mut self, campaigns: Vec<Campaign>) -> Enterprise {
        self.enterprise.campaigns = campaigns;
        self.enterprise
    }
}
