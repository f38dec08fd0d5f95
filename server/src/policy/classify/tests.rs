//! The table against itself, against every embedding, and against another library's.

use proptest::prelude::*;

use super::*;

#[test]
fn addresses_are_of_the_kind_that_their_registry_says() {
    let check = |class: Class, texts: &[&str]| {
        for text in texts {
            assert_eq!(classify(text.parse().unwrap()), class, "{text}");
        }
    };
    check(Class::Loopback, &["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"]);
    check(Class::Unspecified, &["0.0.0.0", "::", "::ffff:0.0.0.0"]);
    check(Class::ThisNetwork, &["0.0.0.1", "0.255.255.255", "::ffff:0.0.0.1"]);
    check(Class::Private, &["10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1"]);
    check(Class::Private, &["::ffff:10.0.0.5", "::ffff:c0a8:1"]);
    check(Class::Shared, &["100.64.0.0", "100.127.255.255"]);
    check(Class::LinkLocal, &["169.254.0.1", "fe80::1", "fe80::5efe:7f00:1"]);
    check(Class::CloudMetadata, &["169.254.169.254", "::ffff:a9fe:a9fe", "169.254.170.2", "168.63.129.16"]);
    check(Class::CloudMetadata, &["100.100.100.200", "192.0.0.192", "fd00:ec2::254"]);
    check(Class::UniqueLocal, &["fc00::1", "fd12:3456::99"]);
    check(
        Class::SpecialPurpose,
        &["192.0.0.8", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.19.255.255"],
    );
    check(Class::SpecialPurpose, &["192.88.99.1", "fec0::1", "100::1", "100:0:0:1::1", "2001:db8::1"]);
    check(Class::SpecialPurpose, &["3fff::1", "5f00::1", "2001:2::1", "2001:20::1", "2001:1::1"]);
    check(Class::Multicast, &["224.0.0.1", "224.1.1.1", "232.1.1.1", "239.255.255.250", "::ffff:239.1.2.3"]);
    check(Class::Multicast, &["ff02::1", "ff05::c", "ff0e::1", "ff21::1"]);
    check(Class::LoopbackGroup, &["239.0.0.0", "239.1.2.3", "239.255.254.255", "ff01::1", "ff11::2:3"]);
    check(Class::Reserved, &["240.0.0.1", "254.1.2.3", "255.255.255.254"]);
    check(Class::Broadcast, &["255.255.255.255"]);
    check(Class::Embedded, &["::127.0.0.1", "::10.0.0.5", "::ffff:0:127.0.0.1"]);
    check(Class::Nat64, &["64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a9fe:a9fe"]);
    check(Class::SixToFour, &["2002:7f00:1::1", "2002:808:808::1"]);
    check(Class::Teredo, &["2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001::80ff:fffe"]);
    check(Class::Isatap, &["2001:4860::5efe:a9fe:a9fe", "2a00::200:5efe:a00:1"]);
    check(Class::NotGlobal, &["4000::1", "8000::1", "e000::1", "64:ff9c::1"]);
    check(Class::Global, &["8.8.8.8", "126.255.255.255", "128.0.0.0", "172.15.255.255", "172.32.0.0"]);
    check(Class::Global, &["9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "192.169.0.0"]);
    check(Class::Global, &["2606:4700:4700::1111", "2001:4860:4860::8888"]);
}

#[test]
fn each_entry_of_the_table_counts_at_both_of_its_ends() {
    for special in SPECIAL {
        let longer = |ip: &IpAddr| {
            SPECIAL.iter().any(|other| {
                other.network.contains(ip) && other.network.prefix_len() > special.network.prefix_len()
            })
        };
        for ip in [special.network.network(), special.network.broadcast()] {
            if !longer(&ip) {
                assert_eq!(classify(ip), special.class, "{ip} of {}", special.network);
            }
        }
    }
}

#[test]
fn no_network_stands_in_the_table_twice() {
    for (index, special) in SPECIAL.iter().enumerate() {
        assert_eq!(special.network, special.network.trunc(), "bits beyond the prefix");
        let twice = SPECIAL.iter().skip(index + 1).any(|other| other.network == special.network);
        assert!(!twice, "{}", special.network);
    }
}

/// IPv4 written as IPv6 in every way that some host has ever turned back.
fn embeddings(ip: Ipv4Addr) -> Vec<Ipv6Addr> {
    let [a, b, c, d] = ip.octets();
    let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    vec![
        ip.to_ipv6_mapped(),
        Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
        Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
        Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
        Ipv6Addr::new(0x2001, 0, 0x4136, 0xe378, 0x8000, 0x63bf, !high, !low),
        Ipv6Addr::new(0x2606, 0x4700, 0, 0, 0, 0x5efe, high, low),
        Ipv6Addr::new(0xfe80, 0, 0, 0, 0x200, 0x5efe, high, low),
    ]
}

/// With nine embeddings of each, a million addresses and more.
const CASES: u32 = 120_000;

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, ..ProptestConfig::default() })]

    #[test]
    fn what_is_not_global_is_not_global_in_any_embedding(bits in any::<u32>()) {
        let ip = Ipv4Addr::from(bits);
        if classify(ip.into()) != Class::Global {
            for embedded in embeddings(ip) {
                prop_assert_ne!(classify(embedded.into()), Class::Global, "{} as {}", ip, embedded);
            }
        }
    }

    #[test]
    fn the_kind_does_not_depend_on_the_spelling(bits in any::<u128>(), first in any::<u16>()) {
        // Random bits alone are nearly always outside of every network of the table.
        let prefixes = [0, 0x64, 0x100, 0x2001, 0x2002, 0x2606, 0xfc00, 0xfe80, 0xff01, first];
        let prefix = prefixes[usize::from(first) % prefixes.len()];
        let ip = Ipv6Addr::from((bits >> 16) | (u128::from(prefix) << 112));
        let again: Ipv6Addr = ip.to_string().parse().unwrap();
        prop_assert_eq!(know(again.into()), know(ip.into()));
    }
}

