//! The charts.

texts! {
    /// The charts.
    ChartTexts {
        ch_sent: "Bytes sent per second" / "每秒送出的位元組" / "每秒发送的字节",
        ch_received: "Bytes received per second" / "每秒收到的位元組" / "每秒接收的字节",
        ch_events: "Events per second" / "每秒的事件" / "每秒的事件",
        ch_receive_queue: "Receive queue" / "接收佇列" / "接收队列",
        ch_send_queue: "Send queue" / "傳送佇列" / "发送队列",
        ch_rtt: "TCP round trip time" / "TCP 往返時間" / "TCP 往返时间",
        ch_congestion: "TCP congestion window" / "TCP 壅塞視窗" / "TCP 拥塞窗口",
        ch_window: "TCP receive window" / "TCP 接收視窗" / "TCP 接收窗口",
        ch_retransmits: "TCP retransmissions so far" / "TCP 重傳累計" / "TCP 重传累计",
        ch_span: "Time shown" / "顯示的時間範圍" / "显示的时间范围",
        ch_seconds: "Last {n} s" / "最近 {n} 秒" / "最近 {n} 秒",
        ch_minutes: "Last {n} min" / "最近 {n} 分鐘" / "最近 {n} 分钟",
        ch_all: "All" / "全部" / "全部",
        ch_sockets: "Sockets shown" / "顯示的套接字" / "显示的套接字",
        ch_pause: "Pause" / "暫停" / "暂停",
        ch_closed: "closed" / "已關閉" / "已关闭",
        ch_time: "Time; arrow keys show the values at a moment" / "時間；方向鍵顯示某一刻的數值" / "时间；方向键显示某一刻的数值",
        ch_summary: "socket {socket}: {now} now, at most {most}" / "套接字 {socket}：目前 {now}，最高 {most}" / "套接字 {socket}：当前 {now}，最高 {most}",
        ch_none: "no values" / "沒有數值" / "没有数值",
        ch_empty:
            "Here the session’s traffic becomes curves: bytes, events, queues, round trip times. Start “Echo server” in one click, choose its client, and open “Repeat, or send a file” below its send."
            / "工作階段的流量在這裡畫成曲線：位元組、事件、佇列、往返時間。請一鍵開始「回音伺服器」，選取用戶端，在 send 的表單展開「重複傳送或傳送檔案」。"
            / "会话的流量在这里画成曲线：字节、事件、队列、往返时间。请一键开始“回声服务器”，选择客户端，在 send 的表单展开“重复发送或发送文件”。",
        ch_saved:
            "A saved log holds events alone: queues, round trip times and windows were the kernel’s, and are drawn while a session runs."
            / "存檔的紀錄只有事件；佇列、往返時間與視窗來自核心，只有工作階段進行中才會畫出。"
            / "保存的日志只有事件；队列、往返时间与窗口来自内核，只有会话进行中才会画出。",
    }
}
