//! Accounts: users, sessions, API tokens, the one-time set-up link.

use std::collections::BTreeSet;

use entente_agreement::Office;
use entente_model::Tlp;
use entente_store::{SecretDigest, Token, User, UserEdit, UserSave};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use super::exchange::referral::{OfficeWord, office_name};
use super::password::{self, PasswordError};
use super::{App, AppError, Role, Viewer};
use crate::{clock, entropy};

/// How long a session lasts.
const SESSION: SignedDuration = SignedDuration::from_hours(12);
/// How long a set-up link works.
const SETUP_LINK: SignedDuration = SignedDuration::from_hours(24);
/// Longest name of a user or token, in characters.
const LONGEST_NAME: usize = 100;

/// What a request brings to say who it is from.
pub(crate) enum Credential {
    /// The token in the session cookie.
    Session(String),
    /// An API token.
    Token(String),
}

/// Somebody recognised by a credential.
pub(crate) struct Known {
    /// Who.
    pub(crate) viewer: Viewer,
    /// For sessions: what requests that change something must repeat.
    pub(crate) csrf: Option<String>,
}

impl Known {
    /// Whether a request repeated the session's value. Takes the same time wherever they differ.
    pub(crate) fn csrf_matches(&self, given: Option<&str>) -> bool {
        match (&self.csrf, given) {
            (Some(known), Some(given)) => known.as_bytes().ct_eq(given.as_bytes()).into(),
            _ => false,
        }
    }
}

/// A session that just began.
pub(crate) struct Session {
    /// Secret for the cookie.
    pub(crate) token: String,
    /// What requests that change something must repeat.
    pub(crate) csrf: String,
    /// Name of the user.
    pub(crate) name: String,
    /// What they may do.
    pub(crate) role: Role,
    /// What they may see.
    pub(crate) tlp_max: Tlp,
}

/// A person who may sign in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct UserView {
    pub(crate) name: String,
    /// administrator, analyst or reader.
    pub(crate) role: String,
    /// Most restrictive audience they may see.
    pub(crate) tlp_max: String,
    /// Offices they may speak in when people decide on what is disclosed: prosecutor, judge, dpo.
    pub(crate) offices: Vec<String>,
    /// When they were added (RFC 3339).
    created_at: String,
}

/// A person to add.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewUser {
    name: String,
    /// 12 characters or more.
    password: String,
    role: Role,
    /// Most restrictive audience they may see: clear, green, amber, amber+strict, red.
    tlp_max: String,
}

/// What to change about a person; what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct UserChange {
    password: Option<String>,
    role: Option<Role>,
    tlp_max: Option<String>,
    /// The offices they may speak in from now on: prosecutor, judge, dpo.
    #[schema(value_type = Option<Vec<String>>)]
    offices: Option<Vec<OfficeWord>>,
}

/// A token.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TokenView {
    pub(super) id: String,
    /// What it is for.
    pub(super) name: String,
    /// When it was made (RFC 3339).
    pub(super) created_at: String,
    /// When it ends (RFC 3339); absent when only removing ends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<String>,
    /// The secret; only in the answer that makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewToken {
    /// What it is for.
    pub(super) name: String,
    /// Days until it ends, 1 to 3650; absent is until it is removed.
    #[serde(default)]
    pub(super) days: Option<u16>,
}

impl UserChange {
    /// Only these offices, from now on.
    pub(crate) fn offices(offices: Vec<OfficeWord>) -> UserChange {
        UserChange { offices: Some(offices), ..UserChange::default() }
    }

    fn only_password(&self) -> bool {
        self.role.is_none() && self.tlp_max.is_none() && self.offices.is_none()
    }
}

impl App {
    /// Whether the node has no administrator yet.
    pub(crate) fn setup_needed(&self) -> Result<bool, AppError> {
        Ok(!self.desk.has_role(Role::Administrator.as_str())?)
    }

    /// Token of a new one-time set-up link; earlier ones no longer work.
    pub(crate) fn new_setup_token(&self) -> Result<String, AppError> {
        let token = entropy::token();
        self.desk.put_setup_link(&digest(&token), later(clock::now(), SETUP_LINK))?;
        Ok(token)
    }

