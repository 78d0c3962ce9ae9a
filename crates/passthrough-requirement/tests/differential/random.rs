//! A generator of numbers that gives the same ones everywhere (`SplitMix64`).

pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("less than a usize")
    }

    /// True once in `n` times.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// The text with up to three characters put in, taken out or replaced.
    pub(crate) fn garble(&mut self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        for _ in 0..=self.below(3) {
            let at = self.below(characters.len() + 1);
            let new = self.pick(&[
                ' ', '\t', '\n', '.', ',', ';', '*', '+', '-', '_', '!', '=', '<', '>', '~', '@',
                '(', ')', '[', ']', '"', '\'', '\\', '0', '1', '9', 'a', 'r', 'v', 'x', 'é', 'ſ',
                '\u{1f}', '\u{a0}', '#', '/', '$', '{', '٣',
            ]);
            match self.below(3) {
                0 if at < characters.len() => characters[at] = new,
                1 if at < characters.len() => {
                    characters.remove(at);
                }
                _ => characters.insert(at, new),
            }
        }
        characters.into_iter().collect()
    }
}
