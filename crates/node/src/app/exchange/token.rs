//! API tokens of partners who come by TAXII. A token speaks for its party and for nobody else.

use entente_store::exchange::ApiToken;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::app::account::{NewToken, TokenView, checked_name};
use crate::app::{App, AppError, Role, Viewer};
use crate::entropy;

impl App {
    /// The tokens of a partner; the secrets are not among them.
    pub(crate) fn partner_tokens(&self, viewer: &Viewer, party: &str) -> Result<Vec<TokenView>, AppError> {
        viewer.require(Role::Administrator)?;
        self.exchange.partner(&party.into())?.ok_or(AppError::NotFound("partner"))?;
        let tokens = self.exchange.api_tokens()?.into_iter().filter(|token| token.party.0 == party);
        Ok(tokens.map(|token| view(&token, None)).collect())
    }

    /// Makes a token for a partner. The answer holds its secret, once.
    pub(crate) fn create_partner_token(
        &self,
        viewer: &Viewer,
        party: &str,
        new: &NewToken,
        now: Timestamp,
    ) -> Result<TokenView, AppError> {
        viewer.require(Role::Administrator)?;
        self.exchange.partner(&party.into())?.ok_or(AppError::NotFound("partner"))?;
        new.check()?;
        let secret = entropy::token();
        let days = new.days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
        let token = ApiToken {
            id: entropy::token(),
            party: party.into(),
            name: checked_name(&new.name)?,
            made_at: now,
            expires_at: days.map(|days| now + days),
        };
        self.exchange.add_api_token(&token, &Sha256::digest(secret.as_bytes()).into())?;
        Ok(view(&token, Some(secret)))
    }

    /// Removes one of a partner's tokens, at once.
    pub(crate) fn remove_partner_token(
        &self,
        viewer: &Viewer,
        party: &str,
        id: &str,
    ) -> Result<(), AppError> {
        viewer.require(Role::Administrator)?;
        let own =
            self.exchange.api_tokens()?.into_iter().any(|token| token.party.0 == party && token.id == id);
        match own && self.exchange.remove_api_token(id)? {
            true => Ok(()),
            false => Err(AppError::NotFound("token")),
        }
    }
}

fn view(token: &ApiToken, secret: Option<String>) -> TokenView {
    TokenView {
        id: token.id.clone(),
        name: token.name.clone(),
        created_at: token.made_at.to_string(),
        expires_at: token.expires_at.map(|at| at.to_string()),
        token: secret,
    }
}
