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
        took: "Took" / "費時" / "耗时",
        shown:
            "Shown are the first {shown} of {all} bytes; copying takes all of them."
            / "這裡顯示 {all} 個位元組中的前 {shown} 個；複製時會複製全部。"
            / "这里显示 {all} 个字节中的前 {shown} 个；复制时会复制全部。",
        cut:
            "The log keeps the first {kept} of {all} bytes."
            / "紀錄只保留 {all} 個位元組中的前 {kept} 個。"
            / "记录只保留 {all} 个字节中的前 {kept} 个。",
        undecodable:
            "These bytes are not text in this encoding; what does not fit is shown as �."
            / "這些位元組不是這個編碼的文字；無法解讀的部分顯示為 �。"
            / "这些字节不是这个编码的文本；无法解读的部分显示为 �。",
        copy: "Copy" / "複製" / "复制",
        copied: "Copied" / "已複製" / "已复制",
        no_bytes: "no bytes" / "沒有位元組" / "没有字节",
    }
}
