//! What can be wrong with an entry of a directory, a chain of clusters or a
//! record of a zip: one word a fault, so that every language has its own.

use std::fmt;

use crate::text::{Language, Table};

macro_rules! oddities {
    ($($variant:ident: $field:ident,)*) => {
        /// What is odd; the words are those of [`crate::text`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)] // The words of the text tables say what each one means.
        pub enum Oddity {
            $($variant,)*
        }

        impl Oddity {
            /// Every one, for tests.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The words for it.
            pub fn words(self, table: &Table) -> &'static str {
                match self {
                    $(Self::$variant => table.oddities.$field,)*
                }
            }
        }
    };
}

oddities! {
    SecondLabel: second_label,
    StrangeAttributes: strange_attributes,
    StrayLongName: stray_long_name,
    NoDotEntries: no_dot_entries,
    EmptyWithClusters: empty_with_clusters,
    TooManyClusters: too_many_clusters,
    TooFewClusters: too_few_clusters,
    InPieces: in_pieces,
    ChainLeavesVolume: chain_leaves_volume,
    ChainIntoFreeCluster: chain_into_free_cluster,
    ClusterOfAnother: cluster_of_another,
    ClusterOutside: cluster_outside,
    EndsInsideFat: ends_inside_fat,
    EndsInsideVolume: ends_inside_volume,
    LeadsOutsideVolume: leads_outside_volume,
    AnotherEndRecord: another_end_record,
    Comment: comment,
    AfterEndRecord: after_end_record,
    SeveralDisks: several_disks,
    Zip64WithMore: zip64_with_more,
    Zip64Missing: zip64_missing,
    BeforeFirstFile: before_first_file,
    EntryWithComment: entry_with_comment,
    EntryWithForeignFields: entry_with_foreign_fields,
    NoDirectoryEntry: no_directory_entry,
    OtherCount: other_count,
    Encrypted: encrypted,
    Packed: packed,
    TwoSizes: two_sizes,
    EntryForFolder: entry_for_folder,
    EntryForLink: entry_for_link,
    EntryForSpecial: entry_for_special,
    SizesAfterData: sizes_after_data,
    NoHeader: no_header,
    HeaderDisagrees: header_disagrees,
    DataOutside: data_outside,
    OfNoEntry: of_no_entry,
    DataOfAnother: data_of_another,
    OneNameTwice: one_name_twice,
    NotAStoredFile: not_a_stored_file,
    NoEndRecord: no_end_record,
    EndRecordOutside: end_record_outside,
}

impl fmt::Display for Oddity {
    /// The English words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words(Language::English.table()))
    }
}
