//! How a call ended.

texts! {
    /// How a call ended.
    OutcomeTexts {
        bound: "bound to {local}" / "已綁定到 {local}" / "已绑定到 {local}",
        narrowed:
            "Asked for any address; this server allows loopback alone for that, so it is bound there."
            / "要求的是任意位址；這部伺服器對此只允許迴路位址，因此綁定在那裡。"
            / "要求的是任意地址；这台服务器对此只允许环回地址，因此绑定在那里。",
        listening:
            "listening on {local}, backlog {backlog}"
            / "正在 {local} 監聽，等待佇列 {backlog}"
            / "正在 {local} 监听，等待队列 {backlog}",
        backlog_capped:
            "The kernel capped the backlog from {asked} to {backlog}."
            / "核心把等待佇列從 {asked} 限制為 {backlog}。"
            / "内核把等待队列从 {asked} 限制为 {backlog}。",
        accepted:
            "connection {n} from {peer}"
            / "來自 {peer} 的連線，套接字 {n}"
            / "来自 {peer} 的连接，套接字 {n}",
        go_to: "Go to socket {n}" / "前往套接字 {n}" / "前往套接字 {n}",
        connected:
            "connected to {peer} from {local} in {time}"
            / "已從 {local} 連線到 {peer}，費時 {time}"
            / "已从 {local} 连接到 {peer}，耗时 {time}",
        sent_one: "{n} byte handed to the kernel" / "已將 {n} 個位元組交給核心" / "已将 {n} 个字节交给内核",
        sent_many: "{n} bytes handed to the kernel" / "已將 {n} 個位元組交給核心" / "已将 {n} 个字节交给内核",
        received_one: "{n} byte" / "{n} 個位元組" / "{n} 个字节",
        received_many: "{n} bytes" / "{n} 個位元組" / "{n} 个字节",
        received_from: "from {from}" / "來自 {from}" / "来自 {from}",
        eof:
            "The peer has closed: recv returned b''. Nothing more will come."
            / "對端已關閉：recv 傳回 b''。不會再有資料了。"
            / "对端已关闭：recv 返回 b''。不会再有数据了。",
        eof_own:
            "Reading was shut down on this socket: recv returned b''. That says nothing about the peer."
            / "這個套接字已結束讀取：recv 傳回 b''。這與對端無關。"
            / "这个套接字已结束读取：recv 返回 b''。这与对端无关。",
        empty_datagram:
            "an empty message: zero bytes are a message like any other"
            / "空的訊息：零個位元組也是一個訊息"
            / "空消息：零个字节也是一条消息",
        truncated:
            "The message had {n} bytes; what was over the limit is lost."
            / "這個訊息有 {n} 個位元組；超過上限的部分已經遺失。"
            / "这条消息有 {n} 个字节；超过上限的部分已经丢失。",
        truncated_peek:
            "The message has {n} bytes. It was only looked at, so it waits whole for the next call."
            / "這個訊息有 {n} 個位元組。這次只看不取，整個訊息仍等待下一次呼叫。"
            / "这条消息有 {n} 个字节。这次只看不取，整条消息仍等待下一次调用。",
        shutdown: "done" / "完成" / "完成",
        closed: "closed" / "已關閉" / "已关闭",
        value: "the kernel reports {value}" / "核心回報 {value}" / "内核返回 {value}",
        configured: "in force" / "已生效" / "已生效",
        failed: "{call} failed" / "{call} 失敗" / "{call} 失败",
        means: "What it means" / "這是什麼意思" / "这是什么意思",
        attempt: "What to try" / "可以試試" / "可以试试",
        bytes_before:
            "{n} bytes had been handed over before it failed."
            / "失敗之前已交出 {n} 個位元組。"
            / "失败之前已交出 {n} 个字节。",
        ready: "socket {n}: {signs}" / "套接字 {n}：{signs}" / "套接字 {n}：{signs}",
        none_ready:
            "No socket was ready within the time limit."
            / "時限內沒有套接字就緒。"
            / "时限内没有套接字就绪。",
        info: "as the kernel has it now" / "核心目前的狀態" / "内核当前的状态",
    }
}
