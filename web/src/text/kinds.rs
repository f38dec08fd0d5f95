//! What lines of the log are called.

texts! {
    /// What lines of the log are called.
    KindNames {
        created: "created" / "建立" / "创建",
        bound: "bound" / "綁定" / "绑定",
        listening: "listening" / "監聽" / "监听",
        connected: "connected" / "連線" / "连接",
        accepted: "accepted" / "接受" / "接受",
        sent: "sent" / "送出" / "发送",
        received: "received" / "收到" / "收到",
        peer_closed: "peer closed" / "對端關閉" / "对端关闭",
        reset: "reset" / "重設" / "重置",
        shutdown: "shutdown" / "關閉方向" / "关闭方向",
        option: "option" / "選項" / "选项",
        closed: "closed" / "關閉" / "关闭",
        failed: "failed" / "失敗" / "失败",
        dropped: "dropped" / "丟棄" / "丢弃",
        note: "note" / "備註" / "备注",
        host_added: "host added" / "新增主機" / "新增主机",
        host_removed: "host removed" / "移除主機" / "移除主机",
        wire: "wire" / "線路" / "线路",
        created_detail: "{family} {type}" / "{family}／{type}" / "{family}／{type}",
        listening_detail:
            "{local} · backlog {backlog}"
            / "{local} · 等待佇列 {backlog}"
            / "{local} · 等待队列 {backlog}",
        connected_detail:
            "{local} → {peer} · {time}"
            / "{local} → {peer} · 費時 {time}"
            / "{local} → {peer} · 耗时 {time}",
        accepted_detail: "{peer} → socket {n}" / "{peer} → 新的套接字 {n}" / "{peer} → 新的套接字 {n}",
        shutdown_read: "reading" / "讀取" / "读取",
        shutdown_write:
            "writing: the peer’s recv will return b''"
            / "寫入：對端的 recv 將傳回 b''"
            / "写入：对端的 recv 将返回 b''",
        shutdown_both: "both directions" / "雙向" / "双向",
        peer_closed_detail: "recv returned b''" / "recv 傳回 b''" / "recv 返回 b''",
        reset_detail: "the peer broke the connection off" / "對端強行中斷了連線" / "对端强行断开了连接",
        dropped_one: "{n} message: {reason}" / "{n} 個訊息：{reason}" / "{n} 条消息：{reason}",
        dropped_detail: "{n} messages: {reason}" / "{n} 個訊息：{reason}" / "{n} 条消息：{reason}",
        bytes_one: "{n} byte" / "{n} 位元組" / "{n} 字节",
        bytes_many: "{n} bytes" / "{n} 位元組" / "{n} 字节",
        empty_data: "(empty)" / "（空）" / "（空）",
    }
}
