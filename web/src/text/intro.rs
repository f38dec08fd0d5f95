//! The first visit.

texts! {
    /// The first visit.
    Intro {
        title: "Real sockets, in your browser" / "在瀏覽器裡使用真實的套接字（socket）" / "在浏览器里使用真实的套接字（socket）",
        lead:
            "Everything here is a real call to a real kernel. Nothing is simulated. Sockets reach loopback, and beyond it what the server’s rules open, or in a lab its hosts; every call may be tried: if it makes no sense, the kernel says so, and the page explains its answer."
            / "這裡的每一個動作都是對真實核心的真實呼叫，沒有任何模擬。套接字到達迴路位址，以及伺服器規則另外開放的位址；在實驗網路裡則到達其中的主機。每個呼叫都可以試：不合理的由核心回答，頁面再解釋它的意思。"
            / "这里的每一个动作都是对真实内核的真实调用，没有任何模拟。套接字可到达环回地址，以及服务器规则另外开放的地址；在实验网络里则到达其中的主机。每个调用都可以试：不合理的由内核回答，页面再解释它的意思。",
        step_make:
            "Make a socket: UDP for single messages, TCP for a connection."
            / "建立套接字：單一訊息用 UDP，連線用 TCP。"
            / "创建套接字：单一消息用 UDP，连接用 TCP。",
        step_bind:
            "Bind it, so that others can find it."
            / "綁定（bind）位址，讓別人找得到它。"
            / "绑定（bind）地址，让别人找得到它。",
        step_send:
            "Send to it from a second socket."
            / "從第二個套接字傳送資料給它。"
            / "从第二个套接字发送数据给它。",
        step_see:
            "See it arrive in the log, byte for byte."
            / "在紀錄裡看著資料一個位元組一個位元組地到達。"
            / "在日志里看着数据一个字节一个字节地到达。",
        tutorial:
            "Or follow your Python tutorial line by line: every form shows the line it performs."
            / "也可以照著您的 Python 教學一行一行做：每個表單都會顯示它所執行的那一行。"
            / "也可以照着你的 Python 教程一行一行做：每个表单都会显示它所执行的那一行。",
        interfaces:
            "From a program: the REST and WebSocket interfaces"
            / "從程式使用：REST 與 WebSocket 介面"
            / "从程序使用：REST 与 WebSocket 接口",
    }
}
