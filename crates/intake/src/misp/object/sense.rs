//! What an object's template means in STIX.

use entente_model::Kind;

use super::super::observable::Observable;
use super::super::scene::Scene;
use super::super::value::Fields;
use super::{
    Siblings, Thing, account, concept, email, file, host, identity, network, pe, process, registry, rule,
    template,
};

/// What an object says in STIX.
pub(in super::super) enum Sense {
    /// Observables somebody saw, the first of which the object is about, and a pattern of those attributes
    /// that are meant for detection.
    Observed {
        /// What was seen.
        observables: Vec<Observable>,
        /// A STIX pattern.
        pattern: Option<String>,
    },
    /// A concept.
    Concept {
        /// Of which kind.
        kind: Kind,
        /// All about it but id, times and labels.
        properties: Fields,
        /// The mapping puts the template's category into `kill_chain_phases`.
        phased: bool,
    },
    /// A detection rule.
    Rule {
        /// Pattern, language and what else the rule's object says.
        properties: Fields,
    },
    /// A template STIX has no word for, or one filled in so that nothing of it is left.
    Custom,
}

impl Sense {
    /// What an object means. One whose values are not what its template promises is kept whole, as custom.
    pub(super) fn of(thing: &Thing, siblings: &Siblings, scene: &Scene) -> Sense {
        Sense::known(thing, siblings, scene).unwrap_or(Sense::Custom)
    }

    fn known(thing: &Thing, siblings: &Siblings, scene: &Scene) -> Option<Sense> {
        match thing.name.as_str() {
            "annotation" => concept::annotation(thing, scene),
            "artifact" => file::artifact(thing),
            "attack-pattern" => concept::attack_pattern(thing),
            "course-of-action" => concept::course_of_action(thing),
            "domain-ip" | "domain|ip" => host::domain_ip(thing),
            "email" => email::email(thing),
            "employee" | "identity" | "legal-entity" | "news-agency" | "organization" | "person" => {
                identity::identity(thing)
            }
            "file" => file::file(thing, siblings),
            "geolocation" => concept::geolocation(thing),
            "http-request" => network::http_request(thing),
            "image" => file::image(thing),
            "intrusion-set" => concept::intrusion_set(thing),
            "ip-port" | "ip|port" => network::ip_port(thing),
            "lnk" => file::lnk(thing),
            "malware" => concept::malware(thing),
            "malware-analysis" => concept::malware_analysis(thing),
            "netflow" => network::netflow(thing),
            "network-connection" => network::connection(thing),
            "network-socket" => network::socket(thing),
            "pe" => pe::standalone(thing, siblings),
            "process" => process::process(thing),
            "registry-key" => registry::key(thing, siblings),
            "registry-key-value" => registry::value(thing),
            "script" => concept::script(thing),
            "vulnerability" => concept::vulnerability(thing),
            name => match rule::rule(name, thing) {
                Some(rule) => Some(rule),
                None => template::observed(account::template(name)?, thing),
            },
        }
    }

    /// Observables, if there are any, with the pattern for them.
    pub(super) fn observed(observables: Vec<Observable>, pattern: Option<String>) -> Option<Sense> {
        (!observables.is_empty()).then_some(Sense::Observed { observables, pattern })
    }
}
