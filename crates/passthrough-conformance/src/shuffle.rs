//! An order that a number decides.

/// Puts the items into the order that `seed` stands for (SplitMix64, Fisher
/// and Yates): the same everywhere.
pub fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut state = seed;
    for last in (1..items.len()).rev() {
        let bound = last as u64 + 1;
        // The bias is at most items / 2^64.
        let chosen = usize::try_from(next(&mut state) % bound).unwrap_or(last);
        items.swap(chosen, last);
    }
}

fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::{next, shuffle};

    /// The published sequence for seed 1234567.
    #[test]
    fn numbers_are_those_of_splitmix64() {
        let mut state = 1_234_567;
        let numbers = [next(&mut state), next(&mut state), next(&mut state)];
        assert_eq!(
            numbers,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn a_seed_is_an_order_and_loses_nothing() {
        let ordered: Vec<u32> = (0..100).collect();
        let of = |seed| {
            let mut items = ordered.clone();
            shuffle(&mut items, seed);
            items
        };
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
        assert_ne!(of(7), ordered);
        let mut again = of(7);
        again.sort_unstable();
        assert_eq!(again, ordered);
        shuffle::<u32>(&mut [], 1);
    }

    #[test]
    fn every_place_is_reached() {
        let first: std::collections::BTreeSet<u32> = (0..100)
            .map(|seed| {
                let mut items = [0, 1, 2, 3];
                shuffle(&mut items, seed);
                items[0]
            })
            .collect();
        assert_eq!(first.len(), 4);
    }
}
