//! Verdicts on addresses as clients write them.

use super::*;

const OWN: u16 = 7410;

fn names() -> UnixNames {
    UnixNames::new(&UnixRoot::open("/".into()).unwrap(), "s_1")
}

/// What needs no name server.
fn now(reach: Reach) -> Allowed<Target> {
    match reach {
        Reach::Now(target) => target,
        Reach::Later(question) => panic!("{question:?} would be asked"),
    }
}

fn reach(address: &str, family: Family) -> Result<String, String> {
    Policy::new(OWN, Rules::default())
        .reach("connect", (Use::Connect, Transport::Tcp), &address.parse().unwrap(), family, &names())
        .map(|reach| match now(reach).get() {
            Target::Inet(address) => address.to_string(),
            Target::Unix(target) => target.path.display().to_string(),
        })
        .map_err(|fault| fault.data.rule.or(fault.data.errno).unwrap())
}

#[test]
fn loopback_is_reached_and_nothing_else() {
    let check = |address: &str, expected: Result<&str, &str>| {
        let got = reach(address, Family::Inet);
        assert_eq!(got.as_ref().map(String::as_str).map_err(String::as_str), expected, "{address}");
    };
    check("127.0.0.1:80", Ok("127.0.0.1:80"));
    check("127.9.9.9:80", Ok("127.9.9.9:80"));
    check("[::1]:80", Ok("[::1]:80"));
    check("[::ffff:127.0.0.1]:80", Ok("[::ffff:127.0.0.1]:80"));
    check("localhost:80", Ok("127.0.0.1:80"));
    check("0.0.0.0:80", Err("unspecified"));
    check(":80", Err("unspecified"));
    check("[::]:80", Err("unspecified"));
    check("[::ffff:0.0.0.0]:80", Err("unspecified"));
    check("10.0.0.1:80", Err("private"));
    check("[::ffff:10.0.0.1]:80", Err("private"));
    check("169.254.169.254:80", Err("cloud_metadata"));
    check("169.254.0.1:80", Err("link_local"));
    check("0.0.0.1:80", Err("this_network"));
    check("[64:ff9b::7f00:1]:80", Err("nat64"));
    check("[::127.0.0.1]:80", Err("embedded"));
    check("255.255.255.255:80", Err("broadcast"));
    check("8.8.8.8:53", Err("loopback_only"));
    check("239.1.2.3:80", Ok("239.1.2.3:80"));
    check("[ff11::1]:80", Ok("[ff11::1]:80"));
    check("224.0.0.251:80", Err("multicast"));
    check("239.255.255.250:80", Err("multicast"));
    check("[ff02::1]:80", Err("multicast"));
    check("[::ffff:239.1.2.3]:80", Err("multicast"));
    check("no-such-name.invalid:80", Err("EAI_NONAME"));
}

#[test]
fn a_name_gives_the_address_of_the_sockets_family() {
    assert_eq!(reach("localhost:80", Family::Inet6).unwrap(), "[::1]:80");
}

#[test]
fn the_own_port_is_out_of_reach_in_every_spelling() {
    for address in [
        "127.0.0.1:7410",
        "127.1.2.3:7410",
        "[::1]:7410",
        "[::ffff:127.0.0.1]:7410",
        "localhost:7410",
        "239.1.2.3:7410",
    ] {
        assert_eq!(reach(address, Family::Inet), Err("own_port".to_owned()), "{address}");
    }
    let taken = Policy::new(OWN, Rules::default()).take(
        SocketType::Stream,
        &"*:7410".parse().unwrap(),
        Family::Inet,
        &names(),
    );
    assert_eq!(taken.unwrap_err().data.rule.unwrap(), "own_port");
}

#[test]
fn any_local_address_is_narrowed_to_loopback() {
    let check = |address: &str, family: Family, expected: &str| {
        let taken = Policy::new(OWN, Rules::default())
            .take(SocketType::Stream, &address.parse().unwrap(), family, &names())
            .unwrap();
        assert!(taken.narrowed, "{address}");
        assert_eq!(taken.target.get(), &Target::Inet(expected.parse().unwrap()), "{address}");
    };
    check(":7788", Family::Inet, "127.0.0.1:7788");
    check("*:0", Family::Inet6, "[::1]:0");
    check("0.0.0.0:7788", Family::Inet, "127.0.0.1:7788");
    check("[::]:7788", Family::Inet6, "[::1]:7788");
}

#[test]
fn addresses_that_only_look_like_any_are_not_narrowed() {
    for (address, rule) in [("0.0.0.1:0", "this_network"), ("[::ffff:0.0.0.0]:0", "unspecified")] {
        let taken = Policy::new(OWN, Rules::default()).take(
            SocketType::Stream,
            &address.parse().unwrap(),
            Family::Inet,
            &names(),
        );
        assert_eq!(taken.unwrap_err().data.rule.unwrap(), rule, "{address}");
    }
}

