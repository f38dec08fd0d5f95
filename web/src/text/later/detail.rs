//! A line's details.

texts! {
    /// A line's details.
    Detail {
        title: "Line {n}" / "第 {n} 行" / "第 {n} 行",
        close: "Close the details" / "關閉詳細資料" / "关闭详情",
        previous: "Previous line" / "上一行" / "上一行",
        next: "Next line" / "下一行" / "下一行",
        text: "Text (UTF-8)" / "文字（UTF-8）" / "文本（UTF-8）",
        hex: "Hex" / "十六進位" / "十六进制",
        decoded: "Decoded as" / "解碼為" / "解码为",
        encoding: "Encoding to decode with" / "用來解碼的編碼" / "用来解码的编码",
        when: "When" / "時間" / "时间",
        since_previous: "{time} after the line before" / "在前一行之後 {time}" / "在前一行之后 {time}",
        since_same:
            "{time} after line {n}, the one before of this socket"
            / "在這個套接字的上一行（第 {n} 行）之後 {time}"
            / "在这个套接字的上一行（第 {n} 行）之后 {time}",
        took: "Took" / "費時" / "耗时",
        cut:
            "The log keeps the first {kept} of {all} bytes."
            / "紀錄只保留 {all} 個位元組中的前 {kept} 個。"
            / "日志只保留 {all} 个字节中的前 {kept} 个。",
        undecodable:
            "These bytes are not text in this encoding; what does not fit is shown as �."
            / "這些位元組不是這個編碼的文字；無法解讀的部分顯示為 �。"
            / "这些字节不是这个编码的文本；无法解读的部分显示为 �。",
        copy: "Copy" / "複製" / "复制",
        copied: "Copied" / "已複製" / "已复制",
        show: "Show in the log" / "在紀錄中顯示" / "在日志中显示",
        call: "Call" / "呼叫" / "调用",
        manual: "Manual" / "手冊" / "手册",
        byte_at: "byte {place}: {hex}" / "位元組 {place}：{hex}" / "字节 {place}：{hex}",
        point:
            "Point at a byte or a character, or use the arrow keys here."
            / "請指向位元組或字元，或在此使用方向鍵。"
            / "请指向字节或字符，或在此使用方向键。",
        leaf:
            "bytes {from} to {to} of {all}"
            / "位元組 {from} 至 {to}，共 {all} 個"
            / "字节 {from} 至 {to}，共 {all} 个",
        leaf_previous: "Bytes before these" / "前面的位元組" / "前面的字节",
        leaf_next: "Bytes after these" / "後面的位元組" / "后面的字节",
        valid_as:
            "These bytes are valid text in these encodings, the likeliest first:"
            / "這些位元組在下列編碼中都是有效的文字，最可能的排在前面："
            / "这些字节在下列编码中都是有效的文本，最可能的排在前面：",
        cut_end:
            "Ends with the first {here} of the {total} bytes of {character}; the rest is in line"
            / "結尾是「{character}」{total} 個位元組中的前 {here} 個；其餘的在這一行："
            / "结尾是“{character}”{total} 个字节中的前 {here} 个；其余的在这一行：",
        cut_begin:
            "Begins with the last {here} of the {total} bytes of {character}; the others are in line"
            / "開頭是「{character}」{total} 個位元組中的後 {here} 個；其餘的在這一行："
            / "开头是“{character}”{total} 个字节中的后 {here} 个；其余的在这一行：",
        cut_middle:
            "Has {here} of the {total} bytes of {character}, from its middle; the others are in lines"
            / "含有「{character}」{total} 個位元組中間的 {here} 個；其餘的在這些行："
            / "含有“{character}”{total} 个字节中间的 {here} 个；其余的在这些行：",
        cut_open:
            "Ends with the first {here} of the {total} bytes of a character; the rest has not come."
            / "結尾是某個字元 {total} 個位元組中的前 {here} 個；其餘的還沒有到。"
            / "结尾是某个字符 {total} 个字节中的前 {here} 个；其余的还没有到。",
        kernel: "What the kernel knew" / "核心當時的資訊" / "内核当时的信息",
        kernel_after: "asked after line {n}" / "第 {n} 行之後查詢" / "第 {n} 行之后查询",
        kernel_last:
            "last asked after line {n}"
            / "最後一次查詢在第 {n} 行之後"
            / "最后一次查询在第 {n} 行之后",
        state: "State" / "狀態" / "状态",
        receive_queue: "Receive queue" / "接收佇列" / "接收队列",
        send_queue: "Send queue" / "傳送佇列" / "发送队列",
        backlog: "Accept queue" / "等待佇列" / "等待队列",
        backlog_of: "{waiting} of {limit}" / "{waiting} / {limit}" / "{waiting} / {limit}",
        rtt: "Round trip" / "往返時間" / "往返时间",
        window: "Congestion window" / "壅塞視窗" / "拥塞窗口",
        window_of: "{n} segments of {mss} B" / "{n} 個區段，每段 {mss} B" / "{n} 个报文段，每段 {mss} B",
        drops: "Dropped" / "丟棄" / "丢弃",
        no_bytes: "no bytes" / "沒有位元組" / "没有字节",
    }
}
