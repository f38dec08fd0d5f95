//! The sheet of keys.

texts! {
    /// The sheet of keys.
    Help {
        title: "Keys" / "鍵盤操作" / "键盘操作",
        open: "Keys of this page" / "本頁的鍵盤操作" / "本页的键盘操作",
        close: "Close" / "關閉" / "关闭",
        everywhere: "Everywhere" / "任何地方" / "任何地方",
        this_sheet: "This sheet" / "開啟這張表" / "打开这张表",
        palette: "Find a command" / "尋找指令" / "查找命令",
        escape: "Close what is open" / "關閉開啟的視窗或選單" / "关闭打开的窗口或菜单",
        tab: "To the next control" / "移到下一個控制項" / "移到下一个控件",
        tabs: "Tabs of calls and views" / "呼叫與檢視的分頁" / "调用与视图的选项卡",
        neighbour: "The neighbouring tab" / "相鄰的分頁" / "相邻的选项卡",
        ends: "The first, the last" / "第一個、最後一個" / "第一个、最后一个",
        form: "Form of a call" / "呼叫的表單" / "调用的表单",
        perform: "Perform the call" / "執行呼叫" / "执行调用",
        recall: "Data sent before" / "先前送過的資料" / "以前发送过的数据",
        log: "Log" / "紀錄" / "日志",
        line: "The neighbouring line" / "相鄰的一行" / "相邻的一行",
        screen: "A screenful on" / "翻一頁" / "翻一页",
        no_line: "Close the details" / "關閉詳細資料" / "关闭详情",
        dump: "Bytes" / "位元組" / "字节",
        character: "The neighbouring character" / "相鄰的字元" / "相邻的字符",
        row: "The row above or below" / "上一列、下一列" / "上一行、下一行",
        splitter: "Border between calls and views" / "呼叫與檢視之間的分隔線" / "调用与视图之间的分隔线",
        resize: "Move it" / "移動分隔線" / "移动分隔线",
    }
}