#[test]
fn every_answer_for_a_name_must_pass() {
    let policy = Policy::new(OWN, Rules::default());
    let mixed = [IpAddr::from([127, 0, 0, 1]), IpAddr::from([10, 0, 0, 1])];
    let named = Named { name: "mixed", by: Source::Here };
    for answers in [mixed, [mixed[1], mixed[0]]] {
        let fault = policy
            .check_all("connect", (Use::Connect, Transport::Tcp), named, 80, &answers, Family::Inet)
            .unwrap_err();
        assert_eq!(fault.data.rule.unwrap(), "private");
    }
}

#[test]
fn a_group_is_an_address_of_the_allowed_ranges() {
    let check = |text: &str, expected: Result<&str, i32>| {
        let group = Policy::new(OWN, Rules::default()).group("setsockopt", text);
        let got = group.as_ref().map(|group| group.get().to_string()).map_err(|fault| fault.code);
        assert_eq!(got.as_deref().map_err(|code| *code), expected, "{text}");
    };
    check("239.1.2.3", Ok("239.1.2.3"));
    check("ff11::1", Ok("ff11::1"));
    check("[ff01::1]", Ok("ff01::1"));
    // The kernel says of it that it is no group.
    check("127.0.0.1", Ok("127.0.0.1"));
    check("224.0.0.251", Err(2));
    check("ff02::fb", Err(2));
    check("::ffff:239.1.2.3", Err(2));
    for text in ["", "239.1.2.3:5000", "239.1.2", "[239.1.2.3", "localhost", "ff11::1%lo"] {
        check(text, Err(-32602));
    }
}

/// A policy from the text of a configuration file's table.
fn policy(rules: &str) -> Arc<Policy> {
    Policy::new(OWN, Rules::new(toml::from_str(rules).unwrap()).unwrap())
}

/// The rule that decides, with a sign for how.
fn verdict(policy: &Policy, purpose: Use, transport: Transport, address: &str) -> String {
    let verdict = policy.verdict((purpose, transport), address.parse().unwrap(), None);
    format!("{}{}", if verdict.is_allowed { "+" } else { "-" }, verdict.rule)
}

#[test]
fn a_rule_opens_what_it_says_and_nothing_else() {
    let policy = policy(
        r#"
        [[allow]]
        name = "printers"
        networks = ["192.168.7.0/24", "fd07::/48"]
        ports = [9100, "8000-8999"]
        transports = ["tcp"]

        [[allow]]
        name = "one"
        networks = ["10.0.0.5"]
        transports = ["udp"]
        for = ["send", "bind"]
        "#,
    );
    let check = |purpose, transport, address: &str, expected: &str| {
        assert_eq!(
            verdict(&policy, purpose, transport, address),
            expected,
            "{purpose:?} {transport:?} {address}"
        );
    };
    check(Use::Connect, Transport::Tcp, "192.168.7.9:9100", "+printers");
    check(Use::Connect, Transport::Tcp, "[::ffff:192.168.7.9]:8500", "+printers");
    check(Use::Connect, Transport::Tcp, "[fd07::9]:8000", "+printers");
    check(Use::Connect, Transport::Tcp, "192.168.7.9:80", "-private");
    check(Use::Connect, Transport::Udp, "192.168.7.9:9100", "-private");
    check(Use::Bind, Transport::Tcp, "192.168.7.9:9100", "-private");
    check(Use::Connect, Transport::Tcp, "192.168.8.1:9100", "-private");
    check(Use::Connect, Transport::Tcp, "8.8.8.8:9100", "-no_rule");
    check(Use::Send, Transport::Udp, "10.0.0.5:53", "+one");
    check(Use::Bind, Transport::Udp, "10.0.0.5:0", "+one");
    check(Use::Connect, Transport::Udp, "10.0.0.5:53", "-private");
    check(Use::Connect, Transport::Tcp, "127.0.0.1:80", "+loopback");
    check(Use::Connect, Transport::Tcp, "127.0.0.1:7410", "-own_port");
    // Without a rule that opens all addresses, "any address" stays loopback.
    let taken = policy.take(SocketType::Dgram, &":7788".parse().unwrap(), Family::Inet, &names()).unwrap();
    assert!(taken.narrowed);
}

#[test]
fn everything_is_not_the_router_and_the_metadata_service() {
    for rules in ["[[allow]]\nnetworks = [\"0.0.0.0/0\", \"::/0\"]", "[[allow]]\nnetworks = [\"public\"]"] {
        let policy = policy(rules);
        for (address, expected) in [
            ("8.8.8.8:53", "+allow[0]"),
            ("[2606:4700:4700::1111]:53", "+allow[0]"),
            ("10.0.0.1:80", "-private"),
            ("192.168.1.1:80", "-private"),
            ("169.254.169.254:80", "-cloud_metadata"),
            ("[fd00:ec2::254]:80", "-cloud_metadata"),
            ("[fe80::1]:80", "-link_local"),
            ("[64:ff9b::808:808]:80", "-nat64"),
            ("[2002:808:808::1]:80", "-6to4"),
            ("0.0.0.0:80", "-unspecified"),
            ("224.0.0.251:5353", "-multicast"),
            ("255.255.255.255:80", "-broadcast"),
        ] {
            let got = verdict(&policy, Use::Connect, Transport::Tcp, address);
            assert_eq!(got, expected, "{rules}: {address}");
        }
    }
}

