//! The values a record names.

use super::{Abuse, AbuseKind, Mail, Record, Scan};
use crate::thing::{Family, Sort, Thing};

impl Record {
    /// Every value it names, for reading and for spoiling. Names of people and malware families are not among them,
    /// nor whom a report is from.
    pub(crate) fn each(&mut self, see: &mut dyn FnMut(Sort, &mut String)) {
        match self {
            Record::Hit(hit) => {
                see(Sort::Ip, &mut hit.ip);
                see(Sort::Ip, &mut hit.sink_ip);
                see(Sort::Domain, &mut hit.host);
            }
            Record::Scan(scan) => scan.each(see),
            Record::Registration(registration) => {
                see(Sort::Domain, &mut registration.domain);
                registration.name_servers.iter_mut().for_each(|name| see(Sort::Domain, name));
                see(Sort::Email, &mut registration.registrant.email);
                see(Sort::Phone, &mut registration.registrant.phone);
            }
            Record::Resolution(resolution) => {
                see(Sort::Domain, &mut resolution.name);
                see(if resolution.kind == "A" { Sort::Ip } else { Sort::Domain }, &mut resolution.data);
            }
            Record::Payment(payment) => {
                see(Sort::Iban, &mut payment.from);
                see(Sort::Iban, &mut payment.to);
            }
            Record::Holding(holding) => {
                see(Sort::Iban, &mut holding.iban);
                see(Sort::Phone, &mut holding.phone);
                see(Sort::Email, &mut holding.email);
                see(Sort::Mark(Family::Device), &mut holding.device);
            }
            Record::Alert(alert) => see(Sort::Iban, &mut alert.iban),
            Record::Coin(coin) => {
                see(Sort::Wallet, &mut coin.from);
                see(Sort::Wallet, &mut coin.to);
            }
            Record::Customer(customer) => {
                see(Sort::Wallet, &mut customer.address);
                see(Sort::Iban, &mut customer.iban);
                see(Sort::Email, &mut customer.email);
                see(Sort::Phone, &mut customer.phone);
            }
            Record::Mail(mail) => mail.each(see),
            Record::Report(report) => things(&mut report.subjects, see),
            Record::Abuse(abuse) => abuse.each(see),
            Record::Event(event) => things(&mut event.attributes, see),
            Record::Statement(statement) => {
                for thing in [&mut statement.from, &mut statement.to] {
                    if !matches!(thing.sort, Sort::Identity | Sort::Malware) {
                        see(thing.sort, &mut thing.value);
                    }
                }
            }
        }
    }

    /// The values it names.
    pub(crate) fn values(&mut self) -> Vec<Thing> {
        let mut values = Vec::new();
        self.each(&mut |sort, value| values.push(Thing::new(sort, value.as_str())));
        values
    }
}

fn things(things: &mut [Thing], see: &mut dyn FnMut(Sort, &mut String)) {
    things.iter_mut().for_each(|thing| see(thing.sort, &mut thing.value));
}

impl Scan {
    fn each(&mut self, see: &mut dyn FnMut(Sort, &mut String)) {
        see(Sort::Ip, &mut self.ip);
        self.hostnames.iter_mut().for_each(|name| see(Sort::Domain, name));
        if let Some(certificate) = &mut self.certificate {
            see(Sort::Certificate, &mut certificate.sha256);
            see(Sort::Mark(Family::Spki), &mut certificate.spki);
        }
        if let Some((key, hassh)) = &mut self.ssh {
            see(Sort::Mark(Family::SshHostKey), key);
            see(Sort::Mark(Family::Hassh), hassh);
        }
        self.trackers.iter_mut().for_each(|tracker| see(Sort::Mark(Family::Tracker), tracker));
        let marks = [
            (Family::Jarm, &mut self.jarm),
            (Family::Ja3s, &mut self.ja3s),
            (Family::Favicon, &mut self.favicon),
            (Family::Kit, &mut self.kit),
            (Family::Dom, &mut self.dom),
        ];
        for (family, value) in marks {
            if let Some(value) = value {
                see(Sort::Mark(family), value);
            }
        }
    }
}

impl Mail {
    fn each(&mut self, see: &mut dyn FnMut(Sort, &mut String)) {
        see(Sort::Email, &mut self.from);
        if let Some(address) = &mut self.reply_to {
            see(Sort::Email, address);
        }
        see(Sort::Ip, &mut self.relay);
        things(&mut self.names, see);
    }
}

impl Abuse {
    fn each(&mut self, see: &mut dyn FnMut(Sort, &mut String)) {
        see(Sort::Ip, &mut self.source);
        match &mut self.what {
            AbuseKind::Phishing { url } => see(Sort::Url, url),
            AbuseKind::Malware { url, sha256 } => {
                see(Sort::Url, url);
                see(Sort::File, sha256);
            }
            AbuseKind::Botnet { c2, .. } => see(Sort::Domain, c2),
        }
    }
}
