//! Who is asking, and what exists for them.

use std::fmt;
use std::str::FromStr;

use entente_model::{CompartmentSet, Tlp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AppError;

/// What a person may do. What they may *see* is the compartment set of the [`Viewer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Looks and searches.
    Reader,
    /// Imports, draws and exports as well.
    Analyst,
    /// Manages people and tokens as well.
    Administrator,
}

impl Role {
    /// `reader`, `analyst`, `administrator`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Role::Reader => "reader",
            Role::Analyst => "analyst",
            Role::Administrator => "administrator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Role, AppError> {
        match text {
            "reader" => Ok(Role::Reader),
            "analyst" => Ok(Role::Analyst),
            "administrator" => Ok(Role::Administrator),
            other => Err(AppError::invalid(format!(
                "`{other}` is not a role: use reader, analyst or administrator"
            ))),
        }
    }
}

/// The person or program that asks, and the compartments they may see.
#[derive(Debug, Clone)]
pub(crate) struct Viewer {
    /// Name of the user.
    pub(crate) name: String,
    /// What they may do.
    pub(crate) role: Role,
    /// Most restrictive audience they may see.
    pub(crate) tlp_max: Tlp,
    /// Compartments they may see, decided once and kept as a bitmap.
    pub(crate) compartments: CompartmentSet,
}

impl Viewer {
    /// Fails with [`AppError::Forbidden`] below `role`.
    pub(crate) fn require(&self, role: Role) -> Result<(), AppError> {
        match role {
            _ if self.role >= role => Ok(()),
            Role::Administrator => Err(AppError::Forbidden("Only an administrator may do this.")),
            Role::Analyst | Role::Reader => Err(AppError::Forbidden("Readers may look, but not do this.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_the_lesser_may() {
        let viewer = |role| Viewer {
            name: "a".to_owned(),
            role,
            tlp_max: Tlp::Green,
            compartments: CompartmentSet::empty(),
        };
        let allowed: Vec<_> = [Role::Reader, Role::Analyst, Role::Administrator]
            .into_iter()
            .map(|role| {
                [Role::Reader, Role::Analyst, Role::Administrator]
                    .map(|needed| viewer(role).require(needed).is_ok())
            })
            .collect();
        assert_eq!(allowed, [[true, false, false], [true, true, false], [true, true, true]]);
    }
}
