//! The parts that are seen. They draw what the models say and pass on what the user does.

#![expect(
    unreachable_pub,
    reason = "leptos makes every component's properties `pub`, whatever its own visibility"
)]

mod app;
mod arrangements;
mod badge;
mod bytes_view;
mod call_bar;
mod call_foot;
mod call_form;
mod call_result;
mod card_menu;
mod charts_view;
mod choice;
mod code_view;
mod commands;
mod confirm;
mod connection_bar;
mod copy_button;
mod cut_hint;
mod fault_view;
mod field;
mod focus;
mod help;
mod host_name;
mod import_bar;
mod intro;
mod kernel_facts;
mod kernel_list;
mod later;
mod log_detail;
mod log_line;
mod log_menu;
mod log_older;
mod log_panel;
mod log_query;
mod log_toolbar;
mod log_view;
mod new_socket;
mod option_fields;
mod packet_detail;
mod packet_ladder;
mod packet_rows;
mod packets_view;
mod palette;
mod payload_field;
mod picture_file;
mod poll_fields;
mod quick_send;
mod rules_field;
mod send_more;
mod sequence_pane;
mod sequence_view;
mod session_calls;
mod session_menu;
mod share_dialog;
mod shared_bar;
mod socket_card;
mod sockets_panel;
mod splitter;
mod stage;
mod tab_bar;
mod tcp_states;
mod top_bar;
mod tour;
mod undo_toast;
mod waiting;
mod wire_bar;
mod wire_panel;

pub(crate) use app::App;
pub(crate) use later::{Later, draw};
pub(crate) use log_view::LogView;
