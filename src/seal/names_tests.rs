use super::*;
use crate::seal::paths::check_paths;

fn fault(path: &str) -> NameFault {
    check_path(path).expect_err(path)
}

#[test]
fn path_plain_names_pass() {
    for path in [
        "README.TXT",
        "GUIDE/EN.HTM",
        "a/b/c/d/e/f/g/h",
        "x-1_2.3",
        ".hidden",
        "CONSOLE.TXT",
        "COM10.txt",
        "aCON",
    ] {
        assert_eq!(check_path(path), Ok(()), "{path}");
    }
    assert_eq!(check_path(&"a".repeat(150)), Ok(()));
}

#[test]
fn path_reserved_device_name_con() {
    for path in
        ["CON", "con.msi", "a/Nul.tar.gz", "COM1", "lpt9.txt", "COM0", "AUX/x", "CONIN.x", "conout"]
    {
        assert_eq!(fault(path), NameFault::Device, "{path}");
    }
    assert_eq!(fault("COM\u{b9}"), NameFault::Character('\u{b9}'));
    assert_eq!(fault("CONIN$"), NameFault::Character('$'));
}

#[test]
fn path_that_leaves_or_means_something_else() {
    assert_eq!(fault(""), NameFault::Empty);
    assert_eq!(fault("/etc"), NameFault::Empty);
    assert_eq!(fault("a//b"), NameFault::Empty);
    assert_eq!(fault("a/"), NameFault::Empty);
    assert_eq!(fault("../x"), NameFault::Relative);
    assert_eq!(fault("a/./b"), NameFault::Relative);
    assert_eq!(fault("a\\b"), NameFault::Character('\\'));
    assert_eq!(fault("C:x"), NameFault::Character(':'));
    assert_eq!(fault("a:b"), NameFault::Character(':'));
    assert_eq!(fault("A~1"), NameFault::Character('~'));
    assert_eq!(fault("a b"), NameFault::Character(' '));
    assert_eq!(fault("caf\u{e9}"), NameFault::Character('\u{e9}'));
    assert_eq!(fault("a\0"), NameFault::Character('\0'));
    assert_eq!(fault("a."), NameFault::TrailingDot);
    assert_eq!(fault("a./b"), NameFault::TrailingDot);
    assert_eq!(fault("..."), NameFault::TrailingDot);
    assert_eq!(fault("a "), NameFault::Character(' '));
    assert_eq!(fault(&"a".repeat(151)), NameFault::TooLong);
    assert_eq!(fault("a/b/c/d/e/f/g/h/i"), NameFault::TooDeep);
}

#[test]
fn paths_equal_without_case_are_refused() {
    let check = |paths: &[&str]| check_paths(paths.iter().copied());
    assert_eq!(check(&["a/x", "a/y", "b"]), Ok(()));
    assert!(matches!(check(&["a", "A"]), Err((p, NameFault::CaseTwin(_))) if p == "A"));
    assert!(matches!(check(&["a", "a"]), Err((_, NameFault::CaseTwin(_)))));
    assert!(matches!(check(&["dir/x", "DIR/y"]), Err((_, NameFault::CaseTwin(_)))));
    assert!(matches!(check(&["a", "a/b"]), Err((_, NameFault::FileAndFolder(_)))));
    assert!(matches!(check(&["a/b", "a"]), Err((_, NameFault::FileAndFolder(_)))));
    assert!(matches!(check(&["a/b", "A"]), Err((_, NameFault::CaseTwin(_)))));
    let many: Vec<String> = (0..10_001).map(|n| format!("f{n}")).collect();
    assert!(matches!(check_paths(many.iter().map(String::as_str)), Err((_, NameFault::TooMany))));
    assert_eq!(check_paths(many[1..].iter().map(String::as_str)), Ok(()));
}

#[test]
fn texts_that_deceive_are_refused() {
    assert!(Text::parse("Correctif de s\u{e9}curit\u{e9} : \u{ab}\u{a0}LRM\u{a0}\u{bb}").is_ok());
    assert!(Text::parse(&"\u{e9}".repeat(200)).is_ok());
    for bad in [
        "",
        " a",
        "a ",
        "a\u{202e}b",
        "a\u{1b}[2J",
        "a\nb",
        "a\u{200b}b",
        "a\u{2066}b",
        "a\u{7f}",
        "a\u{85}b",
        "\u{feff}a",
    ] {
        assert!(Text::parse(bad).is_err(), "{bad:?}");
    }
    assert!(Text::parse(&"\u{e9}".repeat(201)).is_err());
}

#[test]
fn identifiers_versions_labels_folders() {
    assert!(Identifier::parse("lrm-security-patch").is_ok());
    assert!(Identifier::parse("LRM").is_err());
    assert!(Identifier::parse(&"a".repeat(33)).is_err());
    assert!(VersionText::parse("1.0.0-rc+1").is_ok());
    assert!(VersionText::parse("1.0 ").is_err());
    assert!(VolumeLabel::parse("LRM-PATCH").is_ok());
    assert!(VolumeLabel::parse("TWELVE-CHARS").is_err());
    assert!(WindowsFolder::parse("C:\\Illumina").is_ok());
    for bad in
        ["C:\\", "C:Illumina", "\\\\srv\\x", "c:\\x", "C:\\..", "C:\\NUL", "C:\\a\\", "C:\\a b"]
    {
        assert!(WindowsFolder::parse(bad).is_err(), "{bad}");
    }
    for bad in ["1.2.3.4.5", "01", "1..2", "", "1.x", "+1", "2147483648"] {
        assert!(DottedVersion::parse(bad).is_err(), "{bad}");
    }
    assert!(DottedVersion::parse("2.4.0.2385").is_ok());
}

#[test]
fn numbers_end_at_2_31_minus_1() {
    assert_eq!(Number::new(0), None);
    assert_eq!(Number::new(2_147_483_647).map(Number::value), Some(2_147_483_647));
    assert_eq!(Number::new(2_147_483_648), None);
    assert_eq!(Position::parse("1.7").unwrap().to_string(), "1.7");
    for bad in ["1", "1.07", "0.1", "1.0", "1.2147483648", "+1.1", "1.1.1"] {
        assert_eq!(Position::parse(bad), None, "{bad}");
    }
}

#[test]
fn a_path_of_this_computer_can_be_copied_and_acts_on_nothing() {
    use std::path::Path;
    let path = r"\\server\share\C:\Illumina";
    assert_eq!(escape_path(Path::new(path)), path);
    let message = "cannot read C:\\x\u{1b}[2J\u{202e}";
    let shown = escape_message(message);
    assert_eq!(shown, r"cannot read C:\x\u{1b}[2J\u{202e}");
    // What was escaped where it came from is not changed by a second time.
    assert_eq!(escape_message(&shown), shown);
}

#[test]
fn escape_leaves_nothing_that_acts() {
    assert_eq!(escape("a\u{1b}[2J\u{202e}\\é"), "a\\u{1b}[2J\\u{202e}\\\\é");
}
