//! The log.

texts! {
    /// The log.
    Log {
        title: "Log" / "紀錄" / "日志",
        empty:
            "Nothing has happened yet. Every call and every byte appears here, numbered, with its time."
            / "還沒有發生任何事。每個呼叫、每個位元組都會帶著編號和時間出現在這裡。"
            / "还没有发生任何事。每个调用、每个字节都会带着编号和时间出现在这里。",
        follow: "Follow" / "跟隨最新" / "跟随最新",
        newest_one: "{n} new line" / "{n} 行新紀錄" / "{n} 行新日志",
        newest_many: "{n} new lines" / "{n} 行新紀錄" / "{n} 行新日志",
        paused: "Go to the newest" / "回到最新" / "回到最新",
        filter_errors: "Errors only" / "只看錯誤" / "只看错误",
        count_one: "{n} line" / "共 {n} 行" / "共 {n} 行",
        count_all: "{n} lines" / "共 {n} 行" / "共 {n} 行",
        count_filtered: "{n} of {all} lines" / "{all} 行中的 {n} 行" / "{all} 行中的 {n} 行",
        missing:
            "Older lines that have left the server’s log: {n}."
            / "較早的 {n} 行已不在伺服器的紀錄裡。"
            / "较早的 {n} 行已不在服务器的日志里。",
        missing_keeps:
            "It keeps {n} lines or {mib} MiB at most."
            / "伺服器最多保留 {n} 行或 {mib} MiB。"
            / "服务器最多保留 {n} 行或 {mib} MiB。",
        older_one:
            "{n} older line is on the server."
            / "伺服器上還有較早的 {n} 行。"
            / "服务器上还有较早的 {n} 行。",
        older_many:
            "{n} older lines are on the server; they come when you scroll to the top."
            / "伺服器上還有較早的 {n} 行，捲動到頂端時載入。"
            / "服务器上还有较早的 {n} 行，滚动到顶端时载入。",
        older_fetch: "Fetch" / "載入" / "载入",
        older_coming: "Fetching…" / "載入中…" / "载入中…",
        none_pass: "No line passes the filter." / "沒有符合篩選條件的紀錄。" / "没有符合筛选条件的行。",
        waiting: "Calls that wait" / "等待中的呼叫" / "等待中的调用",
        waiting_since: "waits {time}" / "已等待 {time}" / "已等待 {time}",
        cancel: "Cancel" / "取消" / "取消",
        cancel_label: "Cancel {call} on socket {n}" / "取消套接字 {n} 的 {call}" / "取消套接字 {n} 的 {call}",
        list_label:
            "Lines of the log; arrow keys choose, with Shift several, M sets a marker, / finds"
            / "紀錄；方向鍵選取，加 Shift 選取多行，M 設標記，/ 尋找"
            / "日志；方向键选择，加 Shift 选择多行，M 设标记，/ 查找",
        query: "Show only lines with" / "只顯示符合條件的紀錄" / "只显示符合条件的日志",
        query_hint:
            "Filter: text, socket:3, errors, /regex/"
            / "篩選：文字、socket:3、errors、/regex/"
            / "筛选：文字、socket:3、errors、/regex/",
        suggestions: "What the term may become" / "條件建議" / "条件建议",
        terms: "Terms of the filter" / "篩選條件" / "筛选条件",
        remove_term: "Remove {term}" / "移除 {term}" / "移除 {term}",
        wrong_at: "at {n}: {reason}" / "第 {n} 字：{reason}" / "第 {n} 字：{reason}",
        wrong_key:
            "there is no key {key}; keys are socket, kind, dir, peer and hex"
            / "沒有 {key} 這個鍵；可用 socket、kind、dir、peer、hex"
            / "没有 {key} 这个键；可用 socket、kind、dir、peer、hex",
        wrong_socket: "not a socket’s number" / "不是套接字的編號" / "不是套接字的编号",
        wrong_kind: "no such kind of line" / "沒有這種紀錄" / "没有这种日志",
        wrong_dir: "neither in nor out" / "只能是 in 或 out" / "只能是 in 或 out",
        wrong_hex: "not pairs of hexadecimal digits" / "不是成對的十六進位數字" / "不是成对的十六进制数字",
        wrong_regex: "not a regular expression" / "不是正規表示式" / "不是正则表达式",
        wrong_empty: "{key} wants a value" / "{key} 需要一個值" / "{key} 需要一个值",
        wrong_open: "its end is missing" / "沒有結尾" / "没有结尾",
        wrong_many: "there are too many terms" / "條件太多" / "条件太多",
        searching: "Filtering, {percent} %" / "篩選中，{percent}%" / "筛选中，{percent}%",
        times: "Kind of time" / "時間的種類" / "时间的种类",
        time_absolute: "Time of day" / "時刻" / "时刻",
        time_relative: "Since start" / "自開始" / "自开始",
        time_delta: "Since line above" / "距上一行" / "距上一行",
        menu: "More of the log: copy, markers, notes" / "更多：複製、標記、備註" / "更多：复制、标记、备注",
        copy: "Copy selected lines ({n})" / "複製選取的 {n} 行" / "复制选中的 {n} 行",
        copy_text: "Text" / "文字" / "文本",
        copy_hex: "Hex" / "十六進位" / "十六进制",
        copy_hint: "First choose a line; with Shift several." / "請先選取一行；按住 Shift 可選多行。" / "请先选择一行；按住 Shift 可选多行。",
        copied: "Copied: lines {n}" / "已複製 {n} 行" / "已复制 {n} 行",
        copied_none: "No selected line has this." / "選取的紀錄沒有這種內容。" / "选中的行没有这种内容。",
        copy_refused: "The browser does not let the page copy." / "瀏覽器不允許複製。" / "浏览器不允许复制。",
        link_own:
            "Link to the chosen line. Copied, it has no token and works in this tab only; others need a shared one."
            / "通往所選行的連結。複製的連結不含權杖，只能在這個分頁使用；給其他人請用分享的連結。"
            / "通往所选行的链接。复制的链接不含令牌，只能在这个标签页使用；给其他人请用分享的链接。",
        link_shared:
            "Link to the chosen line, with the key of this share: whoever has it sees the session as you do."
            / "通往所選行的連結，含有這個分享的金鑰：持有的人可和您一樣檢視這個工作階段。"
            / "通往所选行的链接，含有这个分享的密钥：持有的人可和你一样查看这个会话。",
        link_copy: "Copy link to this line" / "複製這一行的連結" / "复制这一行的链接",
        link_share: "Share this line…" / "分享這一行…" / "分享这一行…",
        copied_link: "Link copied" / "已複製連結" / "已复制链接",
        lost_gone:
            "Line {n}, to which the link leads, is no longer kept: the log begins with line {other}."
            / "連結所指的第 {n} 行已不再保留：紀錄從第 {other} 行開始。"
            / "链接所指的第 {n} 行已不再保留：日志从第 {other} 行开始。",
        lost_not_yet:
            "There is no line {n}, to which the link leads: the newest is line {other}."
            / "沒有連結所指的第 {n} 行：最新的是第 {other} 行。"
            / "没有链接所指的第 {n} 行：最新的是第 {other} 行。",
        lost_elsewhere:
            "The link leads to line {n} of another session, and has no key for it. Open it in the tab of that session, or ask for a shared link."
            / "連結所指的第 {n} 行屬於另一個工作階段，且不含其金鑰。請在該工作階段的分頁開啟，或索取分享的連結。"
            / "链接所指的第 {n} 行属于另一个会话，且不含其密钥。请在该会话的标签页打开，或索取分享的链接。",
        find: "Find" / "尋找" / "查找",
        find_next: "Next found" / "下一個" / "下一个",
        find_previous: "Previous found" / "上一個" / "上一个",
        find_wrong: "The term is wrong" / "條件有誤" / "条件有误",
        found: "{n} found" / "找到 {n} 行" / "找到 {n} 行",
        found_at: "{at} of {n}" / "第 {at} 個，共 {n} 個" / "第 {at} 个，共 {n} 个",
        found_so_far: "{n} found, {percent} % seen" / "找到 {n} 行，已看 {percent}%" / "找到 {n} 行，已看 {percent}%",
        close_line: "Close" / "關閉" / "关闭",
        note: "Write a note" / "寫備註" / "写备注",
        note_hint: "A note for the log" / "寫進紀錄的備註" / "写进日志的备注",
        note_write: "Write" / "寫入" / "写入",
        marker: "Set or remove a marker" / "設定或移除標記" / "设置或移除标记",
        marker_next: "Next marker" / "下一個標記" / "下一个标记",
        marker_previous: "Previous marker" / "上一個標記" / "上一个标记",
        markers: "Markers" / "標記" / "标记",
        zero_here: "Time counts from this line" / "從這一行起算時間" / "从这一行起算时间",
        show_in_code: "Show in the code" / "在程式碼中顯示" / "在代码中显示",
    }
}
