//! `sockyard call`: any call of the protocol.

use std::io::Read;

use clap::Args;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use sockyard_client::Client;

use super::{EXIT_CODES, Failure, KeyOptions, ServerOptions, output};

/// A message of the server's limit; longer parameters would end the connection.
const PARAMS_MAX: u64 = 1 << 20;

const EXAMPLES: &str = "\
Examples:
  sockyard call dns.resolve '{\"name\":\"localhost\"}'
      One call in a session of its own.

  eval \"$(sockyard session open)\"
  socket=$(sockyard call socket.create '{\"family\":\"inet\",\"type\":\"dgram\"}' --field socket)
  sockyard call socket.send \"{\\\"socket\\\":$socket,\\\"data\\\":\\\"hi\\\",\\\"to\\\":\\\"127.0.0.1:7788\\\"}\"
  sockyard session close
      Several calls in one session, which lives on between them (for 60 s, see `serve --grace-seconds`).";

#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct CallOptions {
    /// The call's name, such as socket.create
    method: String,

    /// Its parameters: a JSON object, @FILE that holds one, or - for stdin
    #[arg(default_value = "{}", hide_default_value = true)]
    params: String,

    /// Print one part of the result alone, such as socket or data.text
    #[arg(long, value_name = "PATH")]
    field: Option<String>,

    /// Keep the session that was opened for this call, and say on stderr how to use it
    #[arg(long, conflicts_with_all = ["session", "session_token"])]
    keep: bool,

    #[command(flatten)]
    server: ServerOptions,

    #[command(flatten)]
    key: KeyOptions,
}

/// Makes the call.
pub(crate) async fn run(options: &CallOptions) -> Result<(), Failure> {
    let params = read_params(&options.params)?;
    let server = options.server.server()?;
    let (client, outcome) = match options.key.given()? {
        Some(key) => {
            let (client, _) = server.resume(&key, None).await?;
            let outcome = make(&client, &options.method, &params).await;
            (client, outcome)
        }
        None => {
            let (client, _) = server.open().await?;
            let outcome = make(&client, &options.method, &params).await.map_err(in_new_session);
            if options.keep {
                let (session, token) = (&client.hello().session, &client.hello().token);
                output::line_to_stderr(&super::session::exports(session, token)?);
            } else if options.method != "session.close" {
                // Where it has ended by itself, that is as good.
                client.close_session().await.unwrap_or_default();
            }
            (client, outcome)
        }
    };
    client.leave().await;
    let result = outcome?;
    match &options.field {
        Some(path) => output::field(&result, path).await,
        None => output::json(&result).await,
    }
}

/// A socket number that comes from an earlier call needs that call's session.
fn in_new_session(failure: Failure) -> Failure {
    match failure {
        Failure::Call(fault) if fault.code == 3 => Failure::Call(Box::new(fault.with_hint(
            "this call had a new session of its own; for several calls in one, eval \"$(sockyard session open)\" first",
        ))),
        other => other,
    }
}

async fn make(client: &Client, method: &str, params: &Map<String, Value>) -> Result<Box<RawValue>, Failure> {
    Ok(client.call_json(method, params).await?)
}

fn read_params(text: &str) -> Result<Map<String, Value>, Failure> {
    let mut read = String::new();
    let json = match text.strip_prefix('@') {
        Some(path) => {
            let file = std::fs::File::open(path)
                .map_err(|error| Failure::Usage(format!("PARAMS: open {path}: {error}")))?;
            read_up_to_most(file, path, &mut read)?;
            &read
        }
        None if text == "-" => {
            read_up_to_most(std::io::stdin(), "stdin", &mut read)?;
            &read
        }
        None => text,
    };
    match serde_json::from_str(json) {
        Ok(Value::Object(params)) => Ok(params),
        Ok(_) => Err(Failure::usage("PARAMS must be a JSON object, as in '{\"socket\":3}'")),
        Err(error) => Err(Failure::Usage(format!("PARAMS: not JSON: {error}"))),
    }
}

fn read_up_to_most(source: impl Read, name: &str, read: &mut String) -> Result<(), Failure> {
    let wrong = |problem: String| Failure::Usage(format!("PARAMS: {problem}"));
    source
        .take(PARAMS_MAX + 1)
        .read_to_string(read)
        .map_err(|error| wrong(format!("read {name}: {error}")))?;
    match read.len() as u64 {
        0..=PARAMS_MAX => Ok(()),
        _ => Err(wrong(format!("{name} has more than {PARAMS_MAX} bytes, the most that one call takes"))),
    }
}
