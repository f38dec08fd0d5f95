//! The files in the data directory.
//!
//! `tokens.json` is written by `sockyard token` alone, whole and by a rename, so whoever reads it finds the old or the new one.
//! When which token was last used is known to the server alone, so it has a file of its own for that.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use ipnet::IpNet;
use nix::fcntl::{Flock, FlockArg};
use serde::{Deserialize, Serialize};

use super::Hash;
use super::scope::Scope;

const TOKENS: &str = "tokens.json";
const USES: &str = "token-uses.json";
const LOCK: &str = "tokens.lock";

/// A larger file is none of ours.
const BYTES_MAX: u64 = 4 << 20;
/// Most tokens: each is some 400 bytes.
pub(super) const TOKENS_MAX: usize = 1_000;
/// The form of the file that is read and written.
const VERSION: u32 = 1;

/// A token as the file has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) name: String,
    /// Of the whole token, in hexadecimal.
    #[serde(with = "hex")]
    pub(super) sha256: Hash,
    pub(super) scopes: Vec<Scope>,
    /// Only from these networks; from everywhere where it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) from: Vec<IpNet>,
    /// Seconds since the Unix epoch, as the next.
    pub(super) created_s: u64,
    pub(super) expires_s: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    version: u32,
    tokens: Vec<Record>,
}

/// By which a file that was replaced differs from the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// The stamp of the file as it is; none where there is none.
pub(super) fn stamp(directory: &Path) -> std::io::Result<Option<Stamp>> {
    match std::fs::metadata(directory.join(TOKENS)) {
        Ok(facts) => Ok(Some(Stamp {
            inode: facts.ino(),
            bytes: facts.len(),
            modified: (facts.mtime(), facts.mtime_nsec()),
            changed: (facts.ctime(), facts.ctime_nsec()),
        })),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Every token.
pub(super) fn read(directory: &Path) -> anyhow::Result<Vec<Record>> {
    let path = directory.join(TOKENS);
    let Some(text) = read_text(&path)? else { return Ok(Vec::new()) };
    let Contents { version, tokens } =
        serde_json::from_str(&text).with_context(|| format!("read {}", path.display()))?;
    if version != VERSION {
        bail!("read {}: it is of version {version}, and this program reads {VERSION}", path.display());
    }
    Ok(tokens)
}

/// Changes what the file has. Two commands at once do so one after the other.
pub(super) fn change<T>(
    directory: &Path,
    change: impl FnOnce(&mut Vec<Record>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let lock = open(&directory.join(LOCK), OpenOptions::new().create(true).truncate(false))?;
    let _lock = Flock::lock(lock, FlockArg::LockExclusive)
        .map_err(|(_, error)| anyhow::anyhow!("lock {LOCK}: {error}"))?;
    let mut tokens = read(directory)?;
    let outcome = change(&mut tokens)?;
    replace(directory, TOKENS, &Contents { version: VERSION, tokens })?;
    Ok(outcome)
}

/// When tokens were last used, in seconds since the Unix epoch, by id.
pub(super) type Uses = BTreeMap<String, u64>;

/// What was noted last; nothing where that cannot be read, for it is only to be looked at.
pub(super) fn read_uses(directory: &Path) -> Uses {
    let text = read_text(&directory.join(USES)).ok().flatten();
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

pub(super) fn write_uses(directory: &Path, uses: &Uses) -> anyhow::Result<()> {
    replace(directory, USES, uses)
}

fn read_text(path: &Path) -> anyhow::Result<Option<String>> {
    let context = || format!("read {}", path.display());
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(context),
    };
    let mut text = String::new();
    file.take(BYTES_MAX + 1).read_to_string(&mut text).with_context(context)?;
    if text.len() as u64 > BYTES_MAX {
        bail!("read {}: it has more than {BYTES_MAX} bytes", path.display());
    }
    Ok(Some(text))
}

fn open(path: &Path, options: &mut OpenOptions) -> anyhow::Result<File> {
    let options = options.write(true).mode(0o600);
    options.open(path).with_context(|| format!("write {}", path.display()))
}

/// Writes a file whole: a new one beside it, on the disk before it takes the name.
fn replace(directory: &Path, name: &str, contents: &impl Serialize) -> anyhow::Result<()> {
    let path = directory.join(name);
    let new: PathBuf = directory.join(format!("{name}.{}", std::process::id()));
    let write = || -> anyhow::Result<()> {
        // One that is there already was left behind by a process of the same number that was killed.
        std::fs::remove_file(&new).ok();
        let mut file = open(&new, OpenOptions::new().create_new(true))?;
        serde_json::to_writer_pretty(&mut file, contents)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        std::fs::rename(&new, &path)?;
        File::open(directory)?.sync_all()?;
        Ok(())
    };
    write()
        .inspect_err(|_| _ = std::fs::remove_file(&new))
        .with_context(|| format!("write {}", path.display()))
}

mod hex {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::Hash;

    pub(super) fn serialize<S: Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        let text = String::deserialize(deserializer)?;
        let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(byte).collect();
        let hash = bytes.and_then(|bytes| Hash::try_from(bytes).ok());
        hash.ok_or_else(|| D::Error::custom("a SHA-256 has 64 hexadecimal digits"))
    }
}
