//! The tour for the first visit.

texts! {
    /// The tour for the first visit.
    Tour {
        title: "Tour" / "導覽" / "导览",
        start: "Show me around" / "帶我看一圈" / "带我看一圈",
        step: "{n} of {all}" / "第 {n} 步，共 {all} 步" / "第 {n} 步，共 {all} 步",
        skip: "Skip the tour" / "略過導覽" / "跳过导览",
        back: "Back" / "上一步" / "上一步",
        next: "Next" / "下一步" / "下一步",
        done: "Done" / "完成" / "完成",
        make_title: "Make a socket" / "建立一個套接字" / "创建一个套接字",
        make_text:
            "Choose inet and dgram for UDP, then press Create. It is a real socket of the server’s kernel, and gets a card and a colour of its own."
            / "選擇 inet 與 dgram（UDP），再按「建立」。這是伺服器核心裡真實的套接字，會有自己的卡片和顏色。"
            / "选择 inet 与 dgram（UDP），再按“创建”。这是服务器内核里真实的套接字，会有自己的卡片和颜色。",
        bind_title: "Give it an address" / "給它一個位址" / "给它一个地址",
        bind_text:
            "Every call of the chosen socket stands here; the dot marks the natural next one. Choose bind, enter 127.0.0.1:0 and run it: for port 0 the kernel picks a free one."
            / "所選套接字的每個呼叫都在這裡，圓點標出自然的下一步。選 bind，輸入 127.0.0.1:0，然後執行：埠號為 0 時，核心會挑一個空閒的埠。"
            / "所选套接字的每个调用都在这里，圆点标出自然的下一步。选 bind，输入 127.0.0.1:0，然后运行：端口号为 0 时，内核会挑一个空闲的端口。",
        send_title: "Send to it" / "傳送給它" / "发送给它",
        send_text:
            "Make a second socket and choose send. Type something, and click the first socket’s address below the field “To”."
            / "再建立一個套接字並選 send。輸入一些內容，並點選「目的位址」欄位下方第一個套接字的位址。"
            / "再创建一个套接字并选 send。输入一些内容，并点击“目的地址”字段下方第一个套接字的地址。",
        see_title: "See it arrive" / "看它送達" / "看它到达",
        see_text:
            "Run recv on the first socket. Every call and every byte is a line here; choose one to see its bytes, and the tabs for other views of the same session."
            / "在第一個套接字上執行 recv。每個呼叫、每個位元組都是這裡的一行；點選一行可看它的位元組，分頁則是同一個工作階段的其他檢視。"
            / "在第一个套接字上运行 recv。每个调用、每个字节都是这里的一行；点击一行可看它的字节，标签页则是同一个会话的其他视图。",
        more_title: "Everything by name" / "用名字找到一切" / "用名字找到一切",
        more_text:
            "Every command is found here by a few letters, this tour as well. Nothing you do can break anything: an error is the kernel’s answer, and the page explains it."
            / "在這裡輸入幾個字就能找到每個指令，包括這個導覽。怎麼試都不會弄壞東西：錯誤是核心的回答，頁面會加以解釋。"
            / "在这里输入几个字就能找到每个命令，包括这个导览。怎么试都不会弄坏东西：错误是内核的回答，页面会加以解释。",
    }
}
