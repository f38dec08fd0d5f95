//! What becomes of packets, and what is remarkable about them.

texts! {
    /// What becomes of packets, and what is remarkable about them.
    MarkTexts {
        fate_passed: "delivered" / "已送達" / "已送达",
        fate_no_host: "no such host" / "無此主機" / "无此主机",
        fate_held: "held" / "扣留中" / "扣留中",
        fate_dropped: "dropped by hand" / "手動丟棄" / "手动丢弃",
        fate_lost: "lost" / "遺失" / "丢失",
        fate_cut: "wire cut" / "線路中斷" / "线路中断",
        fate_queue_full: "no room" / "佇列已滿" / "队列已满",
        fate_too_big: "too large" / "太大" / "太大",
        passed_means: "It was handed to its hosts." / "已交給目的主機。" / "已交给目的主机。",
        no_host_means:
            "No host of this network has the destination address."
            / "這個網路中沒有主機擁有目的位址。"
            / "这个网络中没有主机拥有目的地址。",
        held_means:
            "It waits at the wire until you decide: pass it on, drop it, delay it or duplicate it."
            / "它停在線路上等您決定：放行、丟棄、延遲或複製。"
            / "它停在线路上等你决定：放行、丢弃、延迟或复制。",
        dropped_means:
            "You dropped it at the wire. Its sender does not know; TCP sends again when no acknowledgement comes."
            / "您在線路上把它丟棄了。送出者並不知道；沒有收到確認時，TCP 會重傳。"
            / "你在线路上把它丢弃了。发送者并不知道；没有收到确认时，TCP 会重传。",
        lost_means:
            "The wire lost it, as it was set to. Its sender does not know; TCP sends again when no acknowledgement comes, UDP does nothing."
            / "線路依設定遺失了它。送出者並不知道；沒有收到確認時 TCP 會重傳，UDP 則什麼也不做。"
            / "线路按设置丢失了它。发送者并不知道；没有收到确认时 TCP 会重传，UDP 则什么也不做。",
        cut_means:
            "The wire was cut when it came. Hosts are not told: to them a cut wire is one on which nothing arrives."
            / "它來的時候線路是斷的。主機不會得到通知：對主機來說，斷線就是什麼都到不了。"
            / "它来的时候线路是断的。主机不会得到通知：对主机来说，断线就是什么都到不了。",
        queue_full_means:
            "Too many packets were waiting for the wire, and it found no room in the queue. This is how routers lose packets, and how TCP notices congestion."
            / "等待線路的封包太多，佇列已沒有空位。路由器就是這樣遺失封包，TCP 也是這樣察覺壅塞。"
            / "等待线路的数据包太多，队列已没有空位。路由器就是这样丢失数据包，TCP 也是这样察觉拥塞。",
        too_big_means:
            "It is larger than the receiving host’s device takes (its MTU)."
            / "它比接收主機的網路裝置所能接受的還大（超過 MTU）。"
            / "它比接收主机的网络设备所能接受的还大（超过 MTU）。",
        mark_retransmission: "retransmission" / "重傳" / "重传",
        mark_duplicate_ack: "duplicate ACK" / "重複 ACK" / "重复 ACK",
        mark_zero_window: "zero window" / "零視窗" / "零窗口",
        mark_keep_alive: "keep-alive" / "保持連線" / "保活",
        mark_out_of_order: "out of order" / "亂序" / "乱序",
        mark_corrupted: "corrupted" / "損壞" / "损坏",
        mark_copies: "came {n} times" / "送達 {n} 次" / "送达 {n} 次",
        mark_delayed: "took {time}" / "途中 {time}" / "途中 {time}",
        retransmission_means:
            "These bytes, or this SYN or FIN, were on the wire before. The sender got no acknowledgement in time and sent them again."
            / "這些位元組、SYN 或 FIN 先前已在線路上出現過。送出者沒有及時收到確認，所以再送一次。"
            / "这些字节、SYN 或 FIN 之前已在线路上出现过。发送者没有及时收到确认，所以再发一次。",
        duplicate_ack_means:
            "It acknowledges the same byte again while data is under way: something behind it arrived, and something before is missing. Three of these make the sender repeat at once."
            / "資料仍在途中，它卻再次確認同一個位元組：後面的到了，前面的卻缺了。收到三個這樣的 ACK，送出者會立刻重傳。"
            / "数据仍在途中，它却再次确认同一个字节：后面的到了，前面的却缺了。收到三个这样的 ACK，发送者会立刻重传。",
        zero_window_means:
            "Its sender has no room for more data: the program there does not call recv. The other side waits and asks again."
            / "送出這個區段的一端已沒有空間再收資料：那裡的程式沒有呼叫 recv。對方會等待並再次詢問。"
            / "发出这个报文段的一端已没有空间再收数据：那里的程序没有调用 recv。对方会等待并再次询问。",
        keep_alive_means:
            "It asks whether the peer is still there, and carries nothing new."
            / "它只詢問對端是否還在，不帶新的資料。"
            / "它只询问对端是否还在，不带新的数据。",
        out_of_order_means:
            "It arrived after a packet that was sent later."
            / "比它晚送出的封包先到了。"
            / "比它晚发送的数据包先到了。",
        corrupted_means:
            "A bit was flipped on the way. The checksum no longer fits, so the receiving kernel throws it away without a word."
            / "途中有一個位元被翻轉。檢查和不再相符，接收端的核心會不聲不響地丟棄它。"
            / "途中有一个比特被翻转。校验和不再相符，接收端的内核会不声不响地丢弃它。",
        copies_means:
            "The wire handed it on more than once. TCP notices; a program that uses UDP gets it again."
            / "線路送了它不只一次。TCP 會察覺；使用 UDP 的程式則會再收到一次。"
            / "线路发送了它不止一次。TCP 会察觉；使用 UDP 的程序则会再收到一次。",
    }
}
