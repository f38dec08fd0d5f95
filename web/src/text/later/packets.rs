//! The packets of a lab.

texts! {
    /// The packets of a lab.
    PacketTexts {
        pk_parts: "Ways to look at the wire" / "檢視線路的方式" / "查看线路的方式",
        pk_list: "List" / "列表" / "列表",
        pk_ladder: "Ladder" / "梯形圖" / "梯形图",
        pk_states: "TCP states" / "TCP 狀態" / "TCP 状态",
        pk_wire: "Network" / "網路" / "网络",
        pk_label:
            "Packets; arrow keys choose one, Enter opens it"
            / "封包；方向鍵選取，Enter 開啟"
            / "数据包；方向键选择，Enter 打开",
        pk_empty:
            "Every packet between the hosts stands here, as a packet analyser would show it. Start “Three-way handshake” in one click, or bind a socket on one host and send to it from another. What a host sends to itself is on no wire."
            / "主機之間的每個封包都列在這裡，就像封包分析工具所見。請一鍵開始「三向交握」，或在一台主機上綁定套接字，再從另一台送資料過去。主機送給自己的資料不會經過線路。"
            / "主机之间的每个数据包都列在这里，就像抓包工具所见。请一键开始“三次握手”，或在一台主机上绑定套接字，再从另一台发送数据过去。主机发给自己的数据不会经过线路。",
        pk_off_empty:
            "Nothing is on record: packets pass, and are only counted. Record them, and the next ones stand here."
            / "沒有任何紀錄：封包照常通過，但只計數。開始記錄後，接下來的封包會列在這裡。"
            / "没有任何记录：数据包照常通过，但只计数。开始记录后，接下来的数据包会列在这里。",
        pk_off: "The record is off: packets are only counted." / "紀錄已關閉：封包只計數。" / "记录已关闭：数据包只计数。",
        pk_on: "Record packets" / "開始記錄" / "开始记录",
        pk_none_pass: "No packet passes this filter." / "沒有封包符合這個篩選。" / "没有数据包符合这个过滤条件。",
        pk_filter: "syn  port:7788  from:alice  -ack" / "例如 syn、port:7788、from:alice、-ack" / "例如 syn、port:7788、from:alice、-ack",
        pk_filter_label: "Filter the packets" / "篩選封包" / "过滤数据包",
        pk_kind: "Kind of packets" / "封包種類" / "数据包种类",
        pk_all: "All" / "全部" / "全部",
        pk_marked: "Remarkable" / "值得注意" / "值得注意",
        pk_undelivered: "Not delivered" / "未送達" / "未送达",
        pk_count_one: "{n} packet" / "{n} 個封包" / "{n} 个数据包",
        pk_count_many: "{n} packets" / "{n} 個封包" / "{n} 个数据包",
        pk_count_filtered: "{n} of {all}" / "{n} / {all}" / "{n} / {all}",
        pk_newest_one: "{n} new packet" / "{n} 個新封包" / "{n} 个新数据包",
        pk_newest_many: "{n} new packets" / "{n} 個新封包" / "{n} 个新数据包",
        pk_paused: "To the newest" / "到最新" / "到最新",
        pk_missed:
            "{n} packets are not shown here: the server keeps the newest 20 000, or 8 MiB."
            / "有 {n} 個封包沒有列出：伺服器只保留最新的 20 000 個，或 8 MiB。"
            / "有 {n} 个数据包没有列出：服务器只保留最新的 20 000 个，或 8 MiB。",
        pk_failed: "The packets cannot be read." / "無法讀取封包。" / "无法读取数据包。",
        pk_nobody: "nobody" / "無人" / "无人",
        pk_title: "Packet {n}" / "封包 {n}" / "数据包 {n}",
        pk_close: "Close the packet" / "關閉封包" / "关闭数据包",
        pk_previous: "Packet before" / "上一個封包" / "上一个数据包",
        pk_next: "Packet after" / "下一個封包" / "下一个数据包",
        pk_time: "{time} after the first" / "第一個封包之後 {time}" / "第一个数据包之后 {time}",
        pk_since: "{time} after packet {n}, the one before" / "在前一個封包（{n}）之後 {time}" / "在前一个数据包（{n}）之后 {time}",
        pk_size: "Length" / "長度" / "长度",
        pk_fields:
            "Fields; arrow keys go from one to the next and mark their bytes"
            / "欄位；方向鍵逐一移動並標示其位元組"
            / "字段；方向键逐一移动并标示其字节",
        pk_bytes: "Bytes" / "位元組" / "字节",
        pk_point:
            "Point at a field or a byte: what belongs together is marked in both."
            / "請指向欄位或位元組：兩邊會標示彼此對應的部分。"
            / "请指向字段或字节：两边会标示彼此对应的部分。",
        pk_at: "bytes {from}–{to}: {name} {value}" / "位元組 {from}–{to}：{name} {value}" / "字节 {from}–{to}：{name} {value}",
        pk_gone:
            "Its bytes are not kept any more."
            / "這個封包的位元組已不再保留。"
            / "这个数据包的字节已不再保留。",
        pk_right: "right" / "正確" / "正确",
        pk_wrong: "does not fit the bytes" / "與位元組不符" / "与字节不符",
        pk_flipped:
            "The wire flipped a bit in byte {n} on the way; these are the bytes as they were sent."
            / "線路在途中翻轉了位元組 {n} 的一個位元；這裡是送出時的位元組。"
            / "线路在途中翻转了字节 {n} 的一个比特；这里是发送时的字节。",
        pk_ladder_label:
            "Packets between the hosts as a ladder; arrow keys choose one"
            / "主機之間封包的梯形圖；方向鍵選取"
            / "主机之间数据包的梯形图；方向键选择",
        pk_ladder_cut:
            "The newest {n} packets are drawn; all are in the list."
            / "只畫出最新的 {n} 個封包；全部都在列表裡。"
            / "只画出最新的 {n} 个数据包；全部都在列表里。",
        pk_original: "Packet {n}, which it repeats" / "它所重複的封包 {n}" / "它所重复的数据包 {n}",
    }
}
