//! Saved logs, exports and what can be undone.

texts! {
    /// Saved logs, exports and what can be undone.
    Keep {
        export: "Export the log" / "匯出紀錄" / "导出日志",
        export_as: "Export as {format}" / "匯出為 {format}" / "导出为 {format}",
        exporting: "The export is being written" / "正在產生匯出檔" / "正在生成导出文件",
        export_failed: "The export failed." / "匯出失敗。" / "导出失败。",
        open: "Open a saved log…" / "開啟已儲存的紀錄…" / "打开已保存的日志…",
        open_hint:
            "A .jsonl file, as the export makes it. You can also drop it anywhere on the page."
            / "匯出所產生的 .jsonl 檔案，也可以直接拖放到頁面上。"
            / "导出所产生的 .jsonl 文件，也可以直接拖放到页面上。",
        drop: "Drop a saved log (.jsonl) to look at it" / "放開以檢視已儲存的紀錄（.jsonl）" / "松开以查看已保存的日志（.jsonl）",
        reading: "Reading {name}: {share} %" / "正在讀取 {name}：{share} %" / "正在读取 {name}：{share} %",
        saved: "Saved log" / "已儲存的紀錄" / "已保存的日志",
        saved_text:
            "You are looking at the file {name}. The session goes on beside it, untouched."
            / "您正在檢視檔案 {name}。工作階段在旁照常進行，不受影響。"
            / "你正在查看文件 {name}。会话在旁照常进行，不受影响。",
        forgotten:
            "It holds more lines than the page keeps; the oldest {n} are left out."
            / "檔案的行數超過頁面能保留的數量，略去最舊的 {n} 行。"
            / "文件的行数超过页面能保留的数量，略去最旧的 {n} 行。",
        back: "Back to the session" / "回到工作階段" / "回到会话",
        mistakes_one: "{n} line could not be read" / "有 {n} 行無法讀取" / "有 {n} 行无法读取",
        mistakes_many: "{n} lines could not be read" / "有 {n} 行無法讀取" / "有 {n} 行无法读取",
        mistakes_more:
            "The first {n} are listed."
            / "只列出前 {n} 行。"
            / "只列出前 {n} 行。",
        line: "Line {n}" / "第 {n} 行" / "第 {n} 行",
        not_utf8:
            "byte {n} and what follows is not UTF-8"
            / "從第 {n} 個位元組起不是 UTF-8"
            / "从第 {n} 个字节起不是 UTF-8",
        not_json: "not JSON: {why}" / "不是 JSON：{why}" / "不是 JSON：{why}",
        not_event: "not an event: {why}" / "不是事件：{why}" / "不是事件：{why}",
        repeated:
            "an earlier line is numbered {n}, too"
            / "前面已有編號 {n} 的行"
            / "前面已有编号 {n} 的行",
        failed_title: "{name} could not be opened" / "無法開啟 {name}" / "无法打开 {name}",
        too_large:
            "It has {size} bytes; the page opens files of up to {most} bytes. Export fewer lines, or split it."
            / "檔案有 {size} 個位元組，頁面最多能開啟 {most} 個位元組的檔案。請匯出較少的行，或將檔案分割。"
            / "文件有 {size} 个字节，页面最多能打开 {most} 个字节的文件。请导出较少的行，或将文件拆分。",
        empty: "There is nothing in it." / "檔案是空的。" / "文件是空的。",
        no_events:
            "None of its lines is an event. What is wanted is the export as JSON lines (.jsonl)."
            / "檔案中沒有任何一行是事件。需要的是以 JSON Lines（.jsonl）匯出的紀錄。"
            / "文件中没有任何一行是事件。需要的是以 JSON Lines（.jsonl）导出的日志。",
        unreadable:
            "The browser could not read it."
            / "瀏覽器無法讀取這個檔案。"
            / "浏览器无法读取这个文件。",
        saved_closed: "Saved log closed" / "已關閉儲存的紀錄" / "已关闭已保存的日志",
        undo: "Undo" / "復原" / "撤销",
        end_title: "Close this session?" / "要關閉這個工作階段嗎？" / "要关闭这个会话吗？",
        end_text:
            "{sockets} and the log go with it. This cannot be undone; export the log first if you want to keep it."
            / "{sockets}和紀錄會一併消失，無法復原；若要保留紀錄，請先匯出。"
            / "{sockets}和日志会一并消失，无法撤销；若要保留日志，请先导出。",
        end_one: "Its {n} open socket" / "其中 {n} 個開啟的套接字" / "其中 {n} 个打开的套接字",
        end_many: "Its {n} open sockets" / "其中 {n} 個開啟的套接字" / "其中 {n} 个打开的套接字",
        end_no: "Keep it" / "保留" / "保留",
        end_yes: "Close it" / "關閉" / "关闭",
        note_closed: "Note dismissed" / "已關閉說明" / "已关闭说明",
        details_closed: "Details closed" / "已關閉詳細資料" / "已关闭详情",
        dismiss: "Dismiss" / "關閉" / "关闭",
        no_calls_title: "A saved log" / "已儲存的紀錄" / "已保存的日志",
        no_calls:
            "Calls are made in a session. Here everything can be looked at: each line, its bytes, and the views below."
            / "呼叫要在工作階段中進行。這裡可以檢視一切：每一行、其中的位元組，以及下方的各種檢視。"
            / "调用要在会话中进行。这里可以查看一切：每一行、其中的字节，以及下方的各种视图。",
    }
}
