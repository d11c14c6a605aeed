//! Places for connections. Whoever has not shown who they are is a stranger: of strangers there are so many, and the one who has been there
//! longest leaves when another comes. Each partner has places of its own, and loses its oldest likewise. So nobody keeps others out by
//! holding connections open, and nobody waits for somebody slow.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use entente_agreement::PartyId;
use tokio::sync::oneshot;

/// Connections of strangers at once.
const STRANGERS: usize = 256;
/// How long a stranger may stay.
const STAY: Duration = Duration::from_secs(30);

/// The places of one listener.
#[derive(Debug)]
pub(crate) struct Door {
    strangers: Mutex<Line>,
    partners: Mutex<HashMap<PartyId, Line>>,
    /// Connections of one partner at once.
    of_one: usize,
    /// How long a stranger may stay.
    stay: Duration,
}

/// A place at the door; dropping it leaves it.
#[derive(Debug)]
pub(crate) struct Place(oneshot::Receiver<Infallible>);

/// By which a connection comes to be a partner's.
#[derive(Clone, Debug)]
pub(crate) struct Introduction(Arc<Mutex<Option<oneshot::Sender<PartyId>>>>);

/// Why a connection has to end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Leave {
    /// Others came after it.
    #[error("others have come since")]
    Crowded,
    /// It did not show who it is.
    #[error("it did not show who it is")]
    Unknown,
}

/// Who holds a place, the oldest first.
#[derive(Debug, Default)]
struct Line(VecDeque<oneshot::Sender<Infallible>>);

impl Line {
    fn take(&mut self, most: usize) -> Place {
        let (stop, stopped) = oneshot::channel();
        self.0.retain(|other| !other.is_closed());
        self.0.push_back(stop);
        if self.0.len() > most {
            self.0.pop_front();
        }
        Place(stopped)
    }
}

impl Door {
    /// A door with so many places for each partner.
    pub(crate) fn new(of_one: usize) -> Door {
        Door { strangers: Mutex::default(), partners: Mutex::default(), of_one, stay: STAY }
    }

    /// A place for somebody who has just come.
    pub(crate) fn stranger(&self) -> Place {
        self.strangers.lock().unwrap_or_else(PoisonError::into_inner).take(STRANGERS)
    }

    /// A place of a partner.
    pub(crate) fn partner(&self, partner: &PartyId) -> Place {
        let mut partners = self.partners.lock().unwrap_or_else(PoisonError::into_inner);
        partners.entry(partner.clone()).or_default().take(self.of_one)
    }

    /// Serves a connection to its end, or until it has to go: a stranger until it is introduced, then a partner.
    pub(crate) async fn hold<T>(
        &self,
        place: Place,
        introduced: oneshot::Receiver<PartyId>,
        connection: impl Future<Output = T>,
    ) -> Result<T, Leave> {
        let mut connection = std::pin::pin!(connection);
        let partner = tokio::select! {
            biased;
            ended = &mut connection => return Ok(ended),
            Ok(partner) = introduced => partner,
            leave = place.lost() => return Err(leave),
            () = tokio::time::sleep(self.stay) => return Err(Leave::Unknown),
        };
        let place = self.partner(&partner);
        tokio::select! {
            ended = connection => Ok(ended),
            leave = place.lost() => Err(leave),
        }
    }
}

impl Place {
    /// Resolves when the place goes to another.
    pub(crate) async fn lost(self) -> Leave {
        match self.0.await {
            Ok(never) => match never {},
            Err(_) => Leave::Crowded,
        }
    }
}

impl Introduction {
    /// One for a connection that has just come, and what hears it.
    pub(crate) fn new() -> (Introduction, oneshot::Receiver<PartyId>) {
        let (say, heard) = oneshot::channel();
        (Introduction(Arc::new(Mutex::new(Some(say)))), heard)
    }

    /// Says whose connection it is. The first word counts.
    pub(crate) fn introduce(&self, partner: &PartyId) {
        if let Some(say) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // Nobody hears it when the connection has just ended.
            let _ = say.send(partner.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(place: &mut Place) -> bool {
        place.0.try_recv() == Err(oneshot::error::TryRecvError::Closed)
    }

    #[test]
    fn of_too_many_connections_of_a_partner_the_oldest_ends() {
        let (door, [police, bank]) =
            (Door::new(16), ["police", "bank"].map(|name| name.parse().expect("a party")));
        let mut other = door.partner(&bank);
        let mut own: Vec<_> = (0..16).map(|_| door.partner(&police)).collect();
        assert!(!own.iter_mut().any(ended));
        // One that ended by itself leaves its place.
        own.pop();
        own.push(door.partner(&police));
        assert!(!own.iter_mut().any(ended));
        own.push(door.partner(&police));
        let all: Vec<bool> = own.iter_mut().map(ended).collect();
        assert!(all[0] && !all[1..].contains(&true) && !ended(&mut other), "{all:?}");
    }

    #[test]
    fn a_stranger_who_comes_finds_a_place_however_many_stay() {
        let door = Door::new(16);
        let mut idle: Vec<_> = (0..STRANGERS).map(|_| door.stranger()).collect();
        let mut comes = door.stranger();
        let ends: Vec<bool> = idle.iter_mut().map(ended).collect();
        assert!(ends[0] && !ends[1..].contains(&true) && !ended(&mut comes));
    }

    #[tokio::test]
    async fn a_stranger_goes_after_a_while_and_a_partner_stays() {
        let door = Door { stay: Duration::ZERO, ..Door::new(16) };
        let (_unsaid, heard) = Introduction::new();
        let gone = door.hold(door.stranger(), heard, std::future::pending::<()>()).await;
        assert!(matches!(gone, Err(Leave::Unknown)));
        let (said, heard) = Introduction::new();
        said.introduce(&"police".parse().expect("a party"));
        let long = async {
            for _ in 0..9 {
                tokio::task::yield_now().await;
            }
        };
        assert!(door.hold(door.stranger(), heard, long).await.is_ok());
    }
}
