//! Why a command line is not understood, in the words of the language's table.
//!
//! The crate that reads command lines speaks English alone; it also says in
//! parts what it found, and those are put into sentences of ours here.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use mediaseal::seal::names::escape_message;
use mediaseal::text::{Language, fill};

/// The form of a publisher's or product's name.
pub const NAME: &str = "[a-z0-9-]{1,32}";
/// The form of a text that people read: it has none that can be shown.
pub const TEXT: &str = "";
/// The form of a version that is compared.
pub const VERSION: &str = "1.2.3.4";
/// The form of a product code.
pub const PRODUCT_CODE: &str = "{XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}";

/// A part of what the crate found, escaped: arguments are anybody's.
fn part(error: &clap::Error, kind: ContextKind) -> Option<String> {
    let text = match error.get(kind)? {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        _ => return None,
    };
    Some(escape_message(&text))
}

/// One clause: what is wrong with the command line.
pub fn words(error: &clap::Error, language: Language) -> String {
    let faults = &language.table().usage_faults;
    let named = part(error, ContextKind::InvalidArg);
    let argument = named.clone().or_else(|| part(error, ContextKind::InvalidSubcommand));
    let value = part(error, ContextKind::InvalidValue);
    let other = part(error, ContextKind::PriorArg);
    let valid = match error.kind() {
        ErrorKind::MissingSubcommand => part(error, ContextKind::ValidSubcommand),
        ErrorKind::ValueValidation => error.source().map(|form| escape_message(&form.to_string())),
        _ => part(error, ContextKind::ValidValue),
    };
    let valid = valid.filter(|valid| !valid.is_empty());
    let template = match (error.kind(), &argument) {
        (ErrorKind::UnknownArgument, Some(_)) => faults.unknown_argument,
        (ErrorKind::InvalidSubcommand, Some(_)) => faults.unknown_command,
        (ErrorKind::MissingRequiredArgument, Some(_)) => faults.missing,
        (ErrorKind::MissingSubcommand, _) => faults.no_command,
        (ErrorKind::InvalidValue, Some(_)) if value.as_deref().is_none_or(str::is_empty) => {
            faults.no_value
        }
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation, Some(_)) => match &valid {
            Some(_) => faults.other_value_of,
            None => faults.other_value,
        },
        (ErrorKind::TooManyValues, Some(_)) => faults.too_many_values,
        (ErrorKind::ArgumentConflict, Some(_)) if other.is_none() || other == named => faults.twice,
        (ErrorKind::ArgumentConflict, Some(_)) => faults.conflict,
        (ErrorKind::InvalidUtf8, _) => faults.not_text,
        _ => faults.other,
    };
    let mut values = vec![("said", error.kind().to_string())];
    let parts = [("argument", argument), ("value", value), ("other", other), ("valid", valid)];
    values.extend(parts.into_iter().filter_map(|(name, text)| Some((name, text?))));
    fill(template, &values)
}
