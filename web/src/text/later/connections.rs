//! The kernel's own list of the hosts' TCP connections.

texts! {
    /// The kernel's own list of the hosts' TCP connections.
    ConnectionTexts {
        k_title: "The kernel’s own list" / "核心自己的連線清單" / "内核自己的连接列表",
        k_every: "asked once a second" / "每秒詢問一次" / "每秒询问一次",
        k_empty:
            "Every TCP connection and listener that the kernels of the hosts know stands here, those included that no socket shows: half-open ones (SYN_RECV), those that nobody has accepted yet, and what is left after close, up to the minute of TIME_WAIT. Start “Three-way handshake”, close both ends, and see which of them the kernel remembers."
            / "各主機的核心所知的 TCP 連線與監聽端都列在這裡，套接字看不到的也在內：半開連線（SYN_RECV）、尚未被 accept 取走的連線，以及 close 之後留下的狀態，例如長達一分鐘的 TIME_WAIT。請開始「三向交握」，關閉兩端，看核心還記得哪一端。"
            / "各主机的内核所知的 TCP 连接与监听端都列在这里，套接字看不到的也在内：半连接（SYN_RECV）、尚未被 accept 取走的连接，以及 close 之后留下的状态，例如长达一分钟的 TIME_WAIT。请开始“三次握手”，关闭两端，看内核还记得哪一端。",
        k_failed: "The connections cannot be read." / "無法讀取連線。" / "无法读取连接。",
        k_more:
            "The first {n} connections stand here; the kernel has more."
            / "這裡列出前 {n} 條連線；核心還有更多。"
            / "这里列出前 {n} 个连接；内核还有更多。",
        k_no_socket: "no socket" / "沒有套接字" / "没有套接字",
        k_no_socket_means:
            "Nobody has accepted it yet, or its socket is closed: the kernel alone has it."
            / "尚未被 accept 取走，或套接字已關閉：只有核心還保有它。"
            / "尚未被 accept 取走，或套接字已关闭：只有内核还保有它。",
        k_queues:
            "{in} to receive, {out} unacknowledged"
            / "待接收 {in}，未確認 {out}"
            / "待接收 {in}，未确认 {out}",
        k_backlog:
            "{waiting} of {limit} wait for accept"
            / "{waiting} 條連線等待 accept，上限 {limit}"
            / "{waiting} 个连接等待 accept，上限 {limit}",
        k_again: "sent again in {time}" / "{time} 後重傳" / "{time} 后重传",
        k_again_times:
            "sent again in {time}, {n} times so far"
            / "{time} 後重傳，至今 {n} 次"
            / "{time} 后重传，至今 {n} 次",
        k_keep_alive: "keep-alive probe in {time}" / "{time} 後送出保持連線探測" / "{time} 后发送保活探测",
        k_forgotten: "forgotten in {time}" / "{time} 後清除" / "{time} 后清除",
        k_window: "zero-window probe in {time}" / "{time} 後送出零視窗探測" / "{time} 后发送零窗口探测",
    }
}
