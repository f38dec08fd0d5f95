//! The shape of the table: which texts there are.

/// Declares groups of texts, and the walk over all of them that the tests use.
macro_rules! groups {
    ($($(#[$doc:meta])* $group:ident { $($field:ident)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $group {
                $(#[doc = concat!("The text `", stringify!($field), "`.")] pub $field: &'static str,)*
            }

            impl $group {
                fn walk(&self, entries: &mut Vec<(&'static str, &'static str)>) {
                    $(entries.push((stringify!($field), self.$field));)*
                }
            }
        )*
    };
}

groups! {
    /// The top bar.
    Bar {
        language theme theme_system theme_light theme_dark session session_new session_close network_host
        network_lab skip tab_sockets tab_call tab_log
    }
    /// The connection to the server.
    Link {
        connecting open lost refused unreachable shutting_down too_large too_slow broken retry_in try_now
        kept token_title token_text token_label token_submit gone_title gone_text closed_title closed_text
        start_new mismatch_title mismatch_text too_many_title too_many_text not_allowed_title not_allowed_text reload call_lost call_not_open stopped
    }
    /// The first visit.
    Intro { title lead step_make step_bind step_send step_see tutorial interfaces }
    /// The list of sockets.
    Sockets {
        title new family r#type create inet inet6 unix stream dgram tcp udp unix_stream unix_dgram empty
        no_address close select closed_one closed_many receive_queue send_queue backlog
        sent received by_client by_session by_server streaming echoing accepting drops
        rtt peer_closed limit
    }
    /// The kernel's TCP states in words.
    States {
        close listen syn_sent syn_recv established fin_wait1 fin_wait2 time_wait close_wait last_ack closing
    }
    /// Start in one click.
    Arrangement {
        title lead udp udp_look tcp tcp_look echo echo_look unix unix_look stopped dismiss
    }
    /// The call bar.
    CallBar {
        title none_title none_text natural python run running set get
        about_bind about_listen about_accept about_connect about_send about_send_dgram about_recv
        about_recv_dgram about_shutdown about_close about_options about_configure
        bytes_one bytes_many bytes_server recall last_result     }
    /// Labels of fields and their choices.
    Labels {
        address_bind address_connect backlog data data_form form_text form_hex form_escaped form_zeros
        zeros encoding to to_hint max timeout timeout_hint flags peek oob waitall how how_read how_write
        how_both linger linger_hint option option_value option_value_hint receive receive_manual
        receive_stream accept accept_manual accept_stream responder responder_none responder_echo
        responder_discard
        address_bind_hint backlog_hint receive_hint known
    }
    /// How a call ended.
    OutcomeTexts {
        bound narrowed listening backlog_capped accepted go_to connected sent_one sent_many received_one
        received_many received_from eof eof_own empty_datagram truncated truncated_peek shutdown closed
        value configured failed means attempt bytes_before
    }
    /// The log.
    Log {
        title empty follow newest_one newest_many paused filter_socket filter_all filter_errors filter_text
        count_one count_all count_filtered missing none_pass waiting waiting_since cancel cancel_label list_label
    }
    /// What lines of the log are called.
    KindNames {
        created bound listening connected accepted sent received peer_closed reset shutdown option closed
        failed dropped note created_detail listening_detail connected_detail accepted_detail
        shutdown_read shutdown_write shutdown_both peer_closed_detail reset_detail dropped_one
        dropped_detail bytes_one bytes_many empty_data
    }
    /// A line's details.
    Detail {
        title close previous next text hex decoded encoding when since_previous took cut shown undecodable
        copy copied no_bytes
    }
    /// Mistakes in fields.
    MistakeTexts {
        empty no_port bad_port many_colons no_port_after_brackets not_ipv6 not_ipv4 not_host not_unix_name
        not_in_range not_seconds not_hex odd_hex bad_escape too_large     }
}

/// An error explained.
#[derive(Debug)]
pub struct Explained {
    /// The error in a few words.
    pub title: &'static str,
    /// What it means.
    pub means: &'static str,
    /// What to try.
    pub attempt: &'static str,
}

/// Declares the explained errors and how they are found by name.
macro_rules! errors {
    ($($field:ident)*) => {
        /// Every error that the page explains.
        #[derive(Debug)]
        pub struct Errors {
            $(#[doc = concat!("`", stringify!($field), "`.")] pub $field: Explained,)*
        }

        impl Errors {
            /// The explanation of an errno or of a kind of error, whatever its case.
            pub fn get(&self, name: &str) -> Option<&Explained> {
                $(if name.eq_ignore_ascii_case(stringify!($field)) { return Some(&self.$field); })*
                None
            }

            fn walk(&self, entries: &mut Vec<(&'static str, &'static str)>) {
                $(
                    entries.push((concat!(stringify!($field), ".title"), self.$field.title));
                    entries.push((concat!(stringify!($field), ".means"), self.$field.means));
                    entries.push((concat!(stringify!($field), ".attempt"), self.$field.attempt));
                )*
            }
        }
    };
}

errors! {
    eaddrinuse eaddrnotavail eacces eperm econnrefused econnreset econnaborted epipe enotconn eisconn einval
    eopnotsupp edestaddrreq emsgsize eafnosupport ealready einprogress enoent eprototype etimedout
    enetunreach ehostunreach ebadf emfile enobufs enomem enoprotoopt eprotonosupport eagain eai_noname
    denied no_such_socket timeout cancelled quota no_such_session unauthorized payload protocol
}

/// All the texts of a language.
#[derive(Debug)]
pub struct Text {
    /// See [`Bar`].
    pub bar: Bar,
    /// See [`Link`].
    pub link: Link,
    /// See [`Intro`].
    pub intro: Intro,
    /// See [`Sockets`].
    pub sockets: Sockets,
    /// See [`States`].
    pub states: States,
    /// See [`Arrangement`].
    pub arrangement: Arrangement,
    /// See [`CallBar`].
    pub call: CallBar,
    /// See [`Labels`].
    pub labels: Labels,
    /// See [`OutcomeTexts`].
    pub outcome: OutcomeTexts,
    /// See [`Log`].
    pub log: Log,
    /// See [`KindNames`].
    pub kinds: KindNames,
    /// See [`Detail`].
    pub detail: Detail,
    /// See [`MistakeTexts`].
    pub mistake: MistakeTexts,
    /// See [`Errors`].
    pub errors: Errors,
}

impl Text {
    /// Every text with its name.
    pub fn entries(&self) -> Vec<(&'static str, &'static str)> {
        let Text {
            bar,
            link,
            intro,
            sockets,
            states,
            arrangement,
            call,
            labels,
            outcome,
            log,
            kinds,
            detail,
            mistake,
            errors,
        } = self;
        let mut entries = Vec::new();
        bar.walk(&mut entries);
        link.walk(&mut entries);
        intro.walk(&mut entries);
        sockets.walk(&mut entries);
        states.walk(&mut entries);
        arrangement.walk(&mut entries);
        call.walk(&mut entries);
        labels.walk(&mut entries);
        outcome.walk(&mut entries);
        log.walk(&mut entries);
        kinds.walk(&mut entries);
        detail.walk(&mut entries);
        mistake.walk(&mut entries);
        errors.walk(&mut entries);
        entries
    }
}