    /// Makes an administrator by a set-up link and signs them in.
    pub(crate) fn set_up(&self, token: &str, name: &str, password: &str) -> Result<Session, AppError> {
        let user = new_user(name, password, Role::Administrator, Tlp::Red)?;
        let used = self.desk.use_setup_link(&digest(token), &user, clock::now())?;
        used.ok_or(AppError::NotFound("set-up link, or it has been used or has expired"))?;
        self.begin(&user)
    }

    /// Signs in by name and password.
    pub(crate) fn sign_in(&self, name: &str, password: &str) -> Result<Session, AppError> {
        if name.chars().count() > LONGEST_NAME {
            return Err(AppError::WrongCredentials);
        }
        let user = self.desk.user(name)?;
        // Somebody unknown costs as much time as somebody known, so that names cannot be guessed by the clock.
        let hash = user.as_ref().map_or(NOBODY, |user| user.password.as_str());
        let matches = password::matches(password, hash);
        let user = user.filter(|_| matches).ok_or(AppError::WrongCredentials)?;
        self.begin(&user)
    }

    fn begin(&self, user: &User) -> Result<Session, AppError> {
        let (token, csrf, now) = (entropy::token(), entropy::token(), clock::now());
        self.desk.begin_session(&digest(&token), &user.name, &csrf, now, later(now, SESSION))?;
        let role = user.role.parse()?;
        Ok(Session { token, csrf, name: user.name.clone(), role, tlp_max: user.tlp_max })
    }

    /// Ends a session.
    pub(crate) fn sign_out(&self, token: &str) -> Result<(), AppError> {
        Ok(self.desk.end_session(&digest(token))?)
    }

    /// Who a credential is from, if from anybody.
    pub(crate) fn authenticate(&self, credential: &Credential) -> Result<Option<Known>, AppError> {
        let now = clock::now();
        let (user, csrf) = match credential {
            Credential::Session(token) => match self.desk.session(&digest(token), now)? {
                Some(session) => (Some(session.user), Some(session.csrf)),
                None => (None, None),
            },
            Credential::Token(token) => (self.desk.token_user(&digest(token), now)?, None),
        };
        let Some(user) = user else { return Ok(None) };
        let viewer = self.viewer(&user.name, user.role.parse()?, user.tlp_max)?;
        Ok(Some(Known { viewer, csrf }))
    }

    /// Everybody who may sign in.
    pub(crate) fn users(&self, viewer: &Viewer) -> Result<Vec<UserView>, AppError> {
        viewer.require(Role::Administrator)?;
        Ok(self.desk.users()?.iter().map(user_view).collect())
    }

    /// Adds a person.
    pub(crate) fn create_user(&self, viewer: &Viewer, user: NewUser) -> Result<UserView, AppError> {
        viewer.require(Role::Administrator)?;
        let tlp_max = user.tlp_max.parse().map_err(AppError::invalid)?;
        let user = new_user(&user.name, &user.password, user.role, tlp_max)?;
        saved(self.desk.add_user(&user)?)?;
        Ok(user_view(&user))
    }

    /// Changes a person. People may change their own password; all else is the administrator's. Nobody gives themselves an office:
    /// what an agreement leaves to a prosecutor is not for whoever runs the node to decide.
    pub(crate) fn update_user(
        &self,
        viewer: &Viewer,
        name: &str,
        change: UserChange,
    ) -> Result<UserView, AppError> {
        let own = viewer.name == name;
        if !(own && change.only_password()) {
            viewer.require(Role::Administrator)?;
        }
        if own && change.offices.is_some() {
            return Err(AppError::Forbidden(
                "Nobody gives themselves an office: another administrator does.",
            ));
        }
        let tlp_max = change.tlp_max.as_deref().map(str::parse::<Tlp>).transpose();
        let edit = UserEdit {
            password: change.password.as_deref().map(hashed).transpose()?,
            role: change.role.map(|role| role.as_str().to_owned()),
            tlp_max: tlp_max.map_err(AppError::invalid)?,
            offices: change.offices.as_deref().map(office_names),
        };
        saved(self.desk.change_user(name, &edit, Role::Administrator.as_str())?)?;
        let user = self.desk.user(name)?.ok_or(AppError::NotFound("user"))?;
        Ok(user_view(&user))
    }

