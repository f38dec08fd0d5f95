//! What the fragment of the page's address says: whose token it is, which session to look at, and which of its lines.
//!
//! A fragment never leaves the browser: no server and no proxy reads it in its log.

/// A fragment in its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fragment {
    /// The owner's token, as the server prints it.
    pub token: Option<String>,
    /// A session.
    pub session: Option<String>,
    /// The token of a share of it.
    pub share: Option<String>,
    /// The number of a line of its log.
    pub line: Option<u64>,
}

impl Fragment {
    /// Reads a fragment; nothing where it is another, such as the place on the page that a link leads to.
    pub fn parse(fragment: &str) -> Option<Fragment> {
        let mut read = Fragment::default();
        for part in fragment.trim_start_matches('#').split('&') {
            let (name, value) = part.split_once('=')?;
            let value = token_characters(value);
            match name {
                "token" => read.token = Some(value),
                "session" => read.session = Some(value),
                "share" => read.share = Some(value),
                "line" => read.line = value.parse().ok().filter(|line| *line > 0),
                // A newer page may add more.
                _ => {}
            }
        }
        (read != Fragment::default()).then_some(read)
    }

    /// The session and the share's token, where it has both.
    pub fn shared(&self) -> Option<(&str, &str)> {
        let filled = |value: &Option<String>| value.as_ref().is_some_and(|value| !value.is_empty());
        (filled(&self.session) && filled(&self.share))
            .then_some((self.session.as_deref()?, self.share.as_deref()?))
    }

    /// The fragment in full, with its `#`.
    pub fn write(&self) -> String {
        let Fragment { token, session, share, line } = self;
        let line = line.map(|line| line.to_string());
        let parts = [("token", token), ("session", session), ("share", share), ("line", &line)];
        let parts = parts.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?)));
        format!("#{}", parts.collect::<Vec<_>>().join("&"))
    }
}

/// The beginning of a text that can stand in a subprotocol, a token of RFC 9110; any other character would make the
/// browser throw.
pub fn token_characters(text: &str) -> String {
    let allowed =
        |character: &char| character.is_ascii_alphanumeric() || "!#$%'*+-.^_`|~".contains(*character);
    text.chars().take_while(allowed).collect()
}

/// Whether a host is reached from its own machine alone.
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.ends_with(".localhost") || host == "::1" || host.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_address_has_the_owners_token() {
        let read = Fragment::parse("#token=a-b_c").unwrap();
        assert_eq!(read.token.as_deref(), Some("a-b_c"));
        assert_eq!(read.shared(), None);
    }

    #[test]
    fn a_shares_link_reads_back_as_it_was_written() {
        let link =
            Fragment { session: Some("s_1".into()), share: Some("AbC-_9".into()), ..Fragment::default() };
        assert_eq!(link.write(), "#session=s_1&share=AbC-_9");
        assert_eq!(Fragment::parse(&link.write()).unwrap(), link);
        assert_eq!(link.shared(), Some(("s_1", "AbC-_9")));
    }

    #[test]
    fn a_line_goes_with_either_link() {
        let own = Fragment { session: Some("s_1".into()), line: Some(17), ..Fragment::default() };
        assert_eq!(own.write(), "#session=s_1&line=17");
        assert_eq!(Fragment::parse(&own.write()).unwrap(), own);
        let shared = Fragment { share: Some("t".into()), ..own };
        assert_eq!(Fragment::parse("#session=s_1&share=t&line=17").unwrap(), shared);
        for wrong in ["0", "-1", "x", "99999999999999999999"] {
            assert_eq!(Fragment::parse(&format!("#session=s_1&line={wrong}")).unwrap().line, None);
        }
    }

    #[test]
    fn what_is_cut_off_leads_to_no_session() {
        assert_eq!(Fragment::parse("#session=s_1&share=").unwrap().shared(), None);
        assert_eq!(Fragment::parse("#session=s_1").unwrap().shared(), None);
        assert_eq!(Fragment::parse("#session=s_1&share=abc)").unwrap().shared(), Some(("s_1", "abc")));
    }

    #[test]
    fn a_place_on_the_page_is_no_link_of_ours() {
        assert_eq!(Fragment::parse("#calls"), None);
        assert_eq!(Fragment::parse(""), None);
        assert_eq!(Fragment::parse("#x=1"), None);
    }

    #[test]
    fn hosts_of_the_own_machine_are_known() {
        assert!(["localhost", "127.0.0.1", "[::1]", "a.localhost"].into_iter().all(is_loopback));
        assert!(!["192.168.0.9", "localhost.example", "[fd00::1]"].into_iter().any(is_loopback));
    }
}
