//! The payload editor, and what sends by itself.

texts! {
    /// The payload editor, and what sends by itself.
    PayloadTexts {
        not_text:
            "These bytes are no {encoding} text from byte {position} on; they stay as they are."
            / "從第 {position} 個位元組起，這些位元組不是 {encoding} 文字；內容保持原樣。"
            / "从第 {position} 个字节起，这些字节不是 {encoding} 文本；内容保持原样。",
        not_zeros:
            "Byte {position} is {byte}, not zero, so a count cannot say it; it stays as it is."
            / "第 {position} 個位元組是 {byte} 而不是零，無法以個數表示；內容保持原樣。"
            / "第 {position} 个字节是 {byte} 而不是零，无法以个数表示；内容保持原样。",
        too_many:
            "{n} bytes are too many to show here (at most {most}); they stay as they are."
            / "{n} 個位元組太多，無法在此顯示（最多 {most}）；內容保持原樣。"
            / "{n} 个字节太多，无法在此显示（最多 {most}）；内容保持原样。",
        server_only:
            "It has a character whose bytes only the server knows; it stays as it is."
            / "其中有一個字元只有伺服器知道其位元組；內容保持原樣。"
            / "其中有一个字符只有服务器知道其字节；内容保持原样。",
        preview: "The bytes" / "位元組內容" / "字节内容",
        quick: "Quick send" / "快速傳送" / "快速发送",
        quick_send: "Send “{name}” (Alt-{n})" / "傳送「{name}」（Alt-{n}）" / "发送“{name}”（Alt-{n}）",
        quick_keep: "Keep" / "保留" / "保留",
        quick_keep_hint:
            "Keeps this payload as a button that sends it at once"
            / "把這份內容保留成按鈕，一按就送出"
            / "把这份内容保留成按钮，一按就发送",
        quick_edit: "Edit" / "編輯" / "编辑",
        quick_done: "Done" / "完成" / "完成",
        quick_name: "Name" / "名稱" / "名称",
        quick_remove: "Forget “{name}”" / "移除「{name}」" / "移除“{name}”",
        quick_empty: "Enter something to keep first." / "請先輸入要保留的內容。" / "请先输入要保留的内容。",
        quick_full:
            "All nine places are taken; forget one first."
            / "九個位置都滿了；請先移除一個。"
            / "九个位置都满了；请先移除一个。",
        quick_long:
            "Too long to keep; send it as a file instead."
            / "內容太長，無法保留；請改用檔案傳送。"
            / "内容太长，无法保留；请改用文件发送。",
        more: "Repeat, or send a file" / "重複傳送或傳送檔案" / "重复发送或发送文件",
        times: "Times" / "次數" / "次数",
        every: "Every (ms)" / "間隔（毫秒）" / "间隔（毫秒）",
        repeat: "Repeat" / "重複傳送" / "重复发送",
        file: "Choose a file" / "選擇檔案" / "选择文件",
        file_hint: "or drop one on the data" / "或把檔案拖放到資料欄" / "或把文件拖放到数据栏",
        drop: "Drop it to send it" / "放開即可傳送" / "松开即可发送",
        stop: "Stop" / "停止" / "停止",
        sent_times: "{done} of {total} sent" / "已送 {done} / {total} 次" / "已发送 {done} / {total} 次",
        sent_file: "{name}: {done} of {total}" / "{name}：{done} / {total}" / "{name}：{done} / {total}",
        done: "done" / "完成" / "完成",
        stopped: "stopped" / "已停止" / "已停止",
        failed: "send {n} failed" / "第 {n} 次傳送失敗" / "第 {n} 次发送失败",
        unreadable:
            "the browser could not read the file"
            / "瀏覽器無法讀取這個檔案"
            / "浏览器无法读取这个文件",
        busy:
            "something is being sent already; stop it first"
            / "已有內容正在傳送；請先停止"
            / "已有内容正在发送；请先停止",
        wrong: "first mend what is wrong above" / "請先修正上面的錯誤" / "请先修正上面的错误",
    }
}
