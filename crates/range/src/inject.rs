//! Injects: dated messages to whoever trains in a world, each with a question. They are made from what is true, the same every time.

use std::collections::{HashMap, HashSet};

use entente_model::{Kind, ObjectId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::book::Book;
use crate::enterprise::{Enterprise, Planned, mentioned};
use crate::generate::Range;
use crate::record::{Payment, Record, Report, Scan, Seconds, tag};
use crate::thing::{Sort, Thing};
use crate::world::{iso, moment};

/// A message to the trainee. A trainer may write others: nothing but the time has to be so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inject {
    /// When it is told, in the world's time.
    pub at: Timestamp,
    /// What has happened.
    pub text: String,
    /// What the trainee is asked.
    pub question: String,
    /// Ids of what it is about, for the trainee to look up, beginning with the record that tells of it where there is one.
    #[serde(default)]
    pub about: Vec<String>,
}

impl Range {
    /// What the truth calls the enterprise whose victims report first: one learns on it unless another is chosen.
    pub fn first_reported(&self) -> Option<String> {
        let reported = self.enterprises.iter().filter_map(|enterprise| {
            let (report, _) = Plot::new(enterprise).first_report()?;
            Some((report.reported, enterprise.id()))
        });
        reported.min().map(|(_, id)| id)
    }

    /// The injects about an enterprise, in the order of their times: the first victim who reports, the first server that could be
    /// seized, money about to leave, and somebody who only looks like it. None of an enterprise there is not.
    pub fn injects(&self, enterprise: &str) -> Vec<Inject> {
        let Some(enterprise) = self.enterprises.iter().find(|one| one.id() == enterprise) else {
            return Vec::new();
        };
        let plot = Plot::new(enterprise);
        let Some((report, own)) = plot.first_report() else { return Vec::new() };
        let mut injects = vec![reported(report, &own)];
        injects.extend(plot.scan_after(report.reported).map(|(scan, page)| seizable(scan, page)));
        injects.extend(plot.cash_out_after(report.reported).map(leaving));
        injects
            .extend(plot.imitation_after(report.reported).map(|(report, named)| look_alike(report, &named)));
        injects.sort_by_key(|inject| inject.at);
        injects
    }
}

/// What is said of an enterprise, in the order of its moments; nothing wrong is among it.
struct Plot<'e> {
    enterprise: &'e Enterprise,
    told: Vec<&'e Planned>,
    places: HashMap<&'e Thing, usize>,
}

impl<'e> Plot<'e> {
    fn new(enterprise: &'e Enterprise) -> Plot<'e> {
        let mut told: Vec<&Planned> = enterprise.planned.iter().filter(|planned| !planned.wrong).collect();
        told.sort_by_key(|planned| planned.record.at());
        let entities = enterprise.entities.iter().enumerate();
        Plot { enterprise, told, places: entities.map(|(place, entity)| (&entity.thing, place)).collect() }
    }

    /// The first report to the police that names something of the enterprise, and what of it.
    fn first_report(&self) -> Option<(&'e Report, Vec<&'e Thing>)> {
        self.told.iter().find_map(|planned| match &planned.record {
            Record::Report(report) if planned.book == Book::PoliceReports => {
                let own: Vec<&Thing> =
                    report.subjects.iter().filter(|thing| self.places.contains_key(thing)).collect();
                (!own.is_empty()).then_some((&**report, own))
            }
            _ => None,
        })
    }

    /// The first scan from then on that finds a server of the enterprise with a name of its own.
    fn scan_after(&self, at: Seconds) -> Option<(&'e Scan, &'e str)> {
        let mut later = self.told.iter().filter(|planned| planned.record.at() >= at);
        later.find_map(|planned| match &planned.record {
            Record::Scan(scan) if self.is_own(Sort::Ip, &scan.ip) => {
                let name = scan.hostnames.iter().find(|name| self.is_own(Sort::Domain, name))?;
                Some((&**scan, name.as_str()))
            }
            _ => None,
        })
    }

    /// The first payment from then on into an account from which the money leaves the bank.
    fn cash_out_after(&self, at: Seconds) -> Option<&'e Payment> {
        let exits = self.enterprise.entities.iter().filter(|entity| entity.role == Some("cash-out"));
        let exits: HashSet<&Thing> = exits.map(|entity| &entity.thing).collect();
        let mut later = self.told.iter().filter(|planned| planned.record.at() >= at);
        later.find_map(|planned| match &planned.record {
            Record::Payment(payment) if self.is_own(Sort::Iban, &payment.from) => {
                exits.contains(&Thing::new(Sort::Iban, payment.to.as_str())).then_some(payment)
            }
            _ => None,
        })
    }

    /// The first report from then on about somebody who imitates the enterprise.
    fn imitation_after(&self, at: Seconds) -> Option<(&'e Report, Vec<&'e Thing>)> {
        let flags = &self.enterprise.false_flags;
        let mut later = self.told.iter().filter(|planned| planned.record.at() >= at);
        later.find_map(|planned| match &planned.record {
            Record::Report(report) if mentioned(&mut planned.record.clone(), &self.places).is_empty() => {
                let named: Vec<&Thing> =
                    report.subjects.iter().filter(|thing| flags.contains(thing)).collect();
                (!named.is_empty()).then_some((&**report, named))
            }
            _ => None,
        })
    }

