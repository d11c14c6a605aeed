//! Tokens with which partners come by TAXII. Each speaks for one party, is shown once and kept as a digest.

use entente_agreement::PartyId;
use entente_store::SecretDigest;
use entente_store::exchange::ApiToken;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::app::agreement::wire_party;
use crate::app::{App, AppError, Role, Viewer};
use crate::entropy;

/// The longest life of a token, and the longest name.
const MOST_DAYS: u16 = 3_650;
const LONGEST_NAME: usize = 100;

/// Who asks by TAXII: the token was looked up in this request.
#[derive(Clone, Debug)]
pub(crate) struct Guest {
    /// Id of the token; not the secret.
    pub(crate) token: String,
    /// The party it speaks for.
    pub(crate) party: PartyId,
}

impl App {
    /// Makes a token for a partner; answers it with its secret, which is not kept.
    pub(crate) fn add_partner_token(
        &self,
        viewer: &Viewer,
        party: &PartyId,
        name: &str,
        days: Option<u16>,
        now: Timestamp,
    ) -> Result<(ApiToken, String), AppError> {
        viewer.require(Role::Administrator)?;
        if self.exchange.partner(&wire_party(party))?.is_none() {
            return Err(AppError::invalid(format!(
                "`{party}` is in no agreement that is kept here: sign or accept one first"
            )));
        }
        if days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
            return Err(AppError::invalid(format!(
                "a token lasts 1 to {MOST_DAYS} days, or until it is removed"
            )));
        }
        if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(AppError::invalid(format!("a name has at most {LONGEST_NAME} characters")));
        }
        let life = days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
        let token = ApiToken {
            id: uuid::Builder::from_random_bytes(entropy::bytes()).into_uuid().to_string(),
            party: wire_party(party),
            name: name.to_owned(),
            made_at: now,
            expires_at: life.map(|life| now.checked_add(life).unwrap_or(Timestamp::MAX)),
        };
        let secret = entropy::token();
        self.exchange.add_api_token(&token, &digest(&secret))?;
        Ok((token, secret))
    }

    /// The partners' tokens, oldest first; the secrets are not among them.
    pub(crate) fn partner_tokens(&self, viewer: &Viewer) -> Result<Vec<ApiToken>, AppError> {
        viewer.require(Role::Administrator)?;
        Ok(self.exchange.api_tokens()?)
    }

    /// Removes a token: from the next request on it opens nothing.
    pub(crate) fn remove_partner_token(&self, viewer: &Viewer, id: &str) -> Result<(), AppError> {
        viewer.require(Role::Administrator)?;
        if self.exchange.remove_api_token(id)? { Ok(()) } else { Err(AppError::NotFound("token")) }
    }

    /// Whose token a secret is.
    pub(crate) fn guest(&self, secret: &str, now: Timestamp) -> Result<Option<Guest>, AppError> {
        let Some(token) = self.exchange.api_token(&digest(secret), now)? else { return Ok(None) };
        let party = token.party.0.parse().map_err(anyhow::Error::from)?;
        Ok(Some(Guest { token: token.id, party }))
    }
}

/// Secrets are 256 random bits: one fast digest is enough, and what is stored opens nothing.
fn digest(secret: &str) -> SecretDigest {
    Sha256::digest(secret.as_bytes()).into()
}
