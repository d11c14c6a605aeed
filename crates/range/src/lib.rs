//! Worlds with criminal enterprises in them whose truth is known.
//!
//! A range is what six parties (a company, a national response team, a registrar, a bank, an exchange of
//! cryptocurrencies and the police) would hold of one invented world, each in its own formats, incomplete, late and
//! partly wrong; and `truth.json`, which says what was really there. Whoever traces the enterprise through the parties'
//! files can be scored against it ([`score`]).
//!
//! ```text
//! Settings ─► World ────────────► background, record by record ─┐
//!               └─► enterprises ─► planned records ─────────────┴─► party formats ─► Sink
//!                        └─► truth.json
//! ```
//!
//! Everything is a function of the settings, to the byte: no clock, no threads, no floating point, no hash order. Memory
//! grows with the enterprises, which are small, and not with the number of records.
//!
//! Everything is invented: names under `.example`, addresses of networks that are nobody's, telephone numbers under
//! +999, banks that do not exist.
//!
//! ```
//! use entente_range::{Memory, Range, Settings};
//!
//! let range = Range::new(Settings::new(7, 1_000))?;
//! let mut files = Memory::default();
//! let made = range.generate(&mut files)?;
//! assert_eq!(made.events, 1_000);
//! assert!(files.files().contains_key("truth.json"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod background;
mod book;
mod chance;
mod enterprise;
mod generate;
#[cfg(test)]
mod hardness;
mod inject;
mod pages;
mod party;
mod record;
pub mod score;
mod settings;
mod sink;
mod thing;
mod told;
mod truth;
mod world;
mod writer;

pub use book::Book;
pub use generate::{Made, MadeFile, Range};
pub use inject::Inject;
pub use settings::{Settings, SettingsError};
pub use sink::{Memory, Sink};
pub use thing::{Family, Sort, Thing};
pub use told::{Told, ToldLink, ToldThing};
