//! Places for connections. Whoever has not shown who they are is a stranger: of strangers there are so many, and when another comes, the
//! network that has most of the places loses its oldest. Each partner has places of its own, and loses its oldest likewise. So nobody keeps
//! others out by holding connections open or by coming often, and nobody waits for somebody slow.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::hash::Hash;
use std::net::IpAddr;
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
    strangers: Mutex<Line<Network>>,
    partners: Mutex<HashMap<PartyId, Line<()>>>,
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

/// Where a stranger comes from: the address, or for IPv6, where one subscriber has many, the first 64 bits of it (RFC 6177).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Network(IpAddr);

impl Network {
    fn of(address: IpAddr) -> Network {
        Network(match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
            v4 => v4,
        })
    }
}

/// Who holds a place, the oldest first, and by what they are counted.
#[derive(Debug)]
struct Line<G>(VecDeque<(G, oneshot::Sender<Infallible>)>);

impl<G> Default for Line<G> {
    fn default() -> Line<G> {
        Line(VecDeque::new())
    }
}

impl<G: Copy + Eq + Hash> Line<G> {
    fn take(&mut self, group: G, most: usize) -> Place {
        let (stop, stopped) = oneshot::channel();
        self.0.retain(|(_, other)| !other.is_closed());
        self.0.push_back((group, stop));
        if self.0.len() > most
            && let Some(place) = self.of_largest()
        {
            self.0.remove(place);
        }
        Place(stopped)
    }

    /// The oldest of the group that has most places; of several such, the one whose oldest has been there longest.
    fn of_largest(&self) -> Option<usize> {
        let mut groups: HashMap<G, (usize, usize)> = HashMap::new();
        for (place, (group, _)) in self.0.iter().enumerate() {
            groups.entry(*group).or_insert((0, place)).0 += 1;
        }
        groups.into_values().max_by_key(|(count, first)| (*count, Reverse(*first))).map(|(_, first)| first)
    }
}

impl Door {
    /// A door with so many places for each partner.
    pub(crate) fn new(of_one: usize) -> Door {
        Door { strangers: Mutex::default(), partners: Mutex::default(), of_one, stay: STAY }
    }

    /// A place for somebody who has just come from this address.
    pub(crate) fn stranger(&self, from: IpAddr) -> Place {
        let mut strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        strangers.take(Network::of(from), STRANGERS)
    }

    /// A place of a partner.
    pub(crate) fn partner(&self, partner: &PartyId) -> Place {
        let mut partners = self.partners.lock().unwrap_or_else(PoisonError::into_inner);
        partners.entry(partner.clone()).or_default().take((), self.of_one)
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

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

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
        let mut idle: Vec<_> = (0..STRANGERS).map(|_| door.stranger(HERE)).collect();
        let mut comes = door.stranger(HERE);
        let ends: Vec<bool> = idle.iter_mut().map(ended).collect();
        assert!(ends[0] && !ends[1..].contains(&true) && !ended(&mut comes));
    }

    #[test]
    fn a_stranger_keeps_the_place_however_often_others_of_one_network_come() {
        let door = Door::new(16);
        let mut slow = door.stranger(HERE);
        let others = |n: u128| IpAddr::V6((0x2001_0db8_0000_0001_u128 << 64 | n).into());
        let mut many: Vec<_> = (0..2 * STRANGERS as u128).map(|n| door.stranger(others(n))).collect();
        assert!(!ended(&mut slow));
        let left = many.iter_mut().map(ended).filter(|ended| !ended).count();
        assert_eq!(left, STRANGERS - 1, "the last to come have all the other places");
        assert_eq!(Network::of("::ffff:192.0.2.1".parse().expect("mapped")), Network::of(HERE));
    }

    #[tokio::test]
    async fn a_stranger_goes_after_a_while_and_a_partner_stays() {
        let door = Door { stay: Duration::ZERO, ..Door::new(16) };
        let (_unsaid, heard) = Introduction::new();
        let gone = door.hold(door.stranger(HERE), heard, std::future::pending::<()>()).await;
        assert!(matches!(gone, Err(Leave::Unknown)));
        let (said, heard) = Introduction::new();
        said.introduce(&"police".parse().expect("a party"));
        let long = async {
            for _ in 0..9 {
                tokio::task::yield_now().await;
            }
        };
        assert!(door.hold(door.stranger(HERE), heard, long).await.is_ok());
    }
}
