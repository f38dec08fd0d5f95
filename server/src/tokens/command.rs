//! `sockyard token`: make, list and revoke.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use ipnet::IpNet;

use super::scope::{Scope, Scopes};
use super::store::{self, Record, TOKENS_MAX};
use super::{PREFIX, hash, now_s};
use crate::secret;

const DAY_S: u64 = 24 * 60 * 60;
/// Longest that a token lasts: one that nobody remembers must not be good for ever.
const EXPIRES_MAX: Duration = Duration::from_secs(365 * DAY_S);
/// Longest name, in characters.
const NAME_MAX: usize = 32;

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and print it; it is shown this once
    Create {
        /// What you call it: up to 32 letters, digits, spaces, "_", "." and "-"
        #[arg(value_parser = parse_name)]
        name: String,

        /// What it is good for (may be repeated) [default: sockets:read, sockets:write and every proto:]
        #[arg(long = "scope", value_name = "SCOPE", value_enum, value_delimiter = ',')]
        scopes: Vec<Scope>,

        /// How long it lasts, such as 12h, 30d or 90m; a year at most
        #[arg(long, value_name = "TIME", default_value = "30d", value_parser = parse_time)]
        expires: Duration,

        /// Take it from this network or address alone (may be repeated)
        #[arg(long, value_name = "NETWORK", value_delimiter = ',', value_parser = parse_network)]
        from: Vec<IpNet>,
    },
    /// List the tokens: names, scopes, when they end and when they were last used
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Take a token back; whatever was opened with it is closed within a second
    Revoke {
        /// Its name, or its id
        name: String,
    },
}

/// Does it. The answer is what goes to stdout.
///
/// # Errors
/// What is wrong with the command, or with the files.
pub(crate) fn run(directory: &Path, command: &TokenCommand) -> anyhow::Result<String> {
    match command {
        TokenCommand::Create { name, scopes, expires, from } => {
            let scopes = whole(scopes)?;
            let (id, token) = new_token();
            let created_s = now_s();
            let record = Record {
                id,
                name: name.clone(),
                sha256: hash(&token),
                scopes: scopes.iter().collect(),
                from: from.clone(),
                created_s,
                expires_s: created_s + expires.as_secs(),
            };
            store::change(directory, |tokens| add(tokens, record))?;
            Ok(format!("{token}\n"))
        }
        TokenCommand::List { json } => list(directory, *json),
        TokenCommand::Revoke { name } => {
            let gone = store::change(directory, |tokens| {
                let at = tokens.iter().position(|token| token.name == *name || token.id == *name);
                let at = at
                    .with_context(|| format!("there is no token {name:?}; `sockyard token list` has them"))?;
                Ok(tokens.remove(at))
            })?;
            Ok(format!("revoked {} ({})\n", gone.name, gone.id))
        }
    }
}

fn new_token() -> (String, String) {
    let id = secret::hex(8);
    let token = format!("{PREFIX}{id}_{}", secret::token());
    (id, token)
}

/// The scopes that were asked for, where they make sense together.
fn whole(asked: &[Scope]) -> anyhow::Result<Scopes> {
    if asked.is_empty() {
        return Ok(Scope::USUAL.into_iter().collect());
    }
    let scopes: Scopes = asked.iter().copied().collect();
    let protocols = [Scope::Udp, Scope::Tcp, Scope::Unix].map(|scope| scopes.has(scope)).contains(&true);
    match (scopes.has(Scope::Write), protocols) {
        (true, false) => {
            bail!("--scope: sockets:write alone can make no socket; add proto:udp, proto:tcp or proto:unix")
        }
        (false, true) => bail!("--scope: what may be made needs sockets:write as well"),
        _ if scopes.has(Scope::Egress) && !scopes.has(Scope::Write) => {
            bail!("--scope: egress needs sockets:write as well")
        }
        _ => Ok(scopes),
    }
}

fn add(tokens: &mut Vec<Record>, record: Record) -> anyhow::Result<()> {
    // What has expired opens nothing any more, and its name is free.
    tokens.retain(|token| token.name != record.name || token.expires_s > now_s());
    if tokens.iter().any(|token| token.name == record.name) {
        bail!("there is a token {:?} already; revoke it first, or choose another name", record.name);
    }
    if tokens.len() >= TOKENS_MAX {
        bail!("there are {TOKENS_MAX} tokens already; revoke one first");
    }
    tokens.push(record);
    Ok(())
}

fn list(directory: &Path, json: bool) -> anyhow::Result<String> {
    let uses = store::read_uses(directory);
    let tokens = store::read(directory)?;
    if json {
        let tokens: Vec<_> = tokens
            .iter()
            .map(|token| {
                let Record { id, name, sha256: _, scopes, from, created_s, expires_s } = token;
                serde_json::json!({
                    "id": id, "name": name, "scopes": scopes, "from": from, "created_s": created_s,
                    "expires_s": expires_s, "last_used_s": uses.get(id),
                })
            })
            .collect();
        return Ok(format!("{}\n", serde_json::to_string_pretty(&tokens)?));
    }
    if tokens.is_empty() {
        return Ok("no tokens; `sockyard token create NAME` makes one\n".to_owned());
    }
    let now = now_s();
    let mut rows = vec![["NAME", "ID", "EXPIRES", "LAST USED", "FROM", "SCOPES"].map(str::to_owned)];
    rows.extend(tokens.iter().map(|token| {
        let expires = match token.expires_s.checked_sub(now) {
            None | Some(0) => "has expired".to_owned(),
            Some(left) => format!("in {}", span(left)),
        };
        let used = match uses.get(&token.id) {
            None => "never".to_owned(),
            Some(used) => format!("{} ago", span(now.saturating_sub(*used))),
        };
        let from: Vec<String> = token.from.iter().map(ToString::to_string).collect();
        let from = if from.is_empty() { "anywhere".to_owned() } else { from.join(",") };
        let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.name()).collect();
        [token.name.clone(), token.id.clone(), expires, used, from, scopes.join(",")]
    }));
    Ok(table(&rows))
}

