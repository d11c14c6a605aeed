//! Why a piece of work was not done. Three families: theirs (`Invalid`, `NotFound`, `Conflict`), policy
//! (`Forbidden`), ours (`Internal`).

/// Why the node did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppError {
    /// Not there, or not for this viewer: the two are never told apart.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The request makes no sense; the text says how to mend it.
    #[error("{0}")]
    Invalid(String),
    /// The role does not allow it.
    #[error("{0}")]
    Forbidden(&'static str),
    /// Somebody else changed it first.
    #[error("{0}")]
    Conflict(&'static str),
    /// As many as may be were asked for; the text says when there are more.
    #[error("{0}")]
    TooMany(&'static str),
    /// The name or the password is wrong.
    #[error("the name or the password is wrong")]
    WrongCredentials,
    /// Our fault.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl AppError {
    /// A request that makes no sense, in the words of what is wrong with it.
    pub(crate) fn invalid(reason: impl std::fmt::Display) -> AppError {
        AppError::Invalid(reason.to_string())
    }
}

impl From<entente_store::StoreError> for AppError {
    fn from(error: entente_store::StoreError) -> AppError {
        AppError::Internal(error.into())
    }
}
