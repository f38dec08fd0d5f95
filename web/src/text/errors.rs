//! Errors explained: the errnos, and the kinds of error that the server adds.

use super::Explained;

errors! {
    eaddrinuse {
        title: "address already in use" / "位址已被使用" / "地址已被使用",
        means:
            "Another socket holds this address and port, or one did until a moment ago and the kernel still keeps it in TIME_WAIT. Of a Unix socket: the name is taken."
            / "另一個套接字正占用這個位址和埠號，或剛剛才釋放而核心仍保留在 TIME_WAIT 狀態。若是 Unix 套接字，則是名稱已被使用。"
            / "另一个套接字正占用这个地址和端口，或刚刚才释放而内核仍保留在 TIME_WAIT 状态。若是 Unix 套接字，则是名称已被使用。",
        attempt:
            "Choose another port, or port 0; for a Unix socket another name. For a server that restarts, set reuse_address before bind."
            / "換一個埠號，或用埠號 0；Unix 套接字請換一個名稱。會重新啟動的伺服器請在 bind 之前設定 reuse_address。"
            / "换一个端口，或用端口 0；Unix 套接字请换一个名称。会重新启动的服务器请在 bind 之前设置 reuse_address。",
    }
    eaddrnotavail {
        title: "cannot assign requested address" / "無法使用指定的位址" / "无法使用指定的地址",
        means:
            "This machine has no such address, so no socket of it can have it."
            / "這部機器沒有這個位址，因此它的套接字不能使用。"
            / "这台机器没有这个地址，因此它的套接字不能使用。",
        attempt:
            "Bind to 127.0.0.1, to ::1 or to “:port” for any local address."
            / "請綁定 127.0.0.1、::1，或用「:埠號」表示任意本機位址。"
            / "请绑定 127.0.0.1、::1，或用“:端口”表示任意本机地址。",
    }
    eacces {
        title: "permission denied" / "權限不足" / "权限不足",
        means:
            "The kernel allows this only to privileged programs: a port below 1024, or sending to a broadcast address without the option."
            / "核心只允許特權程式這樣做：1024 以下的埠號，或未設定選項就傳送到廣播位址。"
            / "内核只允许特权程序这样做：1024 以下的端口，或未设置选项就发送到广播地址。",
        attempt:
            "Use a port from 1024 upwards. Before a broadcast, set the option broadcast to true."
            / "請使用 1024 以上的埠號。要廣播請先把 broadcast 選項設為 true。"
            / "请使用 1024 以上的端口。要广播请先把 broadcast 选项设为 true。",
    }
    eperm {
        title: "operation not permitted" / "不允許的操作" / "不允许的操作",
        means:
            "The kernel keeps this operation for privileged programs, or a firewall forbids it."
            / "核心把這個操作保留給特權程式，或被防火牆禁止。"
            / "内核把这个操作保留给特权程序，或被防火墙禁止。",
        attempt:
            "Use a way that needs no privileges, such as a smaller value."
            / "請改用不需要特權的方式，例如較小的值。"
            / "请改用不需要特权的方式，例如较小的值。",
    }
    econnrefused {
        title: "connection refused" / "連線被拒絕" / "连接被拒绝",
        means:
            "The machine was reached, but nothing listens on that port: it answered with RST, or for UDP with an ICMP message. Of a Unix socket: nothing listens under that name."
            / "已到達那部機器，但該埠號沒有程式在監聽：它回了 RST，UDP 則是回了 ICMP 訊息。若是 Unix 套接字，則是沒有程式以該名稱監聽。"
            / "已到达那台机器，但该端口没有程序在监听：它回了 RST，UDP 则是回了 ICMP 消息。若是 Unix 套接字，则是没有程序以该名称监听。",
        attempt:
            "Start the server first: bind, then listen. Compare the address with the listener’s card."
            / "請先啟動伺服器：先 bind 再 listen。並核對監聽套接字卡片上的位址。"
            / "请先启动服务器：先 bind 再 listen。并核对监听套接字卡片上的地址。",
    }
    econnreset {
        title: "connection reset by peer" / "連線被對端重設" / "连接被对端重置",
        means:
            "The peer broke the connection off with RST instead of closing it: it closed with unread data, lingered 0 seconds, or ended abruptly."
            / "對端用 RST 中斷連線而不是正常關閉：它在還有未讀資料時關閉、以 linger 為 0 秒關閉，或突然結束。"
            / "对端用 RST 中断连接而不是正常关闭：它在还有未读数据时关闭、以 linger 为 0 秒关闭，或突然结束。",
        attempt:
            "Close this socket and connect anew. Bytes that had not arrived are lost."
            / "請關閉這個套接字再重新連線。尚未到達的位元組已經遺失。"
            / "请关闭这个套接字再重新连接。尚未到达的字节已经丢失。",
    }
    econnaborted {
        title: "connection aborted" / "連線已中止" / "连接已中止",
        means:
            "The connection ended before accept took it, or the local side gave it up."
            / "連線在 accept 取出之前就結束了，或本機放棄了它。"
            / "连接在 accept 取出之前就结束了，或本端放弃了它。",
        attempt:
            "Call accept again for the next one."
            / "再次呼叫 accept 以取得下一個連線。"
            / "再次调用 accept 以取得下一个连接。",
    }
    epipe {
        title: "broken pipe" / "管線已斷" / "管道已断",
        means:
            "This side can send no more: it was shut down for writing, was never connected, or the peer is gone."
            / "這一端不能再傳送：已結束寫入、從未連線，或對端已經離開。"
            / "这一端不能再发送：已结束写入、从未连接，或对端已经离开。",
        attempt:
            "Make a new socket and connect it."
            / "請建立新的套接字並重新連線。"
            / "请创建新的套接字并重新连接。",
    }
    enotconn {
        title: "not connected" / "尚未連線" / "尚未连接",
        means:
            "The call needs a peer, and this socket has none. A listener never has one: its connections are the sockets that accept returns."
            / "這個呼叫需要對端，而這個套接字沒有。監聽用的套接字永遠沒有對端：連線是 accept 傳回的那些套接字。"
            / "这个调用需要对端，而这个套接字没有。监听用的套接字永远没有对端：连接是 accept 返回的那些套接字。",
        attempt:
            "Call connect first, or use the socket that accept returned."
            / "請先呼叫 connect，或使用 accept 傳回的套接字。"
            / "请先调用 connect，或使用 accept 返回的套接字。",
    }
    eisconn {
        title: "already connected" / "已經連線" / "已经连接",
        means:
            "This socket has its peer; a stream socket connects once in its life."
            / "這個套接字已有對端；串流套接字只能連線一次。"
            / "这个套接字已有对端；流套接字只能连接一次。",
        attempt:
            "Make a new socket for another connection. A datagram socket may connect again."
            / "要建立另一條連線，請建立新的套接字。資料報套接字則可以再次 connect。"
            / "要建立另一个连接，请创建新的套接字。数据报套接字则可以再次 connect。",
    }
    einval {
        title: "invalid argument" / "引數無效" / "参数无效",
        means:
            "The call does not fit the socket’s state or its values: binding twice, accept before listen, or an address of the wrong length."
            / "這個呼叫不符合套接字目前的狀態或引數的值：綁定兩次、未 listen 就 accept，或位址長度不對。"
            / "这个调用不符合套接字目前的状态或参数的值：绑定两次、未 listen 就 accept，或地址长度不对。",
        attempt:
            "Look at what was done with this socket before. bind works once; accept needs listen first."
            / "看看之前對這個套接字做過什麼。bind 只能一次；accept 之前要先 listen。"
            / "看看之前对这个套接字做过什么。bind 只能一次；accept 之前要先 listen。",
    }
    eopnotsupp {
        title: "operation not supported" / "不支援的操作" / "不支持的操作",
        means:
            "Sockets of this kind do not have this operation. UDP knows no listen and no accept, for it has no connections; urgent bytes (oob) exist on streams only."
            / "這種套接字沒有這個操作。UDP 沒有連線，所以沒有 listen 和 accept；緊急位元組（oob）也只有串流才有。"
            / "这种套接字没有这个操作。UDP 没有连接，所以没有 listen 和 accept；紧急字节（oob）也只有流才有。",
        attempt:
            "Use a stream socket (TCP) for listen, accept and oob."
            / "listen、accept 和 oob 請使用串流套接字（TCP）。"
            / "listen、accept 和 oob 请使用流套接字（TCP）。",
    }
    edestaddrreq {
        title: "destination address required" / "需要目的位址" / "需要目的地址",
        means:
            "A message was sent without saying where to, on a socket that is not connected."
            / "在未連線的套接字上送出訊息，卻沒有說要送到哪裡。"
            / "在未连接的套接字上发送消息，却没有说要送到哪里。",
        attempt:
            "Fill in “To”, which makes it sendto, or call connect first."
            / "填入「目的位址」（也就是 sendto），或先呼叫 connect。"
            / "填入“目的地址”（也就是 sendto），或先调用 connect。",
    }
    emsgsize {
        title: "message too long" / "訊息太長" / "消息太长",
        means:
            "A datagram travels as one piece, and UDP’s largest piece carries 65507 bytes over IPv4."
            / "資料報必須整個一次傳送，而 UDP 在 IPv4 上最多帶 65507 個位元組。"
            / "数据报必须整个一次发送，而 UDP 在 IPv4 上最多带 65507 个字节。",
        attempt:
            "Send less at once, or use TCP, which has no messages."
            / "一次少送一些，或使用沒有訊息界線的 TCP。"
            / "一次少发一些，或使用没有消息边界的 TCP。",
    }
    eafnosupport {
        title: "address family not supported" / "不支援的位址家族" / "不支持的地址族",
        means:
            "The address is of another family than the socket: an inet socket takes 127.0.0.1, an inet6 socket takes [::1]."
            / "位址與套接字屬於不同的家族：inet 用 127.0.0.1，inet6 用 [::1]。"
            / "地址与套接字属于不同的地址族：inet 用 127.0.0.1，inet6 用 [::1]。",
        attempt:
            "Write an address of the socket’s own family, or make a socket of the other."
            / "請填同一家族的位址，或建立另一家族的套接字。"
            / "请填写同一地址族的地址，或创建另一地址族的套接字。",
    }
    ealready {
        title: "already in progress" / "已在進行中" / "已在进行中",
        means:
            "An earlier connect on this socket has not ended yet."
            / "這個套接字上先前的 connect 還沒有結束。"
            / "这个套接字上先前的 connect 还没有结束。",
        attempt: "Wait for it, or cancel it." / "等它結束，或取消它。" / "等它结束，或取消它。",
    }
    einprogress {
        title: "now in progress" / "正在進行" / "正在进行",
        means:
            "The connection is being made and this call did not wait for it."
            / "連線正在建立，而這個呼叫沒有等它。"
            / "连接正在建立，而这个调用没有等它。",
        attempt:
            "Wait a moment and look at the socket’s state."
            / "稍等一下，再看看套接字的狀態。"
            / "稍等一下，再看看套接字的状态。",
    }
    enoent {
        title: "no such file" / "沒有這個檔案" / "没有这个文件",
        means:
            "No Unix socket of that name exists in this session."
            / "這個工作階段裡沒有這個名稱的 Unix 套接字。"
            / "这个会话里没有这个名称的 Unix 套接字。",
        attempt:
            "Bind a Unix socket to that name first, and compare the spelling."
            / "請先把一個 Unix 套接字綁定到該名稱，並核對拼寫。"
            / "请先把一个 Unix 套接字绑定到该名称，并核对拼写。",
    }
    eprototype {
        title: "wrong type of socket" / "套接字類型不對" / "套接字类型不对",
        means:
            "The Unix socket of that name is of the other type: stream and dgram do not mix."
            / "那個名稱的 Unix 套接字是另一種類型：stream 和 dgram 不能混用。"
            / "那个名称的 Unix 套接字是另一种类型：stream 和 dgram 不能混用。",
        attempt: "Use the same type on both sides." / "兩端請使用相同的類型。" / "两端请使用相同的类型。",
    }
    etimedout {
        title: "connection timed out" / "連線逾時" / "连接超时",
        means:
            "The peer did not answer for so long that the kernel gave up."
            / "對端太久沒有回應，核心放棄了。"
            / "对端太久没有响应，内核放弃了。",
        attempt:
            "Is the address right? A firewall that swallows packets looks the same."
            / "位址正確嗎？防火牆默默丟棄封包時看起來也是這樣。"
            / "地址正确吗？防火墙默默丢弃数据包时看起来也是这样。",
    }
    enetunreach {
        title: "network unreachable" / "無法到達該網路" / "无法到达该网络",
        means:
            "The kernel knows no way to that network."
            / "核心不知道通往該網路的路徑。"
            / "内核不知道通往该网络的路径。",
        attempt:
            "Use an address on this machine, such as 127.0.0.1."
            / "請使用這部機器上的位址，例如 127.0.0.1。"
            / "请使用这台机器上的地址，例如 127.0.0.1。",
    }
    ehostunreach {
        title: "no route to host" / "沒有到該主機的路徑" / "没有到该主机的路径",
        means:
            "The network was found, but the host in it does not answer."
            / "找到了網路，但其中的主機沒有回應。"
            / "找到了网络，但其中的主机没有响应。",
        attempt:
            "Compare the address. Is that machine running?"
            / "請核對位址。那部機器開著嗎？"
            / "请核对地址。那台机器开着吗？",
    }
    ebadf {
        title: "bad file descriptor" / "無效的檔案描述子" / "无效的文件描述符",
        means:
            "The socket is closed; its number stands for nothing any more."
            / "這個套接字已經關閉，它的號碼不再代表任何東西。"
            / "这个套接字已经关闭，它的号码不再代表任何东西。",
        attempt: "Make a new socket." / "請建立新的套接字。" / "请创建新的套接字。",
    }
    emfile {
        title: "too many open files" / "開啟的檔案太多" / "打开的文件太多",
        means:
            "The server’s process has as many sockets and files open as it may."
            / "伺服器行程開啟的套接字和檔案已達上限。"
            / "服务器进程打开的套接字和文件已达上限。",
        attempt: "Close sockets that you do not need." / "請關閉不需要的套接字。" / "请关闭不需要的套接字。",
    }
    enobufs {
        title: "no buffer space" / "緩衝區空間不足" / "缓冲区空间不足",
        means:
            "The kernel has no room for this message at the moment."
            / "核心目前沒有空間容納這個訊息。"
            / "内核目前没有空间容纳这条消息。",
        attempt:
            "Try again in a moment, or send less."
            / "稍後再試，或一次少送一些。"
            / "稍后再试，或一次少发一些。",
    }
    enomem {
        title: "out of memory" / "記憶體不足" / "内存不足",
        means: "The kernel found no memory for this." / "核心找不到可用的記憶體。" / "内核找不到可用的内存。",
        attempt:
            "Close sockets that you do not need, and try again."
            / "請關閉不需要的套接字後再試。"
            / "请关闭不需要的套接字后再试。",
    }
    enoprotoopt {
        title: "no such option" / "沒有這個選項" / "没有这个选项",
        means:
            "Sockets of this kind do not have this option."
            / "這種套接字沒有這個選項。"
            / "这种套接字没有这个选项。",
        attempt:
            "TCP’s options exist on TCP sockets only; IPv6’s on inet6 sockets only."
            / "TCP 的選項只存在於 TCP 套接字；IPv6 的選項只存在於 inet6 套接字。"
            / "TCP 的选项只存在于 TCP 套接字；IPv6 的选项只存在于 inet6 套接字。",
    }
    eprotonosupport {
        title: "protocol not supported" / "不支援的協定" / "不支持的协议",
        means:
            "The kernel has no protocol for this pair of family and type."
            / "核心沒有適合這個家族與類型組合的協定。"
            / "内核没有适合这个地址族与类型的组合的协议。",
        attempt:
            "Use stream or dgram with inet, inet6 or unix."
            / "請用 inet、inet6 或 unix 搭配 stream 或 dgram。"
            / "请用 inet、inet6 或 unix 搭配 stream 或 dgram。",
    }
    eagain {
        title: "try again" / "請再試一次" / "请再试一次",
        means: "The call would have had to wait." / "這個呼叫本來需要等待。" / "这个调用本来需要等待。",
        attempt:
            "Try again, or give the call a longer time limit."
            / "再試一次，或把時限設長一點。"
            / "再试一次，或把时限设长一点。",
    }
    eai_noname {
        title: "name not known" / "找不到這個名稱" / "找不到这个名称",
        means:
            "No address could be found for that host name."
            / "查不到這個主機名稱的位址。"
            / "查不到这个主机名称的地址。",
        attempt:
            "Compare the spelling, or write the address in numbers."
            / "請核對拼寫，或直接填數字位址。"
            / "请核对拼写，或直接填数字地址。",
    }
    denied {
        title: "not allowed here" / "這裡不允許" / "这里不允许",
        means:
            "The kernel was not asked: this server’s rules forbid that address."
            / "沒有詢問核心：這部伺服器的規則禁止這個位址。"
            / "没有询问内核：这台服务器的规则禁止这个地址。",
        attempt:
            "Use a loopback address, such as 127.0.0.1. What else this server opens, its rules say."
            / "請使用迴路位址，例如 127.0.0.1。這部伺服器另外開放哪些位址，由它的規則決定。"
            / "请使用环回地址，例如 127.0.0.1。这台服务器另外开放哪些地址，由它的规则决定。",
    }
    no_such_socket {
        title: "no such socket" / "沒有這個套接字" / "没有这个套接字",
        means:
            "This session has no open socket of that number. Numbers never come back after a close."
            / "這個工作階段沒有開啟這個號碼的套接字。號碼在關閉後不會再使用。"
            / "这个会话没有打开这个号码的套接字。号码在关闭后不会再使用。",
        attempt:
            "Choose another socket, or make a new one."
            / "請選取另一個套接字，或建立新的。"
            / "请选择另一个套接字，或创建新的。",
    }
    timeout {
        title: "timed out" / "逾時" / "超时",
        means:
            "Nothing happened within the time limit. Nothing was lost: data that comes later waits for the next call."
            / "時限之內什麼都沒有發生。沒有資料遺失：之後到達的資料會等待下一次呼叫。"
            / "时限之内什么都没有发生。没有数据丢失：之后到达的数据会等待下一次调用。",
        attempt:
            "Call again, or leave the time limit blank to wait for ever."
            / "再呼叫一次，或把時限留空以一直等待。"
            / "再调用一次，或把时限留空以一直等待。",
    }
    cancelled {
        title: "cancelled" / "已取消" / "已取消",
        means:
            "You cancelled the call, or its socket was closed while it waited."
            / "您取消了這個呼叫，或等待時套接字被關閉了。"
            / "你取消了这个调用，或等待时套接字被关闭了。",
        attempt: "Call again whenever you like." / "隨時可以再次呼叫。" / "随时可以再次调用。",
    }
    quota {
        title: "limit reached" / "已達上限" / "已达上限",
        means:
            "This session has used up what the server grants it."
            / "這個工作階段已用完伺服器給它的額度。"
            / "这个会话已用完服务器给它的额度。",
        attempt:
            "Close sockets or cancel calls that you do not need."
            / "請關閉不需要的套接字或取消不需要的呼叫。"
            / "请关闭不需要的套接字或取消不需要的调用。",
    }
    no_such_session {
        title: "no such session" / "沒有這個工作階段" / "没有这个会话",
        means:
            "The session has expired or was closed."
            / "這個工作階段已過期或已關閉。"
            / "这个会话已过期或已关闭。",
        attempt: "Start a new session." / "請開始新的工作階段。" / "请开始新的会话。",
    }
    unauthorized {
        title: "token needed" / "需要權杖" / "需要令牌",
        means:
            "This server serves only who knows its token."
            / "這部伺服器只服務知道權杖的人。"
            / "这台服务器只服务知道令牌的人。",
        attempt:
            "Open the address that the server printed at its start."
            / "請開啟伺服器啟動時印出的網址。"
            / "请打开服务器启动时打印的网址。",
    }
    payload {
        title: "the text cannot be encoded" / "文字無法編碼" / "文本无法编码",
        means:
            "A character is missing from the chosen encoding, or the bytes are not written correctly. Nothing was sent."
            / "所選的編碼沒有其中某個字元，或位元組的寫法不正確。什麼都沒有送出。"
            / "所选的编码没有其中某个字符，或字节的写法不正确。什么都没有发送。",
        attempt:
            "Choose an encoding that has the character; utf-8 and gb18030 have them all."
            / "請改用有這個字元的編碼；utf-8 和 gb18030 都有全部的字元。"
            / "请改用有这个字符的编码；utf-8 和 gb18030 都有全部的字符。",
    }
    no_such_share {
        title: "no such share" / "沒有這個分享" / "没有这个分享",
        means:
            "The session has no share of this id; it may have been taken back already."
            / "這個工作階段沒有這個分享；可能已經收回了。"
            / "这个会话没有这个分享；可能已经收回了。",
        attempt:
            "Look at the list of shares again." / "請重新查看分享清單。" / "请重新查看分享列表。",
    }
    protocol {
        title: "the server did not understand" / "伺服器無法理解" / "服务器无法理解",
        means:
            "The server could not read a field of this call; the line above names it."
            / "伺服器讀不懂這個呼叫的某個欄位；上一行指出是哪一個。"
            / "服务器读不懂这个调用的某个字段；上一行指出是哪一个。",
        attempt:
            "Correct the field. If it looks right, reload the page: the server may be newer than it."
            / "請更正該欄位。如果看來沒有錯，請重新載入頁面：伺服器可能比頁面新。"
            / "请更正该字段。如果看来没有错，请重新加载页面：服务器可能比页面新。",
    }
}
