//! The connection to the server.

texts! {
    /// The connection to the server.
    Link {
        connecting: "Connecting" / "連線中" / "连接中",
        open: "Connected" / "已連線" / "已连接",
        lost: "Connection lost" / "連線中斷" / "连接已断开",
        refused: "Not connected" / "未連線" / "未连接",
        unreachable: "The server does not answer." / "伺服器沒有回應。" / "服务器没有响应。",
        shutting_down: "The server is shutting down." / "伺服器正在關閉。" / "服务器正在关闭。",
        too_large:
            "The last message was larger than the server takes, so it ended the connection."
            / "上一個訊息超過伺服器的上限，因此伺服器中斷了連線。"
            / "上一条消息超过服务器的上限，因此服务器断开了连接。",
        too_slow:
            "This page read too slowly for the server, so it ended the connection."
            / "這個頁面讀得太慢，因此伺服器中斷了連線。"
            / "这个页面读得太慢，因此服务器断开了连接。",
        broken: "The connection to the server broke." / "與伺服器的連線斷了。" / "与服务器的连接断了。",
        retry_in: "Trying again in {seconds} s." / "{seconds} 秒後重試。" / "{seconds} 秒后重试。",
        try_now: "Try now" / "立即重試" / "立即重试",
        kept:
            "Sockets stay open for a while if the server still runs, and nothing you typed is lost."
            / "只要伺服器還在執行，套接字會再保留一段時間；已輸入的內容不會遺失。"
            / "只要服务器还在运行，套接字会再保留一段时间；已输入的内容不会丢失。",
        token_title: "This server wants its token" / "這部伺服器需要權杖" / "这台服务器需要令牌",
        token_text:
            "Open the address that the server printed when it started. It ends in #token=… Or paste that address, or the token alone, here."
            / "請開啟伺服器啟動時印出的網址（結尾是 #token=…），或把該網址或權杖貼在這裡。"
            / "请打开服务器启动时打印的网址（结尾是 #token=…），或把该网址或令牌贴在这里。",
        token_label: "Address or token" / "網址或權杖" / "网址或令牌",
        token_submit: "Connect" / "連線" / "连接",
        gone_title: "This session has expired" / "這個工作階段已過期" / "这个会话已过期",
        gone_text:
            "A session ends when no page was connected for a while, or when the server starts anew. What you typed to send is kept: arrow up brings it back."
            / "一段時間沒有頁面連線，或伺服器重新啟動後，工作階段就會結束。輸入過要傳送的內容仍然保留，按向上鍵可以取回。"
            / "一段时间没有页面连接，或服务器重新启动后，会话就会结束。输入过要发送的内容仍然保留，按向上键可以取回。",
        closed_title: "The session is closed" / "工作階段已關閉" / "会话已关闭",
        closed_text:
            "All of its sockets are closed, too. The log below is what happened."
            / "其中所有的套接字也都關閉了。下方的紀錄是發生過的事。"
            / "其中所有的套接字也都关闭了。下方的日志是发生过的事。",
        start_new: "Start a new session" / "開始新的工作階段" / "开始新的会话",
        mismatch_title:
            "This page does not fit the server"
            / "這個頁面與伺服器不相容"
            / "这个页面与服务器不兼容",
        mismatch_text:
            "The server was probably upgraded while this page was open. Reload the page; your session and what you typed are still there."
            / "伺服器可能在頁面開啟期間升級了。請重新載入頁面；您的工作階段和已輸入的內容都還在。"
            / "服务器可能在页面打开期间升级了。请重新加载页面；你的会话和已输入的内容都还在。",
        too_many_title: "The server is full" / "伺服器已滿" / "服务器已满",
        too_many_text:
            "It has as many sessions or connections as it takes. Close a page that you no longer need, or wait a moment, then try again."
            / "工作階段或連線的數量已達上限。請關閉不再需要的頁面，或稍候再試。"
            / "会话或连接的数量已达上限。请关闭不再需要的页面，或稍候再试。",
        not_allowed_title:
            "The server does not allow this address"
            / "伺服器不接受這個網址"
            / "服务器不接受这个网址",
        not_allowed_text:
            "It answers only under its own names. Open the address that it printed, or start it with --public-url for this one."
            / "伺服器只以自己的名稱回應。請開啟它印出的網址，或啟動時以 --public-url 加入這個網址。"
            / "服务器只以自己的名称响应。请打开它打印的网址，或启动时以 --public-url 加入这个网址。",
        rest_failed:
            "This part of the page could not be loaded. If the server was upgraded meanwhile, reload the page."
            / "無法載入頁面的這個部分。如果伺服器剛剛升級過，請重新載入頁面。"
            / "无法加载页面的这个部分。如果服务器刚刚升级过，请重新加载页面。",
        reload: "Reload" / "重新載入" / "重新加载",
        call_lost:
            "connection lost; the call may still have been made"
            / "連線中斷；這個呼叫可能已經執行"
            / "连接已断开；这个调用可能已经执行",
        call_not_open: "not connected to the server" / "尚未連上伺服器" / "尚未连上服务器",
        stopped:
            "The page has stopped because of a mistake in its own program; the browser’s console says which. Your sockets stay open for a while: reload the page to go on."
            / "頁面因為自身程式的錯誤而停止；詳情見瀏覽器的主控台。您的套接字會再保留一段時間：請重新載入頁面以繼續。"
            / "页面因为自身程序的错误而停止；详情见浏览器的控制台。你的套接字会再保留一段时间：请重新加载页面以继续。",
    }
}
