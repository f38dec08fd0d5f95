//! The top bar.

texts! {
    /// The top bar.
    Bar {
        language: "Language" / "語言" / "语言",
        theme: "Colours" / "配色" / "配色",
        theme_system: "Auto" / "自動" / "自动",
        theme_light: "Light" / "淺色" / "浅色",
        theme_dark: "Dark" / "深色" / "深色",
        session: "Session" / "工作階段" / "会话",
        session_new: "Close it and start a new one" / "關閉並開始新的工作階段" / "关闭并开始新的会话",
        session_new_lab: "Close it and start one in a lab" / "關閉並在實驗網路中開始新的工作階段" / "关闭并在实验网络中开始新的会话",
        session_close: "Close this session" / "關閉這個工作階段" / "关闭这个会话",
        network_host:
            "The sockets are real sockets of the server’s own machine; they reach each other at {address}."
            / "這些都是伺服器主機上真實的套接字，彼此可用 {address} 互通。"
            / "这些都是服务器主机上真实的套接字，彼此可用 {address} 互通。",
        network_lab:
            "The sockets live in an isolated network; they reach each other at {address}."
            / "這些套接字位於隔離的網路中，彼此可用 {address} 互通。"
            / "这些套接字位于隔离的网络中，彼此可用 {address} 互通。",
        skip: "Skip to the calls" / "跳到呼叫區" / "跳到调用区",
        tab_sockets: "Sockets" / "套接字" / "套接字",
        tab_call: "Call" / "呼叫" / "调用",
        views: "Views of the session" / "工作階段的檢視" / "会话的视图",
        view_sequence: "Sequence" / "時序圖" / "时序图",
        view_packets: "Packets" / "封包" / "数据包",
        view_code: "Code" / "程式碼" / "代码",
        view_charts: "Charts" / "圖表" / "图表",
        view_log: "Log" / "紀錄" / "日志",
        tab_log: "Log" / "紀錄" / "日志",
    }
}
