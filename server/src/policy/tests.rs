//! Verdicts on addresses as clients write them.

use super::*;

const OWN: u16 = 7410;

fn names() -> UnixNames {
    UnixNames::new(std::path::Path::new("/nowhere"), "s_1")
}

fn reach(address: &str, family: Family) -> Result<String, String> {
    Policy::new(OWN)
        .reach("connect", &address.parse().unwrap(), family, &names())
        .map(|allowed| match allowed.get() {
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
    check("169.254.169.254:80", Err("link_local"));
    check("[64:ff9b::7f00:1]:80", Err("embedded"));
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
    let taken = Policy::new(OWN).take(&"*:7410".parse().unwrap(), Family::Inet, &names());
    assert_eq!(taken.unwrap_err().data.rule.unwrap(), "own_port");
}

#[test]
fn any_local_address_is_narrowed_to_loopback() {
    let check = |address: &str, family: Family, expected: &str| {
        let taken = Policy::new(OWN).take(&address.parse().unwrap(), family, &names()).unwrap();
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
    for address in ["0.0.0.1:0", "[::ffff:0.0.0.0]:0"] {
        let taken = Policy::new(OWN).take(&address.parse().unwrap(), Family::Inet, &names());
        assert_eq!(taken.unwrap_err().data.rule.unwrap(), "unspecified", "{address}");
    }
}

#[test]
fn every_answer_for_a_name_must_pass() {
    let policy = Policy::new(OWN);
    let mixed = [IpAddr::from([127, 0, 0, 1]), IpAddr::from([10, 0, 0, 1])];
    for answers in [mixed, [mixed[1], mixed[0]]] {
        let fault = policy.check_all("connect", "mixed", 80, &answers, Family::Inet).unwrap_err();
        assert_eq!(fault.data.rule.unwrap(), "private");
    }
}

#[test]
fn a_group_is_an_address_of_the_allowed_ranges() {
    let check = |text: &str, expected: Result<&str, i32>| {
        let group = Policy::new(OWN).group("setsockopt", text);
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
