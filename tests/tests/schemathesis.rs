//! Thousands of requests made from the served OpenAPI document: valid ones, broken ones, and chains of them. None may
//! meet an error of the server's own, an answer that the document does not have, or a broken rule of HTTP.

use std::process::Stdio;
use std::time::Duration;

use sockyard_tests::{TestServer, tools};
use tokio::process::Command;

/// Longest run; on an idle machine it takes less than a minute.
const DEADLINE: Duration = Duration::from_secs(600);
/// Generated requests for each operation and phase.
const EXAMPLES: &str = "40";

#[tokio::test]
async fn generated_requests_find_no_difference_between_the_document_and_the_server() {
    let folder = tempfile::tempdir().unwrap();
    // It shows wrong tokens by the hundred, and looks for the answer to each.
    let config = folder.path().join("sockyard.toml");
    std::fs::write(&config, "[limits.client]\nwrong_tokens_per_minute = 0\n").unwrap();
    let server = TestServer::start_with(&["--config", config.to_str().unwrap()]);
    let url = format!("http://{}", server.authority());
    let sources = tools::source("python/schemathesis");
    let mut command = Command::new(tools::python("schemathesis"));
    command
        .arg("--config-file")
        .arg(sources.join("schemathesis.toml"))
        .args(["run", &format!("{url}/api/v1/openapi.json"), "--max-examples", EXAMPLES])
        .env("SOCKYARD_URL", &url)
        .env("SOCKYARD_OWNER", server.token.as_deref().unwrap())
        .env("PYTHONPATH", &sources)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1")
        // What it keeps between runs would make a run depend on the one before.
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output =
        tokio::time::timeout(DEADLINE, command.output()).await.expect("schemathesis ends in time").unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    for phase in ["Examples", "Coverage", "Fuzzing", "Stateful"] {
        assert!(said.contains(&format!("  ✅ {phase}\n")), "{phase} did not pass: {said}");
    }
}
