//! A new thread on a processor of its own.
//!
//! A system may begin a thread on the processor of who asked for it, though another one
//! has nothing to do, and move it some milliseconds later. Who starts a thread for a few
//! milliseconds of work is better off without it then.
//!
//! Only a hint: where it cannot be given, the thread begins where the system puts it.

use std::io;
use std::thread::{Builder, JoinHandle};

/// Starts a thread that begins on another processor than this one, where there is
/// another. Afterwards the system moves it as it likes, among those where it might run
/// before; what others allow it later does not reach it.
///
/// An error where the system has no thread for us.
pub fn spawn_elsewhere<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    let here = calls::current();
    Builder::new().name(name.to_string()).spawn(move || {
        if let Some(here) = here {
            calls::leave(here);
        }
        work()
    })
}

#[cfg(all(target_os = "linux", feature = "builder"))]
mod calls {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};

    /// The number of the processor that this thread runs on.
    pub(super) fn current() -> Option<usize> {
        Some(sched_getcpu())
    }

    /// Moves this thread, if it runs on `processor` and may run on another.
    pub(super) fn leave(processor: usize) {
        if sched_getcpu() != processor || processor >= CpuSet::MAX_CPU {
            return;
        }
        let Ok(allowed) = sched_getaffinity(None) else {
            return;
        };
        let mut others = allowed;
        others.unset(processor);
        // Refused where no other one is left; then nothing has changed.
        if sched_setaffinity(None, &others).is_ok() {
            let _ = sched_setaffinity(None, &allowed);
        }
    }
}

/// Elsewhere nothing is known of processors, and nothing done.
#[cfg(not(all(target_os = "linux", feature = "builder")))]
mod calls {
    pub(super) fn current() -> Option<usize> {
        None
    }

    pub(super) fn leave(_processor: usize) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_works_under_its_name() {
        let thread =
            spawn_elsewhere("elsewhere", || std::thread::current().name().map(str::to_string));
        assert_eq!(thread.unwrap().join().unwrap().as_deref(), Some("elsewhere"));
    }

    #[cfg(all(target_os = "linux", feature = "builder"))]
    #[test]
    fn a_thread_leaves_a_processor_and_may_come_back() {
        use rustix::thread::{sched_getaffinity, sched_getcpu};
        let allowed = sched_getaffinity(None).unwrap();
        let mover = std::thread::spawn(move || {
            // The system may move us between the question and the answer, not each time.
            let left = (0..1000).any(|_| {
                let before = sched_getcpu();
                calls::leave(before);
                sched_getcpu() != before
            });
            (left, sched_getaffinity(None).unwrap())
        });
        let (left, afterwards) = mover.join().unwrap();
        assert_eq!(left, allowed.count() > 1);
        assert!(afterwards == allowed, "it may not run where it might before");
    }

    #[test]
    fn who_is_elsewhere_already_stays() {
        calls::leave(usize::MAX);
        assert_eq!(spawn_elsewhere("any", || 7).unwrap().join().unwrap(), 7);
    }
}
