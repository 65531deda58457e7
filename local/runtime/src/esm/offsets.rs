//! Which offset of a partition may be committed.
//!
//! ```text
//!   committed ┐
//!             ▼
//!   … 10 11 12│13  14  15  16  17  18         offsets handed out, in order
//!     ✓  ✓  ✓ │✓   ✓   ·   ✓   ✓   ·         ✓ finished   · not yet
//!             └───────┬────
//!          finished prefix: commit 15, the next offset to read
//! ```
//!
//! 16 and 17 are finished, but 15 is not: after a crash they are delivered again, and 15 is not
//! lost. Offsets may have gaps (compaction, transaction markers); only those handed out count.

use std::collections::VecDeque;

/// Follows one partition's records from being read to being finished.
#[derive(Debug, Default)]
pub struct OffsetTracker {
    window: VecDeque<Slot>,
    committable: Option<i64>,
    last_read: Option<i64>,
}

#[derive(Debug)]
struct Slot {
    offset: i64,
    finished: bool,
}

impl OffsetTracker {
    /// A record was read. Offsets come in rising order; one already seen is ignored.
    pub fn track(&mut self, offset: i64) {
        if self.window.back().is_none_or(|last| last.offset < offset) {
            self.window.push_back(Slot { offset, finished: false });
            self.last_read = Some(offset);
        }
    }

    /// A record is done, durably dead-lettered, dropped, or was filtered out.
    pub fn finish(&mut self, offset: i64) {
        self.finish_all(std::iter::once(offset));
    }

    /// The same for many, in rising order: most often each stands right behind the one before.
    pub fn finish_all(&mut self, offsets: impl Iterator<Item = i64>) {
        let mut next = 0;
        for offset in offsets {
            if self.window.get(next).is_none_or(|slot| slot.offset != offset) {
                let Ok(found) = self.window.binary_search_by_key(&offset, |slot| slot.offset) else {
                    continue;
                };
                next = found;
            }
            self.window[next].finished = true;
            next += 1;
        }
        while let Some(first) = self.window.front()
            && first.finished
        {
            self.committable = Some(first.offset + 1);
            self.window.pop_front();
        }
    }

    /// The offset to commit: one after the contiguous finished prefix.
    pub const fn committable(&self) -> Option<i64> {
        self.committable
    }

    /// The record read last; not one less than the next one, where offsets have gaps.
    pub const fn last_read(&self) -> Option<i64> {
        self.last_read
    }

    /// Records read and not part of the finished prefix.
    pub fn unfinished_window(&self) -> usize {
        self.window.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_contiguous_finished_prefix_may_be_committed() {
        let rows: [(&[i64], &[i64], Option<i64>); 6] = [
            (&[13, 14, 15], &[], None),
            (&[13, 14, 15], &[13], Some(14)),
            (&[13, 14, 15], &[14, 15], None),
            (&[13, 14, 15, 16, 17, 18], &[16, 13, 17, 14], Some(15)),
            (&[13, 20, 21], &[13, 20], Some(21)),
            (&[13, 14], &[99, 14, 13, 13], Some(15)),
        ];
        for (tracked, finished, expected) in rows {
            let mut tracker = OffsetTracker::default();
            tracked.iter().for_each(|&offset| tracker.track(offset));
            finished.iter().for_each(|&offset| tracker.finish(offset));
            assert_eq!(tracker.committable(), expected, "{tracked:?} finished {finished:?}");
        }
    }

    #[test]
    fn the_record_read_last_is_known_whatever_is_finished() {
        let mut tracker = OffsetTracker::default();
        assert_eq!(tracker.last_read(), None);
        for (offset, expected) in [(13, 13), (20, 20), (20, 20), (27, 27)] {
            tracker.track(offset);
            assert_eq!(tracker.last_read(), Some(expected));
        }
        tracker.finish_all([13, 20, 27].into_iter());
        assert_eq!((tracker.last_read(), tracker.committable()), (Some(27), Some(28)));
    }

    proptest! {
        /// Whatever the order of finishing, the committable offset is what a naive look finds.
        #[test]
        fn agrees_with_the_naive_definition(
            gaps in proptest::collection::vec(1_i64..4, 1..60),
            order in proptest::collection::vec(any::<prop::sample::Index>(), 0..80),
        ) {
            let offsets: Vec<i64> = gaps.iter().scan(100, |at, gap| { *at += gap; Some(*at) }).collect();
            let mut tracker = OffsetTracker::default();
            offsets.iter().for_each(|&offset| tracker.track(offset));
            let mut finished = std::collections::BTreeSet::new();
            for index in order {
                let offset = *index.get(&offsets);
                tracker.finish(offset);
                finished.insert(offset);
                let naive = offsets.iter().take_while(|o| finished.contains(*o)).last().map(|o| o + 1);
                prop_assert_eq!(tracker.committable(), naive);
            }
        }

        /// Many at once are the same as one after the other.
        #[test]
        fn finishes_many_as_one_after_the_other(
            gaps in proptest::collection::vec(1_i64..4, 1..60),
            chosen in proptest::collection::vec(any::<bool>(), 60),
            strangers in proptest::collection::vec(0_i64..400, 0..10),
        ) {
            let offsets: Vec<i64> = gaps.iter().scan(100, |at, gap| { *at += gap; Some(*at) }).collect();
            let mut trackers = [OffsetTracker::default(), OffsetTracker::default()];
            for tracker in &mut trackers {
                offsets.iter().for_each(|&offset| tracker.track(offset));
            }
            let mut finished: Vec<i64> =
                offsets.iter().zip(chosen).filter(|(_, is_chosen)| *is_chosen).map(|(offset, _)| *offset).collect();
            finished.extend(strangers);
            finished.sort_unstable();
            let [many, each] = &mut trackers;
            many.finish_all(finished.iter().copied());
            finished.iter().for_each(|&offset| each.finish(offset));
            prop_assert_eq!(many.committable(), each.committable());
            prop_assert_eq!(many.unfinished_window(), each.unfinished_window());
        }
    }
}
