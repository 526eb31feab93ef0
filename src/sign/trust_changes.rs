//! What a trust document says, and what it changes against the one before.
//!
//! This is what a root holder reads before signing, so everything is said:
//! what stays is shown beside what comes and goes.

use super::lines::Lines;
use crate::seal::key::PublicKey;
use crate::seal::names::Identifier;
use crate::seal::trust::{Holder, ProductRule, Role, TrustDocument};

/// Adds every role, product and withdrawn code of `after` to `lines`; with
/// `before`, what each of them was.
pub fn describe(lines: &mut Lines, before: Option<&TrustDocument>, after: &TrustDocument) {
    let roles =
        |document: &TrustDocument| [document.roles.root.clone(), document.roles.release.clone()];
    let old = before.map(roles);
    for (index, (label, new)) in ["Root", "Release"].into_iter().zip(roles(after)).enumerate() {
        describe_role(lines, label, old.as_ref().map(|old| &old[index]), &new);
    }
    describe_products(lines, before, after);
    describe_withdrawn(lines, before, after);
}

/// What is allowed and still worth a second look.
pub fn warnings(document: &TrustDocument) -> Vec<String> {
    let mut warnings: Vec<String> = (document.keys_in_both_roles().iter())
        .map(|holder| {
            format!(
                "the key of {} is in both roles: whoever steals it can sign releases and \
                 change who may",
                holder.name
            )
        })
        .collect();
    let root = &document.roles.root;
    if root.threshold == 1 {
        warnings.push("one root key alone can change everything".to_string());
    }
    if root.threshold as usize == root.keys.len() {
        warnings.push("every root key is needed: one that is lost ends this chain".to_string());
    }
    warnings
}

fn describe_role(lines: &mut Lines, label: &str, before: Option<&Role>, after: &Role) {
    let needed = format!("{} of {} must sign", after.threshold, after.keys.len());
    let was = before.map(|old| (old.threshold, old.keys.len()));
    match was {
        Some((threshold, keys)) if (threshold, keys) != (after.threshold, after.keys.len()) => {
            lines.fact(label, &format!("{needed}; before: {threshold} of {keys}"));
        }
        _ => lines.fact(label, &needed),
    }
    let old_keys = before.map(|old| old.keys.as_slice()).unwrap_or_default();
    for holder in &after.keys {
        let word = match before {
            None => "",
            Some(_) => match find(old_keys, &holder.public_key) {
                Some(old) if old.name == holder.name => "stays    ",
                Some(_) => "renamed  ",
                None => "ADDED    ",
            },
        };
        lines.more(&format!("{word}{}", who(holder)));
    }
    for gone in old_keys.iter().filter(|old| find(&after.keys, &old.public_key).is_none()) {
        lines.more(&format!("REMOVED  {}", who(gone)));
    }
}

fn find<'a>(keys: &'a [Holder], key: &PublicKey) -> Option<&'a Holder> {
    keys.iter().find(|holder| holder.public_key == *key)
}

fn who(holder: &Holder) -> String {
    format!("{} {}", holder.name, holder.public_key.id())
}

fn describe_products(lines: &mut Lines, before: Option<&TrustDocument>, after: &TrustDocument) {
    let rule = |rule: &ProductRule| format!("epoch {}, floor {}", rule.epoch, rule.floor);
    let old = |name: &Identifier| before.and_then(|document| document.products.get(name));
    let mut label = "Products";
    if after.products.is_empty() {
        lines.fact(label, "none named: epoch 1, no floor");
        label = "";
    }
    for (name, new) in &after.products {
        let change = match (before, old(name)) {
            (None, _) => String::new(),
            (Some(_), None) => "; before: not named".to_string(),
            (Some(_), Some(same)) if same == new => "; as before".to_string(),
            (Some(_), Some(other)) => format!("; before: {}", rule(other)),
        };
        lines.fact(label, &format!("{name}: {}{change}", rule(new)));
        label = "";
    }
    let gone = before.into_iter().flat_map(|document| document.products.keys());
    for name in gone.filter(|name| !after.products.contains_key(*name)) {
        lines.fact(label, &format!("{name}: REMOVED"));
        label = "";
    }
}

fn describe_withdrawn(lines: &mut Lines, before: Option<&TrustDocument>, after: &TrustDocument) {
    let old = before.map(|document| document.withdrawn.as_slice()).unwrap_or_default();
    let new: Vec<_> = after.withdrawn.iter().filter(|code| !old.contains(code)).collect();
    let count = after.withdrawn.len();
    match (before, new.len()) {
        _ if count == 0 => lines.fact("Withdrawn", "no release"),
        (Some(_), 0) => lines.fact("Withdrawn", &format!("{count}, as before")),
        (None, _) => lines.fact("Withdrawn", &format!("{count}")),
        (Some(_), new) => lines.fact("Withdrawn", &format!("{count}, of these {new} new:")),
    }
    for code in new {
        lines.more(&code.to_string());
    }
    for gone in old.iter().filter(|code| !after.withdrawn.contains(code)) {
        lines.more(&format!("no longer: {gone}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::digest::Digest;
    use crate::seal::names::Number;
    use crate::seal::testing::{TestKey, first_document, role};

    #[test]
    fn every_change_is_said() {
        let [a, b, c] = [1, 2, 3].map(TestKey::new);
        let mut before = first_document(role(1, &[&a, &b]), role(1, &[&a]));
        let product = |text: &str| Identifier::parse(text).unwrap();
        let rule = |epoch, floor| ProductRule {
            epoch: Number::new(epoch).unwrap(),
            floor: Number::new(floor).unwrap(),
        };
        before.products.insert(product("patch"), rule(1, 3));
        let mut after = first_document(role(2, &[&b, &c]), role(1, &[&a]));
        after.products.insert(product("patch"), rule(2, 1));
        after.products.insert(product("other"), rule(1, 1));
        after.withdrawn.push(Digest::of(b"old"));
        let mut lines = Lines::new();
        describe(&mut lines, Some(&before), &after);
        let text = lines.to_string();
        let expected = [
            "  Root          2 of 2 must sign; before: 1 of 2",
            "stays    key-2 0202020202020202",
            "ADDED    key-3 0303030303030303",
            "REMOVED  key-1 0101010101010101",
            "  Release       1 of 1 must sign\n",
            "  Products      other: epoch 1, floor 1; before: not named",
            "                patch: epoch 2, floor 1; before: epoch 1, floor 3",
            "  Withdrawn     1, of these 1 new:",
            &Digest::of(b"old").to_string(),
        ];
        for line in expected {
            assert!(text.contains(line), "{line}\nin\n{text}");
        }
    }

    #[test]
    fn key_in_both_roles_is_a_warning() {
        let [a, b, c, d] = [1, 2, 3, 4].map(TestKey::new);
        let both = first_document(role(2, &[&a, &b, &c]), role(1, &[&d, &c]));
        assert!(warnings(&both)[0].contains("key-3 is in both roles"));
        let apart = first_document(role(2, &[&a, &b, &c]), role(1, &[&d]));
        assert_eq!(warnings(&apart), Vec::<String>::new());
        let brittle = first_document(role(1, &[&a]), role(1, &[&d]));
        assert_eq!(warnings(&brittle).len(), 2);
    }
}
