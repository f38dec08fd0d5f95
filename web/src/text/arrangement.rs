//! Start in one click.

texts! {
    /// Start in one click.
    Arrangement {
        title: "Start in one click" / "一鍵開始" / "一键开始",
        lead:
            "Each makes ordinary calls that the log shows."
            / "每一項都只用普通的呼叫，紀錄裡全都看得到。"
            / "每一项都只用普通的调用，日志里全都看得到。",
        udp: "A pair" / "一對套接字" / "一对套接字",
        udp_look:
            "Two sockets, no connection: the message names its destination, and recvfrom tells who sent it. Notice that neither socket has a peer."
            / "兩個套接字，沒有連線：訊息自己帶著目的位址，recvfrom 會告訴您是誰送的。請注意兩個套接字都沒有對端。"
            / "两个套接字，没有连接：消息自己带着目的地址，recvfrom 会告诉你是谁发送的。请注意两个套接字都没有对端。",
        broadcast: "Broadcast" / "廣播" / "广播",
        broadcast_look:
            "The first sendto fails with EACCES: the kernel broadcasts only for a socket that has set SO_BROADCAST. After that one datagram to 127.255.255.255 reaches both sockets that are bound there."
            / "第一次 sendto 以 EACCES 失敗：套接字設定 SO_BROADCAST 之後，核心才肯替它廣播。接著送往 127.255.255.255 的一個資料報，綁定在那裡的兩個套接字都收到了。"
            / "第一次 sendto 以 EACCES 失败：套接字设置 SO_BROADCAST 之后，内核才肯替它广播。接着发往 127.255.255.255 的一个数据报，绑定在那里的两个套接字都收到了。",
        truncation: "Buffer too small" / "緩衝區太小" / "缓冲区太小",
        truncation_look:
            "The first recv takes 9 bytes of 27, and the rest of that datagram is lost for good. The second recv gets the next datagram, not the rest of the first."
            / "第一次 recv 只取走 27 個位元組中的 9 個，這個資料報剩下的部分就此遺失。第二次 recv 得到的是下一個資料報，而不是第一個的後半。"
            / "第一次 recv 只取走 27 个字节中的 9 个，这个数据报剩下的部分就此丢失。第二次 recv 得到的是下一个数据报，而不是第一个的后半部分。",
        encodings: "gbk against utf-8" / "gbk 與 utf-8" / "gbk 与 utf-8",
        encodings_look:
            "The same two characters are six bytes in utf-8 and four in gbk, and nothing in the bytes says which. Choose the last line: the inspector tells in which encodings these bytes make sense."
            / "同樣兩個字，在 utf-8 是六個位元組，在 gbk 是四個，而位元組本身並不說明是哪一種。請選取最後一行：檢視器會列出這些位元組在哪些編碼裡說得通。"
            / "同样两个字，在 utf-8 中是六个字节，在 gbk 中是四个，而字节本身并不说明是哪一种。请选择最后一行：检查器会列出这些字节在哪些编码里说得通。",
        chat: "Chat of three" / "三人聊天" / "三人聊天",
        chat_look:
            "Everybody sends to everybody else: three sockets, six datagrams. Count what four or ten would need; that is why a chat has a server, or a group."
            / "每個人都要送給其他每個人：三個套接字，六個資料報。請算算四個人或十個人需要多少；這就是聊天要有伺服器或群組的原因。"
            / "每个人都要发给其他每个人：三个套接字，六个数据报。请算算四个人或十个人需要多少；这就是聊天要有服务器或群组的原因。",
        tcp: "Client and server" / "用戶端與伺服器" / "客户端与服务器",
        tcp_look:
            "The server listens, the client connects, and accept returns a third socket for this one connection. Notice that the listener itself never carries data."
            / "伺服器監聽，用戶端連線，accept 會為這條連線傳回第三個套接字。請注意監聽用的套接字本身從不傳送資料。"
            / "服务器监听，客户端连接，accept 会为这个连接返回第三个套接字。请注意监听套接字本身从不传输数据。",
        echo: "Echo server" / "回音伺服器" / "回声服务器",
        echo_look:
            "The server accepts and answers by itself; the client sends a line and gets it back. Send another line from the client and watch it return."
            / "伺服器會自動接受連線並回應；用戶端送出一行，就會收到同一行。請從用戶端再送一行，看它回來。"
            / "服务器会自动接受连接并回应；客户端发送一行，就会收到同一行。请从客户端再发一行，看它回来。",
        stream: "Stream without boundaries" / "沒有界線的串流" / "没有边界的字节流",
        stream_look:
            "Two sends came out of one recv, and one send came out of two: TCP keeps the order of bytes and no boundaries between messages. Choose the last lines: the cut went through the middle of a character."
            / "兩次 send 由一次 recv 收完，一次 send 卻分成兩次 recv：TCP 只保持位元組的順序，不保留訊息之間的界線。請選取最後幾行：有一個字從中間被切開了。"
            / "两次 send 由一次 recv 收完，一次 send 却分成两次 recv：TCP 只保持字节的顺序，不保留消息之间的边界。请选择最后几行：有一个字从中间被切开了。",
        half_close: "Half-close" / "半關閉" / "半关闭",
        half_close_look:
            "The client says with shutdown that it has nothing more to send; the server’s recv returns nothing (b'' in Python), and yet the server can still answer. Look at the states: FIN_WAIT2 on one side, CLOSE_WAIT on the other."
            / "用戶端以 shutdown 表示不再送出資料；伺服器的 recv 傳回空（Python 的 b''），但伺服器仍然可以回答。請看兩端的狀態：一端是 FIN_WAIT2，另一端是 CLOSE_WAIT。"
            / "客户端用 shutdown 表示不再发送数据；服务器的 recv 返回空（Python 的 b''），但服务器仍然可以回答。请看两端的状态：一端是 FIN_WAIT2，另一端是 CLOSE_WAIT。",
        reset: "Reset" / "重設連線" / "连接重置",
        reset_look:
            "The client closes with a linger of 0, which sends RST instead of FIN. The server’s recv fails with ECONNRESET, and its send after that with EPIPE."
            / "用戶端以 linger 為 0 的方式關閉，送出的是 RST 而不是 FIN。伺服器的 recv 因此以 ECONNRESET 失敗，之後的 send 則以 EPIPE 失敗。"
            / "客户端以 linger 为 0 的方式关闭，发出的是 RST 而不是 FIN。服务器的 recv 因此以 ECONNRESET 失败，之后的 send 则以 EPIPE 失败。",
        backlog: "Full backlog" / "等待佇列已滿" / "等待队列已满",
        backlog_look:
            "A backlog of 1 lets two connections wait on Linux; the third client’s connect stays in SYN_SENT. Run accept on the listener, and within moments the third gets in."
            / "在 Linux 上，backlog 為 1 可讓兩條連線等待；第三個用戶端的 connect 停在 SYN_SENT。請在監聽的套接字上執行 accept，第三個很快就會連上。"
            / "在 Linux 上，backlog 为 1 可让两个连接等待；第三个客户端的 connect 停在 SYN_SENT。请在监听套接字上执行 accept，第三个很快就会连上。",
        handshake: "Three-way handshake" / "三向交握" / "三次握手",
        handshake_look:
            "Three packets, and no data yet: SYN from the client, SYN, ACK from the server, ACK from the client. connect returned after the second of them, and accept only takes what the kernel has finished. Choose one of them: each side begins at a number of its own."
            / "三個封包，還沒有任何資料：用戶端的 SYN、伺服器的 SYN, ACK、用戶端的 ACK。第二個到達後 connect 就返回了，accept 只是取走核心已完成的連線。請選取其中一個：兩端各自從自己的序號開始。"
            / "三个数据包，还没有任何数据：客户端的 SYN、服务器的 SYN, ACK、客户端的 ACK。第二个到达后 connect 就返回了，accept 只是取走内核已完成的连接。请选择其中一个：两端各自从自己的序号开始。",
        lost_syn: "A lost SYN" / "遺失的 SYN" / "丢失的 SYN",
        lost_syn_look:
            "The SYN waits at the wire, and connect with it. Press Drop: nobody is told. A second after the first the kernel sends the SYN again, and that one waits as well: press Pass, and connect succeeds as if nothing had been."
            / "SYN 停在線路上，connect 也跟著等待。請按「丟棄」：沒有人會被通知。第一個送出一秒後，核心會再送一次 SYN，它也停下來：請按「放行」，connect 就像什麼都沒發生一樣成功。"
            / "SYN 停在线路上，connect 也跟着等待。请按“丢弃”：没有人会被通知。第一个发出一秒后，内核会再发一次 SYN，它也停下来：请按“放行”，connect 就像什么都没发生一样成功。",
        unix: "A pair" / "一對套接字" / "一对套接字",
        unix_look:
            "Two sockets named by files instead of ports. They work like UDP, yet nothing is ever lost or reordered."
            / "兩個以檔名而不是埠號命名的套接字。用法像 UDP，但資料不會遺失，順序也不會改變。"
            / "两个以文件名而不是端口号命名的套接字。用法像 UDP，但数据不会丢失，顺序也不会改变。",
        stopped: "Stopped at {step}" / "停在 {step}" / "停在 {step}",
        dismiss: "Dismiss" / "關閉提示" / "关闭提示",
    }
}