/// Rows whose columns stand below each other.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let widths: [usize; N] =
        std::array::from_fn(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0));
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// A span of time in its largest unit.
fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / DAY_S),
    }
}

fn parse_name(text: &str) -> anyhow::Result<String> {
    let tame = |letter: char| letter.is_alphanumeric() || " _.-".contains(letter);
    let count = text.chars().count();
    if count == 0 || count > NAME_MAX || !text.chars().all(tame) || text.trim() != text {
        bail!(
            "a name has 1 to {NAME_MAX} letters, digits, spaces, \"_\", \".\" and \"-\", and no space at its ends"
        );
    }
    Ok(text.to_owned())
}

fn parse_time(text: &str) -> anyhow::Result<Duration> {
    let wrong = || format!("{text:?} is no time such as 12h, 30d, 90m or 45s");
    let unit = text.chars().next_back().with_context(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => DAY_S,
        _ => bail!(wrong()),
    };
    let number = &text[..text.len() - 1];
    // The parser would take a sign.
    let number = Some(number).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    let number: u64 = number.and_then(|number| number.parse().ok()).with_context(wrong)?;
    match number.checked_mul(seconds).map(Duration::from_secs) {
        Some(time) if !time.is_zero() && time <= EXPIRES_MAX => Ok(time),
        _ => bail!("a token lasts from 1s to 365d"),
    }
}

pub(crate) fn parse_network(text: &str) -> anyhow::Result<IpNet> {
    let network = text.parse().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
    let network: IpNet =
        network.map_err(|_| anyhow::anyhow!("{text:?} is no address or network such as 192.0.2.0/24"))?;
    if network.trunc() != network {
        bail!("{text:?} has bits beyond its length; did you mean {}?", network.trunc());
    }
    Ok(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(directory: &Path, name: &str, scopes: &[Scope]) -> anyhow::Result<String> {
        let (name, scopes) = (name.to_owned(), scopes.to_vec());
        let expires = parse_time("1h").unwrap();
        run(directory, &TokenCommand::Create { name, scopes, expires, from: Vec::new() })
    }

    #[test]
    fn a_token_is_kept_as_its_hash_in_a_file_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let token = create(directory.path(), "ci", &[]).unwrap();
        let token = token.trim();
        let path = directory.path().join("tokens.json");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(token) && !text.contains(token.rsplit('_').next().unwrap()), "{text}");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let left: Vec<_> =
            std::fs::read_dir(directory.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "the file and the lock: {left:?}");
        assert!(create(directory.path(), "ci", &[]).is_err(), "a name is taken once");
        assert!(list(directory.path(), false).unwrap().contains("ci    "));
    }

    #[test]
    fn a_running_server_knows_new_tokens_and_forgets_revoked_ones() {
        let directory = tempfile::tempdir().unwrap();
        let tokens = super::super::Tokens::new(directory.path().to_owned());
        let token = create(directory.path(), "one", &[]).unwrap();
        let grant = tokens.find(token.trim()).unwrap();
        let wrong = format!("{}x", token.trim());
        assert!(tokens.find(&wrong).is_none());
        assert!(tokens.find("sockyard_0_").is_none() && tokens.find("").is_none());
        create(directory.path(), "two", &[]).unwrap();
        assert!(std::sync::Arc::ptr_eq(&grant, &tokens.find(token.trim()).unwrap()), "the same one still");
        run(directory.path(), &TokenCommand::Revoke { name: "one".to_owned() }).unwrap();
        assert!(tokens.find(token.trim()).is_none());
        assert!(grant.is_over());
        // A broken file opens nothing.
        std::fs::write(directory.path().join("tokens.json"), "{").unwrap();
        assert!(tokens.find(token.trim()).is_none());
    }

    #[test]
    fn scopes_that_could_do_nothing_are_refused() {
        for (scopes, part) in [
            (vec![Scope::Write], "can make no socket"),
            (vec![Scope::Udp, Scope::Read], "needs sockets:write"),
            (vec![Scope::Read, Scope::Egress], "needs sockets:write"),
        ] {
            assert!(whole(&scopes).unwrap_err().to_string().contains(part));
        }
        assert!(whole(&[Scope::Admin]).is_ok());
    }

    #[test]
    fn times_and_names_are_read_strictly() {
        assert_eq!(parse_time("90m").unwrap(), Duration::from_secs(5_400));
        for wrong in ["", "d", "1", "0d", "+1d", "-1d", "1w", "366d", "99999999999999999999d", "1.5h", "天"]
        {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
        assert!(parse_name("CI of the lab_2.x-y 漢").is_ok());
        for wrong in ["", " a", "a\nb", "a/b", "\u{1b}[2J", &"a".repeat(33)] {
            assert!(parse_name(wrong).is_err(), "{wrong:?}");
        }
        assert!(parse_network("192.0.2.0/24").is_ok() && parse_network("::1").is_ok());
        assert!(parse_network("192.0.2.1/24").is_err() && parse_network("home").is_err());
    }
}
