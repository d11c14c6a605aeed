//! The table of templates that are one observable: accounts, software, certificates, and the like.

use entente_model::Kind;

use super::template::Form::{Flag, Integer, Languages, List, Text, Time};
use super::template::{Field, Template, field};

/// The template of this name, if it is one observable.
pub(super) fn template(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|(own, _)| *own == name).map(|(_, template)| template)
}

const fn plain(kind: Kind, fields: &'static [Field]) -> Template {
    Template { kind, fixed: &[], digests: None, fields }
}

const fn account(fixed: &'static [(&'static str, &'static str)], fields: &'static [Field]) -> Template {
    Template { kind: Kind::UserAccount, fixed, digests: None, fields }
}

const NAMED_ACCOUNT: &[Field] =
    &[field("account-id", &["user_id"], Text), field("account-name", &["account_login"], Text)];

static TEMPLATES: &[(&str, Template)] = &[
    ("android-app", plain(Kind::Software, &[field("name", &["name"], Text)])),
    (
        "asn",
        plain(
            Kind::AutonomousSystem,
            &[field("asn", &["number"], Integer), field("description", &["name"], Text)],
        ),
    ),
    (
        "cpe-asset",
        plain(
            Kind::Software,
            &[
                field("cpe", &["cpe"], Text),
                field("language", &["languages"], Languages),
                field("product", &["name"], Text),
                field("vendor", &["vendor"], Text),
                field("version", &["version"], Text),
            ],
        ),
    ),
    (
        "credential",
        plain(
            Kind::UserAccount,
            &[field("username", &["user_id"], Text), field("password", &["credential"], Text)],
        ),
    ),
    (
        "directory",
        plain(
            Kind::Directory,
            &[
                field("path", &["path"], Text),
                field("path-encoding", &["path_enc"], Text),
                field("access-time", &["atime"], Time),
                field("creation-time", &["ctime"], Time),
                field("modification-time", &["mtime"], Time),
            ],
        ),
    ),
    ("facebook-account", account(&[("account_type", "facebook")], NAMED_ACCOUNT)),
    (
        "github-user",
        account(
            &[("account_type", "github")],
            &[
                field("id", &["user_id"], Text),
                field("user-fullname", &["display_name"], Text),
                field("username", &["account_login"], Text),
            ],
        ),
    ),
    (
        "gitlab-user",
        account(
            &[("account_type", "gitlab")],
            &[
                field("id", &["user_id"], Text),
                field("name", &["display_name"], Text),
                field("username", &["account_login"], Text),
            ],
        ),
    ),
    (
        "hashlookup",
        Template {
            kind: Kind::File,
            fixed: &[],
            digests: Some(""),
            fields: &[field("FileName", &["name"], Text), field("FileSize", &["size"], Integer)],
        },
    ),
    ("mutex", plain(Kind::Mutex, &[field("name", &["name"], Text)])),
    ("parler-account", account(&[("account_type", "parler")], NAMED_ACCOUNT)),
    ("reddit-account", account(&[("account_type", "reddit")], NAMED_ACCOUNT)),
    (
        "telegram-account",
        account(
            &[("account_type", "telegram")],
            &[field("id", &["user_id"], Text), field("username", &["account_login"], Text)],
        ),
    ),
    (
        "twitter-account",
        account(
            &[("account_type", "twitter")],
            &[
                field("id", &["user_id"], Text),
                field("displayed-name", &["display_name"], Text),
                field("name", &["account_login"], Text),
            ],
        ),
    ),
    ("url", plain(Kind::Url, &[field("url", &["value"], Text)])),
    ("user-account", account(&[], USER_ACCOUNT)),
    (
        "x509",
        Template {
            kind: Kind::X509Certificate,
            fixed: &[],
            digests: Some("x509-fingerprint-"),
            fields: CERTIFICATE,
        },
    ),
];

const USER_ACCOUNT: &[Field] = &[
    field("account-type", &["account_type"], Text),
    field("can_escalate_privs", &["can_escalate_privs"], Flag),
    field("disabled", &["is_disabled"], Flag),
    field("display-name", &["display_name"], Text),
    field("is_service_account", &["is_service_account"], Flag),
    field("password", &["credential"], Text),
    field("privileged", &["is_privileged"], Flag),
    field("user-id", &["user_id"], Text),
    field("username", &["account_login"], Text),
    field("group", &["extensions", "unix-account-ext", "groups"], List),
    field("group-id", &["extensions", "unix-account-ext", "gid"], Integer),
    field("home_dir", &["extensions", "unix-account-ext", "home_dir"], Text),
    field("shell", &["extensions", "unix-account-ext", "shell"], Text),
    field("created", &["account_created"], Time),
    field("expires", &["account_expires"], Time),
    field("first_login", &["account_first_login"], Time),
    field("last_login", &["account_last_login"], Time),
    field("password_last_changed", &["credential_last_changed"], Time),
];

const CERTIFICATE: &[Field] = &[
    field("issuer", &["issuer"], Text),
    field("pubkey-info-algorithm", &["subject_public_key_algorithm"], Text),
    field("pubkey-info-exponent", &["subject_public_key_exponent"], Integer),
    field("pubkey-info-modulus", &["subject_public_key_modulus"], Text),
    field("self_signed", &["is_self_signed"], Flag),
    field("serial-number", &["serial_number"], Text),
    field("signature_algorithm", &["signature_algorithm"], Text),
    field("subject", &["subject"], Text),
    field("version", &["version"], Text),
    field("validity-not-after", &["validity_not_after"], Time),
    field("validity-not-before", &["validity_not_before"], Time),
];
