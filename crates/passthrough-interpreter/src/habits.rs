//! In what the module `site` differs from one interpreter to the next.

use std::path::Path;

use crate::files;

/// In what `site` differs between versions and distributors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Habits {
    /// Debian's `dist-packages`.
    pub(crate) dist_packages: bool,
    /// `.pth` files whose names begin with a dot do not count.
    pub(crate) skips_hidden: bool,
}

impl Habits {
    /// Read off the text of `site.py` itself: backports and distributors'
    /// changes do not show in a version.
    pub(crate) fn of(stdlib: &Path) -> Self {
        let text = files::read(&stdlib.join("site.py"), 1 << 20).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        Self {
            dist_packages: text.contains("\"dist-packages\""),
            skips_hidden: text.contains("not name.startswith(\".\")"),
        }
    }
}

#[cfg(test)]
mod tests {
    use fs_err as fs;

    use super::*;

    #[test]
    fn the_source_of_site_tells() {
        let scratch = tempfile::tempdir().unwrap();
        let habits = |text: &str| {
            fs::write(scratch.path().join("site.py"), text).unwrap();
            let habits = Habits::of(scratch.path());
            (habits.dist_packages, habits.skips_hidden)
        };
        assert_eq!(habits("names = os.listdir(sitedir)"), (false, false));
        assert_eq!(habits("x and not name.startswith(\".\")]"), (false, true));
        assert_eq!(habits("os.path.join(p, \"dist-packages\")"), (true, false));
        assert_eq!(habits("# dist-packages"), (false, false));
        fs::remove_file(scratch.path().join("site.py")).unwrap();
        let none = Habits::of(scratch.path());
        assert_eq!((none.dist_packages, none.skips_hidden), (false, false));
    }
}
