//! Work that is shared by a few threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// More than this have nothing to do but to wait for the file system.
const MOST: usize = 8;

/// How many threads `shares` of work are worth.
pub(crate) fn count(shares: usize) -> usize {
    let available = thread::available_parallelism().map_or(1, usize::from);
    available.min(MOST).min(shares).max(1)
}

/// Runs `work` on this many threads, of which this one is one.
pub(crate) fn run<T: Send>(threads: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(&work)).collect();
        let mut results = vec![work()];
        for other in others {
            match other.join() {
                Ok(result) => results.push(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    })
}

/// The result of `work` for each item, in the order of the items; a thread
/// takes `share` items at a time.
pub(crate) fn each<I: Sync, T: Send>(
    items: &[I],
    share: usize,
    work: impl Fn(&I) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let parts = run(count(items.len().div_ceil(share)), || {
        let mut results = Vec::new();
        loop {
            let start = next.fetch_add(share, Ordering::Relaxed);
            let rest = items.get(start..).unwrap_or_default();
            if rest.is_empty() {
                return results;
            }
            let taken = rest.iter().take(share).enumerate();
            results.extend(taken.map(|(offset, item)| (start + offset, work(item))));
        }
    });
    let mut results: Vec<_> = parts.into_iter().flatten().collect();
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        for size in [0, 1, 2, 7, 1000] {
            for share in [1, 3, 512] {
                let items: Vec<usize> = (0..size).collect();
                let doubled = each(&items, share, |item| item * 2);
                let expected: Vec<usize> = items.iter().map(|item| item * 2).collect();
                assert_eq!(doubled, expected);
            }
        }
    }
}
