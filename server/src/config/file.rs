//! The configuration file: the same keys as on the command line, and the policy's rules.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::policy::{PolicyConfig, Rules};
use crate::quotas::QuotaConfig;

/// A larger file is no configuration.
const BYTES_MAX: u64 = 1_048_576;

/// A file that was read.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    /// The keys that are options of `sockyard serve` as well, as they would be written there.
    pub(crate) options: BTreeMap<String, String>,
    pub(crate) rules: Rules,
    pub(crate) limits: QuotaConfig,
}

/// The parts whose values have a shape of their own; read by themselves, so that mistakes in it are told with their line.
#[derive(Deserialize)]
struct ShapedPart {
    #[serde(default)]
    policy: PolicyConfig,
    #[serde(default)]
    limits: QuotaConfig,
}

impl File {
    /// Reads a file. `known` are the options that may stand in it.
    ///
    /// # Errors
    /// That it cannot be read; what is wrong in it, with the key or the line.
    pub(crate) fn read(path: &Path, known: &[String]) -> anyhow::Result<File> {
        let shown = path.display();
        let length = std::fs::metadata(path).with_context(|| format!("read {shown}"))?.len();
        if length > BYTES_MAX {
            bail!("{shown} has {length} bytes; a configuration has at most {BYTES_MAX}");
        }
        let text = std::fs::read_to_string(path).with_context(|| format!("read {shown}"))?;
        File::parse(path, &text, known).with_context(|| format!("in {shown}"))
    }

    fn parse(path: &Path, text: &str, known: &[String]) -> anyhow::Result<File> {
        let table: toml::Table = text.parse()?;
        let ShapedPart { policy, limits } = toml::from_str(text)?;
        let rules = Rules::new(policy).map_err(anyhow::Error::msg)?;
        let mut options = BTreeMap::new();
        for (key, value) in table {
            if key == "policy" || key == "limits" {
                continue;
            }
            if !known.contains(&key) {
                bail!("there is no key {key:?}; these are there: policy, limits, {}", known.join(", "));
            }
            options.insert(key.clone(), as_written(&value).with_context(|| format!("key {key:?}"))?);
        }
        Ok(File { path: path.to_owned(), options, rules, limits })
    }
}

/// A value as the command line takes it.
fn as_written(value: &toml::Value) -> anyhow::Result<String> {
    Ok(match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Boolean(choice) => choice.to_string(),
        // What may be repeated takes commas as well.
        toml::Value::Array(values) => {
            let parts: Vec<_> = values.iter().map(as_written).collect::<anyhow::Result<_>>()?;
            parts.join(",")
        }
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => {
            bail!("a string, a whole number or a list of strings is needed")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<File, String> {
        let known = ["listen", "public_url"].map(str::to_owned);
        File::parse(Path::new("test.toml"), text, &known).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn options_are_read_as_they_would_be_written() {
        let file = parse("listen = \"127.0.0.1:0\"\npublic_url = [\"https://a\", \"https://b\"]\n").unwrap();
        assert_eq!(file.options["listen"], "127.0.0.1:0");
        assert_eq!(file.options["public_url"], "https://a,https://b");
        assert!(file.rules.open_nothing());
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        for (text, part) in [
            ("liste = 1", "no key \"liste\""),
            ("listen = 1.5", "key \"listen\""),
            ("[limits.client]\nsesions = 1", "unknown field `sesions`"),
            ("[limits.client]\nsessions = -1", "TOML parse error at line 2"),
            ("[limits.session]\nsockets = 0", "TOML parse error at line 2"),
            ("listen = ", "TOML parse error at line 1"),
            ("[policy]\nallo = []", "unknown field `allo`"),
            ("[[policy.allow]]\nports = [80]", "policy.allow[0]: networks is missing"),
            ("[[policy.allow]]\nnetworks = []", "policy.allow[0]: networks is empty"),
            ("[[policy.allow]]\nnetworks = [\"10.0.0.1/8\"]", "did you mean 10.0.0.0/8?"),
            ("[[policy.allow]]\nnetworks = [\"home\"]", "policy.allow[0]: networks: \"home\" is no network"),
            ("[[policy.allow]]\nnetworks = [\"::ffff:10.0.0.0/104\"]", "write IPv4 addresses as IPv4"),
            ("[[policy.allow]]\nnetworks = [\"224.0.0.0/4\"]", "which no rule can open"),
            ("[[policy.allow]]\nnetworks = [\"public\"]\nports = [\"90-80\"]", "ends before it begins"),
            ("[[policy.allow]]\nnetworks = [\"public\"]\nports = [\"http\"]", "\"http\" is no port"),
            ("[[policy.allow]]\nnetworks = [\"public\"]\nports = [70000]", "TOML parse error at line 3"),
            ("[[policy.allow]]\nnetworks = [\"public\"]\ntransports = [\"sctp\"]", "unknown variant `sctp`"),
            ("[[policy.allow]]\nnames = [\"*\"]", "policy.allow[0]: names: \"*\" is no name"),
            ("[[policy.allow]]\nnames = [\"a b\"]", "policy.allow[0]: names: \"a b\" is no host name"),
            ("[[policy.deny]]\nnames = [\"10.0.0.1\"]", "policy.deny[0]: names: \"10.0.0.1\" is no name"),
            ("[[policy.deny]]\nnames = []", "policy.deny[0]: names is empty"),
            ("[policy.resolver]\nservers = []", "policy.resolver: servers has 0 entries"),
            ("[policy.resolver]\nservers = [\"dns\"]", "policy.resolver: servers: \"dns\" is no address"),
            ("[policy.resolver]\nserver = []", "unknown field `server`"),
            ("[[policy.allow]]\nnetworks = [\"public\"]\nfor = []", "policy.allow[0]: for is empty"),
            ("[[policy.allow]]\nnetworks = [\"public\"]\nname = \"\"", "name has 0 characters"),
        ] {
            let wrong = parse(text).unwrap_err();
            assert!(wrong.contains(part), "{text:?} gave {wrong:?}");
        }
    }
}
