//! Sharing a session, and looking at a shared one.

texts! {
    /// Sharing a session, and looking at a shared one.
    Share {
        open: "Share…" / "分享…" / "分享…",
        title: "Share this session" / "分享這個工作階段" / "分享这个会话",
        close: "Close the dialog" / "關閉對話方塊" / "关闭对话框",
        may:
            "Whoever has a link sees this session live: its sockets, every line of the log with its bytes, and the views. They can export the log."
            / "持有連結的人可以即時看到這個工作階段：套接字、紀錄的每一行與其中的位元組，以及各種檢視，也能匯出紀錄。"
            / "持有链接的人可以实时看到这个会话：套接字、日志的每一行与其中的字节，以及各种视图，也能导出日志。",
        may_not:
            "They cannot make calls, write notes, share it on or close it. A link works until you revoke it, or until the session ends."
            / "他們不能發出呼叫、寫備註、再分享或關閉工作階段。連結在您撤銷或工作階段結束之前都有效。"
            / "他们不能发出调用、写备注、再分享或关闭会话。链接在你撤销或会话结束之前都有效。",
        local_only:
            "This page is open at {host}, which only this machine reaches, and so do its links. For others, start the server with --listen and open the page at an address that they reach."
            / "這個頁面開在 {host}，只有這部電腦連得到，連結也是如此。若要給其他人，請以 --listen 啟動伺服器，並從他們連得到的網址開啟頁面。"
            / "这个页面开在 {host}，只有这台电脑连得到，链接也是如此。若要给其他人，请以 --listen 启动服务器，并从他们连得到的网址打开页面。",
        to_line:
            "The links below lead to line {n} of the log."
            / "下方的連結會通往紀錄的第 {n} 行。"
            / "下方的链接会通往日志的第 {n} 行。",
        label: "For whom (optional)" / "給誰（可不填）" / "给谁（可不填）",
        label_hint: "such as: the class" / "例如：全班" / "例如：全班",
        make: "Make a link" / "建立連結" / "创建链接",
        link: "Link for looking" / "檢視用的連結" / "查看用的链接",
        links: "Links" / "連結" / "链接",
        none: "There is none yet." / "還沒有連結。" / "还没有链接。",
        unnamed: "Without a name" / "未命名" / "未命名",
        made_at: "made at {time}" / "建立於 {time}" / "创建于 {time}",
        looking_one: "{n} viewer" / "{n} 個頁面正在檢視" / "{n} 个页面正在查看",
        looking_many: "{n} viewers" / "{n} 個頁面正在檢視" / "{n} 个页面正在查看",
        revoke: "Revoke" / "撤銷" / "撤销",
        revoke_label: "Revoke the link: {name}" / "撤銷連結：{name}" / "撤销链接：{name}",
        told_once:
            "This link was shown where it was made; the server tells it only once. If it is lost, revoke it and make another."
            / "這個連結只在建立時顯示一次。若已遺失，請撤銷後另建一個。"
            / "这个链接只在创建时显示一次。若已丢失，请撤销后另建一个。",
        badge: "Read only, shared" / "唯讀，他人分享" / "只读，他人分享",
        looking:
            "You see somebody’s session live. Only they can make calls."
            / "您正即時檢視他人的工作階段，只有對方能發出呼叫。"
            / "你正实时查看他人的会话，只有对方能发出调用。",
        leave: "Leave the shared session" / "離開分享的工作階段" / "离开分享的会话",
        leave_short: "Leave" / "離開" / "离开",
        no_calls_title: "A shared session" / "分享的工作階段" / "分享的会话",
        no_calls:
            "Whoever shared it makes the calls, and you see each as it happens. Choose a line for its bytes and details. To make calls, leave it and use a session of your own."
            / "由分享的人發出呼叫，您會即時看到每一個。選取一行可檢視其位元組與細節。若要自己發出呼叫，請離開並使用自己的工作階段。"
            / "由分享的人发出调用，你会实时看到每一个。选择一行可查看其字节与细节。若要自己发出调用，请离开并使用自己的会话。",
        revoked_title: "This share was taken back" / "這個分享已被撤銷" / "这个分享已被撤销",
        revoked_text:
            "Whoever shared the session has ended your access. What you see is how it stood then. Ask for a new link, or go on in a session of your own."
            / "分享的人已結束您的存取權，畫面停留在當時的狀態。請向對方索取新的連結，或使用自己的工作階段。"
            / "分享的人已结束你的访问权，画面停留在当时的状态。请向对方索取新的链接，或使用自己的会话。",
        ended_title: "The shared session has ended" / "分享的工作階段已結束" / "分享的会话已结束",
        ended_text:
            "It was closed, or nobody was there for a while. The log below is what happened. You can go on in a session of your own."
            / "它已被關閉，或一段時間無人連線。下方的紀錄是發生過的事。您可以使用自己的工作階段。"
            / "它已被关闭，或一段时间无人连接。下方的日志是发生过的事。你可以使用自己的会话。",
        gone_title:
            "This link leads to no session any more"
            / "這個連結已不再通往任何工作階段"
            / "这个链接已不再通往任何会话",
        gone_text:
            "The share was taken back, or the session has ended. Ask whoever gave you the link for a new one, or use a session of your own."
            / "分享已被撤銷，或工作階段已經結束。請向提供連結的人索取新的連結，或使用自己的工作階段。"
            / "分享已被撤销，或会话已经结束。请向提供链接的人索取新的链接，或使用自己的会话。",
        own_session: "Use a session of my own" / "使用自己的工作階段" / "使用自己的会话",
    }
}
