//! The list of sockets.

texts! {
    /// The list of sockets.
    Sockets {
        title: "Sockets" / "套接字" / "套接字",
        new: "New socket" / "新的套接字" / "新的套接字",
        family: "Address family" / "位址家族" / "地址族",
        r#type: "Type" / "類型" / "类型",
        host: "Host" / "主機" / "主机",
        on_host: "{kind} on {host}" / "{kind}，在 {host} 上" / "{kind}，在 {host} 上",
        create: "Create" / "建立" / "创建",
        inet: "inet (IPv4)" / "inet（IPv4）" / "inet（IPv4）",
        inet6: "inet6 (IPv6)" / "inet6（IPv6）" / "inet6（IPv6）",
        unix: "unix" / "unix（本機）" / "unix（本机）",
        stream: "stream" / "stream 串流" / "stream 流",
        dgram: "dgram" / "dgram 資料報" / "dgram 数据报",
        tcp: "TCP" / "TCP 串流" / "TCP 流",
        udp: "UDP" / "UDP 資料報" / "UDP 数据报",
        unix_stream: "Unix stream" / "Unix 串流" / "Unix 流",
        unix_dgram: "Unix datagram" / "Unix 資料報" / "Unix 数据报",
        empty:
            "No socket is open. Make one above, or start in one click: each makes real calls to a real kernel."
            / "目前沒有開啟的套接字。請在上方建立一個，或一鍵開始：每一項都是對真實核心的真實呼叫。"
            / "目前没有打开的套接字。请在上方创建一个，或一键开始：每一项都是对真实内核的真实调用。",
        no_address: "not bound" / "尚未綁定" / "尚未绑定",
        close: "Close socket {n}" / "關閉套接字 {n}" / "关闭套接字 {n}",
        select: "Choose socket {n}" / "選取套接字 {n}" / "选择套接字 {n}",
        closed_one: "{n} closed" / "已關閉 {n} 個" / "已关闭 {n} 个",
        closed_many: "{n} closed" / "已關閉 {n} 個" / "已关闭 {n} 个",
        receive_queue: "{n} in the receive buffer" / "接收緩衝區 {n}" / "接收缓冲区 {n}",
        send_queue: "{n} on their way" / "{n} 傳送途中" / "{n} 发送途中",
        backlog:
            "{waiting} of {limit} wait for accept"
            / "{limit} 個位置中有 {waiting} 個連線等待 accept"
            / "{limit} 个位置中有 {waiting} 个连接等待 accept",
        sent: "sent {n}" / "已送 {n}" / "已发送 {n}",
        received: "received {n}" / "已收 {n}" / "已接收 {n}",
        by_client: "by you" / "由您關閉" / "由你关闭",
        by_session: "with the session" / "隨工作階段關閉" / "随会话关闭",
        by_server: "by the server" / "由伺服器關閉" / "由服务器关闭",
        streaming: "receives by itself" / "自動接收" / "自动接收",
        echoing: "echoes" / "原樣送回" / "原样送回",
        accepting: "accepts by itself" / "自動接受連線" / "自动接受连接",
        discarding: "takes and says nothing" / "收下不回應" / "收下不响应",
        by_rules: "answers by rules" / "依規則回應" / "按规则响应",
        receive_meter: "in" / "收" / "收",
        send_meter: "out" / "送" / "发",
        menu: "More for socket {n}" / "套接字 {n} 的更多動作" / "套接字 {n} 的更多操作",
        menu_info: "What the kernel knows" / "核心所知的一切" / "内核所知的一切",
        menu_options: "Options…" / "選項…" / "选项…",
        menu_copy: "Copy the address" / "複製位址" / "复制地址",
        menu_duplicate: "New socket of this kind" / "建立同類的套接字" / "创建同类的套接字",
        menu_reset: "Close with RST" / "以 RST 關閉" / "以 RST 关闭",
        drops: "{n} dropped" / "遺失 {n} 個" / "丢失 {n} 个",
        rtt: "round trip {time}" / "往返時間 {time}" / "往返时间 {time}",
        peer_closed: "peer has closed" / "對端已關閉" / "对端已关闭",
        limit: "{used} of {most}" / "{used} / {most} 個" / "{used} / {most} 个",
        session_calls: "Calls of the session" / "工作階段的呼叫" / "会话的调用",
    }
}
