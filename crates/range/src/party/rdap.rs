//! Registrations as RDAP domain objects (RFC 9083 section 5.3), contacts as jCard (RFC 7095).

use super::json::{member, name, text};
use crate::record::{Registration, tag};
use crate::world::{DAY, iso};

pub(super) fn write(out: &mut Vec<u8>, registration: &Registration) {
    out.push(b'{');
    member(out, "objectClassName", "domain");
    member(out, "handle", &tag(registration.handle));
    member(out, "ldhName", &registration.domain);
    name(out, "events");
    out.push(b'[');
    event(out, "registration", &iso(registration.at));
    out.push(b',');
    event(out, "expiration", &iso(registration.at + 365 * DAY));
    out.push(b']');
    name(out, "nameservers");
    for (place, server) in registration.name_servers.iter().enumerate() {
        out.push(if place == 0 { b'[' } else { b',' });
        out.push(b'{');
        member(out, "objectClassName", "nameserver");
        member(out, "ldhName", server);
        out.push(b'}');
    }
    out.push(b']');
    name(out, "entities");
    out.push(b'[');
    registrant(out, registration);
    out.push(b',');
    registrar(out, registration);
    out.extend(b"]}\n");
}

fn event(out: &mut Vec<u8>, action: &str, at: &str) {
    out.push(b'{');
    member(out, "eventAction", action);
    member(out, "eventDate", at);
    out.push(b'}');
}

fn entity(out: &mut Vec<u8>, role: &str) {
    out.push(b'{');
    member(out, "objectClassName", "entity");
    out.extend(b",\"roles\":[\"");
    out.extend(role.as_bytes());
    out.extend(b"\"],\"vcardArray\":[\"vcard\",[[\"version\",{},\"text\",\"4.0\"]");
}

fn property(out: &mut Vec<u8>, property: &str, kind: &str, value: &str) {
    out.extend(b",[\"");
    out.extend(property.as_bytes());
    out.extend(b"\",{},\"");
    out.extend(kind.as_bytes());
    out.extend(b"\",");
    text(out, value);
    out.push(b']');
}

fn registrant(out: &mut Vec<u8>, registration: &Registration) {
    let registrant = &registration.registrant;
    entity(out, "registrant");
    property(out, "fn", "text", &registrant.name);
    if let Some(firm) = &registrant.firm {
        property(out, "org", "text", firm);
    }
    property(out, "email", "text", &registrant.email);
    property(out, "tel", "uri", &format!("tel:{}", registrant.phone));
    out.extend(b"]]}");
}

fn registrar(out: &mut Vec<u8>, registration: &Registration) {
    entity(out, "registrar");
    property(out, "fn", "text", registration.registrar);
    out.extend(b"]]}");
}
