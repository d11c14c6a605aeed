//! Tags: those that say how something may be handled become handling, all others stay labels.

use std::collections::{BTreeSet, HashSet};

use entente_model::{Grade, GradeScheme, Handling, PermissibleActions, Tlp};
use serde_json::Value;

use super::value::{Fields, as_text, list, object};

/// What the tags of an event, object or attribute say.
#[derive(Clone, Debug, Default)]
pub(super) struct Tags {
    tlp: Option<Tlp>,
    pap: Option<PermissibleActions>,
    reliability: Option<char>,
    credibility: Option<u8>,
    /// `confidence` of STIX, when a tag of MISP's own taxonomy gives one.
    pub(super) confidence: Option<u8>,
    /// All tags but those for TLP and for the galaxies that stand beside them.
    pub(super) labels: Vec<String>,
    /// The same: a thing may be tagged a hundred thousand times, so none is looked for among all before it.
    known: HashSet<String>,
}

impl Tags {
    /// The tags of something. A tag that names a galaxy cluster listed beside it says nothing new.
    pub(super) fn of(fields: &Fields) -> Tags {
        let clusters = cluster_tags(fields);
        let mut tags = Tags::default();
        for tag in list(fields, "Tag") {
            let name = tag.get("name").or(Some(tag)).and_then(Value::as_str);
            if let Some(name) = name.filter(|name| !name.trim().is_empty() && !clusters.contains(*name)) {
                tags.add(name.trim());
            }
        }
        tags
    }

    /// What they restrict, for what hangs on the tagged thing without being it: its relationships, sightings,
    /// clusters.
    pub(super) fn restrictions(&self) -> Tags {
        Tags { confidence: None, labels: Vec::new(), known: HashSet::new(), ..*self }
    }

    /// The tags of an object and of all its attributes.
    pub(super) fn of_object(object: &Fields) -> Tags {
        let attributes = list(object, "Attribute").iter().filter_map(Value::as_object);
        attributes.fold(Tags::of(object), |tags, attribute| tags.and(Tags::of(attribute)))
    }

    /// These tags and those of something they are drawn together with: the stricter one counts.
    pub(super) fn and(mut self, other: Tags) -> Tags {
        self.tlp = self.tlp.max(other.tlp);
        self.pap = self.pap.max(other.pap);
        self.reliability = self.reliability.or(other.reliability);
        self.credibility = self.credibility.or(other.credibility);
        self.confidence = [self.confidence, other.confidence].into_iter().flatten().min();
        for label in other.labels {
            self.label(label);
        }
        self
    }

    /// The stricter of a handling and what these tags ask for. A grade of theirs replaces the import's.
    pub(super) fn restrict(&self, handling: &Handling) -> Handling {
        let mut handling = handling.clone();
        if let Some(tlp) = self.tlp {
            handling = handling.at_least_tlp(tlp);
        }
        if let Some(pap) = self.pap {
            handling = handling.at_least_pap(pap);
        }
        if let Some(grade) = self.grade() {
            handling.grade = grade;
        }
        handling
    }

    /// The TLP 2.0 marking these tags ask for.
    pub(super) fn marking(&self) -> Option<String> {
        self.tlp.map(|tlp| tlp.marking().to_string())
    }

    fn add(&mut self, name: &str) {
        if let Some(tlp) = prefixed(name, "tlp:").and_then(|_| name.parse::<Tlp>().ok()) {
            self.tlp = self.tlp.max(Some(tlp));
            return;
        }
        if let Some(pap) = prefixed(name, "pap:").and_then(|_| name.parse::<PermissibleActions>().ok()) {
            self.pap = self.pap.max(Some(pap));
        }
        if let Some(letter) = predicate(name, "admiralty-scale:source-reliability=") {
            self.reliability =
                letter.chars().next().map(|c| c.to_ascii_uppercase()).filter(|c| ('A'..='G').contains(c));
        }
        if let Some(digit) = predicate(name, "admiralty-scale:information-credibility=") {
            self.credibility = digit.parse().ok().filter(|digit| (1..=6).contains(digit));
        }
        if let Some(score) = predicate(name, "misp:confidence-level=").and_then(confidence) {
            self.confidence = Some(self.confidence.map_or(score, |known| known.min(score)));
        }
        self.label(name.to_owned());
    }

    fn label(&mut self, label: String) {
        if self.known.insert(label.clone()) {
            self.labels.push(label);
        }
    }

