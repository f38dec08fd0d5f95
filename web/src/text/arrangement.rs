//! Start in one click.

texts! {
    /// Start in one click.
    Arrangement {
        title: "Start in one click" / "一鍵開始" / "一键开始",
        lead:
            "Each makes ordinary calls that the log shows."
            / "每一項都只用普通的呼叫，紀錄裡全都看得到。"
            / "每一项都只用普通的调用，记录里全都看得到。",
        udp: "UDP pair" / "一對 UDP 套接字" / "一对 UDP 套接字",
        udp_look:
            "Two sockets, no connection: the message names its destination, and recvfrom tells who sent it. Notice that neither socket has a peer."
            / "兩個套接字，沒有連線：訊息自己帶著目的位址，recvfrom 會告訴您是誰送的。請注意兩個套接字都沒有對端。"
            / "两个套接字，没有连接：消息自己带着目的地址，recvfrom 会告诉你是谁送的。请注意两个套接字都没有对端。",
        tcp: "TCP client and server" / "TCP 用戶端與伺服器" / "TCP 客户端与服务器",
        tcp_look:
            "The server listens, the client connects, and accept returns a third socket for this one connection. Notice that the listener itself never carries data."
            / "伺服器監聽，用戶端連線，accept 會為這條連線傳回第三個套接字。請注意監聽用的套接字本身從不傳送資料。"
            / "服务器监听，客户端连接，accept 会为这条连接返回第三个套接字。请注意监听用的套接字本身从不发送数据。",
        echo: "TCP echo server" / "TCP 回音伺服器" / "TCP 回音服务器",
        echo_look:
            "The server accepts and answers by itself; the client sends a line and gets it back. Send another line from the client and watch it return."
            / "伺服器會自動接受連線並回應；用戶端送出一行，就會收到同一行。請從用戶端再送一行，看它回來。"
            / "服务器会自动接受连接并响应；客户端发送一行，就会收到同一行。请从客户端再送一行，看它回来。",
        unix: "Unix pair" / "一對 Unix 套接字" / "一对 Unix 套接字",
        unix_look:
            "Two sockets named by files instead of ports. They work like UDP, yet nothing is ever lost or reordered."
            / "兩個以檔名而不是埠號命名的套接字。用法像 UDP，但資料不會遺失，順序也不會改變。"
            / "两个以文件名而不是端口命名的套接字。用法像 UDP，但数据不会丢失，顺序也不会改变。",
        stopped: "Stopped at {step}" / "停在 {step}" / "停在 {step}",
        dismiss: "Dismiss" / "關閉提示" / "关闭提示",
    }
}
