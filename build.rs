//! Gives the Windows programs their manifest: no elevation at the start, paths
//! of any length, and the systems that they are made for (Windows tells its
//! true version only to programs that name it). Does nothing elsewhere.

use embed_manifest::manifest::{ActiveCodePage, ExecutionLevel, Setting, SupportedOS};
use embed_manifest::{embed_manifest, new_manifest};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_CFG_WINDOWS").is_none() {
        return;
    }
    let manifest = new_manifest("Mediaseal")
        .requested_execution_level(ExecutionLevel::AsInvoker)
        .long_path_aware(Setting::Enabled)
        .active_code_page(ActiveCodePage::Utf8)
        .supported_os(SupportedOS::Windows7..=SupportedOS::Windows10);
    // A program without it would be another program: the build ends here.
    embed_manifest(manifest).expect("the manifest cannot be written");
}
