//! The states of both ends of a TCP connection.

texts! {
    /// The states of both ends of a TCP connection.
    TcpTexts {
        t_empty:
            "Two sockets of this session that are connected with each other stand here side by side, each in TCP’s state diagram, as the kernel reports it. Start “Client and server”, then close one end with shutdown and watch the other."
            / "工作階段中彼此連線的兩個套接字會並列在這裡，各自標示在 TCP 狀態圖上，狀態由核心回報。請開始「用戶端與伺服器」，再以 shutdown 關閉其中一端，觀察另一端。"
            / "会话中彼此连接的两个套接字会并列在这里，各自标示在 TCP 状态图上，状态由内核报告。请开始“客户端与服务器”，再用 shutdown 关闭其中一端，观察另一端。",
        t_pair: "Connection" / "連線" / "连接",
        t_diagram: "Socket {n}: {state}. Before: {before}" / "套接字 {n}：{state}。先前：{before}" / "套接字 {n}：{state}。之前：{before}",
        t_nothing_before: "nothing seen" / "未觀察到" / "未观察到",
        t_way: "Seen so far" / "目前經過" / "目前经过",
        t_note:
            "The kernel is asked four times a second, so a state that lasts shorter may be passed unseen; the ladder has its packets. A socket that is closed cannot be asked: its TIME_WAIT stands in the kernel’s own list alone."
            / "每秒詢問核心四次，持續更短的狀態可能看不到；梯形圖裡有它的封包。已關閉的套接字無法再詢問：它的 TIME_WAIT 只在核心自己的清單裡。"
            / "每秒询问内核四次，持续更短的状态可能看不到；梯形图里有它的数据包。已关闭的套接字无法再询问：它的 TIME_WAIT 只在内核自己的列表里。",
    }
}
