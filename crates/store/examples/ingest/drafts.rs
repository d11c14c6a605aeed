//! Drafts as an intake would make them: 60 % indicators, the rest observables, relationships, malware, identities
//! and reports, about 700 bytes each, shuffled. The same seed makes the same drafts.

use entente_model::{Draft, Handling, HashAlgorithm, Kind, Link, Object, ObjectId, Reference, Selector, Tlp};
use serde_json::{Value, json};
use uuid::Uuid;

/// SplitMix64: the bench needs repeatable numbers, not good ones.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn hex(&mut self, length: usize) -> String {
        let mut text = String::new();
        while text.len() < length {
            text.push_str(&format!("{:016x}", self.next()));
        }
        text.truncate(length);
        text
    }

    fn uuid(&mut self) -> Uuid {
        let wide = (u128::from(self.next()) << 64) | u128::from(self.next());
        uuid::Builder::from_random_bytes(wide.to_be_bytes()).into_uuid()
    }

    fn id(&mut self, kind: Kind) -> ObjectId {
        ObjectId::new(kind, self.uuid())
    }

    fn prose(&mut self, words: &[String], length: usize) -> String {
        let mut text = String::new();
        while text.len() < length {
            text.push_str(&words[self.below(words.len())]);
            text.push(' ');
        }
        text.trim_end().to_owned()
    }
}

struct Bundle {
    random: Random,
    words: Vec<String>,
    author: ObjectId,
}

/// `count` drafts.
pub(crate) fn drafts(seed: u64, count: usize) -> Vec<Draft> {
    let mut random = Random(seed);
    let words = (0..3000)
        .map(|_| {
            let length = 3 + random.below(7);
            random.hex(length)
        })
        .collect();
    let author = random.id(Kind::Identity);
    let mut bundle = Bundle { random, words, author };
    let malware: Vec<ObjectId> = (0..(count / 25).max(1)).map(|_| bundle.random.id(Kind::Malware)).collect();
    let indicators: Vec<ObjectId> =
        (0..(count * 6 / 10).max(1)).map(|_| bundle.random.id(Kind::Indicator)).collect();
    let mut drafts: Vec<Draft> = malware.iter().map(|id| bundle.malware(id)).collect();
    drafts.extend(indicators.iter().enumerate().map(|(index, id)| bundle.indicator(index, id)));
    let mut index = 0;
    while drafts.len() < count {
        index += 1;
        let draft = match index % 36 {
            0..15 => bundle.observable(index),
            15..30 => bundle.relationship(index, &indicators, &malware),
            30..33 => bundle.identity(),
            _ => bundle.report(&indicators),
        };
        drafts.push(draft);
    }
    for place in (1..drafts.len()).rev() {
        drafts.swap(place, bundle.random.below(place + 1));
    }
    drafts.truncate(count);
    drafts
}

impl Bundle {
    fn make(&mut self, id: &ObjectId, mut properties: Value, mut links: Vec<Link>) -> Draft {
        let (day, second) = (1 + self.random.below(28), self.random.below(60));
        let created = format!("2025-03-{day:02}T09:30:{second:02}.000Z");
        properties["type"] = json!(id.kind().as_str());
        properties["spec_version"] = json!("2.1");
        properties["id"] = json!(id.to_string());
        properties["object_marking_refs"] = json!([Tlp::Amber.marking().to_string()]);
        if !id.kind().is_observable() {
            properties["created_by_ref"] = json!(self.author.to_string());
            properties["created"] = json!(created);
            properties["modified"] = json!(created);
            links.push(link(Reference::Id(id.clone()), Reference::Id(self.author.clone()), "created_by"));
        }
        let object = Object::from_json(properties).expect("the generator writes valid objects");
        Draft { object, canonical: None, links, handling: Handling::unmarked(Tlp::Amber), minted: false }
    }

    fn malware(&mut self, id: &ObjectId) -> Draft {
        let name = self.random.prose(&self.words, 12);
        let description = self.random.prose(&self.words, 330);
        self.make(
            id,
            json!({"name": name, "description": description, "is_family": true,
            "malware_types": ["trojan", "bot"], "first_seen": "2025-01-01T00:00:00Z"}),
            Vec::new(),
        )
    }

