//! One partner's API tokens, as its page shows and changes them. A token of another partner does not exist here.

use entente_agreement::PartyId;
use entente_store::exchange::ApiToken;
use jiff::Timestamp;

use crate::app::account::{NewToken, TokenView, checked_name};
use crate::app::{App, AppError, Role, Viewer};

impl App {
    /// The tokens of a partner; the secrets are not among them.
    pub(crate) fn tokens_of(&self, viewer: &Viewer, party: &str) -> Result<Vec<TokenView>, AppError> {
        viewer.require(Role::Administrator)?;
        self.known_partner(party)?;
        let tokens = self.partner_tokens(viewer)?.into_iter().filter(|token| token.party.0 == party);
        Ok(tokens.map(|token| view(&token, None)).collect())
    }

    /// Makes a token for a partner. The answer holds its secret, once.
    pub(crate) fn give_token(
        &self,
        viewer: &Viewer,
        party: &str,
        new: &NewToken,
        now: Timestamp,
    ) -> Result<TokenView, AppError> {
        viewer.require(Role::Administrator)?;
        let party = self.known_partner(party)?;
        let (token, secret) =
            self.add_partner_token(viewer, &party, &checked_name(&new.name)?, new.days, now)?;
        Ok(view(&token, Some(secret)))
    }

    /// Removes one of a partner's tokens, at once.
    pub(crate) fn withdraw_token(&self, viewer: &Viewer, party: &str, id: &str) -> Result<(), AppError> {
        let own =
            self.partner_tokens(viewer)?.into_iter().any(|token| token.party.0 == party && token.id == id);
        if own { self.remove_partner_token(viewer, id) } else { Err(AppError::NotFound("token")) }
    }

    fn known_partner(&self, party: &str) -> Result<PartyId, AppError> {
        let unknown = || AppError::NotFound("partner");
        self.exchange.partner(&party.into())?.ok_or_else(unknown)?;
        party.parse().map_err(|_| unknown())
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
