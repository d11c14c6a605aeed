//! Invitations: a link by which a partner's node fetches an agreement once. The link says where this node listens for partners, by
//! which key it is known, and a secret that is good for one fetch; whoever has it can read the agreement and nothing else.
//!
//! ```text
//! entente://node.example:7879/<secret>?pin=<SHA-256 of the public key>
//! ```

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use entente_agreement::{AgreementHash, Party, PartyKey, Spki};
use entente_store::exchange::Invitation;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{Held, Named, wire_hash, wire_party};
use crate::app::{App, AppError, Role, Viewer};
use crate::entropy;

/// How long an invitation is good for when nobody says.
const DAYS: u16 = 7;

/// An invitation to make.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewInvitation {
    /// The party to invite.
    pub(crate) party: String,
    /// Where partners' nodes reach this one, as host:port; what the agreement says of it, or where it listens, when absent.
    #[serde(default)]
    pub(crate) at: Option<String>,
    /// Days it is good for, 1 to 90; 7 when absent.
    #[serde(default)]
    pub(crate) days: Option<u16>,
}

/// An invitation that was made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct InvitationView {
    /// The link for the other party. It is shown once, and works once.
    pub(crate) link: String,
    /// When it ends (RFC 3339).
    pub(crate) expires_at: String,
}

/// An invitation that came from a partner.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct InvitationLink {
    /// The link as it was given.
    pub(crate) link: String,
}

/// What a link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// Where the inviting node listens, as host:port.
    pub(crate) endpoint: String,
    /// Good for one fetch.
    pub(crate) secret: String,
    /// The key of its certificate.
    pub(crate) pin: Spki,
}

impl App {
    /// Makes an invitation to the newest version of an agreement.
    pub(crate) fn invite(
        &self,
        viewer: &Viewer,
        id: &str,
        new: &NewInvitation,
        now: Timestamp,
    ) -> Result<InvitationView, AppError> {
        viewer.require(Role::Administrator)?;
        let held = self.newest(id, now)?;
        let stranger =
            || AppError::invalid(format!("`{}` is not another party of this agreement.", new.party));
        let party = held.others().find(|party| party.id.as_str() == new.party).ok_or_else(stranger)?;
        let days = new.days.unwrap_or(DAYS);
        if !(1..=90).contains(&days) {
            return Err(AppError::invalid("An invitation is good for 1 to 90 days."));
        }
        let own = self.reached_at(&held);
        let unsaid = || AppError::invalid("Say where partners' nodes reach this one, as host:port.");
        let endpoint = new.at.clone().filter(|at| !at.trim().is_empty()).or(own).ok_or_else(unsaid)?;
        let link =
            Link { endpoint: checked(endpoint.trim())?, secret: entropy::token(), pin: self.own_pin()? };
        let expires_at = now + SignedDuration::from_hours(24 * i64::from(days));
        let invitation = Invitation {
            agreement: Some(wire_hash(&held.hash())),
            party: Some(wire_party(&party.id)),
            made_at: now,
            expires_at,
        };
        self.exchange.invite(&invitation, &digest(&link.secret))?;
        Ok(InvitationView { link: link.to_string(), expires_at: expires_at.to_string() })
    }

    /// Where partners' nodes reach this one: what an agreement says of it, or where it listens. A node that listens everywhere cannot
    /// know by which address others come.
    pub(super) fn reached_at(&self, held: &Held) -> Option<String> {
        let said = held.agreement().party(&held.us).and_then(|us| us.node.clone());
        let listens = self.listens.get().filter(|at| !at.ip().is_unspecified());
        said.or_else(|| listens.map(SocketAddr::to_string))
    }

    /// This node listens for partners.
    pub(crate) fn listens_at(&self, at: SocketAddr) {
        // It is set once, by whoever serves.
        let _ = self.listens.set(at);
    }

    /// What an invitation invites to; it is used up. Unknown, used and expired ones are not told apart.
    pub(crate) fn redeem(&self, secret: &str, now: Timestamp) -> Result<Named, AppError> {
        let unknown = || AppError::NotFound("invitation");
        let invitation = self.exchange.use_invitation(&digest(secret), now)?.ok_or_else(unknown)?;
        let hash = invitation.agreement.map(|hash| AgreementHash::from_bytes(hash.0)).ok_or_else(unknown)?;
        self.agreements(now)?.version(&hash).map(Named::from).ok_or_else(unknown)
    }

    /// Reads a link, for whoever may take agreements in.
    pub(crate) fn read_link(&self, viewer: &Viewer, link: &str) -> Result<Link, AppError> {
        viewer.require(Role::Administrator)?;
        link.trim().parse()
    }

    /// Keeps what was fetched by a link, unsigned by this node, and where its sender listens.
    pub(crate) fn take_invited(
        &self,
        viewer: &Viewer,
        link: &Link,
        named: &Named,
        now: Timestamp,
    ) -> Result<(), AppError> {
        self.accept_agreement(viewer, named, now)?;
        let inviter =
            named.agreement.parties.iter().find(|party| party.tls_pins().any(|pin| *pin == link.pin));
        match inviter {
            Some(Party { id, node: None, .. }) => self.place_partner(viewer, id, None, &link.endpoint, now),
            _ => Ok(()),
        }
    }

    fn own_pin(&self) -> Result<Spki, AppError> {
        let pin = self.identity.party_keys().into_iter().find_map(|key| match key {
            PartyKey::Tls { spki_sha256, .. } => Some(spki_sha256),
            PartyKey::Sign { .. } => None,
        });
        pin.ok_or_else(|| AppError::Internal(anyhow::anyhow!("this node has no key for partners")))
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entente://{}/{}?pin={}", self.endpoint, self.secret, self.pin)
    }
}

impl FromStr for Link {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Link, AppError> {
        let parts = || {
            let rest = text.strip_prefix("entente://")?;
            let (endpoint, rest) = rest.split_once('/')?;
            let (secret, pin) = rest.split_once("?pin=")?;
            Some((checked(endpoint).ok()?, secret.to_owned(), pin.parse().ok()?))
        };
        let unreadable = || {
            AppError::invalid("This is no invitation: paste the whole link, which begins with `entente://`.")
        };
        let (endpoint, secret, pin) = parts().ok_or_else(unreadable)?;
        Ok(Link { endpoint, secret, pin })
    }
}

/// An address as host:port.
pub(super) fn checked(endpoint: &str) -> Result<String, AppError> {
    let whole = |(host, port): (&str, &str)| {
        !host.is_empty() && !host.contains(['/', '?', '@', ' ']) && port.parse::<u16>().is_ok()
    };
    match endpoint.rsplit_once(':').is_some_and(whole) {
        true => Ok(endpoint.to_owned()),
        false => Err(AppError::invalid(format!("`{endpoint}` is no address: write it as host:port"))),
    }
}

fn digest(secret: &str) -> entente_store::SecretDigest {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_read_as_it_was_written() {
        let link = Link {
            endpoint: "node.example:7879".to_owned(),
            secret: entropy::token(),
            pin: Spki::from_bytes([7; 32]),
        };
        assert_eq!(link.to_string().parse::<Link>().expect("a link"), link);
        for text in ["", "entente://", "https://node.example:1/a?pin=00", "entente://node.example/a?pin=00"] {
            assert!(text.parse::<Link>().is_err(), "{text}");
        }
    }
}
