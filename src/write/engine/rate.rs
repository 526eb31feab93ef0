//! Rate and time left, over the last few seconds.

use std::collections::VecDeque;
use std::time::Duration;

use crate::write::event::Progress;

/// The rate is taken over this long: sticks write in bursts.
const WINDOW: Duration = Duration::from_secs(5);
/// Before this nothing is known.
const WARM_UP: Duration = Duration::from_millis(500);
/// Samples that are closer than this are one.
const SPACING: Duration = Duration::from_millis(100);

/// Follows one count of bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Rate {
    samples: VecDeque<(Duration, u64)>,
}

impl Rate {
    /// `done` bytes at `now`, since the clock's start.
    pub(super) fn sample(&mut self, now: Duration, done: u64) {
        let count = self.samples.len();
        if count >= 2 && now.saturating_sub(self.samples[count - 2].0) < SPACING {
            self.samples.pop_back();
        }
        while self.samples.len() > 2 && now.saturating_sub(self.samples[0].0) > WINDOW {
            self.samples.pop_front();
        }
        self.samples.push_back((now, done));
    }

    /// Bytes a second; `None` while nothing is known.
    pub(super) fn rate(&self) -> Option<u64> {
        let ((from, before), (until, after)) = (*self.samples.front()?, *self.samples.back()?);
        let time = until.saturating_sub(from);
        let rate = after.saturating_sub(before) as f64 / time.as_secs_f64();
        (time >= WARM_UP && rate.is_finite()).then_some(rate as u64)
    }

    /// The last sample with its rate, `all` bytes in all.
    pub(super) fn progress(&self, all: u64) -> Progress {
        let done = self.samples.back().map_or(0, |(_, done)| *done);
        let rate = self.rate().unwrap_or(0);
        let left = (rate > 0).then(|| all.saturating_sub(done).div_ceil(rate));
        Progress { done, all, rate, left: left.map(Duration::from_secs) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_is_that_of_the_last_seconds() {
        let mut rate = Rate::default();
        assert_eq!(rate.rate(), None);
        for second in 0..=10u64 {
            rate.sample(Duration::from_secs(second), second * 1_000_000);
        }
        assert_eq!(rate.rate(), Some(1_000_000));
        for second in 11..=20 {
            rate.sample(Duration::from_secs(second), 10_000_000);
        }
        let stopped = rate.progress(20_000_000);
        assert_eq!((stopped.rate, stopped.left), (0, None));
    }

    #[test]
    fn many_samples_a_second_stay_few() {
        let mut rate = Rate::default();
        for tick in 0..10_000u64 {
            rate.sample(Duration::from_millis(tick), tick * 1000);
            assert!(rate.samples.len() <= 100);
        }
        let progress = rate.progress(20_000_000);
        assert_eq!(progress.done, 9_999_000);
        assert_eq!(progress.rate, 1_000_000);
        assert_eq!(progress.left, Some(Duration::from_secs(11)));
    }
}
