//! As much of the binary format of WebAssembly as it takes to leave out what no browser needs.

use std::collections::BTreeSet;

/// The magic number and the version.
const HEADER: usize = 8;
/// The id of a custom section.
const CUSTOM: u8 = 0;
/// The id of the section of imports.
const IMPORTS: u8 = 2;

/// The wasm without the names of its functions and whatever else says nothing to a browser; nothing where it is none.
/// wasm-bindgen does this for what passes through it.
pub(super) fn without_custom_sections(wasm: &[u8]) -> Option<Vec<u8>> {
    let mut bare = wasm.get(..HEADER)?.to_vec();
    for Section { id, whole, .. } in sections(wasm)? {
        if id != CUSTOM {
            bare.extend_from_slice(whole);
        }
    }
    Some(bare)
}

/// Takes the hashes out of the names by which the wasm and its script know each other: they are a twentieth of what the
/// two weigh beside the code, since nothing compresses them. Nothing where the wasm is none.
pub(super) fn without_hashes(wasm: &[u8], script: &str) -> Option<(Vec<u8>, String)> {
    let mut out = wasm.get(..HEADER)?.to_vec();
    let mut script = script.to_owned();
    let mut taken = BTreeSet::new();
    for Section { id, whole, content } in sections(wasm)? {
        if id != IMPORTS {
            out.extend_from_slice(whole);
            continue;
        }
        let mut imports = Vec::with_capacity(content.len());
        let (count, mut rest) = number(content)?;
        write_number(&mut imports, count);
        for _ in 0..count {
            let (module, behind) = text(rest)?;
            let (name, behind) = text(behind)?;
            let description;
            (description, rest) = behind.split_at_checked(description_length(behind)?)?;
            let short = shorter(name, &mut taken, &mut script);
            for part in [module, &short] {
                write_number(&mut imports, part.len());
                imports.extend_from_slice(part.as_bytes());
            }
            imports.extend_from_slice(description);
        }
        out.push(IMPORTS);
        write_number(&mut out, imports.len());
        out.extend_from_slice(&imports);
    }
    Some((out, script))
}

/// A name without its hash, where the script has it in one place and no other name is the same without its own.
fn shorter(name: &str, taken: &mut BTreeSet<String>, script: &mut String) -> String {
    /// The length of the hashes, in hexadecimal digits.
    const HASH: usize = 16;
    let key = |name: &str| format!(" {name}: ");
    let short = match name.rsplit_once('_') {
        Some((short, hash)) if hash.len() == HASH && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            short
        }
        _ => return name.to_owned(),
    };
    if script.matches(name).count() != 1 || !script.contains(&key(name)) {
        return name.to_owned();
    }
    let free = |short: &str| !taken.contains(short) && !script.contains(&key(short));
    let short = match free(short) {
        true => short.to_owned(),
        false => {
            (2..).map(|number| format!("{short}_{number}")).find(|short| free(short)).unwrap_or_default()
        }
    };
    *script = script.replace(&key(name), &key(&short));
    taken.insert(short.clone());
    short
}

/// A section: its id, all of it, and what is in it.
struct Section<'a> {
    id: u8,
    whole: &'a [u8],
    content: &'a [u8],
}

fn sections(wasm: &[u8]) -> Option<Vec<Section<'_>>> {
    let mut sections = Vec::new();
    let mut rest = wasm.get(HEADER..)?;
    while let Some((id, behind)) = rest.split_first() {
        let (length, content) = number(behind)?;
        let (content, behind) = content.split_at_checked(length)?;
        let whole = &rest[..rest.len() - behind.len()];
        sections.push(Section { id: *id, whole, content });
        rest = behind;
    }
    Some(sections)
}

/// How long the description of an import is, which says what kind of thing is imported.
fn description_length(bytes: &[u8]) -> Option<usize> {
    let (kind, behind) = bytes.split_first()?;
    let limits = |bytes| -> Option<usize> {
        let (flags, minimum) = number(bytes)?;
        let (_, behind) = number(minimum)?;
        let behind = if flags & 1 == 1 { number(behind)?.1 } else { behind };
        Some(bytes.len() - behind.len())
    };
    Some(match kind {
        // A function: its type.
        0 => 1 + behind.len() - number(behind)?.1.len(),
        // A table: the type of its elements, and limits.
        1 => 2 + limits(behind.get(1..)?)?,
        // A memory.
        2 => 1 + limits(behind)?,
        // A global: its type, and whether it can be changed.
        3 => 3,
        _ => return None,
    })
}

/// A text with its length before it, and what follows.
fn text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, behind) = number(bytes)?;
    let (text, behind) = behind.split_at_checked(length)?;
    Some((std::str::from_utf8(text).ok()?, behind))
}

/// A number as wasm writes it (LEB128), and what follows.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        number |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[index + 1..]));
        }
    }
    None
}

fn write_number(into: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        into.push(number as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn only_custom_sections_go() {
        let types = [1, 0x81, 0, 0];
        let name = [0, 5, 4, b'n', b'a', b'm', b'e'];
        let memory = [5, 3, 1, 0, 17];
        let wasm = [HEADER, &types, &name, &memory, &name].concat();
        assert_eq!(without_custom_sections(&wasm), Some([HEADER, &types, &memory].concat()));
        assert_eq!(without_custom_sections(&wasm[..wasm.len() - 1]), None);
        assert_eq!(without_custom_sections(b"\0asm"), None);
    }

    /// A module that imports functions of type 0x81, and a memory last.
    fn importing(names: &[&str]) -> Vec<u8> {
        let mut content = vec![names.len() as u8 + 1];
        for name in names {
            content.extend([1, b'm', name.len() as u8]);
            content.extend(name.as_bytes());
            content.extend([0, 0x81, 0x01]);
        }
        content.extend(b"\x01m\x01x\x02\x01\x02\x83\x01");
        let mut section = vec![2];
        write_number(&mut section, content.len());
        [HEADER, &section, &content, &[5, 3, 1, 0, 17]].concat()
    }

    #[test]
    fn hashes_go_from_both_sides_alike() {
        let long = ["get_0123456789abcdef", "get_fedcba9876543210", "start", "set_0123456789abcdef"];
        let script = " get_0123456789abcdef: 1, get_fedcba9876543210: 2, start: 3, set_0123456789abcdef: 4";
        let (wasm, script) = without_hashes(&importing(&long), script).unwrap();
        assert_eq!(script, " get: 1, get_2: 2, start: 3, set: 4");
        assert_eq!(wasm, importing(&["get", "get_2", "start", "set"]));
    }

    #[test]
    fn names_that_the_script_uses_elsewhere_stay() {
        let names = ["get_0123456789abcdef", "set_0123456789abcdef", "put_0123456789abcdef"];
        let script = " get_0123456789abcdef: 1, get_0123456789abcdef() set: 2, set_0123456789abcdef: 3";
        let (wasm, script) = without_hashes(&importing(&names), script).unwrap();
        assert_eq!(script, " get_0123456789abcdef: 1, get_0123456789abcdef() set: 2, set_2: 3");
        assert_eq!(wasm, importing(&["get_0123456789abcdef", "set_2", "put_0123456789abcdef"]));
    }
}
