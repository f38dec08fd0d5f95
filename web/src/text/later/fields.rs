//! The names of header fields and layers.

texts! {
    /// The names of header fields and layers.
    FieldNames {
        version: "Version" / "版本" / "版本",
        header_length: "Header length" / "首部長度" / "首部长度",
        traffic_class: "DSCP and ECN" / "DSCP 與 ECN" / "DSCP 与 ECN",
        flow_label: "Flow label" / "流標籤" / "流标签",
        total_length: "Total length" / "總長度" / "总长度",
        payload_length: "Payload length" / "酬載長度" / "有效载荷长度",
        identification: "Identification" / "識別碼" / "标识",
        field_flags: "Flags" / "旗標" / "标志",
        fragment_offset: "Fragment offset" / "片段偏移" / "片偏移",
        time_to_live: "Time to live" / "存活時間（TTL）" / "生存时间（TTL）",
        hop_limit: "Hop limit" / "躍點限制" / "跳数限制",
        field_protocol: "Protocol" / "協定" / "协议",
        next_header: "Next header" / "下一個首部" / "下一个首部",
        checksum: "Checksum" / "檢查和" / "校验和",
        field_source: "Source address" / "來源位址" / "源地址",
        field_destination: "Destination address" / "目的位址" / "目的地址",
        source_port: "Source port" / "來源埠" / "源端口",
        destination_port: "Destination port" / "目的埠" / "目的端口",
        sequence_number: "Sequence number" / "序號" / "序号",
        acknowledgement_number: "Acknowledgement number" / "確認號碼" / "确认号",
        field_window: "Window" / "視窗" / "窗口",
        urgent_pointer: "Urgent pointer" / "緊急指標" / "紧急指针",
        field_option: "Option" / "選項" / "选项",
        field_length: "Length" / "長度" / "长度",
        field_type: "Type" / "類型" / "类型",
        field_code: "Code" / "代碼" / "代码",
        identifier: "Identifier" / "識別碼" / "标识符",
        echo_number: "Sequence number" / "序號" / "序号",
        field_data: "Data" / "資料" / "数据",
    }
}