#[test]
fn a_private_network_does_not_open_the_metadata_service_inside_it() {
    let policy = policy("[[allow]]\nnetworks = [\"169.254.0.0/16\", \"100.64.0.0/10\"]");
    let check = |address: &str, expected: &str| {
        assert_eq!(verdict(&policy, Use::Connect, Transport::Tcp, address), expected, "{address}");
    };
    check("169.254.1.1:80", "+allow[0]");
    check("169.254.169.254:80", "-cloud_metadata");
    check("100.100.100.200:80", "-cloud_metadata");
}

#[test]
fn what_is_denied_stays_so_even_on_loopback() {
    let policy = policy(
        r#"
        [[allow]]
        networks = ["public"]
        [[deny]]
        name = "no mail"
        networks = ["0.0.0.0/0", "::/0"]
        ports = [25, 465, 587]
        "#,
    );
    assert_eq!(verdict(&policy, Use::Connect, Transport::Tcp, "8.8.8.8:25"), "-no mail");
    assert_eq!(verdict(&policy, Use::Connect, Transport::Tcp, "[::ffff:127.0.0.1]:587"), "-no mail");
    let denied = policy.reach(
        "connect",
        (Use::Connect, Transport::Tcp),
        &"127.0.0.1:25".parse().unwrap(),
        Family::Inet,
        &names(),
    );
    assert_eq!(denied.unwrap_err().data.rule.as_deref(), Some("no mail"));
}

#[test]
fn any_address_may_be_bound_only_where_all_addresses_may() {
    let open = policy("[[allow]]\nnetworks = [\"0.0.0.0/0\"]\nfor = [\"bind\"]\nports = [\"20000-29999\"]");
    let take = |address: &str| {
        open.take(SocketType::Stream, &address.parse().unwrap(), Family::Inet, &names())
            .map(|taken| (taken.narrowed, taken.target.get().clone()))
            .map_err(|fault| fault.data.rule.unwrap())
    };
    assert_eq!(take(":20000"), Ok((false, Target::Inet("0.0.0.0:20000".parse().unwrap()))));
    assert_eq!(take(":80"), Ok((true, Target::Inet("127.0.0.1:80".parse().unwrap()))));
    assert_eq!(take("8.8.8.8:80"), Err("no_rule".to_owned()));
    // To connect is another use.
    assert_eq!(verdict(&open, Use::Connect, Transport::Tcp, "8.8.8.8:20000"), "-no_rule");
    assert_eq!(verdict(&open, Use::Connect, Transport::Tcp, "0.0.0.0:20000"), "-unspecified");
}

#[test]
fn a_rule_about_names_is_about_what_was_written() {
    let policy = policy(
        r#"
        [[allow]]
        name = "printer"
        names = ["printer.corp.internal", "*.example.org"]
        networks = ["10.0.0.0/8"]
        [[deny]]
        name = "not that one"
        names = ["evil.example.org"]
        "#,
    );
    let check = |name: Option<&str>, by: Source, address: &str, expected: &str| {
        let named = name.map(|name| Named { name, by });
        let verdict = policy.verdict((Use::Connect, Transport::Tcp), address.parse().unwrap(), named);
        let got = format!("{}{}", if verdict.is_allowed { "+" } else { "-" }, verdict.rule);
        assert_eq!(got, expected, "{name:?} {address}");
    };
    check(Some("printer.corp.internal"), Source::Server, "10.0.0.5:80", "+printer");
    check(Some("a.b.example.org"), Source::Server, "10.0.0.5:80", "+printer");
    check(Some("example.org"), Source::Server, "10.0.0.5:80", "-private");
    check(Some("badexample.org"), Source::Server, "10.0.0.5:80", "-private");
    check(None, Source::Here, "10.0.0.5:80", "-private");
    check(Some("printer.corp.internal"), Source::Server, "192.168.0.1:80", "-private");
    check(Some("evil.example.org"), Source::Server, "10.0.0.5:80", "-not that one");
    // Loopback is open to whoever writes it, and to nobody by somebody else's word.
    check(Some("box"), Source::Here, "127.0.1.1:80", "+loopback");
    check(Some("a.example.org"), Source::Server, "127.0.0.1:80", "-loopback_by_name");
    check(Some("a.example.org"), Source::Server, "[::ffff:127.0.0.1]:80", "-loopback_by_name");
    assert!(policy.rules.may_look_up("printer.corp.internal"));
    assert!(!policy.rules.may_look_up("other.corp.internal"));
    assert!(!policy.rules.may_look_up("example.net"));
}

#[test]
fn names_of_special_kinds_are_looked_up_only_where_a_rule_names_them() {
    let policy = policy("[[allow]]\nnetworks = [\"public\"]");
    assert!(policy.rules.may_look_up("example.net"));
    assert!(!policy.rules.may_look_up("intranet"));
    assert!(!policy.rules.may_look_up("metadata.google.internal"));
}
