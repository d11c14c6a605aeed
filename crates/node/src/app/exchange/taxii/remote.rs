//! Collections on servers of others: what is fetched from there becomes claims, what is pushed there was released.
//!
//! How far this node has come is noted after what was done is on disk, so whatever is interrupted is done again, and what is done
//! twice changes nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, bail};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use entente_agreement::PartyId;
use entente_intake::{Format, Limits, Settings};
use entente_model::Handling;
use entente_store::exchange::{CollectionBodies, Delivery, RemotePlace, RemoteState, TaxiiRemote};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::collection::{Collection, Way};
use super::inbox::{Envelope, Taken};
use super::page::Wanted;
use crate::app::agreement::wire_party;
use crate::app::exchange::parse_flow_name;
use crate::app::import::input::Input;
use crate::app::import::pipeline::{self, Request, Totals};
use crate::app::{App, AppError, Role, Viewer};
use crate::entropy;

/// What is done at a collection of others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Errand {
    /// Fetch what a source tells.
    Fetch {
        /// Who tells.
        source: String,
        /// How everything is handled that is not marked more strictly itself.
        handling: Handling,
    },
    /// Fetch or push what an agreement has a flow for: as the flow runs.
    Flow {
        /// The partner.
        party: PartyId,
        /// The flow, as `<agreement>/<flow>`.
        flow: String,
    },
}

/// A collection of others, as somebody adds it.
pub(crate) struct NewRemote {
    pub(crate) name: String,
    pub(crate) collection: String,
    pub(crate) user: Option<String>,
    pub(crate) secret_file: Option<PathBuf>,
    pub(crate) authority_file: Option<PathBuf>,
    pub(crate) errand: Errand,
    /// How often, in minutes.
    pub(crate) every: Option<u32>,
}

/// A collection of others, and how far this node has come with it.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    pub(crate) kept: TaxiiRemote,
    pub(crate) state: RemoteState,
    pub(crate) errand: Errand,
}

/// Where an errand leads.
pub(crate) enum Heading {
    /// What is fetched becomes claims of a source.
    Fetch,
    /// What is fetched is told under an agreement.
    Told(Box<Collection>),
    /// What was released is pushed.
    Push(Box<Collection>),
}

impl App {
    /// Adds a collection of others.
    pub(crate) fn add_remote(
        &self,
        viewer: &Viewer,
        new: NewRemote,
        now: Timestamp,
    ) -> Result<Remote, AppError> {
        viewer.require(Role::Administrator)?;
        if !new.collection.starts_with("https://") || !new.collection.contains("/collections/") {
            return Err(AppError::invalid(format!(
                "`{}` is no URL of a TAXII collection: write it as https://HOST/ROOT/collections/ID/",
                new.collection
            )));
        }
        if new.name.is_empty() || new.name.chars().any(char::is_control) {
            return Err(AppError::invalid("a collection needs a name"));
        }
        let kept = TaxiiRemote {
            name: new.name,
            collection: format!("{}/", new.collection.trim_end_matches('/')),
            user: new.user,
            secret_file: new.secret_file.map(absolute).transpose()?,
            authority_file: new.authority_file.map(absolute).transpose()?,
            errand: serde_json::to_string(&new.errand).map_err(anyhow::Error::from)?,
            every: new.every.map(|minutes| minutes.saturating_mul(60)),
            added_at: now,
        };
        let remote = Remote { kept, state: RemoteState::default(), errand: new.errand };
        self.heading(&remote, now)?;
        self.exchange.add_remote(&remote.kept)?;
        Ok(remote)
    }

    /// The collections of others, by name.
    pub(crate) fn remotes(&self) -> anyhow::Result<Vec<Remote>> {
        self.exchange.remotes()?.into_iter().map(remote).collect()
    }

    /// One of them.
    pub(crate) fn remote(&self, name: &str) -> Result<Remote, AppError> {
        let found = self.exchange.remote(name)?.ok_or(AppError::NotFound("TAXII collection"))?;
        Ok(remote(found)?)
    }

    /// Removes one. What came from there stays.
    pub(crate) fn remove_remote(&self, viewer: &Viewer, name: &str) -> Result<(), AppError> {
        viewer.require(Role::Administrator)?;
        if self.exchange.remove_remote(name)? { Ok(()) } else { Err(AppError::NotFound("TAXII collection")) }
    }

    /// Where an errand leads at this moment: what it does by a flow it does only while the agreement is in force.
    pub(crate) fn heading(&self, remote: &Remote, now: Timestamp) -> Result<Heading, AppError> {
        let Errand::Flow { party, flow } = &remote.errand else { return Ok(Heading::Fetch) };
        let missing = || {
            AppError::invalid(format!(
                "no agreement in force has the flow `{flow}` with `{party}`: name it as AGREEMENT/FLOW"
            ))
        };
        parse_flow_name(flow).ok_or_else(missing)?;
        let all = self.collections(party, now)?;
        let found = all.into_iter().find(|one| one.flow_name().0 == *flow).ok_or_else(missing)?;
        Ok(match found.way() {
            Way::Told => Heading::Push(Box::new(found)),
            Way::Telling => Heading::Told(Box::new(found)),
        })
    }

