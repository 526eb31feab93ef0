//! What a target's work says while it goes on, and why it stops.

use std::time::Duration;

use super::capacity::Shortfall;
use crate::write::event::Phase;
use crate::write::result::Fault;

/// Told of every step and byte, and asked before each whether to stop.
pub(super) trait Reporter {
    /// A step begins.
    fn phase(&mut self, phase: Phase);
    /// Bytes were written, up to `offset`, in so much time.
    fn wrote(&mut self, bytes: u64, offset: u64, time: Duration);
    /// Bytes were read back, likewise.
    fn read(&mut self, bytes: u64, offset: u64, time: Duration);
    /// True if the person cancelled, or nobody waits any more.
    fn stop(&self) -> bool;
    /// The clock.
    fn elapsed(&self) -> Duration;
}

/// Why it stopped.
#[derive(Debug)]
pub(super) enum Halt {
    Fault(Fault),
    Cancelled,
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Shortfall> for Halt {
    fn from(shortfall: Shortfall) -> Self {
        let fault = |fault| Self::Fault(fault);
        match shortfall {
            // The size is filled in where it is known.
            Shortfall::NotKept(offset) => fault(Fault::Capacity { offset, claimed: 0 }),
            Shortfall::Write(offset, error) => {
                fault(Fault::Write { offset, detail: error.to_string() })
            }
            Shortfall::Read(offset, error) => {
                fault(Fault::Read { offset, detail: error.to_string() })
            }
            Shortfall::Flush(error) => fault(Fault::Flush { detail: error.to_string() }),
        }
    }
}