    fn indicator(&mut self, index: usize, id: &ObjectId) -> Draft {
        let (pattern, selectors) = self.pattern(index);
        let name = self.random.prose(&self.words, 25);
        let description = self.random.prose(&self.words, 190);
        let mut links = Vec::new();
        let mut source = Reference::Id(id.clone());
        for selector in selectors {
            let target = Reference::Selector(selector);
            links.push(link(source, target.clone(), "indicates"));
            source = target;
        }
        let word = self.words[self.random.below(3000)].clone();
        let external = self.random.hex(8);
        self.make(id, json!({"name": name, "description": description, "pattern": pattern, "pattern_type": "stix",
            "pattern_version": "2.1", "valid_from": "2025-03-01T09:30:00Z", "indicator_types": ["malicious-activity"],
            "labels": ["botnet", word], "confidence": index % 100,
            "external_references": [{"source_name": "feed", "external_id": external}]}), links)
    }

    /// A pattern and the selectors it implies: itself, its host, the registered domain.
    fn pattern(&mut self, index: usize) -> (String, Vec<Selector>) {
        let random = &mut self.random;
        match index % 4 {
            0 => {
                let parent = format!("{}.example", random.hex(4));
                let name = format!("{}.{parent}", random.hex(8));
                (
                    format!("[domain-name:value = '{name}']"),
                    vec![Selector::Domain(name), Selector::Domain(parent)],
                )
            }
            1 => {
                let address =
                    format!("198.{}.{}.{}", random.below(255), random.below(255), random.below(255));
                (format!("[ipv4-addr:value = '{address}']"), vec![Selector::Ipv4(address)])
            }
            2 => {
                let digest = random.hex(64);
                let pattern = format!("[file:hashes.'SHA-256' = '{digest}']");
                (pattern, vec![Selector::FileHash(HashAlgorithm::Sha256, digest)])
            }
            _ => {
                let parent = format!("{}.example", random.hex(4));
                let host = format!("{}.{parent}", random.hex(6));
                let url = format!("http://{host}/{}", random.hex(16));
                let pattern = format!("[url:value = '{url}']");
                (pattern, vec![Selector::Url(url), Selector::Domain(host), Selector::Domain(parent)])
            }
        }
    }

    fn observable(&mut self, index: usize) -> Draft {
        let value = match index % 2 {
            0 => Selector::Url(format!("http://{}.example/{}", self.random.hex(8), self.random.hex(300))),
            _ => Selector::Domain(format!("{}.{}.example", self.random.hex(8), self.random.hex(6))),
        };
        // As many feeds do: an id of its own beside the deterministic one.
        let id = self.random.id(value.kind());
        let mut draft = self.make(&id, Value::Object(value.properties()), Vec::new());
        draft.canonical = Some(value.id());
        draft
    }

    fn relationship(&mut self, index: usize, indicators: &[ObjectId], malware: &[ObjectId]) -> Draft {
        let id = self.random.id(Kind::Relationship);
        let source = indicators[self.random.below(indicators.len())].clone();
        let target = malware[index % malware.len()].clone();
        let description = self.random.prose(&self.words, 220);
        let properties = json!({"relationship_type": "indicates", "source_ref": source.to_string(),
            "target_ref": target.to_string(), "description": description});
        self.make(&id, properties, vec![link(Reference::Id(source), Reference::Id(target), "indicates")])
    }

    fn identity(&mut self) -> Draft {
        let id = self.random.id(Kind::Identity);
        let name = self.random.prose(&self.words, 20);
        let description = self.random.prose(&self.words, 300);
        self.make(
            &id,
            json!({"name": name, "description": description, "identity_class": "organization"}),
            Vec::new(),
        )
    }

    fn report(&mut self, indicators: &[ObjectId]) -> Draft {
        let id = self.random.id(Kind::Report);
        let refs: Vec<ObjectId> =
            (0..6).map(|_| indicators[self.random.below(indicators.len())].clone()).collect();
        let name = self.random.prose(&self.words, 30);
        let description = self.random.prose(&self.words, 150);
        let links =
            refs.iter().map(|other| link(Reference::Id(id.clone()), Reference::Id(other.clone()), "object"));
        let links = links.collect();
        let texts: Vec<String> = refs.iter().map(ObjectId::to_string).collect();
        self.make(
            &id,
            json!({"name": name, "description": description, "published": "2025-03-01T09:30:00Z",
            "object_refs": texts}),
            links,
        )
    }
}

fn link(source: Reference, target: Reference, kind: &'static str) -> Link {
    Link { source, target, kind: kind.into(), at: None }
}
