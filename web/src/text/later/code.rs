//! The session as a program.

texts! {
    /// The session as a program.
    Code {
        language: "Language of the program" / "程式語言" / "编程语言",
        label:
            "The session as a program; arrow keys choose the line of the log that a call makes"
            / "以程式呈現的工作階段；方向鍵選取呼叫所對應的紀錄行"
            / "以程序呈现的会话；方向键选择调用所对应的日志行",
        lines_one: "{n} line" / "共 {n} 行" / "共 {n} 行",
        lines_many: "{n} lines" / "共 {n} 行" / "共 {n} 行",
        download: "Download" / "下載" / "下载",
        loading: "The server writes the program…" / "伺服器正在產生程式…" / "服务器正在生成程序…",
        cut:
            "The first {lines} lines are shown; the whole program has {bytes} bytes. Download it to have all of it."
            / "這裡只顯示前 {lines} 行；整個程式有 {bytes} 個位元組，下載即可取得全部。"
            / "这里只显示前 {lines} 行；整个程序有 {bytes} 个字节，下载即可取得全部。",
        saved:
            "Programs are written by the server, from a session’s own log. Go back to the session to see its code."
            / "程式由伺服器根據工作階段自己的紀錄產生。請回到工作階段檢視其程式碼。"
            / "程序由服务器根据会话自己的日志生成。请回到会话查看其代码。",
    }
}
