//! An errand at a collection of others, from where it was left to the end: fetch every page, or push everything released.
//!
//! After each page it is noted how far it has come; what is interrupted goes on there.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use entente_store::exchange::RemotePlace;
use serde::Serialize;

use super::client::{Asked, Client, Page};
use crate::app::App;
use crate::app::exchange::taxii::remote::{Heading, Remote};
use crate::app::exchange::taxii::status::{Detail, Progress, Status};
use crate::clock;

/// How often it is looked which errands are due.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long a server may take to decide on what was pushed, and how often it is asked.
const DECIDING: Duration = Duration::from_secs(300);
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Bytes of an envelope beside its objects.
const WRAPPING: u64 = 64;
/// The most bytes pushed at once, whatever a server would take.
const LARGEST: u64 = 8 << 20;

/// What was done.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Done {
    /// Pages fetched or pushed.
    pub(crate) pages: u64,
    /// Objects in them.
    pub(crate) objects: u64,
    /// Of those, the ones that this node or the other did not take.
    pub(crate) refused: u64,
    /// Which, where they are told one by one, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) failures: Vec<Detail>,
}

/// Does an errand, and notes how it ended.
pub(crate) fn run(app: &App, remote: &Remote) -> anyhow::Result<Done> {
    let done = Errand::new(app, remote).and_then(Errand::run);
    let failure = done.as_ref().err().map(|error| format!("{error:#}"));
    app.tried_remote(remote, failure.as_deref(), clock::now())?;
    done
}

/// Does what is due on a thread of its own until the node is dropped.
pub(crate) fn run_as_due(app: &Arc<App>) -> anyhow::Result<()> {
    let app = Arc::downgrade(app);
    let run_due = move || {
        let (_never, pause) = channel::<()>();
        while let Some(app) = app.upgrade() {
            if let Err(error) = run_all_due(&app) {
                tracing::error!(error = %format!("{error:#}"), "TAXII servers of others could not be gone to");
            }
            drop(app);
            // Nothing is ever sent: this is a wait with a limit.
            let _ = pause.recv_timeout(LOOK_EVERY);
        }
    };
    std::thread::Builder::new().name("taxii".to_owned()).spawn(run_due).context("no thread")?;
    Ok(())
}

fn run_all_due(app: &App) -> anyhow::Result<()> {
    for remote in app.remotes()?.iter().filter(|remote| remote.is_due(clock::now())) {
        let name = &remote.kept.name;
        match run(app, remote) {
            Ok(Done { pages, objects, refused, .. }) => {
                tracing::info!(%name, pages, objects, refused, "went to a TAXII collection")
            }
            Err(error) => {
                tracing::warn!(%name, error = %format!("{error:#}"), "a TAXII collection was not gone through")
            }
        }
    }
    Ok(())
}

struct Errand<'a> {
    app: &'a App,
    remote: &'a Remote,
    client: Client,
    done: Done,
}

