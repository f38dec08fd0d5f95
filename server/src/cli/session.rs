//! `sockyard session`: a session for several commands of a script.

use clap::{Args, Subcommand};
use sockyard_client::SessionKey;

use super::{EXIT_CODES, Failure, KeyOptions, ServerOptions, output};

const EXAMPLES: &str = "\
Examples:
  eval \"$(sockyard session open)\"
      Opens a session and sets SOCKYARD_SESSION and SOCKYARD_SESSION_TOKEN, which the other commands read.

  sockyard session close
      Closes its sockets and the session.";

#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct SessionOptions {
    #[command(subcommand)]
    command: SessionCommand,
}

#[derive(Debug, Subcommand)]
enum SessionCommand {
    /// Open a session and print lines for the shell that name it
    Open {
        /// Print what the server says of the session, as JSON
        #[arg(long)]
        json: bool,

        #[command(flatten)]
        server: ServerOptions,
    },
    /// Close the session and its sockets
    Close {
        #[command(flatten)]
        server: ServerOptions,

        #[command(flatten)]
        key: KeyOptions,
    },
}

/// Opens or closes.
pub(crate) async fn run(options: &SessionOptions) -> Result<(), Failure> {
    match &options.command {
        SessionCommand::Open { json, server } => {
            let (client, _) = server.server()?.open().await?;
            let hello = client.hello().clone();
            client.leave().await;
            if !json {
                return output::line(&exports(&hello.session, &hello.token)?).await;
            }
            let hello = serde_json::value::to_raw_value(&hello)
                .map_err(|error| Failure::Answer(format!("the greeting: {error}")))?;
            output::json(&hello).await
        }
        SessionCommand::Close { server, key } => {
            let (client, _) = server.server()?.resume(&key.wanted()?, None).await?;
            client.close_session().await?;
            client.leave().await;
            Ok(())
        }
    }
}

/// Lines for a shell, which runs them. Whatever answers at `--url` may say anything, so an id or token with a character
/// that a shell might take for something else is refused; a server's own have none.
pub(super) fn exports(session: &str, token: &str) -> Result<String, Failure> {
    let Some(SessionKey { session, token }) = SessionKey::new(session, token) else {
        let what = "what answers at --url is no Sockyard server: a session's id and token are letters, digits, - and _";
        return Err(Failure::NoServer(what.to_owned()));
    };
    Ok(format!("export SOCKYARD_SESSION={session}\nexport SOCKYARD_SESSION_TOKEN={token}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_given_nothing_that_it_could_take_for_a_command() {
        assert!(exports("s_0123456789abcdef", "Ab-_9").is_ok());
        for wrong in ["s_1;reboot", "$(reboot)", "`reboot`", "a b", "a\nreboot", "a&b", "'a"] {
            assert!(exports(wrong, "a").is_err() && exports("a", wrong).is_err(), "{wrong}");
        }
    }
}
