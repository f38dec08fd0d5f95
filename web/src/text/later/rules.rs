//! The rules of a responder, and the calls of the session.

texts! {
    /// The rules of a responder, and the calls of the session.
    RuleTexts {
        title: "Rules: the first that fits answers" / "規則：最先符合的會回應" / "规则：最先符合的会响应",
        number: "Rule {n}" / "規則 {n}" / "规则 {n}",
        when: "When" / "條件" / "条件",
        always: "always" / "一律" / "总是",
        contains: "it contains" / "內容包含" / "内容包含",
        equals: "it equals" / "內容等於" / "内容等于",
        regex: "it matches" / "符合正規表示式" / "匹配正则表达式",
        pattern: "What to look for" / "要找的內容" / "要找的内容",
        send: "Answer; blank sends nothing" / "回應；留空不送" / "响应；留空不发送",
        form: "Both entered as" / "兩者的輸入方式" / "两者的输入方式",
        delay: "Wait (ms)" / "等待（毫秒）" / "等待（毫秒）",
        close: "then close" / "之後關閉" / "之后关闭",
        add: "Add a rule" / "新增規則" / "添加规则",
        remove: "Remove rule {n}" / "移除規則 {n}" / "移除规则 {n}",
        raise: "Try rule {n} earlier" / "提前規則 {n}" / "提前规则 {n}",
        resolve: "Look up a name" / "查詢主機名稱" / "查询主机名称",
        resolve_run: "Resolve" / "查詢" / "查询",
        allowed: "allowed" / "允許" / "允许",
        denied: "denied by the policy" / "規則禁止" / "策略禁止",
        note: "Write a note into the log" / "在紀錄中寫下備註" / "在日志中写下备注",
        note_run: "Add" / "加入" / "添加",
    }
}
