//! The sequence diagram.

texts! {
    /// The sequence diagram.
    SequenceTexts {
        sq_empty:
            "Here the session becomes a ladder: a line for each socket, an arrow for each send. Make a socket, or start in one click."
            / "工作階段在這裡畫成時序圖：每個套接字一條線，每次送出一支箭頭。請建立套接字，或一鍵開始。"
            / "会话在这里画成时序图：每个套接字一条线，每次发送一支箭头。请创建套接字，或一键开始。",
        sq_label:
            "Sequence diagram; arrow keys choose a step, plus and minus zoom"
            / "時序圖；方向鍵選取步驟，加減鍵縮放"
            / "时序图；方向键选择步骤，加减键缩放",
        sq_folds: "Fold repeats" / "摺疊重複" / "折叠重复",
        sq_true_time: "True time" / "真實時間" / "真实时间",
        sq_zoom_in: "Zoom in" / "放大" / "放大",
        sq_zoom_out: "Zoom out" / "縮小" / "缩小",
        sq_fit: "Fit all lanes" / "顯示全部" / "显示全部",
        sq_save_svg: "Save as SVG" / "存成 SVG" / "保存为 SVG",
        sq_save_png: "Save as PNG" / "存成 PNG" / "保存为 PNG",
        sq_outside: "outside" / "外部" / "外部",
        sq_others: "other peers" / "其他對端" / "其他对端",
        sq_hide: "Hide this lane" / "隱藏這條線" / "隐藏这条线",
        sq_show: "Show {lane} again" / "再顯示 {lane}" / "重新显示 {lane}",
        sq_left_out:
            "The newest {n} events are drawn; {left} earlier ones are in the log."
            / "只畫出最新的 {n} 個事件；較早的 {left} 個在紀錄裡。"
            / "只画出最新的 {n} 个事件；较早的 {left} 个在日志里。",
        sq_range: "bytes {first} to {last}" / "第 {first} 到 {last} 位元組" / "第 {first} 到 {last} 字节",
        sq_from_line: "of line {n}" / "來自第 {n} 行" / "来自第 {n} 行",
        sq_from_lines: "of lines {n} to {m}" / "來自第 {n} 到 {m} 行" / "来自第 {n} 到 {m} 行",
        sq_waits: "{call} waits {time}" / "{call} 等待中 {time}" / "{call} 等待中 {time}",
    }
}