    /// The Admiralty grade; the half nobody gave is "cannot be judged".
    fn grade(&self) -> Option<Grade> {
        if self.reliability.is_none() && self.credibility.is_none() {
            return None;
        }
        let source = self.reliability.unwrap_or('F');
        Some(Grade { scheme: GradeScheme::Admiralty, source, information: self.credibility.unwrap_or(6) })
    }
}

fn prefixed<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    name.get(..prefix.len()).filter(|head| head.eq_ignore_ascii_case(prefix)).map(|_| &name[prefix.len()..])
}

/// The value of a machine tag `namespace:predicate="value"`.
fn predicate<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    prefixed(name, prefix).map(|value| value.trim_matches('"'))
}

/// MISP taxonomy `misp`, predicate `confidence-level`; "cannot be evaluated" is no number.
fn confidence(level: &str) -> Option<u8> {
    match level {
        "completely-confident" => Some(100),
        "usually-confident" => Some(75),
        "fairly-confident" => Some(50),
        "rarely-confident" => Some(25),
        "unconfident" => Some(0),
        _ => None,
    }
}

/// Names of the tags MISP adds for each galaxy cluster.
fn cluster_tags(fields: &Fields) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for galaxy in list(fields, "Galaxy").iter().filter_map(Value::as_object) {
        for cluster in list(galaxy, "GalaxyCluster").iter().filter_map(Value::as_object) {
            names.extend(cluster.get("tag_name").and_then(as_text).map(|name| name.into_owned()));
            let value = cluster.get("value").and_then(as_text).unwrap_or_default();
            let kind = cluster.get("type").or(galaxy.get("type")).and_then(as_text).unwrap_or_default();
            names.insert(format!("misp-galaxy:{kind}=\"{value}\""));
        }
    }
    names
}

/// The tags of a collection of attributes: its own, or those of the event it was cut from.
pub(super) fn of_event_or_self(fields: &Fields) -> Tags {
    let own = Tags::of(fields);
    match object(fields, "Event") {
        Some(event) => Tags::of(event).and(own),
        None => own,
    }
}

#[cfg(test)]
mod tests {
    use entente_model::{Grade, Handling, PermissibleActions, Tlp};
    use serde_json::json;

    use super::*;

    fn tags(names: &[&str]) -> Tags {
        let tags: Vec<_> = names.iter().map(|name| json!({ "name": name })).collect();
        Tags::of(json!({ "Tag": tags }).as_object().expect("an object"))
    }

    #[test]
    fn the_strictest_tag_counts_and_unknown_ones_stay_labels() {
        let given = tags(&["TLP:GREEN", "tlp:amber", "tlp:ex:chr", "PAP:RED", "botnet"]);
        let handling = given.restrict(&Handling::unmarked(Tlp::Clear));
        assert_eq!((handling.tlp, handling.pap), (Tlp::Amber, PermissibleActions::Red));
        assert_eq!(given.labels, ["tlp:ex:chr", "PAP:RED", "botnet"]);
    }

    #[test]
    fn tags_never_loosen_an_import() {
        let handling = tags(&["tlp:white"]).restrict(&Handling::unmarked(Tlp::Red));
        assert_eq!(handling.tlp, Tlp::Red);
    }

    #[test]
    fn admiralty_tags_grade_and_the_missing_half_cannot_be_judged() {
        let both = tags(&[
            "admiralty-scale:source-reliability=\"b\"",
            "admiralty-scale:information-credibility=\"2\"",
        ]);
        let grade = |tags: Tags| tags.restrict(&Handling::unmarked(Tlp::Clear)).grade;
        assert_eq!(grade(both).to_string(), "admiralty:B2");
        assert_eq!(grade(tags(&["admiralty-scale:source-reliability=\"c\""])).to_string(), "admiralty:C6");
        assert_eq!(grade(tags(&["x"])), Grade::UNGRADED);
    }

    #[test]
    fn a_tag_for_a_cluster_beside_it_is_no_label() {
        let event = json!({
            "Tag": [{"name": "misp-galaxy:tool=\"X\""}, {"name": "misp-galaxy:tool=\"Y\""}],
            "Galaxy": [{"type": "tool", "GalaxyCluster": [{"type": "tool", "value": "X"}]}]
        });
        assert_eq!(Tags::of(event.as_object().expect("an object")).labels, ["misp-galaxy:tool=\"Y\""]);
    }
}
