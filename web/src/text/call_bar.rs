//! The call bar.

texts! {
    /// The call bar.
    CallBar {
        title: "Calls on socket {n}" / "對套接字 {n} 的呼叫" / "对套接字 {n} 的调用",
        none_title: "No socket chosen" / "尚未選取套接字" / "尚未选择套接字",
        none_text:
            "Make a socket, or choose one from the list. Its calls appear here."
            / "請建立一個套接字，或從清單中選取。可用的呼叫會顯示在這裡。"
            / "请创建一个套接字，或从列表中选择。可用的调用会显示在这里。",
        natural: "the usual next call" / "通常的下一步" / "通常的下一步",
        python: "The same in Python" / "同樣的 Python 程式" / "同样的 Python 程序",
        run: "Run {call}" / "執行 {call}" / "执行 {call}",
        running: "Waiting for the kernel…" / "等待核心回應…" / "等待内核响应…",
        set: "Set" / "設定" / "设置",
        get: "Read" / "讀取" / "读取",
        about_bind:
            "Gives the socket an address of its own. Port 0 lets the kernel choose a free one."
            / "給套接字一個自己的位址。埠號 0 表示由核心挑一個空的。"
            / "给套接字一个自己的地址。端口 0 表示由内核挑一个空的。",
        about_listen:
            "Makes the socket a listener. The backlog is how many finished connections may wait for accept."
            / "讓套接字開始監聽。backlog 是已完成、等待 accept 的連線最多可以有幾個。"
            / "让套接字开始监听。backlog 是已完成、等待 accept 的连接最多可以有几个。",
        about_accept:
            "Takes the next waiting connection as a new socket. Waits until there is one."
            / "取出下一個等待中的連線，成為新的套接字。沒有連線時會一直等。"
            / "取出下一个等待中的连接，成为新的套接字。没有连接时会一直等。",
        about_connect:
            "Connects to a peer. On a datagram socket it only remembers the peer’s address."
            / "連線到對端。資料報套接字只會記住對端的位址。"
            / "连接到对端。数据报套接字只会记住对端的地址。",
        about_send:
            "Sends bytes to the connected peer. Waits while the send buffer is full."
            / "把位元組傳給已連線的對端。傳送緩衝區滿了就會等待。"
            / "把字节传给已连接的对端。发送缓冲区满了就会等待。",
        about_send_dgram:
            "Sends one message. With a destination it is sendto."
            / "送出一個訊息。填了目的位址就是 sendto。"
            / "发送一条消息。填了目的地址就是 sendto。",
        about_recv:
            "Takes bytes that have arrived, at most as many as you say. Waits until there are some."
            / "取出已到達的位元組，最多取您指定的數量。沒有資料時會一直等。"
            / "取出已到达的字节，最多取你指定的数量。没有数据时会一直等。",
        about_recv_dgram:
            "Takes one message and tells who sent it. Waits until there is one."
            / "取出一個訊息，並告訴您是誰送的。沒有訊息時會一直等。"
            / "取出一条消息，并告诉你是谁发送的。没有消息时会一直等。",
        about_shutdown:
            "Ends one direction. Ending writing lets the peer’s recv return b''."
            / "結束一個方向。結束寫入會讓對端的 recv 傳回 b''。"
            / "结束一个方向。结束写入会让对端的 recv 返回 b''。",
        about_close:
            "Closes the socket. A TCP peer then receives b''."
            / "關閉套接字。TCP 的對端隨後會收到 b''。"
            / "关闭套接字。TCP 的对端随后会收到 b''。",
        about_options:
            "Reads or sets a socket option. The answer is what the kernel then reports."
            / "讀取或設定套接字選項。答案是核心隨後回報的值。"
            / "读取或设置套接字选项。结果是内核随后返回的值。",
        about_configure:
            "What the server does by itself on this socket, over and over, without a call of yours."
            / "伺服器在這個套接字上不經您呼叫、持續自動執行的操作。"
            / "服务器在这个套接字上不经你调用、持续自动执行的操作。",
        about_poll:
            "Asks which sockets a call would not wait on. Waits until one of them is ready."
            / "詢問哪些套接字呼叫時不必等待。會等到其中一個就緒為止。"
            / "询问哪些套接字调用时不必等待。会等到其中一个就绪为止。",
        about_info:
            "Asks the kernel for everything it knows of the socket: addresses, state, queues, counters."
            / "向核心詢問這個套接字的一切：位址、狀態、佇列、計數。"
            / "向内核询问这个套接字的一切：地址、状态、队列、计数。",
        bytes_one: "{n} byte" / "{n} 個位元組" / "{n} 个字节",
        bytes_many: "{n} bytes" / "{n} 個位元組" / "{n} 个字节",
        bytes_server:
            "{encoding}: the server encodes and counts"
            / "{encoding}：由伺服器編碼並計算長度"
            / "{encoding}：由服务器编码并计算长度",
        recall:
            "Enter sends; arrow up brings back what was sent before"
            / "按 Enter 送出；按向上鍵取回先前送過的內容"
            / "按 Enter 发送；按向上键取回先前送过的内容",
        splitter:
            "Height of the calls"
            / "呼叫區的高度"
            / "调用区的高度",
        splitter_hint:
            "Drag, or use the arrow keys; a double click or Enter fits it to the form again"
            / "拖曳或用方向鍵調整；連按兩下或按 Enter 恢復為配合表單的高度"
            / "拖动或用方向键调整；双击或按 Enter 恢复为适合表单的高度",
        last_result: "Result of the last call" / "上一個呼叫的結果" / "上一个调用的结果",
    }
}
