//! Labels of fields and their choices.

texts! {
    /// Labels of fields and their choices.
    Labels {
        address_bind: "Own address" / "自己的位址" / "自己的地址",
        address_connect: "Peer’s address" / "對端的位址" / "对端的地址",
        backlog: "Backlog" / "等待佇列（backlog）" / "等待队列（backlog）",
        data: "Data" / "資料" / "数据",
        data_form: "Entered as" / "輸入方式" / "输入方式",
        form_text: "Text" / "文字" / "文本",
        form_hex: "Hex" / "十六進位" / "十六进制",
        form_escaped: "Escapes" / "跳脫序列" / "转义序列",
        form_zeros: "Zero bytes" / "零位元組" / "零字节",
        zeros: "How many zero bytes" / "幾個零位元組" / "几个零字节",
        encoding: "Encoding" / "編碼" / "编码",
        to: "To" / "目的位址" / "目的地址",
        to_hint: "blank: to the connected peer" / "留空：傳給已連線的對端" / "留空：传给已连接的对端",
        max: "At most (bytes)" / "最多（位元組）" / "最多（字节）",
        timeout: "Time limit (s)" / "時限（秒）" / "时限（秒）",
        timeout_hint: "blank: for ever" / "留空：一直等" / "留空：一直等",
        flags: "Flags" / "旗標" / "标志",
        peek: "peek: look, do not take" / "peek：只看不取" / "peek：只看不取",
        oob: "oob: urgent byte" / "oob：緊急位元組" / "oob：紧急字节",
        waitall: "waitall: wait for all bytes" / "waitall：等到全部到齊" / "waitall：等到全部到齐",
        how: "Which direction" / "哪個方向" / "哪个方向",
        how_read: "read (SHUT_RD)" / "讀取（SHUT_RD）" / "读取（SHUT_RD）",
        how_write: "write (SHUT_WR)" / "寫入（SHUT_WR）" / "写入（SHUT_WR）",
        how_both: "both (SHUT_RDWR)" / "雙向（SHUT_RDWR）" / "双向（SHUT_RDWR）",
        linger: "Linger (s)" / "延遲關閉（秒）" / "延迟关闭（秒）",
        linger_hint:
            "blank: as usual; 0: reset instead of FIN"
            / "留空：照常；0：送 RST 而不是 FIN"
            / "留空：照常；0：发送 RST 而不是 FIN",
        option: "Option" / "選項" / "选项",
        option_value: "New value" / "新的值" / "新的值",
        option_number_hint: "a whole number" / "整數" / "整数",
        option_linger_hint:
            "seconds, or “off”"
            / "秒數，或「off」"
            / "秒数，或“off”",
        option_group_hint:
            "a group’s address, such as 239.1.2.3 or ff11::1"
            / "群組的位址，例如 239.1.2.3 或 ff11::1"
            / "多播组的地址，例如 239.1.2.3 或 ff11::1",
        option_read_hint:
            "can only be read"
            / "只能讀取"
            / "只能读取",
        receive: "Receive" / "接收" / "接收",
        receive_manual: "when called" / "呼叫時" / "调用时",
        receive_stream: "by itself" / "自動" / "自动",
        accept: "Accept" / "接受連線" / "接受连接",
        accept_manual: "when called" / "呼叫時" / "调用时",
        accept_stream: "by itself" / "自動" / "自动",
        responder: "Answer" / "回應" / "响应",
        responder_none: "nothing" / "不回應" / "不响应",
        responder_echo: "echo what arrives" / "原樣送回（echo）" / "原样送回（echo）",
        responder_discard:
            "take it and say nothing (discard)"
            / "收下但不回應（discard）"
            / "收下但不响应（discard）",
        responder_rules: "by rules" / "依規則" / "按规则",
        poll_sockets: "Sockets" / "套接字" / "套接字",
        poll_for: "Ready for" / "等待就緒" / "等待就绪",
        poll_both: "reading or writing" / "讀取或寫入" / "读取或写入",
        poll_read: "reading" / "讀取" / "读取",
        poll_write: "writing" / "寫入" / "写入",
        value_on: "on" / "開" / "开",
        value_off: "off" / "關" / "关",
        address_bind_hint:
            "127.0.0.1:7788, [::1]:7788, :7788 or unix:name"
            / "127.0.0.1:7788、[::1]:7788、:7788 或 unix:名稱"
            / "127.0.0.1:7788、[::1]:7788、:7788 或 unix:名称",
        backlog_hint:
            "Python’s tutorials write listen(128) or listen(5)"
            / "Python 教學常寫 listen(128) 或 listen(5)"
            / "Python 教程常写 listen(128) 或 listen(5)",
        known: "Take the address of socket {n}" / "填入套接字 {n} 的位址" / "填入套接字 {n} 的地址",
        known_sender:
            "Answer the last sender, {address}"
            / "回覆上一個傳送者 {address}"
            / "回复上一个发送者 {address}",
        receive_hint:
            "Python’s tutorials write recv(1024)"
            / "Python 教學常寫 recv(1024)"
            / "Python 教程常写 recv(1024)",
    }
}
