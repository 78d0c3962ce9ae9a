//! Several pieces of work at once.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Does the work on every item, `jobs` at once, and returns what comes of it in
/// the order of the items.
pub(super) fn each<T: Sync, R: Send>(
    jobs: NonZero<usize>,
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    let worker = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(number) else {
                break;
            };
            let result = work(item);
            done.lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push((number, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..jobs.get().min(items.len()) {
            scope.spawn(worker);
        }
        worker();
    });
    let mut done = done
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;
    use std::sync::Barrier;

    use super::each;

    #[test]
    fn every_item_is_worked_on_once_and_the_order_stays() {
        let items: Vec<usize> = (0..100).collect();
        for jobs in [1, 3, 200] {
            let jobs = NonZero::new(jobs).unwrap();
            let squares = each(jobs, &items, |item| item * item);
            assert!(
                squares
                    .iter()
                    .zip(&items)
                    .all(|(square, item)| *square == item * item)
            );
            assert_eq!(squares.len(), 100);
        }
        assert_eq!(each(NonZero::<usize>::MIN, &[] as &[u8], |_| ()), []);
    }

    /// It would wait for ever if they were worked on one after the other.
    #[test]
    fn as_many_are_at_work_as_there_are_jobs() {
        let barrier = Barrier::new(3);
        let jobs = NonZero::new(3).unwrap();
        each(jobs, &[(); 6], |()| barrier.wait());
    }
}
