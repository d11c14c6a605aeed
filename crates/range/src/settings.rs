//! What a range is made from.

use jiff::Timestamp;
use serde_json::Value;

use crate::record::Seconds;
use crate::world::DAY;

/// The settings of a range. The same settings give the same bytes, everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where all chance comes from.
    pub seed: u64,
    /// Records of all parties together, from 10^3 to 10^8.
    pub size: u64,
    /// Criminal enterprises in the world, at least one and at most one in 500 records.
    pub enterprises: u32,
    /// How many in a thousand records say something wrong.
    pub wrong_permille: u32,
    /// The first moment, in seconds since 1970, UTC.
    pub start: Seconds,
    /// How many days the world is watched.
    pub days: u32,
}

/// Why settings make no range.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingsError {
    /// Too small for the parties to hold anything, or too large for the address space of the world.
    #[error("a range of {0} records cannot be made: choose from 1000 to 100000000")]
    Size(u64),
    /// None, or more than fit.
    #[error("{asked} enterprises do not fit a range of this size: choose from 1 to {most}")]
    Enterprises {
        /// What was asked.
        asked: u32,
        /// What fits.
        most: u32,
    },
    /// More wrong than right.
    #[error("{0} wrong records in 1000 are too many: choose up to 500")]
    Wrong(u32),
    /// Nothing unfolds in a few days, and no criminal enterprise is watched for ten years.
    #[error("{0} days cannot be watched: choose from 60 to 3650")]
    Days(u32),
    /// A document that does not state a setting.
    #[error("this is no `world.json` of a range: `{0}` is missing or of another sort")]
    Unstated(&'static str),
}

impl Settings {
    /// A range of `size` records from `seed`: as many enterprises as fit well, 3 per cent of records wrong, eight
    /// months from 1 March 2026.
    pub fn new(seed: u64, size: u64) -> Settings {
        let enterprises = match size {
            ..5_000 => 1,
            5_000..100_000 => 2,
            100_000..10_000_000 => 3,
            _ => 5,
        };
        Settings { seed, size, enterprises, wrong_permille: 30, start: 1_772_323_200, days: 245 }
    }

    /// The settings that a range's `world.json` states: with them the same range can be made again.
    pub fn stated(world: &Value) -> Result<Settings, SettingsError> {
        let number = |name| world[name].as_u64().ok_or(SettingsError::Unstated(name));
        let small = |name| u32::try_from(number(name)?).map_err(|_| SettingsError::Unstated(name));
        let moment = |name: &'static str| {
            let text = world[name].as_str().and_then(|text| text.parse::<Timestamp>().ok());
            text.map(Timestamp::as_second).ok_or(SettingsError::Unstated(name))
        };
        let (start, end) = (moment("start")?, moment("end")?);
        Ok(Settings {
            seed: number("seed")?,
            size: number("size")?,
            enterprises: small("enterprises")?,
            wrong_permille: small("wrong_permille")?,
            start,
            days: u32::try_from((end - start) / DAY).map_err(|_| SettingsError::Unstated("end"))?,
        })
    }

    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        if !(1_000..=100_000_000).contains(&self.size) {
            return Err(SettingsError::Size(self.size));
        }
        let most = (self.size / 500).min(50) as u32;
        if !(1..=most).contains(&self.enterprises) {
            return Err(SettingsError::Enterprises { asked: self.enterprises, most });
        }
        if self.wrong_permille > 500 {
            return Err(SettingsError::Wrong(self.wrong_permille));
        }
        if !(60..=3650).contains(&self.days) {
            return Err(SettingsError::Days(self.days));
        }
        Ok(())
    }

    /// How large an enterprise is, in tenths: 10 is a few dozen things, and each tenfold size of the world makes it a
    /// little more than twice as large.
    pub(crate) fn scale(&self) -> u64 {
        const STEPS: &[(u64, u64)] = &[
            (1_000, 10),
            (10_000, 22),
            (100_000, 50),
            (1_000_000, 110),
            (10_000_000, 240),
            (100_000_000, 540),
        ];
        let per_enterprise = self.size / u64::from(self.enterprises.max(1));
        let above = STEPS.iter().position(|(size, _)| per_enterprise < *size);
        match above {
            Some(0) => STEPS[0].1 * per_enterprise.max(500) / 1_000,
            None => STEPS[STEPS.len() - 1].1,
            Some(at) => {
                let ((low, small), (high, large)) = (STEPS[at - 1], STEPS[at]);
                small + (large - small) * (per_enterprise - low) / (high - low)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Memory, Range};

    #[test]
    fn settings_are_read_back_from_the_world() {
        let settings = Settings { days: 100, wrong_permille: 5, ..Settings::new(9, 3_000) };
        let mut files = Memory::default();
        Range::new(settings.clone()).expect("good settings").generate(&mut files).expect("memory");
        let world = serde_json::from_slice(&files.files()["world.json"]).expect("JSON");
        assert_eq!(Settings::stated(&world), Ok(settings));
        assert!(Settings::stated(&serde_json::json!({})).is_err());
    }
}
