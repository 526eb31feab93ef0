use super::*;

/// An anchor of `documents` entries that are no trust documents, each with
/// `signatures` files of `length` bytes: what is wrong with it first is said.
fn refusal(documents: usize, signatures: usize, length: usize) -> AnchorError {
    let entry = || DocumentText {
        document: "{}".to_string(),
        signatures: vec!["s".repeat(length); signatures],
    };
    let documents = (0..documents).map(|_| entry()).collect();
    let file = AnchorFile { format: FORMAT, code: Digest::of(b"code"), documents };
    parse(&json::print(&file).unwrap()).unwrap_err()
}

/// Within the limits, so that the documents themselves were looked at.
fn looked_at(error: &AnchorError) -> bool {
    matches!(error, AnchorError::Chain(ChainError::Document(_)))
}

#[test]
fn documents_and_signatures_up_to_their_limits_and_no_further() {
    let (files, bytes) = (2 * MAX_ROLE_KEYS, MAX_SIGNATURE_BYTES);
    assert!(looked_at(&refusal(1, 0, 0)));
    assert!(looked_at(&refusal(MAX_TRUST_DOCUMENTS, 1, 1)));
    assert_eq!(refusal(MAX_TRUST_DOCUMENTS + 1, 1, 1), AnchorError::TooMany);
    assert_eq!(refusal(MAX_TRUST_DOCUMENTS + 9, 0, 0), AnchorError::TooMany);
    assert!(looked_at(&refusal(1, files, 1)));
    assert_eq!(refusal(1, files + 1, 1), AnchorError::TooMany);
    assert_eq!(refusal(1, files + 9, 1), AnchorError::TooMany);
    assert!(looked_at(&refusal(1, 1, bytes)));
    assert_eq!(refusal(1, 1, bytes + 1), AnchorError::TooMany);
    assert_eq!(refusal(1, 1, bytes + 9), AnchorError::TooMany);
}

#[test]
fn format_of_a_newer_program_and_an_empty_chain_are_refused() {
    let print = |format| {
        let file = AnchorFile { format, code: Digest::of(b"code"), documents: Vec::new() };
        json::print(&file).unwrap()
    };
    assert_eq!(parse(&print(FORMAT + 1)), Err(AnchorError::Format(FORMAT + 1)));
    assert_eq!(parse(&print(FORMAT)), Err(AnchorError::Chain(ChainError::Empty)));
}
