//! Cyber-observables (STIX 2.1 part 6) and Entente's own.

use super::{Declared, data, kind, never, plain, reference};
use crate::Category::{
    BankAccount, Cert, ContentData, CryptoAddress, DeviceId, Domain, EmailPersonal, HostArtefact,
    HostFingerprint, Iban, IpAddress, MalwareSample, Name, Netflow, Phone, SubscriberInfo, TrafficData, Url,
    UserAccount,
};

pub(super) const KINDS: &[Declared] = &[
    kind(
        "artifact",
        &[
            plain("mime_type"),
            data("payload_bin", MalwareSample),
            data("url", Url),
            data("hashes", MalwareSample).searchable(),
            plain("encryption_algorithm"),
            data("decryption_key", MalwareSample),
        ],
    )
    .any_of(&[&["payload_bin"], &["url", "hashes"], &["hashes"]]),
    // Registries publish who announces which network.
    kind("autonomous-system", &[plain("number").required().searchable(), plain("name"), plain("rir")]),
    kind(
        "directory",
        &[
            data("path", HostArtefact).required(),
            plain("path_enc"),
            data("ctime", HostArtefact),
            data("mtime", HostArtefact),
            data("atime", HostArtefact),
            reference("contains_refs"),
        ],
    ),
    kind("domain-name", &[data("value", Domain).required().searchable(), reference("resolves_to_refs")]),
    kind(
        "email-addr",
        &[
            data("value", EmailPersonal).required().searchable(),
            data("display_name", Name),
            reference("belongs_to_ref"),
        ],
    ),
    kind(
        "email-message",
        &[
            plain("is_multipart").required(),
            data("date", TrafficData),
            plain("content_type"),
            reference("from_ref"),
            reference("sender_ref"),
            reference("to_refs"),
            reference("cc_refs"),
            reference("bcc_refs"),
            data("message_id", TrafficData),
            data("subject", ContentData),
            data("received_lines", TrafficData),
            data("additional_header_fields", TrafficData),
            data("body", ContentData),
            data("body_multipart", ContentData),
            reference("raw_email_ref"),
            reference("reply_to_ref"),
            reference("received_from_ref"),
            reference("contains_refs"),
            never("x_mailer"),
        ],
    )
    .tells(TrafficData),
    kind(
        "file",
        &[
            data("hashes", MalwareSample).searchable(),
            data("size", MalwareSample),
            data("name", HostArtefact),
            plain("name_enc"),
            plain("magic_number_hex"),
            plain("mime_type"),
            data("ctime", HostArtefact),
            data("mtime", HostArtefact),
            data("atime", HostArtefact),
            reference("parent_directory_ref"),
            reference("contains_refs"),
            reference("content_ref"),
            data("extensions.archive-ext", MalwareSample),
            data("extensions.windows-pebinary-ext", MalwareSample),
            // They name owners, authors and places.
            data("extensions.ntfs-ext", HostArtefact),
            data("extensions.pdf-ext", HostArtefact),
            data("extensions.raster-image-ext", HostArtefact),
            never("x_stix20_is_encrypted"),
            never("x_stix20_encryption_algorithm"),
            never("x_stix20_decryption_key"),
        ],
    )
    .any_of(&[&["hashes"], &["name"]]),
    kind(
        "ipv4-addr",
        &[
            data("value", IpAddress).required().searchable(),
            reference("resolves_to_refs"),
            reference("belongs_to_refs"),
        ],
    ),
    kind(
        "ipv6-addr",
        &[
            data("value", IpAddress).required().searchable(),
            reference("resolves_to_refs"),
            reference("belongs_to_refs"),
        ],
    ),
    kind("mac-addr", &[data("value", DeviceId).required().searchable()]),
    kind("mutex", &[data("name", HostArtefact).required().searchable()]),
    kind(
        "network-traffic",
        &[
            data("start", Netflow),
            data("end", Netflow),
            plain("is_active"),
            reference("src_ref"),
            reference("dst_ref"),
            data("src_port", Netflow),
            data("dst_port", Netflow),
            plain("protocols").required(),
            data("src_byte_count", Netflow),
            data("dst_byte_count", Netflow),
            data("src_packets", Netflow),
            data("dst_packets", Netflow),
            data("ipfix", Netflow),
            reference("src_payload_ref"),
            reference("dst_payload_ref"),
            reference("encapsulates_refs"),
            reference("encapsulated_by_ref"),
            data("extensions.http-request-ext", ContentData),
            data("extensions.icmp-ext", Netflow),
            data("extensions.socket-ext", Netflow),
            data("extensions.tcp-ext", Netflow),
        ],
    )
    .tells(Netflow)
    .any_of(&[&["src_ref"], &["dst_ref"]]),
    kind(
        "process",
        &[
            plain("is_hidden"),
            data("pid", HostArtefact),
            data("created_time", HostArtefact),
            data("cwd", HostArtefact),
            data("command_line", HostArtefact),
            // Credentials live here.
            never("environment_variables"),
            reference("opened_connection_refs"),
            reference("creator_user_ref"),
            reference("image_ref"),
            reference("parent_ref"),
            reference("child_refs"),
            data("extensions.windows-process-ext", HostArtefact),
            data("extensions.windows-service-ext", HostArtefact),
            never("x_stix20_name"),
            never("x_stix20_arguments"),
        ],
    )
    .tells(HostArtefact)
    .any_of(&[&["pid"], &["command_line"], &["cwd"], &["created_time"], &["image_ref"], &["extensions"]]),
    kind(
        "software",
        &[
            plain("name").required().searchable(),
            plain("cpe"),
            plain("swid"),
            plain("languages"),
            plain("vendor"),
            plain("version"),
        ],
    ),
    kind("url", &[data("value", Url).required().searchable()]),
    kind(
        "user-account",
        &[
            data("user_id", UserAccount).searchable(),
            never("credential"),
            data("account_login", UserAccount).searchable(),
            plain("account_type"),
            data("display_name", UserAccount),
            plain("is_service_account"),
            plain("is_privileged"),
            plain("can_escalate_privs"),
            plain("is_disabled"),
            data("account_created", SubscriberInfo),
            data("account_expires", SubscriberInfo),
            data("credential_last_changed", SubscriberInfo),
            data("account_first_login", TrafficData),
            data("account_last_login", TrafficData),
            data("extensions.unix-account-ext", UserAccount),
        ],
    )
    .any_of(&[&["user_id"], &["account_login"], &["display_name"]]),
    kind(
        "windows-registry-key",
        &[
            data("key", HostArtefact).searchable(),
            data("values", HostArtefact),
            data("modified_time", HostArtefact),
            reference("creator_user_ref"),
            plain("number_of_subkeys"),
        ],
    )
    .tells(HostArtefact)
    .any_of(&[&["key"], &["values"]]),
    kind(
        "x509-certificate",
        &[
            plain("is_self_signed"),
            data("hashes", Cert).searchable(),
            plain("version"),
            data("serial_number", Cert).searchable(),
            plain("signature_algorithm"),
            data("issuer", Cert),
            data("validity_not_before", Cert),
            data("validity_not_after", Cert),
            data("subject", Cert),
            plain("subject_public_key_algorithm"),
            data("subject_public_key_modulus", Cert),
            data("subject_public_key_exponent", Cert),
            data("x509_v3_extensions", Cert),
        ],
    )
    .any_of(&[&["hashes"], &["serial_number"], &["issuer"], &["subject"]]),
    kind(
        "cryptocurrency-wallet",
        &[
            data("value", CryptoAddress).searchable(),
            data("address", CryptoAddress).searchable(),
            plain("currency"),
        ],
    )
    .any_of(&[&["value"], &["address"]]),
    kind(
        "bank-account",
        &[
            data("iban", Iban).searchable(),
            data("account_number", BankAccount),
            data("bank", BankAccount),
            data("bic", BankAccount),
            plain("account_scheme"),
            data("holder", Name),
            plain("country"),
            plain("currency"),
        ],
    )
    .any_of(&[&["iban"], &["account_number"]]),
    kind(
        "phone-number",
        &[data("number", Phone).searchable(), data("value", Phone).searchable(), plain("country")],
    )
    .any_of(&[&["number"], &["value"]]),
    kind(
        "digital-fingerprint",
        &[plain("family").required().searchable(), data("value", HostFingerprint).required().searchable()],
    ),
];
