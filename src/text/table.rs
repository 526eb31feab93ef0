//! What every language must say: one file a group of texts, the same files in
//! each language.

/// A finding in two texts: what happened, and what to do.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// One sentence: what was found.
    pub what: &'static str,
    /// One or two sentences: what to do; empty where nothing is to be done.
    pub next: &'static str,
}

/// Declares a struct of texts whose fields are all of one type.
macro_rules! texts {
    ($(#[$doc:meta])* $name:ident: $type:ty { $($(#[$field_doc:meta])* $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        #[allow(missing_docs)] // The fields' names say what they are.
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $name {
            /// Every text with its name, for tests.
            pub fn all(&self) -> Vec<(&'static str, $type)> {
                vec![$((stringify!($field), self.$field)),*]
            }
        }
    };
}

mod cards;
mod causes;
mod commands;
mod copying;
mod details;
mod findings;
mod guide;
mod learning;
mod procedure;
mod reports;

pub use cards::Cards;
pub use causes::{Asked, Facts, IoFaults, PlanFaults, SlotFaults, UsageFaults};
pub use commands::{Failures, Help};
pub use copying::CopyFailures;
pub use details::{
    ClaimLabels, DestinationFaults, Details, Differences, Doings, FolderFaults, Oddities, Remarks,
    SealFaults, SourceFaults, StagingFaults, StoreFaults, SystemAdvice,
};
pub use findings::{Findings, Regions, SignatureReasons, UnpinnedReasons};
pub use guide::{Guide, GuideQuestions, InstallHelp, Setup, SetupFailures, SetupQuestions};
pub use learning::{LearnFailures, Learning};
pub use procedure::{Dialogue, InstallFailures, InstallerExits, Procedure, Questions};
pub use reports::Labels;

/// Everything that a language must say.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Findings.
    pub findings: Findings,
    /// Structures of a medium.
    pub regions: Regions,
    /// Reasons of signatures.
    pub signatures: SignatureReasons,
    /// Reasons for UNPINNED.
    pub unpinned: UnpinnedReasons,
    /// What is wrong with an entry or a record.
    pub oddities: Oddities,
    /// Remarks of a reader.
    pub remarks: Remarks,
    /// Why a source cannot be read.
    pub source_faults: SourceFaults,
    /// Why a signed document is refused.
    pub seal_faults: SealFaults,
    /// Why a folder is not safe.
    pub folder_faults: FolderFaults,
    /// Other words inside of findings.
    pub details: Details,
    /// That something failed at a file or folder.
    pub doings: Doings,
    /// What stands in the way of writing.
    pub store_faults: StoreFaults,
    /// What to do about an error of the system.
    pub system_advice: SystemAdvice,
    /// Why a folder is not copied into.
    pub destination_faults: DestinationFaults,
    /// Why nothing was copied.
    pub staging_faults: StagingFaults,
    /// Differences of what was written.
    pub differences: Differences,
    /// What one of us says inside of an error of input and output.
    pub io_faults: IoFaults,
    /// What is known of a computer.
    pub facts: Facts,
    /// What the questions of a record are about.
    pub asked: Asked,
    /// Why a stored value is none.
    pub slot_faults: SlotFaults,
    /// Why a volume cannot be planned.
    pub plan_faults: PlanFaults,
    /// Why a command line is not understood.
    pub usage_faults: UsageFaults,
    /// What a release says of itself.
    pub claims: ClaimLabels,
    /// Reports.
    pub labels: Labels,
    /// Cards.
    pub cards: Cards,
    /// Help.
    pub help: Help,
    /// Failures.
    pub failures: Failures,
    /// Ways to answer a question.
    pub dialogue: Dialogue,
    /// Questions before anything is changed.
    pub questions: Questions,
    /// Answers of the vendor's installer.
    pub exits: InstallerExits,
    /// What stops an installation.
    pub install_failures: InstallFailures,
    /// The procedure and its records.
    pub procedure: Procedure,
    /// Setting up.
    pub setup: Setup,
    /// Questions of setting up.
    pub setup_questions: SetupQuestions,
    /// What stops setting up.
    pub setup_failures: SetupFailures,
    /// The guided way.
    pub guide: Guide,
    /// Its questions.
    pub guide_questions: GuideQuestions,
    /// Help of the commands on an instrument.
    pub install_help: InstallHelp,
    /// What stands in the way of a copy.
    pub copy_failures: CopyFailures,
    /// Chains that come alone.
    pub learning: Learning,
    /// What went wrong with them.
    pub learn_failures: LearnFailures,
}
