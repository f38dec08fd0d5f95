//! The command palette.

texts! {
    /// The command palette.
    Palette {
        title: "Commands" / "指令" / "命令",
        button: "Find a command ({keys})" / "尋找指令（{keys}）" / "查找命令（{keys}）",
        placeholder:
            "What do you want to do? A number goes to that line."
            / "想做什麼？輸入數字會跳到那一行。"
            / "想做什么？输入数字会跳到那一行。",
        nothing:
            "Nothing is called that. Try fewer letters."
            / "沒有這樣的指令，請少輸入幾個字。"
            / "没有这样的命令，请少输入几个字。",
        found_one: "{n} command" / "{n} 個指令" / "{n} 个命令",
        found_many: "{n} commands" / "{n} 個指令" / "{n} 个命令",
        go_to_line: "Go to line {n}" / "跳到第 {n} 行" / "跳到第 {n} 行",
        no_line:
            "Line {n} is not in the log that the page holds"
            / "頁面保有的紀錄裡沒有第 {n} 行"
            / "页面保留的日志里没有第 {n} 行",
        keys:
            "↑ ↓ choose, Enter does it, Esc closes"
            / "↑ ↓ 選取，Enter 執行，Esc 關閉"
            / "↑ ↓ 选择，Enter 执行，Esc 关闭",
        group_socket: "Socket" / "套接字" / "套接字",
        group_call: "Call" / "呼叫" / "调用",
        group_new: "New socket" / "新的套接字" / "新的套接字",
        group_arrangement: "Start" / "開始" / "开始",
        group_view: "View" / "檢視" / "视图",
        group_log: "Log" / "紀錄" / "日志",
        group_keep: "File" / "檔案" / "文件",
        group_session: "Session" / "工作階段" / "会话",
        group_page: "Page" / "頁面" / "页面",
    }
}
