//! Keeping a connection to every partner: begun anew when it ends, ever more slowly while it cannot be had.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use entente_agreement::PartyId;

use super::client::{self, Address};
use crate::app::App;
use crate::app::agreement::Named;
use crate::{clock, entropy};

/// How often somebody looks for partners and agreements that another process added.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The first and the longest wait before a connection is tried again.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Follows the wires of all partners, and tells them of agreements, for as long as the node serves.
pub(crate) async fn connect_to_partners(app: Arc<App>) {
    let mut linked: BTreeSet<PartyId> = BTreeSet::new();
    let mut news = app.news().listen();
    loop {
        let asked = app.clone();
        let parties = tokio::task::spawn_blocking(move || parties(&asked)).await;
        match parties {
            Ok(Ok(parties)) => {
                for party in parties {
                    if linked.insert(party.clone()) {
                        tokio::spawn(keep_following(app.clone(), party.clone()));
                        tokio::spawn(keep_telling(app.clone(), party));
                    }
                }
            }
            Ok(Err(error)) => tracing::error!(error = %format!("{error:#}"), "partners could not be read"),
            Err(error) => tracing::error!(%error, "partners could not be read"),
        }
        // Partners change rarely: what rings meanwhile is mostly claims.
        let _ = tokio::time::timeout(LOOK_EVERY, news.changed()).await;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn parties(app: &App) -> anyhow::Result<BTreeSet<PartyId>> {
    let agreements = app.agreements(clock::now())?;
    Ok(agreements.iter().flat_map(|held| held.others().map(|party| party.id.clone())).collect())
}

async fn keep_following(app: Arc<App>, partner: PartyId) {
    let mut wait = FIRST_WAIT;
    loop {
        if let Some((address, _)) = reach(&app, &partner).await.filter(|(_, is_made)| *is_made) {
            let ended = client::follow(app.clone(), &partner, &address, || wait = FIRST_WAIT).await;
            match ended {
                Ok(()) => tracing::debug!(%partner, "a partner ended the stream"),
                Err(error) => {
                    tracing::warn!(%partner, error = %format!("{error:#}"), "a partner's wire is not followed")
                }
            }
            tokio::time::sleep(jittered(wait)).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        } else {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// Tells a partner of agreements whenever a signature or an act was added.
async fn keep_telling(app: Arc<App>, partner: PartyId) {
    let (mut told, mut wait) = (None, FIRST_WAIT);
    loop {
        let state = state(&app, &partner).await;
        match (&state, reach(&app, &partner).await) {
            (Some((digest, named)), Some((address, _))) if told.as_ref() != Some(digest) => {
                match client::push(&app, &address, named).await {
                    Ok(()) => {
                        told = Some(digest.clone());
                        wait = FIRST_WAIT;
                    }
                    Err(error) => {
                        tracing::debug!(%partner, error = %format!("{error:#}"), "a partner was not told of agreements");
                        tokio::time::sleep(jittered(wait)).await;
                        wait = (wait * 2).min(LONGEST_WAIT);
                    }
                }
            }
            _ => tokio::time::sleep(LOOK_EVERY).await,
        }
    }
}

/// The agreements with a partner, and what says whether they are as before.
async fn state(app: &Arc<App>, partner: &PartyId) -> Option<(String, Vec<Named>)> {
    let (app, partner) = (app.clone(), partner.clone());
    let read = move || {
        let agreements = app.agreements(clock::now()).ok()?;
        let named: Vec<Named> = agreements.with(&partner).map(Named::from).collect();
        let one = |held: &crate::app::agreement::Held| {
            format!("{}:{}:{};", held.hash(), held.signed.signatures.len(), held.acts.len())
        };
        Some((agreements.with(&partner).map(one).collect(), named))
    };
    tokio::task::spawn_blocking(read).await.ok().flatten()
}

/// Where a partner is reached, and whether an agreement with it was made.
async fn reach(app: &Arc<App>, partner: &PartyId) -> Option<(Address, bool)> {
    let (app, partner) = (app.clone(), partner.clone());
    let read = move || app.reach(&partner, clock::now());
    let found = tokio::task::spawn_blocking(read).await.ok()?;
    let (endpoint, pins, is_made) = found.ok().flatten()?;
    Some((Address { endpoint, pins }, is_made))
}

/// Up to this long, and at least half of it: nodes that lost each other do not come back in step.
fn jittered(wait: Duration) -> Duration {
    let chance = f64::from(u16::from_be_bytes(entropy::bytes())) / f64::from(u16::MAX);
    wait.mul_f64(0.5 + chance / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_between_its_half_and_its_whole() {
        let wait = Duration::from_secs(10);
        let waits: Vec<Duration> = (0..100).map(|_| jittered(wait)).collect();
        assert!(waits.iter().all(|one| *one >= wait / 2 && *one <= wait));
        assert!(waits.iter().any(|one| *one != waits[0]));
    }
}