    /// Takes in a page of what a source tells: an envelope.
    pub(crate) fn take_fetched(
        &self,
        remote: &Remote,
        page: Vec<u8>,
        now: Timestamp,
    ) -> anyhow::Result<Totals> {
        let Errand::Fetch { source, handling } = &remote.errand else {
            bail!("it is told under an agreement")
        };
        let (name, bytes) = (remote.kept.collection.clone(), Arc::from(page));
        let settings = Settings {
            handling: handling.clone(),
            format: Some(Format::Stix),
            now,
            limits: Limits::default(),
        };
        let stamp = now.strftime("%Y%m%dT%H%M%SZ");
        let rejects = format!("{stamp}-{}.jsonl", &entropy::token()[..6]);
        let request = Request {
            inputs: vec![Input::Fetched { bytes, name }],
            source: source.clone(),
            settings,
            dry_run: false,
            rejects: self.data().join("rejects").join(rejects),
        };
        pipeline::run(self, request, &AtomicBool::new(false), &mut |_| {})
    }

    /// Takes in a page of what a partner tells by a flow: an envelope, which may have no objects.
    pub(crate) fn take_page(
        &self,
        collection: &Collection,
        page: &[u8],
        now: Timestamp,
    ) -> Result<Taken, AppError> {
        self.take_told(collection, &Envelope::of_page(page)?.objects, now)
    }

    /// What is to be pushed after a place; `most` bytes at most, once there is one object.
    pub(crate) fn to_push(
        &self,
        collection: &Collection,
        after: Option<&str>,
        most: usize,
    ) -> Result<CollectionBodies, AppError> {
        let added_after = after.map(str::parse).transpose().context("a place was damaged")?;
        let all = vec![entente_store::exchange::VersionMatch::All];
        let wanted = Wanted { added_after, versions: all, bytes: Some(most), ..Wanted::default() };
        self.told_bodies(collection, &wanted)
    }

    /// Notes that a page was pushed.
    pub(crate) fn pushed_page(
        &self,
        remote: &Remote,
        collection: &Collection,
        page: &CollectionBodies,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let Some((first_added, last_added)) = page.added else { return Ok(()) };
        let token = format!("pushed to {}", remote.kept.name);
        let delivery = Delivery { token, first_added, last_added, items: page.items as u64, at: now };
        self.exchange.delivered(&[(wire_party(collection.partner()), collection.flow_name(), delivery)])?;
        let place = RemotePlace { after: Some(format!("{last_added:.6}")), ..RemotePlace::default() };
        self.move_remote(remote, &place)
    }

    /// Notes how far it has come.
    pub(crate) fn move_remote(&self, remote: &Remote, place: &RemotePlace) -> anyhow::Result<()> {
        Ok(self.exchange.move_remote(&remote.kept.name, place)?)
    }

    /// Notes that it was tried, and how it ended.
    pub(crate) fn tried_remote(
        &self,
        remote: &Remote,
        failure: Option<&str>,
        now: Timestamp,
    ) -> anyhow::Result<()> {
        Ok(self.exchange.tried_remote(&remote.kept.name, failure, now)?)
    }
}

fn remote((kept, state): (TaxiiRemote, RemoteState)) -> anyhow::Result<Remote> {
    let errand = serde_json::from_str(&kept.errand);
    let errand = errand.with_context(|| format!("what is done at `{}` was damaged", kept.name))?;
    Ok(Remote { kept, state, errand })
}

/// A node may be started elsewhere than where somebody named a file.
fn absolute(path: PathBuf) -> anyhow::Result<String> {
    let found = path.canonicalize().with_context(|| format!("`{}` cannot be read", path.display()))?;
    found.into_os_string().into_string().map_err(|path| anyhow::anyhow!("{path:?} is no text"))
}

impl Remote {
    /// What to send as `Authorization`. The secret is read anew each time, so it is changed by changing its file.
    pub(crate) fn authorization(&self) -> anyhow::Result<Option<String>> {
        let secret = self.kept.secret_file.as_deref().map(|file| read(Path::new(file))).transpose()?;
        authorization(self.kept.user.as_deref(), secret)
    }

    /// The certificates that are trusted, where they are not those of public authorities.
    pub(crate) fn authority(&self) -> anyhow::Result<Option<Vec<u8>>> {
        self.kept.authority_file.as_deref().map(|file| read(Path::new(file))).transpose()
    }

    /// True when it is time to go there again.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        let Some(every) = self.kept.every else { return false };
        self.state.tried_at.is_none_or(|tried| now.as_second() - tried.as_second() >= i64::from(every))
    }
}

/// What to send as `Authorization`: HTTP Basic where there is a name, otherwise the secret as a bearer token.
pub(crate) fn authorization(user: Option<&str>, secret: Option<Vec<u8>>) -> anyhow::Result<Option<String>> {
    let secret = secret.map(String::from_utf8).transpose().context("the secret is no text")?;
    let secret = secret.as_deref().map(str::trim_end);
    Ok(match user {
        Some(user) => {
            let pair = format!("{user}:{}", secret.unwrap_or_default());
            Some(format!("Basic {}", BASE64_STANDARD.encode(pair)))
        }
        None => secret.map(|secret| format!("Bearer {secret}")),
    })
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))
}
