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
        filter_socket: "Socket" / "篩選套接字" / "筛选套接字",
        filter_all: "All sockets" / "所有套接字" / "所有套接字",
        filter_errors: "Errors only" / "只看錯誤" / "只看错误",
        filter_text: "Search" / "搜尋" / "搜索",
        count_one: "{n} line" / "共 {n} 行" / "共 {n} 行",
        count_all: "{n} lines" / "共 {n} 行" / "共 {n} 行",
        count_filtered: "{n} of {all} lines" / "{all} 行中的 {n} 行" / "{all} 行中的 {n} 行",
        missing:
            "Older lines that have left the server’s log: {n}."
            / "較早的 {n} 行已不在伺服器的紀錄裡。"
            / "较早的 {n} 行已不在服务器的日志里。",
        none_pass: "No line passes the filter." / "沒有符合篩選條件的紀錄。" / "没有符合筛选条件的记录。",
        waiting: "Calls that wait" / "等待中的呼叫" / "等待中的调用",
        waiting_since: "waits {time}" / "已等待 {time}" / "已等待 {time}",
        cancel: "Cancel" / "取消" / "取消",
        cancel_label: "Cancel {call} on socket {n}" / "取消套接字 {n} 的 {call}" / "取消套接字 {n} 的 {call}",
        list_label:
            "Lines of the log; arrow keys choose, Enter opens"
            / "紀錄；方向鍵選取，Enter 開啟"
            / "日志；方向键选择，Enter 打开",
    }
}
