//! Mistakes in fields.

texts! {
    /// Mistakes in fields.
    MistakeTexts {
        empty: "Nothing is entered yet." / "尚未輸入任何內容。" / "尚未输入任何内容。",
        no_port:
            "The port is missing: write host:port, as in 127.0.0.1:7788."
            / "缺少埠號：請寫成主機:埠，例如 127.0.0.1:7788。"
            / "缺少端口：请写成主机:端口，例如 127.0.0.1:7788。",
        bad_port:
            "“{port}” is not a port; a port is a number from 0 to 65535."
            / "「{port}」不是埠號；埠號是 0 到 65535 的數字。"
            / "“{port}”不是端口；端口是 0 到 65535 的数字。",
        many_colons:
            "Several colons: write IPv6 addresses in brackets, as in [::1]:7788."
            / "冒號太多：IPv6 位址請加方括號，例如 [::1]:7788。"
            / "冒号太多：IPv6 地址请加方括号，例如 [::1]:7788。",
        no_port_after_brackets:
            "A port must follow the brackets, as in [::1]:7788."
            / "方括號後面要有埠號，例如 [::1]:7788。"
            / "方括号后面要有端口，例如 [::1]:7788。",
        not_ipv6:
            "“{host}” is not an IPv6 address."
            / "「{host}」不是 IPv6 位址。"
            / "“{host}”不是 IPv6 地址。",
        not_ipv4:
            "“{host}” is not an IPv4 address; write four numbers from 0 to 255, as in 127.0.0.1."
            / "「{host}」不是 IPv4 位址；請寫四個 0 到 255 的數字，例如 127.0.0.1。"
            / "“{host}”不是 IPv4 地址；请写四个 0 到 255 的数字，例如 127.0.0.1。",
        not_host:
            "“{host}” is neither an address nor a host name."
            / "「{host}」既不是位址，也不是主機名稱。"
            / "“{host}”既不是地址，也不是主机名称。",
        not_unix_name:
            "“{name}” is not the name of a Unix socket: 1 to {most} letters, digits, dots, hyphens and underscores, beginning with a letter or digit."
            / "「{name}」不是 Unix 套接字的名稱：1 到 {most} 個英文字母、數字、點、連字號或底線，並以字母或數字開頭。"
            / "“{name}”不是 Unix 套接字的名称：1 到 {most} 个英文字母、数字、点、连字号或下划线，并以字母或数字开头。",
        not_in_range:
            "A whole number from {least} to {most} is needed."
            / "需要 {least} 到 {most} 的整數。"
            / "需要 {least} 到 {most} 的整数。",
        not_seconds:
            "A number of seconds is needed, such as 5 or 0.5; blank waits for ever."
            / "需要秒數，例如 5 或 0.5；留空則一直等。"
            / "需要秒数，例如 5 或 0.5；留空则一直等。",
        not_hex:
            "“{character}” at position {position} is not a hexadecimal digit."
            / "第 {position} 個字元「{character}」不是十六進位數字。"
            / "第 {position} 个字符“{character}”不是十六进制数字。",
        odd_hex:
            "The last byte has one digit only; each byte takes two."
            / "最後一個位元組只有一位數字；每個位元組需要兩位。"
            / "最后一个字节只有一位数字；每个字节需要两位。",
        bad_escape:
            "The escape at position {position} is wrong; \\r \\n \\t \\0 \\\\ \\xHH and \\u… exist."
            / "第 {position} 個字元起的跳脫序列有誤；可用的有 \\r \\n \\t \\0 \\\\ \\xHH 和 \\u…。"
            / "第 {position} 个字符起的转义序列有误；可用的有 \\r \\n \\t \\0 \\\\ \\xHH 和 \\u…。",
        too_large:
            "That is over the limit of {limit} bytes."
            / "超過 {limit} 個位元組的上限。"
            / "超过 {limit} 个字节的上限。",
        not_in_encoding:
            "{encoding} has no “{character}” (character {position})."
            / "{encoding} 沒有「{character}」（第 {position} 個字元）。"
            / "{encoding} 没有“{character}”（第 {position} 个字符）。",
        in_rule: "Rule {n}: {mistake}" / "規則 {n}：{mistake}" / "规则 {n}：{mistake}",
    }
}
