//! A part of the plan, so that several machines share it.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// One of `of` parts: the `part`th, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    kind: Kind,
    part: u64,
    of: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// By id: a case stays where it is when others come or go.
    Hash,
    /// By place in the list: parts of the same size.
    Slice,
}

/// Text that is no partition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a partition is `hash:M/N` or `slice:M/N` with 1 <= M <= N")]
pub struct PartitionError;

impl FromStr for Partition {
    type Err = PartitionError;

    fn from_str(text: &str) -> Result<Self, PartitionError> {
        let (kind, numbers) = text.split_once(':').ok_or(PartitionError)?;
        let kind = match kind {
            "hash" => Kind::Hash,
            "slice" => Kind::Slice,
            _ => return Err(PartitionError),
        };
        let (part, of) = numbers.split_once('/').ok_or(PartitionError)?;
        let number = |text: &str| text.parse::<u64>().map_err(|_| PartitionError);
        let (part, of) = (number(part)?, number(of)?);
        if (1..=of).contains(&part) {
            Ok(Self { kind, part, of })
        } else {
            Err(PartitionError)
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Hash => "hash",
            Kind::Slice => "slice",
        };
        write!(f, "{kind}:{}/{}", self.part, self.of)
    }
}

impl Partition {
    /// Those of the sorted ids that are in this part.
    pub fn of(self, ids: &[String]) -> Vec<String> {
        let is_in = |place: usize, id: &String| {
            let number = match self.kind {
                Kind::Hash => hash(id),
                Kind::Slice => place as u64,
            };
            number % self.of == self.part - 1
        };
        let ids = ids.iter().enumerate();
        ids.filter(|(place, id)| is_in(*place, id))
            .map(|(_, id)| id.clone())
            .collect()
    }
}

fn hash(id: &str) -> u64 {
    let digest = Sha256::digest(id);
    let first = digest.iter().take(8);
    first.fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Partition, hash};

    fn partition(text: &str) -> Partition {
        text.parse().unwrap()
    }

    #[test]
    fn parts_are_read_and_written_alike() {
        for text in ["hash:1/1", "hash:2/3", "slice:7/7"] {
            assert_eq!(partition(text).to_string(), text);
        }
        for text in [
            "",
            "hash",
            "hash:",
            "hash:1",
            "hash:0/3",
            "hash:4/3",
            "slice:0/0",
            "hash:1/0",
            "Hash:1/2",
            "hash:-1/2",
            "hash:1/2/3",
            "rand:1/2",
            "hash:1/99999999999999999999",
        ] {
            assert!(text.parse::<Partition>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_case_is_in_one_part() {
        let ids: Vec<String> = (0..100).map(|number| format!("case-{number:03}")).collect();
        for kind in ["hash", "slice"] {
            for of in [1, 3, 7, 150] {
                let parts =
                    (1..=of).flat_map(|part| partition(&format!("{kind}:{part}/{of}")).of(&ids));
                let mut parts: Vec<String> = parts.collect();
                parts.sort();
                assert_eq!(parts, ids, "{kind} {of}");
            }
        }
        let sizes: BTreeSet<usize> = (1..=3)
            .map(|part| partition(&format!("slice:{part}/3")).of(&ids).len())
            .collect();
        assert_eq!(sizes, BTreeSet::from([33, 34]));
    }

    #[test]
    fn a_case_stays_in_its_part_when_others_come() {
        let few: Vec<String> = (50..100).map(|number| number.to_string()).collect();
        let mut many: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        many.sort();
        let part = partition("hash:2/4");
        let of_many: BTreeSet<String> = part.of(&many).into_iter().collect();
        assert!(!part.of(&few).is_empty());
        assert!(part.of(&few).iter().all(|id| of_many.contains(id)));
        assert_eq!(
            of_many.iter().filter(|id| few.contains(id)).count(),
            part.of(&few).len()
        );
    }

    /// The parts of today are those of every later version.
    #[test]
    fn the_hash_is_the_start_of_sha256() {
        assert_eq!(hash("abc"), 0xba78_16bf_8f01_cfea);
    }
}
