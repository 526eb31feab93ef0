//! The person's wish to stop, from the keyboard or the system.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// From now on Ctrl-C (and on Unix the signals to terminate and to hang up)
/// sets `flag` instead of ending the program.
pub fn set_on_interrupt(flag: Arc<AtomicBool>) -> io::Result<()> {
    let handler = move || flag.store(true, Ordering::SeqCst);
    ctrlc::set_handler(handler).map_err(io::Error::other)
}
