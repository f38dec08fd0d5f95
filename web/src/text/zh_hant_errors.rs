//! 繁體中文: errors explained.

use super::{Errors, Explained};

const fn explained(title: &'static str, means: &'static str, attempt: &'static str) -> Explained {
    Explained { title, means, attempt }
}

/// The errors in traditional Chinese.
pub(super) const ERRORS: Errors = Errors {
    eaddrinuse: explained(
        "位址已被使用",
        "另一個 socket 正占用這個位址和埠號，或剛剛才釋放而核心仍保留在 TIME_WAIT 狀態。若是 Unix socket，則是名稱已被使用。",
        "換一個埠號，或用埠號 0；Unix socket 請換一個名稱。會重新啟動的伺服器請在 bind 之前設定 reuse_address。",
    ),
    eaddrnotavail: explained(
        "無法使用指定的位址",
        "這部機器沒有這個位址，因此它的 socket 不能使用。",
        "請綁定 127.0.0.1、::1，或用「:埠號」表示任意本機位址。",
    ),
    eacces: explained(
        "權限不足",
        "核心只允許特權程式這樣做：1024 以下的埠號，或未設定選項就傳送到廣播位址。",
        "請使用 1024 以上的埠號。要廣播請先把 broadcast 選項設為 true。",
    ),
    eperm: explained(
        "不允許的操作",
        "核心把這個操作保留給特權程式，或被防火牆禁止。",
        "請改用不需要特權的方式，例如較小的值。",
    ),
    econnrefused: explained(
        "連線被拒絕",
        "已到達那部機器，但該埠號沒有程式在監聽：它回了 RST，UDP 則是回了 ICMP 訊息。若是 Unix socket，則是沒有程式以該名稱監聽。",
        "請先啟動伺服器：先 bind 再 listen。並核對監聽 socket 卡片上的位址。",
    ),
    econnreset: explained(
        "連線被對端重設",
        "對端用 RST 中斷連線而不是正常關閉：它在還有未讀資料時關閉、逗留 0 秒，或突然結束。",
        "請關閉這個 socket 再重新連線。尚未到達的位元組已經遺失。",
    ),
    econnaborted: explained(
        "連線已中止",
        "連線在 accept 取出之前就結束了，或本機放棄了它。",
        "再次呼叫 accept 以取得下一個連線。",
    ),
    epipe: explained(
        "管線已斷",
        "這一端不能再傳送：已結束寫入、從未連線，或對端已經離開。",
        "請建立新的 socket 並重新連線。",
    ),
    enotconn: explained(
        "尚未連線",
        "這個呼叫需要對端，而這個 socket 沒有。監聽用的 socket 永遠沒有對端：連線是 accept 傳回的那些 socket。",
        "請先呼叫 connect，或使用 accept 傳回的 socket。",
    ),
    eisconn: explained(
        "已經連線",
        "這個 socket 已有對端；串流 socket 一生只連線一次。",
        "要建立另一條連線請建立新的 socket。資料包 socket 則可以再次 connect。",
    ),
    einval: explained(
        "引數無效",
        "這個呼叫不符合 socket 目前的狀態或引數的值：綁定兩次、未 listen 就 accept，或位址長度不對。",
        "看看之前對這個 socket 做過什麼。bind 只能一次；accept 之前要先 listen。",
    ),
    eopnotsupp: explained(
        "不支援的操作",
        "這種 socket 沒有這個操作。UDP 沒有連線，所以沒有 listen 和 accept；緊急位元組（oob）也只有串流才有。",
        "listen、accept 和 oob 請使用串流 socket（TCP）。",
    ),
    edestaddrreq: explained(
        "需要目的位址",
        "在未連線的 socket 上送出訊息，卻沒有說要送到哪裡。",
        "填入「目的位址」（也就是 sendto），或先呼叫 connect。",
    ),
    emsgsize: explained(
        "訊息太長",
        "資料包必須整個一次傳送，而 UDP 在 IPv4 上最多帶 65507 個位元組。",
        "一次送少一點，或使用沒有訊息界線的 TCP。",
    ),
    eafnosupport: explained(
        "不支援的位址家族",
        "位址與 socket 屬於不同的家族：inet 用 127.0.0.1，inet6 用 [::1]。",
        "請填同一家族的位址，或建立另一家族的 socket。",
    ),
    ealready: explained("已在進行中", "這個 socket 上先前的 connect 還沒有結束。", "等它結束，或取消它。"),
    einprogress: explained(
        "正在進行",
        "連線正在建立，而這個呼叫沒有等它。",
        "稍等一下，再看看 socket 的狀態。",
    ),
    enoent: explained(
        "沒有這個檔案",
        "這個工作階段裡沒有這個名稱的 Unix socket。",
        "請先把一個 Unix socket 綁定到該名稱，並核對拼寫。",
    ),
    eprototype: explained(
        "socket 類型不對",
        "那個名稱的 Unix socket 是另一種類型：stream 和 dgram 不能混用。",
        "兩端請使用相同的類型。",
    ),
    etimedout: explained(
        "連線逾時",
        "對端太久沒有回應，核心放棄了。",
        "位址正確嗎？防火牆默默丟棄封包時看起來也是這樣。",
    ),
    enetunreach: explained(
        "無法到達該網路",
        "核心不知道通往該網路的路徑。",
        "請使用這部機器上的位址，例如 127.0.0.1。",
    ),
    ehostunreach: explained(
        "沒有到該主機的路徑",
        "找到了網路，但其中的主機沒有回應。",
        "請核對位址。那部機器開著嗎？",
    ),
    ebadf: explained(
        "無效的檔案描述子",
        "這個 socket 已經關閉，它的號碼不再代表任何東西。",
        "請建立新的 socket。",
    ),
    emfile: explained(
        "開啟的檔案太多",
        "伺服器行程開啟的 socket 和檔案已達上限。",
        "請關閉不需要的 socket。",
    ),
    enobufs: explained("緩衝區空間不足", "核心目前沒有空間容納這個訊息。", "稍後再試，或一次送少一點。"),
    enomem: explained("記憶體不足", "核心找不到可用的記憶體。", "請關閉不需要的 socket 後再試。"),
    enoprotoopt: explained(
        "沒有這個選項",
        "這種 socket 沒有這個選項。",
        "TCP 的選項只存在於 TCP socket；IPv6 的選項只存在於 inet6 socket。",
    ),
    eprotonosupport: explained(
        "不支援的協定",
        "核心沒有適合這個家族與類型組合的協定。",
        "請用 inet、inet6 或 unix 搭配 stream 或 dgram。",
    ),
    eagain: explained("請再試一次", "這個呼叫本來需要等待。", "再試一次，或把時限設長一點。"),
    eai_noname: explained("找不到這個名稱", "查不到這個主機名稱的位址。", "請核對拼寫，或直接填數字位址。"),
    denied: explained(
        "這裡不允許",
        "沒有詢問核心：這部伺服器的規則禁止這個位址。",
        "請使用迴路位址，例如 127.0.0.1：這部伺服器的通訊端只能到達迴路位址。",
    ),
    no_such_socket: explained(
        "沒有這個 socket",
        "這個工作階段沒有開啟這個號碼的 socket。號碼在關閉後不會再使用。",
        "請選取另一個 socket，或建立新的。",
    ),
    timeout: explained(
        "逾時",
        "時限之內什麼都沒有發生。沒有資料遺失：之後到達的資料會等待下一次呼叫。",
        "再呼叫一次，或把時限留空以一直等待。",
    ),
    cancelled: explained("已取消", "您取消了這個呼叫，或等待時 socket 被關閉了。", "隨時可以再次呼叫。"),
    quota: explained(
        "已達上限",
        "這個工作階段已用完伺服器給它的額度。",
        "請關閉不需要的 socket 或取消不需要的呼叫。",
    ),
    no_such_session: explained("沒有這個工作階段", "這個工作階段已過期或已關閉。", "請開始新的工作階段。"),
    unauthorized: explained("需要權杖", "這部伺服器只服務知道權杖的人。", "請開啟伺服器啟動時印出的網址。"),
    payload: explained(
        "文字無法編碼",
        "所選的編碼沒有其中某個字元，或位元組的寫法不正確。什麼都沒有送出。",
        "請改用有這個字元的編碼；utf-8 和 gb18030 都有全部的字元。",
    ),
    protocol: explained(
        "伺服器無法理解",
        "伺服器讀不懂這個呼叫的某個欄位；上一行指出是哪一個。",
        "請更正該欄位。如果看來沒有錯，請重新載入頁面：伺服器可能比頁面新。",
    ),
};