/// Where our table is stricter than `ip_network`'s idea of what is global, or it than ours, on purpose.
fn is_known_difference(known: &Known) -> bool {
    match known.class {
        // Not in IANA's registry: clouds' own, and embeddings in addresses that are global as such.
        Class::CloudMetadata | Class::Isatap => true,
        // That library counts multicast of global scope, and the anycast networks, as global.
        Class::Multicast | Class::LoopbackGroup | Class::SpecialPurpose => true,
        // It knows no 6to4, Teredo, NAT64, SIIT, nor that only 2000::/3 is given out.
        Class::SixToFour | Class::Teredo | Class::Nat64 | Class::Embedded | Class::NotGlobal => true,
        _ => false,
    }
}

#[test]
fn what_we_call_global_another_library_calls_global_too() {
    let check = |ip: IpAddr| {
        let known = know(ip);
        let theirs = match known.ip {
            IpAddr::V4(ip) => ip_network::Ipv4Network::new(ip, 32).unwrap().is_global(),
            IpAddr::V6(ip) => ip_network::Ipv6Network::new(ip, 128).unwrap().is_global(),
        };
        let ours = known.class == Class::Global;
        assert!(
            ours == theirs || (theirs && is_known_difference(&known)),
            "{ip}: {known:?}, they say {theirs}"
        );
    };
    for special in SPECIAL {
        for ip in [special.network.network(), special.network.broadcast()] {
            check(ip);
            match ip {
                IpAddr::V4(ip) => {
                    check(Ipv4Addr::from(u32::from(ip).wrapping_sub(1)).into());
                    check(Ipv4Addr::from(u32::from(ip).wrapping_add(1)).into());
                }
                IpAddr::V6(ip) => {
                    check(Ipv6Addr::from(u128::from(ip).wrapping_sub(1)).into());
                    check(Ipv6Addr::from(u128::from(ip).wrapping_add(1)).into());
                }
            }
        }
    }
    // Every /16 of IPv4, and a step that no network's size divides.
    for bits in (0..=u32::MAX).step_by(65_537) {
        check(Ipv4Addr::from(bits).into());
    }
}

/// The table as `docs/policy.md` shows it.
fn as_markdown() -> String {
    let mut table = "| network | rule | what it is | source |\n| --- | --- | --- | --- |\n".to_owned();
    for Special { network, class, source } in SPECIAL {
        table += &format!("| `{network}` | `{}` | {} | {source} |\n", class.rule(), class.words());
    }
    table
}

#[test]
fn the_documentation_shows_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/policy.md");
    let page = std::fs::read_to_string(path).unwrap();
    let table = as_markdown();
    assert!(page.contains(&table), "docs/policy.md has another table; this one belongs there:\n\n{table}");
}
