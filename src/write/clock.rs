//! The time: of day for logs, and gone by for rates.

use std::time::{Duration, Instant};

use crate::seal::timestamp::Timestamp;
use crate::verify::session;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Time of day, if it can be written down. Nothing depends on it.
    fn now(&self) -> Option<Timestamp>;
    /// Time since some moment; never goes back.
    fn elapsed(&self) -> Duration;
}

/// The computer's clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock(Instant);

impl SystemClock {
    /// Starts counting.
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Option<Timestamp> {
        session::clock()
    }
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
