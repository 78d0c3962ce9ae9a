//! Reading objects whose keys say what they are.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// An object as the type that its keys have told.
pub(crate) fn read<T: DeserializeOwned, E: Error>(map: Map<String, Value>) -> Result<T, E> {
    value(Value::Object(map))
}

/// A value as the type that its key has told.
pub(crate) fn value<T: DeserializeOwned, E: Error>(value: Value) -> Result<T, E> {
    serde_json::from_value(value).map_err(E::custom)
}

/// A field that is there: null is a value of `T` or refused, and not absence.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
