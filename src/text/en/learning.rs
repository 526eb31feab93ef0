//! English: chains that come alone.

use super::entry;
use crate::text::table::{LearnFailures, Learning};

pub(in crate::text) const LEARNING: Learning = Learning {
    learn: "Store the trust documents of a source, and nothing else of it",
    learn_example: "Example:\n  mediaseal-verify learn example-support.anchor\n  mediaseal-verify learn /dev/sdb\n\nOnly what the publisher trusted here has signed is stored. The payload is not\nread, and no verdict is given.",
    learn_argument: "The publisher's anchor file, or a key, image, zip or folder",
    replace_option: "Trust another history, after a fork only",
    stored: "Stored: trust document {version} of {publisher} is the newest known here.",
    nothing_new: "Nothing new: trust document {version} of {publisher} is the newest known here.",
    kept_prefix: "What came before it is good and was kept.",
    not_stored: "Nothing of it was stored.",
    withdrawn: "Withdrawn since: {count}",
    floors: "{product}: epoch {epoch}, nothing older than {epoch}.{floor}",
    replaced: "The chain that was trusted before is kept in {path}",
};

pub(in crate::text) const LEARN_FAILURES: LearnFailures = LearnFailures {
    not_enrolled: entry(
        "This verifier trusts no publisher yet, so it can learn nothing.",
        "Enrol the publisher first, by the code of its letter: mediaseal-verify enrol",
    ),
    pinned_to_source: entry(
        "The state may not learn from this source: {reason}.",
        "Keep the state on this computer, not on what is checked.",
    ),
    recover_fork: entry(
        "Trust document {version} of the anchor is not the one that was known here: a fork.",
        "Call the publisher on a number that you already had. Only if its chain really began anew: enrol --replace.",
    ),
    nothing_to_replace: entry(
        "There is no other history here that this chain could replace.",
        "Nothing was changed. For newer trust documents use mediaseal-verify learn.",
    ),
    not_the_owner: entry(
        "The state in {path} belongs to somebody else, so it is not recovered or replaced.",
        "A computer's state belongs to its administrator: run it as root, or elevated.",
    ),
};