impl<'a> Errand<'a> {
    fn new(app: &'a App, remote: &'a Remote) -> anyhow::Result<Errand<'a>> {
        let client = Client::new(remote.authority()?.as_deref(), remote.authorization()?)?;
        Ok(Errand { app, remote, client, done: Done::default() })
    }

    fn run(mut self) -> anyhow::Result<Done> {
        match self.app.heading(self.remote, clock::now())? {
            Heading::Push(_) => self.push()?,
            Heading::Fetch | Heading::Told(_) => self.fetch()?,
        }
        Ok(self.done)
    }

    fn fetch(&mut self) -> anyhow::Result<()> {
        let mut place = self.remote.state.place.clone();
        let mut page = self.first_page(&mut place)?;
        loop {
            self.take(&page)?;
            let after = after(&place, &page);
            if page.more && (page.objects == 0 || after == place) {
                bail!("the server says that there is more and does not give it");
            }
            place = after;
            self.app.move_remote(self.remote, &place)?;
            if !page.more {
                return Ok(());
            }
            page = self.page(&place)?.answered()?;
        }
    }

    /// The page where it was left. A place that the server does not know any more is given up, and its question asked again.
    fn first_page(&mut self, place: &mut RemotePlace) -> anyhow::Result<Page> {
        match self.page(place)? {
            Asked::Refused(400 | 404 | 410, _) if place.next.is_some() => {
                place.next = None;
                self.page(place)?.answered()
            }
            asked => asked.answered(),
        }
    }

    fn page(&self, place: &RemotePlace) -> anyhow::Result<Asked<Page>> {
        self.client.page(&self.remote.kept.collection, place.after.as_deref(), place.next.as_deref())
    }

    /// The agreement is asked about anew for each page.
    fn take(&mut self, page: &Page) -> anyhow::Result<()> {
        self.done.pages += 1;
        self.done.objects += page.objects as u64;
        if page.objects == 0 {
            return Ok(());
        }
        let now = clock::now();
        match self.app.heading(self.remote, now)? {
            Heading::Told(collection) => {
                let taken = self.app.take_page(&collection, &page.body, now)?;
                self.done.refused += taken.failures.len() as u64;
                self.done.failures.extend(taken.failures);
            }
            Heading::Fetch => {
                let totals = self.app.take_fetched(self.remote, page.body.clone(), now)?;
                if let Some(failure) = totals.failures.first() {
                    bail!("a page could not be read to its end: {failure}");
                }
                self.done.refused += totals.rejected;
            }
            Heading::Push(_) => bail!("the flow runs the other way now"),
        }
        Ok(())
    }

    fn push(&mut self) -> anyhow::Result<()> {
        let collection = &self.remote.kept.collection;
        let most = self.client.most(collection)?.min(LARGEST).saturating_sub(WRAPPING);
        let mut after = self.remote.state.place.after.clone();
        loop {
            let now = clock::now();
            let Heading::Push(flow) = self.app.heading(self.remote, now)? else {
                bail!("the flow runs the other way now")
            };
            let page = self.app.to_push(&flow, after.as_deref(), usize::try_from(most)?)?;
            let Some((_, last)) = page.added else { return Ok(()) };
            let status = match self.client.push(collection, &page.joined)? {
                Asked::Answer(status) => self.decided(status)?,
                // One object that is too large for the server would be too large for ever.
                Asked::Refused(413, said) if page.items == 1 => Status::too_large(said, now),
                Asked::Refused(status, said) => bail!("the server answered {status}: {said}"),
            };
            self.done.pages += 1;
            self.done.objects += page.items as u64;
            self.done.refused += status.failure_count;
            self.done.failures.extend(status.failures);
            self.app.pushed_page(self.remote, &flow, &page, now)?;
            after = Some(format!("{last:.6}"));
            if !page.more {
                return Ok(());
            }
        }
    }

    /// Waits until the server has decided on everything.
    fn decided(&self, mut status: Status) -> anyhow::Result<Status> {
        let (_never, pause) = channel::<()>();
        let (began, mut wait) = (Instant::now(), FIRST_WAIT);
        while status.status == Progress::Pending {
            if began.elapsed() > DECIDING {
                bail!("the server has not decided on what was pushed: it will be pushed again");
            }
            // Nothing is ever sent: this is a wait with a limit.
            let _ = pause.recv_timeout(wait);
            wait = (wait * 2).min(LONGEST_WAIT);
            status = self.client.status(&self.remote.kept.collection, &status.id)?;
        }
        Ok(status)
    }
}

/// Where to go on after a page.
fn after(place: &RemotePlace, page: &Page) -> RemotePlace {
    let newest = page.last.clone().or_else(|| place.newest.clone());
    let before = place.after.clone();
    match (page.more, &page.next) {
        (true, Some(next)) => RemotePlace { after: before, next: Some(next.clone()), newest },
        // All of the question was answered; or the server gives no place, and goes on after what was added last (TAXII 2.1 section 3.5).
        _ => RemotePlace { after: newest.clone().or(before), next: None, newest },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(more: bool, next: Option<&str>, last: Option<&str>) -> Page {
        let (next, last) = (next.map(str::to_owned), last.map(str::to_owned));
        Page { body: Vec::new(), objects: 1, more, next, last }
    }

    fn place(after: Option<&str>, next: Option<&str>, newest: Option<&str>) -> RemotePlace {
        let text = |text: Option<&str>| text.map(str::to_owned);
        RemotePlace { after: text(after), next: text(next), newest: text(newest) }
    }

    #[test]
    fn a_question_is_asked_to_its_end_before_the_next() {
        let mut at = place(Some("1"), None, None);
        for (page, wanted) in [
            (page(true, Some("b"), Some("2")), place(Some("1"), Some("b"), Some("2"))),
            (page(true, Some("c"), Some("3")), place(Some("1"), Some("c"), Some("3"))),
            // The last page may be empty, and have no times.
            (page(false, None, None), place(Some("3"), None, Some("3"))),
            (page(false, None, None), place(Some("3"), None, Some("3"))),
            // A server without places.
            (page(true, None, Some("4")), place(Some("4"), None, Some("4"))),
            (page(true, None, Some("5")), place(Some("5"), None, Some("5"))),
        ] {
            at = after(&at, &page);
            assert_eq!(at, wanted);
        }
    }
}
