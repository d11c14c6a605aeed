//! Where imports come from: files, folders, standard input, http(s) URLs, MISP feeds.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;
use walkdir::WalkDir;

/// One thing to read, not yet opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// A file on disk, and the name its records are reported under.
    File { path: PathBuf, name: String },
    /// Standard input.
    Stdin,
    /// An http or https URL.
    Url(String),
    /// What was fetched already, and where from.
    Fetched { bytes: Arc<[u8]>, name: String },
}

/// Why an input cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// No such file, no permission, and the like.
    #[error("`{path}` cannot be read: {error}")]
    File {
        /// The path as given.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// The server did not give it.
    #[error("`{url}` cannot be fetched: {error}")]
    Fetch {
        /// The URL.
        url: String,
        /// What went wrong.
        error: Box<ureq::Error>,
    },
    /// A feed's manifest is not one.
    #[error("`{url}` is not a MISP feed manifest: it must be a JSON object whose keys are event UUIDs")]
    Manifest {
        /// URL of the manifest.
        url: String,
    },
}

/// The inputs an argument of `entente import` stands for: a folder is walked in name order, a MISP feed
/// becomes its events.
pub(crate) fn expand(argument: &str) -> Result<Vec<Input>, InputError> {
    if argument == "-" {
        return Ok(vec![Input::Stdin]);
    }
    if argument.starts_with("http://") || argument.starts_with("https://") {
        return expand_url(argument);
    }
    let path = Path::new(argument);
    let found = path.metadata().map_err(|error| InputError::File { path: argument.to_owned(), error })?;
    if found.is_dir() { walk(path) } else { Ok(vec![file(path.to_owned(), argument.to_owned())]) }
}

/// A file under the name its records are reported with.
pub(crate) fn file(path: PathBuf, name: String) -> Input {
    Input::File { path, name }
}

fn walk(root: &Path) -> Result<Vec<Input>, InputError> {
    let mut inputs = Vec::new();
    for entry in WalkDir::new(root).sort_by_file_name() {
        let entry = entry.map_err(|error| InputError::File {
            path: error.path().unwrap_or(root).display().to_string(),
            error: error.into(),
        })?;
        if entry.file_type().is_file() {
            let name = entry.path().display().to_string();
            inputs.push(file(entry.into_path(), name));
        }
    }
    Ok(inputs)
}

fn expand_url(url: &str) -> Result<Vec<Input>, InputError> {
    let manifest = match url.strip_suffix('/') {
        Some(base) => format!("{base}/manifest.json"),
        None if url.ends_with("/manifest.json") => url.to_owned(),
        None => return Ok(vec![Input::Url(url.to_owned())]),
    };
    let base = manifest.trim_end_matches("manifest.json").to_owned();
    let unreadable = || InputError::Manifest { url: manifest.clone() };
    let value: Value = serde_json::from_reader(fetch(&manifest)?).map_err(|_| unreadable())?;
    let events = value.as_object().ok_or_else(unreadable)?;
    if !events.keys().all(|key| looks_like_uuid(key)) {
        return Err(unreadable());
    }
    Ok(events.keys().map(|uuid| Input::Url(format!("{base}{uuid}.json"))).collect())
}

/// Guards the URL that is built from a key of somebody else's file.
fn looks_like_uuid(key: &str) -> bool {
    key.len() == 36 && key.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Largest body taken from a URL: what is bigger is fetched to a file first, then imported from there.
const LARGEST_FETCH: u64 = 4 << 30;

fn fetch(url: &str) -> Result<Box<dyn Read + Send>, InputError> {
    let config = ureq::Agent::config_builder()
        .timeout_connect(Some(Duration::from_secs(20)))
        .timeout_recv_response(Some(Duration::from_secs(60)))
        .user_agent(concat!("entente/", env!("CARGO_PKG_VERSION")));
    let failed = |error| InputError::Fetch { url: url.to_owned(), error: Box::new(error) };
    let response = ureq::Agent::new_with_config(config.build()).get(url).call().map_err(failed)?;
    Ok(Box::new(response.into_body().into_with_config().limit(LARGEST_FETCH).reader()))
}

impl Input {
    /// The name its records are reported under.
    pub(crate) fn name(&self) -> &str {
        match self {
            Input::File { name, .. } | Input::Fetched { name, .. } => name,
            Input::Stdin => "standard input",
            Input::Url(url) => url,
        }
    }

    /// Size in bytes where it is known before reading.
    pub(crate) fn size(&self) -> Option<u64> {
        match self {
            Input::File { path, .. } => path.metadata().ok().map(|found| found.len()),
            Input::Fetched { bytes, .. } => Some(bytes.len() as u64),
            Input::Stdin | Input::Url(_) => None,
        }
    }

    /// Opens it; `read` counts the bytes as they are read.
    pub(crate) fn open(&self, read: Arc<AtomicU64>) -> Result<Box<dyn Read + Send>, InputError> {
        let inner: Box<dyn Read + Send> = match self {
            Input::File { path, name } => {
                let opened = File::open(path);
                Box::new(opened.map_err(|error| InputError::File { path: name.clone(), error })?)
            }
            Input::Stdin => Box::new(io::stdin()),
            Input::Url(url) => fetch(url)?,
            Input::Fetched { bytes, .. } => Box::new(io::Cursor::new(bytes.clone())),
        };
        Ok(Box::new(Counting { inner, read }))
    }
}

struct Counting {
    inner: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Who told us when nobody says: the name of the file or folder, without its endings.
pub(crate) fn default_source(argument: &str) -> String {
    if argument == "-" {
        return "standard input".to_owned();
    }
    let trimmed = argument.trim_end_matches('/');
    if let Some((_, rest)) = trimmed.split_once("://") {
        return rest.split('/').next().unwrap_or(rest).to_owned();
    }
    // `.` and `..` have a name only where they lie; whatever has one of its own is not looked up.
    let path = Path::new(trimmed);
    let name = path.file_name().map(ToOwned::to_owned);
    let name = name.or_else(|| path.canonicalize().ok()?.file_name().map(ToOwned::to_owned));
    let name = name.map_or_else(|| trimmed.to_owned(), |name| name.to_string_lossy().into_owned());
    name.split('.').find(|part| !part.is_empty()).unwrap_or(&name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_source_is_the_name_of_what_was_given() {
        assert_eq!(default_source("/tmp/feeds/zeroaccess.txt.gz"), "zeroaccess");
        assert_eq!(default_source("https://feeds.example/misp/"), "feeds.example");
        assert_eq!(default_source("-"), "standard input");
    }

    #[test]
    fn a_folder_is_walked_in_name_order() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("b")).expect("a folder");
        for name in ["c.txt", "a.txt", "b/x.txt"] {
            std::fs::write(folder.path().join(name), "x").expect("a file");
        }
        let inputs = expand(&folder.path().display().to_string()).expect("walked");
        let names: Vec<_> =
            inputs.iter().map(|input| input.name().rsplit('/').next().unwrap_or("")).collect();
        assert_eq!(names, ["a.txt", "x.txt", "c.txt"]);
    }

    #[test]
    fn a_missing_file_says_which() {
        let error = expand("/nowhere/at/all").expect_err("missing");
        assert!(error.to_string().contains("/nowhere/at/all"));
    }
}
