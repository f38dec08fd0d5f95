//! The wire between a lab's hosts, and what one does to it.

texts! {
    /// The wire between a lab's hosts, and what one does to it.
    WireTexts {
        w_title: "The wire" / "線路" / "线路",
        w_clean: "nothing set" / "未設定" / "未设置",
        w_cut: "Cut" / "切斷" / "切断",
        w_cut_hint: "Cut the wire: nothing arrives, and nobody is told" / "切斷線路：什麼都到不了，也沒有人會被通知" / "切断线路：什么都到不了，也没有人会被通知",
        w_is_cut: "cut" / "已切斷" / "已切断",
        w_hold: "Hold at the wire" / "扣留在線路上" / "扣留在线路上",
        w_hold_nothing: "Hold nothing" / "不扣留" / "不扣留",
        w_hold_all: "Hold everything" / "扣留全部" / "扣留全部",
        w_hold_next_syn: "Hold the next SYN" / "扣留下一個 SYN" / "扣留下一个 SYN",
        w_hold_syn: "Hold SYN" / "扣留 SYN" / "扣留 SYN",
        w_hold_fin: "Hold FIN" / "扣留 FIN" / "扣留 FIN",
        w_hold_data: "Hold TCP data (PSH)" / "扣留 TCP 資料（PSH）" / "扣留 TCP 数据（PSH）",
        w_hold_udp: "Hold UDP" / "扣留 UDP" / "扣留 UDP",
        w_hold_icmp: "Hold ICMP" / "扣留 ICMP" / "扣留 ICMP",
        w_hold_own: "Hold: own filter" / "扣留：自訂條件" / "扣留：自定条件",
        w_held_one: "{n} packet waits at the wire" / "{n} 個封包停在線路上" / "{n} 个数据包停在线路上",
        w_held_many: "{n} packets wait at the wire" / "{n} 個封包停在線路上" / "{n} 个数据包停在线路上",
        w_more: "and {n} more" / "還有 {n} 個" / "还有 {n} 个",
        w_pass: "Pass" / "放行" / "放行",
        w_drop: "Drop" / "丟棄" / "丢弃",
        w_delay: "Delay 1 s" / "延遲 1 秒" / "延迟 1 秒",
        w_twice: "Duplicate" / "複製" / "复制",
        w_pass_all: "Pass all" / "全部放行" / "全部放行",
        w_act_on: "{what} packet {n}" / "{what}封包 {n}" / "{what}数据包 {n}",
        w_host_add: "Add a host" / "新增主機" / "添加主机",
        w_host_name: "Name of the new host; blank takes a free one" / "新主機的名稱；留空則自動命名" / "新主机的名称；留空则自动命名",
        w_host_taken:
            "There is a host “{host}” already; choose another name."
            / "已經有名為「{host}」的主機，請換一個名稱。"
            / "已经有名为“{host}”的主机，请换一个名称。",
        w_host_not_name:
            "“{host}” is not a name for a host: a small letter, then small letters, digits and hyphens, at most {most} in all, and no hyphen at the end."
            / "「{host}」不能當主機名稱：請以小寫英文字母開頭，接著用小寫字母、數字或連字號，最多 {most} 個字元，結尾不能是連字號。"
            / "“{host}”不能用作主机名称：请以小写英文字母开头，接着用小写字母、数字或连字符，最多 {most} 个字符，结尾不能是连字符。",
        w_host_remove: "Remove {host}" / "移除 {host}" / "移除 {host}",
        w_host_sockets: "no sockets" / "沒有套接字" / "没有套接字",
        w_knobs: "What the wire does to packets" / "線路如何對待封包" / "线路如何对待数据包",
        w_direction: "Direction" / "方向" / "方向",
        w_from: "From" / "來自" / "来自",
        w_to: "To" / "送往" / "发往",
        w_every_host: "every host" / "每台主機" / "每台主机",
        w_mixed: "differs" / "不一致" / "不一致",
        w_loss: "Loss" / "遺失" / "丢失",
        w_loss_every: "Lose every nth" / "每 n 個遺失一個" / "每 n 个丢失一个",
        w_delay_knob: "Delay" / "延遲" / "延迟",
        w_jitter: "Jitter" / "抖動" / "抖动",
        w_duplicate: "Duplicates" / "重複" / "重复",
        w_reorder: "Reordering" / "重新排序" / "乱序",
        w_corrupt: "Corruption" / "損壞" / "损坏",
        w_rate: "Rate" / "速率" / "速率",
        w_queue: "Queue" / "佇列" / "队列",
        w_mtu: "MTU of the sender" / "送出端的 MTU" / "发送端的 MTU",
        w_seed: "Seed" / "亂數種子" / "随机种子",
        w_seed_hint:
            "With the same seed the same packets have the same fates; setting it begins anew."
            / "種子相同，相同的封包就有相同的命運；設定後重新開始。"
            / "种子相同，相同的数据包就有相同的命运；设置后重新开始。",
        w_record_title: "The record" / "封包紀錄" / "数据包记录",
        w_record: "Record every packet" / "記錄每個封包" / "记录每个数据包",
        w_record_hint:
            "Without it packets are only counted, and more of them go through in a second. What is held comes on record all the same."
            / "不記錄時只計數，每秒能通過更多封包。被扣留的封包仍會記錄。"
            / "不记录时只计数，每秒能通过更多数据包。被扣留的数据包仍会记录。",
        w_unrecorded_one: "{n} packet was only counted" / "有 {n} 個封包只計數、未記錄" / "有 {n} 个数据包只计数、未记录",
        w_unrecorded_many: "{n} packets were only counted" / "有 {n} 個封包只計數、未記錄" / "有 {n} 个数据包只计数、未记录",
        w_packets: "packets" / "個封包" / "个数据包",
        w_off: "0 or an empty field switches one off." / "0 或清空欄位表示關閉。" / "0 或清空字段表示关闭。",
        w_not_number:
            "A number from {least} to {most} is needed."
            / "需要 {least} 到 {most} 的數字。"
            / "需要 {least} 到 {most} 的数字。",
        w_not_off:
            "0 or a whole number from {least} to {most} is needed."
            / "需要 0，或 {least} 到 {most} 的整數。"
            / "需要 0，或 {least} 到 {most} 的整数。",
        w_presets: "Wires to try" / "現成的線路" / "现成的线路",
        w_perfect: "Perfect" / "完美" / "完美",
        w_perfect_look:
            "Nothing is lost, late or changed: what a loopback device does, and what no network promises."
            / "不遺失、不延遲、不改變：回送裝置如此，但沒有任何網路這樣保證。"
            / "不丢失、不延迟、不改变：回环设备如此，但没有任何网络这样保证。",
        w_mobile: "Lossy mobile link" / "不穩的行動網路" / "不稳的移动网络",
        w_mobile_look:
            "5 % loss and 60 ms each way with jitter. Send a few hundred kilobytes over TCP: look for duplicate ACKs, and for the retransmission that follows the third."
            / "5 % 遺失，單程 60 毫秒並有抖動。請用 TCP 送幾百 KB：觀察重複的 ACK，以及第三個之後出現的重傳。"
            / "5 % 丢失，单程 60 毫秒并有抖动。请用 TCP 发送几百 KB：观察重复的 ACK，以及第三个之后出现的重传。",
        w_satellite: "Satellite" / "衛星" / "卫星",
        w_satellite_look:
            "300 ms each way, and nothing is lost. Count the round trips that a connection needs before its first byte, and watch the congestion window grow once a round trip."
            / "單程 300 毫秒，沒有遺失。請數數一條連線在第一個位元組之前要來回幾次，並看壅塞視窗每次往返才增大一次。"
            / "单程 300 毫秒，没有丢失。请数数一个连接在第一个字节之前要往返几次，并看拥塞窗口每次往返才增大一次。",
        w_modem: "Modem" / "數據機" / "调制解调器",
        w_modem_look:
            "56 kbit/s and a queue of 10. The queue fills before the sender notices: look for packets that found no room, and for round trips that grow long before that."
            / "每秒 56 kbit，佇列只有 10 個位置。佇列滿了送出者才會察覺：觀察找不到空位的封包，以及在那之前就變長的往返時間。"
            / "每秒 56 kbit，队列只有 10 个位置。队列满了发送者才会察觉：观察找不到空位的数据包，以及在那之前就变长的往返时间。",
        w_chaos: "Any order" / "亂序" / "乱序网络",
        w_chaos_look:
            "Every fifth packet is overtaken and every tenth comes twice. TCP still hands the bytes over in order; send numbered datagrams over UDP and see what a program gets."
            / "每五個封包有一個被超前，每十個有一個送達兩次。TCP 交給程式的位元組仍照順序；請用 UDP 送出編號的資料報，看程式收到什麼。"
            / "每五个数据包有一个被超前，每十个有一个送达两次。TCP 交给程序的字节仍按顺序；请用 UDP 发送编号的数据报，看程序收到什么。",
        w_noisy: "Noisy line" / "雜訊線路" / "噪声线路",
        w_noisy_look:
            "In every tenth packet one bit is flipped. The checksum catches it and the kernel throws the packet away: to a program corruption looks like loss."
            / "每十個封包有一個被翻轉一個位元。檢查和會發現，核心便丟棄該封包：對程式來說，損壞看起來就像遺失。"
            / "每十个数据包有一个被翻转一个比特。校验和会发现，内核便丢弃该数据包：对程序来说，损坏看起来就像丢失。",
        w_hold_form: "Hold only what fits" / "只扣留符合條件的封包" / "只扣留符合条件的数据包",
        w_protocol: "Protocol" / "協定" / "协议",
        w_any: "any" / "任何" / "任何",
        w_port: "Port" / "埠" / "端口",
        w_flag: "Flag" / "旗標" / "标志",
        w_count: "How many" / "幾個" / "几个",
        w_hold_now: "Hold these" / "開始扣留" / "开始扣留",
        w_hold_end: "End and pass all" / "結束並全部放行" / "结束并全部放行",
        w_lost_in_device: "{n} lost in the device" / "裝置遺失 {n} 個" / "设备丢失 {n} 个",
        w_picture: "The network: {hosts}" / "網路：{hosts}" / "网络：{hosts}",
        w_read_only: "Only whoever owns the session can change the wire." / "只有工作階段的擁有者能改變線路。" / "只有会话的拥有者能改变线路。",
    }
}
