//! The kernel's TCP states in words.

texts! {
    /// The kernel's TCP states in words.
    States {
        close: "not connected" / "未連線" / "未连接",
        listen: "waiting for connections" / "正在等待連線" / "正在等待连接",
        syn_sent:
            "connecting: SYN sent, no answer yet"
            / "連線中：已送出 SYN，尚無回應"
            / "连接中：已发送 SYN，尚无响应",
        syn_recv: "connecting: SYN received" / "連線中：已收到 SYN" / "连接中：已收到 SYN",
        established: "connected" / "已連線" / "已连接",
        fin_wait1:
            "closing: our FIN is sent, not acknowledged yet"
            / "關閉中：已送出 FIN，尚未獲得確認"
            / "关闭中：已发送 FIN，尚未获得确认",
        fin_wait2:
            "we have closed our side, the peer has not"
            / "我方已關閉，對端尚未關閉"
            / "本端已关闭，对端尚未关闭",
        time_wait:
            "closed; waiting for stray segments"
            / "已關閉；等待遲到的區段"
            / "已关闭；等待迟到的报文段",
        close_wait:
            "the peer has closed, we have not"
            / "對端已關閉，我方尚未關閉"
            / "对端已关闭，本端尚未关闭",
        last_ack:
            "closing: waiting for the last acknowledgement"
            / "關閉中：等待最後的確認"
            / "关闭中：等待最后的确认",
        closing: "both sides are closing at once" / "雙方同時關閉中" / "双方同时关闭中",
    }
}