    fn is_own(&self, sort: Sort, value: &str) -> bool {
        self.places.contains_key(&Thing::new(sort, value))
    }
}

fn reported(report: &Report, named: &[&Thing]) -> Inject {
    let Report { kind, channel, cents, text, victim, .. } = report;
    let lost = if *cents == 0 { String::new() } else { format!(" and {} EUR gone", cents / 100) };
    let names = values(named);
    Inject {
        at: moment(report.reported),
        text: format!(
            "A victim, {}, reports by {channel}: {kind}{lost}. \"{text}\" They remember {names}.",
            victim.age
        ),
        question: "What would you do next? Whom would you ask, and for what? Look at who is behind it, and name what you hold \
                   for the organisation's."
            .to_owned(),
        about: about(Some(report), named),
    }
}

fn seizable(scan: &Scan, page: &str) -> Inject {
    let (server, name) = (Thing::new(Sort::Ip, scan.ip.as_str()), Thing::new(Sort::Domain, page));
    Inject {
        at: moment(scan.at),
        text: format!("A scan finds {page} on {}, and its hoster would answer an order today.", scan.ip),
        question: "Would you have it copied and left running, seized, or left alone? Who would notice? What else hangs on it?"
            .to_owned(),
        about: about(None, &[&server, &name]),
    }
}

fn leaving(payment: &Payment) -> Inject {
    let Payment { from, to, cents, at, .. } = payment;
    let accounts = [from, to].map(|iban| Thing::new(Sort::Iban, iban.as_str()));
    Inject {
        at: moment(*at),
        text: format!("{} EUR came from {from} to {to} at {}; by tomorrow it will be gone.", cents / 100, iso(*at)),
        question: "Would you ask the bank to stop it? On which of these accounts, what do you tell it, and what may it tell you?"
            .to_owned(),
        about: about(None, &[&accounts[0], &accounts[1]]),
    }
}

fn look_alike(report: &Report, named: &[&Thing]) -> Inject {
    Inject {
        at: moment(report.reported),
        text: format!(
            "Somebody reports {}: \"{}\" A colleague says it is the same people, for the page looks just like theirs.",
            values(named),
            report.text
        ),
        question: "Is it? What would the same people have in common, and what can anybody copy?".to_owned(),
        about: about(Some(report), named),
    }
}

fn values(things: &[&Thing]) -> String {
    let values: Vec<&str> = things.iter().map(|thing| thing.value.as_str()).collect();
    values.join(", ")
}

fn about(report: Option<&Report>, things: &[&Thing]) -> Vec<String> {
    let report = report.map(report_id).into_iter();
    report.chain(things.iter().map(|thing| thing.id())).map(|id| id.to_string()).collect()
}

/// The id that readers give a victim's report: each who takes reports in numbers their own, so its time is part of it.
fn report_id(report: &Report) -> ObjectId {
    let name = format!("{}\u{1f}{}", tag(report.serial), iso(report.reported));
    ObjectId::minted(Kind::VictimReport, &name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::KnownTruth;
    use crate::{Memory, Settings};

    fn told(seed: u64) -> (KnownTruth, String, Vec<Inject>) {
        let range = Range::new(Settings::new(seed, 20_000)).expect("good settings");
        let mut files = Memory::default();
        range.generate(&mut files).expect("memory");
        let files = files.files();
        let json = serde_json::from_slice(&files["truth.json"]).expect("JSON");
        let enterprise = range.first_reported().expect("a victim");
        let injects = range.injects(&enterprise);
        (KnownTruth::read(&json).expect("a truth"), enterprise, injects)
    }

    #[test]
    fn an_exercise_begins_with_a_victim_of_the_enterprise_and_never_gives_away_more() {
        for seed in 0..5 {
            let (truth, enterprise, injects) = told(seed);
            assert!(injects.is_sorted_by_key(|inject| inject.at), "{injects:?}");
            let first = injects.first().expect("a first inject");
            let [report, named @ ..] = first.about.as_slice() else { panic!("{first:?}") };
            assert!(report.starts_with("victim-report--"), "{first:?}");
            assert!(!named.is_empty() && named.iter().all(|id| truth.is_of(&enterprise, id)), "{first:?}");
            assert!(injects.iter().all(|inject| !inject.text.contains(&enterprise)));
        }
    }

    #[test]
    fn what_only_looks_like_it_is_not_of_it() {
        let all = (0..5).map(told);
        let mut seen = 0;
        for (truth, enterprise, injects) in all {
            for inject in injects.iter().filter(|inject| inject.text.contains("A colleague says")) {
                seen += 1;
                assert!(inject.about.iter().all(|id| !truth.is_of(&enterprise, id)), "{inject:?}");
            }
        }
        assert!(seen > 0);
    }
}
