//! Chains that come alone: `learn`, and a chain that takes another one's place.

use super::Entry;

texts! {
    /// Help and answers.
    Learning: &'static str {
        learn,
        learn_example,
        learn_argument,
        replace_option,
        stored,
        nothing_new,
        kept_prefix,
        not_stored,
        withdrawn,
        floors,
        replaced,
    }
}

texts! {
    /// What went wrong, and what to do.
    LearnFailures: Entry {
        not_enrolled,
        pinned_to_source,
        recover_fork,
        nothing_to_replace,
        not_the_owner,
    }
}
