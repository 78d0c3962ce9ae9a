//! Lines and columns: numbers from 1.

use std::num::NonZeroU32;

use serde::{Deserialize, Deserializer};

pub(crate) fn from_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    NonZeroU32::deserialize(deserializer).map(NonZeroU32::get)
}

pub(crate) fn from_one_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<u32>, D::Error> {
    let number = Option::<NonZeroU32>::deserialize(deserializer)?;
    Ok(number.map(NonZeroU32::get))
}