    /// Removes a person.
    pub(crate) fn remove_user(&self, viewer: &Viewer, name: &str) -> Result<(), AppError> {
        viewer.require(Role::Administrator)?;
        saved(self.desk.remove_user(name, Role::Administrator.as_str())?)
    }

    /// The viewer's own tokens.
    pub(crate) fn tokens(&self, viewer: &Viewer) -> Result<Vec<TokenView>, AppError> {
        Ok(self.desk.tokens(&viewer.name)?.iter().map(|token| token_view(token, None)).collect())
    }

    /// Makes a token with the viewer's rights.
    pub(crate) fn create_token(&self, viewer: &Viewer, new: NewToken) -> Result<TokenView, AppError> {
        let (secret, now) = (entropy::token(), clock::now());
        if new.days.is_some_and(|days| !(1..=3650).contains(&days)) {
            return Err(AppError::invalid("A token lasts 1 to 3650 days, or until it is removed."));
        }
        let token = Token {
            id: entropy::token(),
            user: viewer.name.clone(),
            name: checked_name(&new.name)?,
            created_at: now,
            expires_at: new.days.map(|days| later(now, SignedDuration::from_hours(24 * i64::from(days)))),
        };
        self.desk.add_token(&token, &digest(&secret))?;
        Ok(token_view(&token, Some(secret)))
    }

    /// Removes one of the viewer's tokens.
    pub(crate) fn remove_token(&self, viewer: &Viewer, id: &str) -> Result<(), AppError> {
        let removed = self.desk.remove_token(&viewer.name, id)?;
        if removed { Ok(()) } else { Err(AppError::NotFound("token")) }
    }
}

/// Hash that no password matches: 19 MiB and two passes, as the real ones.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Secrets are 256 random bits: one fast digest is enough, and what is stored opens nothing.
fn digest(secret: &str) -> SecretDigest {
    Sha256::digest(secret.as_bytes()).into()
}

fn later(now: Timestamp, duration: SignedDuration) -> Timestamp {
    now.checked_add(duration).unwrap_or(Timestamp::MAX)
}

fn new_user(name: &str, password: &str, role: Role, tlp_max: Tlp) -> Result<User, AppError> {
    let (name, created_at) = (checked_name(name)?, clock::now());
    let (password, role) = (hashed(password)?, role.as_str().to_owned());
    Ok(User { name, password, role, tlp_max, offices: Vec::new(), created_at })
}

pub(super) fn checked_name(name: &str) -> Result<String, AppError> {
    let name = name.trim();
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count());
    if fits && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    Err(AppError::invalid(format!("Give a name of 1 to {LONGEST_NAME} characters.")))
}

fn hashed(password: &str) -> Result<String, AppError> {
    password::hash(password, &entropy::bytes()).map_err(|error| match error {
        PasswordError::TooShort => AppError::invalid(error),
        PasswordError::Hash(_) => AppError::Internal(error.into()),
    })
}

/// Each once. An officer everybody is, so that is no office to be given.
fn office_names(offices: &[OfficeWord]) -> Vec<String> {
    let given: BTreeSet<Office> = offices.iter().map(|word| word.0).collect();
    given
        .into_iter()
        .filter(|office| *office != Office::Officer)
        .map(|office| office_name(office).to_owned())
        .collect()
}

fn saved(save: UserSave) -> Result<(), AppError> {
    match save {
        UserSave::Saved => Ok(()),
        UserSave::NameTaken => Err(AppError::Conflict("There is a user of that name already.")),
        UserSave::Unknown => Err(AppError::NotFound("user")),
        UserSave::LastOfRole => Err(AppError::Conflict("The node must keep at least one administrator.")),
    }
}

fn user_view(user: &User) -> UserView {
    UserView {
        name: user.name.clone(),
        role: user.role.clone(),
        tlp_max: user.tlp_max.as_str().to_owned(),
        offices: user.offices.clone(),
        created_at: user.created_at.to_string(),
    }
}

fn token_view(token: &Token, secret: Option<String>) -> TokenView {
    TokenView {
        id: token.id.clone(),
        name: token.name.clone(),
        created_at: token.created_at.to_string(),
        expires_at: token.expires_at.map(|at| at.to_string()),
        token: secret,
    }
}
