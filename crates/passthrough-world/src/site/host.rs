//! A host of any size, after a real one of 337 distributions: METADATA of
//! 5.5 KB in the median and 21 KB at the ninth decile, of which the header has
//! 1.5 KB in the median.

use std::path::Path;

use super::SiteBuilder;

/// Writes `count` distributions into `directory`; returns the normalised name
/// of one whose runtime closure on any `CPython` 3 without extras, itself
/// included, has exactly `closure` members.
///
/// The same arguments make the same bytes.
///
/// # Panics
///
/// If `closure` is not between 1 and `count`.
pub fn synthetic(directory: &Path, count: usize, closure: usize, seed: u64) -> String {
    assert!((1..=count).contains(&closure), "1 <= closure <= count");
    let site = SiteBuilder::new(directory);
    let mut random = Random(seed);
    // The members are spread over the directory, and not the first to be listed.
    let mut names: Vec<String> = (0..count).map(name).collect();
    for last in (1..names.len()).rev() {
        names.swap(last, random.below(last + 1));
    }
    for index in 0..count {
        distribution(&site, &names, index, closure, &mut random);
    }
    names.swap_remove(0)
}

/// Those before `closure` are members: each one but the first is required by
/// an earlier one, and none requires one that is no member.
fn distribution(
    site: &SiteBuilder,
    names: &[String],
    index: usize,
    closure: usize,
    random: &mut Random,
) {
    let name = &names[index];
    let version = format!("{}.{}.{}", 1 + index % 9, index % 31, index % 7);
    let mut builder = site.dist_info(name, &version).field("Summary", "Synthetic");
    let is_member = index < closure;
    for (child, child_name) in names.iter().enumerate().take(closure).skip(1) {
        let is_parent = parent(child) == index;
        // More edges than a tree has, some against its direction.
        let is_further = random.below(closure) == 0;
        if is_parent || (is_further && child != index) {
            builder = builder.requires([format!("{child_name}>=0.1")]);
        }
    }
    if names.len() > closure {
        let outsider = &names[closure + random.below(names.len() - closure)];
        builder = if is_member {
            builder.extra("test").requires([
                format!("{outsider} ; extra == 'test'"),
                format!("{outsider} ; python_version < '3'"),
            ])
        } else if outsider == name {
            builder
        } else {
            builder.requires([outsider])
        };
    }
    let size = random.size();
    let mut header = 0;
    while header < (size / 4).min(8 * 1024) {
        let classifier = format!("Topic :: Synthetic :: Number {}", random.below(1 << 30));
        header += classifier.len() + "Classifier: \n".len();
        builder = builder.field("Classifier", &classifier);
    }
    let line = "A distribution that exists to be read past, and says so at length.\n";
    let package = name.replace('-', "_");
    builder
        .description(line.repeat(size.saturating_sub(header) / line.len()))
        .file(
            &format!("{package}/__init__.py"),
            format!("__version__ = '{version}'\n"),
        )
        .write();
}

/// A tree of three children each.
fn parent(child: usize) -> usize {
    (child - 1) / 3
}

fn name(index: usize) -> String {
    const WORDS: [&str; 8] = [
        "array", "cloud", "data", "graph", "http", "plot", "test", "type",
    ];
    format!("{}-{index:05}", WORDS[index * 5 % WORDS.len()])
}

/// `SplitMix64`: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("less than a usize")
    }

    /// The size of a METADATA in bytes, after the real host's deciles.
    fn size(&mut self) -> usize {
        const DECILES: [usize; 11] = [
            600, 1_400, 2_300, 3_200, 4_300, 5_500, 7_200, 9_600, 13_500, 21_000, 140_000,
        ];
        let decile = self.below(10);
        let (low, high) = (DECILES[decile], DECILES[decile + 1]);
        // The last decile is a long tail.
        let mut share = self.below(1000);
        if decile == 9 {
            share = share * share / 1000 * share / 1000;
        }
        low + (high - low) * share / 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fs_err as fs;
    use std::collections::{BTreeMap, BTreeSet};

    /// Every file with its content.
    fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        for directory in fs::read_dir(root).unwrap() {
            let directory = directory.unwrap().path();
            for file in fs::read_dir(&directory).unwrap() {
                let path = file.unwrap().path();
                let name = path.strip_prefix(root).unwrap().display().to_string();
                files.insert(name, fs::read(path).unwrap());
            }
        }
        files
    }

    fn made(count: usize, closure: usize, seed: u64) -> (String, BTreeMap<String, Vec<u8>>) {
        let directory = tempfile::tempdir().unwrap();
        let root = synthetic(directory.path(), count, closure, seed);
        (root, files(directory.path()))
    }

    #[test]
    fn the_same_arguments_make_the_same_bytes() {
        assert_eq!(made(40, 7, 1), made(40, 7, 1));
        assert_ne!(made(40, 7, 1), made(40, 7, 2));
    }

    #[test]
    fn the_closure_has_the_size_that_was_asked_for() {
        for (count, closure) in [(1, 1), (2, 1), (5, 5), (60, 26)] {
            let (root, files) = made(count, closure, 3);
            let metadata: BTreeMap<String, String> = files
                .iter()
                .filter(|(path, _)| path.ends_with("/METADATA"))
                .map(|(_, content)| {
                    let text = String::from_utf8(content.clone()).unwrap();
                    let name = text.lines().find_map(|line| line.strip_prefix("Name: "));
                    (name.unwrap().to_owned(), text)
                })
                .collect();
            assert_eq!(metadata.len(), count);
            let mut reached = BTreeSet::from([root.clone()]);
            let mut open = vec![root];
            while let Some(name) = open.pop() {
                let requirements = metadata[&name]
                    .lines()
                    .filter_map(|line| line.strip_prefix("Requires-Dist: "))
                    .filter(|requirement| !requirement.contains(';'));
                for requirement in requirements {
                    let child = requirement.split('>').next().unwrap().to_owned();
                    if reached.insert(child.clone()) {
                        open.push(child);
                    }
                }
            }
            assert_eq!(reached.len(), closure);
        }
    }

    #[test]
    fn sizes_are_those_of_a_real_host() {
        let (_, files) = made(500, 26, 4);
        let metadata = files.iter().filter(|(path, _)| path.ends_with("/METADATA"));
        let (mut sizes, mut headers): (Vec<usize>, Vec<usize>) = metadata
            .map(|(_, content)| {
                let header = content.windows(2).position(|pair| pair == b"\n\n").unwrap();
                (content.len(), header)
            })
            .unzip();
        sizes.sort_unstable();
        headers.sort_unstable();
        assert!((4_500..6_500).contains(&sizes[250]), "{}", sizes[250]);
        assert!((15_000..27_000).contains(&sizes[450]), "{}", sizes[450]);
        assert!((1_200..1_900).contains(&headers[250]), "{}", headers[250]);
    }
}
