//! What users and peers write cannot leave the literal or the comment that it stands in.

use serde_json::json;
use sockyard_tests::{TestServer, WsClient};

use super::language::{Exported, Language};

const ADVERSARIAL: &[&str] = &[
    "*/ int main(void) { return 7; } /*",
    "\nimport os; os._exit(7)\n",
    "\u{2028}process.exit(7)\u{2029}process.exit(7)",
    "\u{85}x\u{b}y\u{c}z\rimport sys; sys.exit(7)",
    "ends with a backslash \\",
    "ends with a trigraph ??/",
    "\u{202e}} ;)7(tixe\u{2066}",
    "\"\"\" ''' ` ${process.exit(7)} #{7} %s %n",
    "-->\n<!-- ?> <?php",
    "*\u{200b}/ \u{feff}coding: latin-1",
    "\\u000aprocess.exit(7)",
    "\\x41\\101\\",
    "??= ??( ??) ??< ??> ??' ??! ??-",
];

#[tokio::test]
async fn adversarial_texts_stay_texts() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    for text in ADVERSARIAL {
        client.ok("log.note", json!({"text": text})).await;
        client.ok("socket.send", json!({"socket": socket, "data": text, "to": local})).await;
        client.ok("socket.recv", json!({"socket": socket})).await;
        // A hint quotes it.
        client.fault("socket.set_option", json!({"socket": socket, "name": text, "value": 1})).await;
    }
    for language in Language::all() {
        let exported = Exported::of(&server, &client.hello, language).await;
        let printed = exported.succeed(&[]).await;
        for (text, seq) in ADVERSARIAL.iter().zip((5..).step_by(4)) {
            let line = format!("[{seq}] received {} bytes", text.len());
            assert!(printed.contains(&line), "{language:?}: {line}\n{printed}");
        }
    }
}
