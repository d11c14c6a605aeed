//! What victims report, with values as people copy them. Who reports is nobody's suspect: it stays a property of the report.

use entente_model::{Kind, ObjectId, Selector};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Fault, Ties, Told, given, moment, needed, stix};

/// One report.
#[derive(Deserialize)]
pub(super) struct Report {
    report_id: Option<String>,
    reported: Option<String>,
    incident_time: Option<String>,
    report_type: Option<String>,
    channel: Option<String>,
    country: Option<String>,
    loss: Option<Loss>,
    victim: Option<Victim>,
    description: Option<String>,
    #[serde(default)]
    subjects: Vec<Subject>,
}

#[derive(Deserialize)]
struct Loss {
    amount: Option<String>,
    currency: Option<String>,
}

#[derive(Deserialize)]
struct Victim {
    name: Option<String>,
    age: Option<u16>,
    phone: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
struct Subject {
    r#type: String,
    value: String,
}

impl Told for Report {
    const EDITION: &'static str = "victim-report";

    fn name(&self) -> Option<&str> {
        self.report_id.as_deref()
    }

    fn tell(&self, ties: &mut Ties<'_>) -> Result<(), Fault> {
        let reported = moment(needed("reported", self.reported.as_deref())?)?;
        ties.at(reported);
        // Each who takes reports in numbers their own; two begin at 1, and hardly in the same second.
        let name = format!("{}\u{1f}{reported}", needed("report_id", self.report_id.as_deref())?);
        let subjects = self.subjects.iter().map(|subject| ties.thing(&subject.selector()?));
        let subjects = subjects.collect::<Result<Vec<ObjectId>, Fault>>()?;
        if subjects.is_empty() {
            return Err(Fault::wrong(
                "it names no `subjects`: what was the victim shown, told or made to pay?",
            ));
        }
        let mut properties = self.properties()?;
        properties
            .insert("subject_refs".into(), subjects.iter().map(|id| Value::from(id.to_string())).collect());
        ties.own(Kind::VictimReport, &name, properties).map(drop)
    }
}

impl Report {
    fn properties(&self) -> Result<Map<String, Value>, Fault> {
        let (loss, victim) = (self.loss.as_ref(), self.victim.as_ref());
        let texts = [
            ("report_type", given(self.report_type.as_ref())),
            ("channel", given(self.channel.as_ref())),
            ("country", given(self.country.as_ref())),
            ("loss_amount", loss.and_then(|loss| given(loss.amount.as_ref()))),
            ("loss_currency", loss.and_then(|loss| given(loss.currency.as_ref()))),
            ("victim_name", victim.and_then(|victim| given(victim.name.as_ref()))),
            ("victim_phone", victim.and_then(|victim| given(victim.phone.as_ref()))),
            ("victim_email", victim.and_then(|victim| given(victim.email.as_ref()))),
            ("description", given(self.description.as_ref())),
        ];
        let told = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.into())));
        let mut properties: Map<String, Value> = told.collect();
        properties
            .extend(victim.and_then(|victim| victim.age).map(|age| ("victim_age".to_owned(), age.into())));
        if let Some(time) = given(self.incident_time.as_ref()) {
            properties.insert("incident_time".into(), stix(moment(time)?).into());
        }
        Ok(properties)
    }
}

impl Subject {
    fn selector(&self) -> Result<Selector, Fault> {
        let value = &self.value;
        Ok(match self.r#type.as_str() {
            "url" => Selector::url(value)?,
            "domain" => Selector::domain(value)?,
            "ip" => Selector::ip(value)?,
            "email" => Selector::email(value)?,
            "phone" => Selector::phone(value)?,
            "iban" => Selector::iban(value)?,
            "wallet" => Selector::wallet(value)?,
            "file" => Selector::file_hash(value)?,
            "account" => Selector::user_account("", value)?,
            other => {
                return Err(Fault::wrong(format!(
                    "`{other}` is no type of subject: use url, domain, ip, email, phone, iban, wallet, file or account"
                )));
            }
        })
    }
}
