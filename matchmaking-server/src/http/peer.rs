//! Whose request it is: the address behind the proxies that are trusted.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use http::HeaderMap;

/// An address, or all addresses with the same beginning (`10.0.0.0/8`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    prefix: u8,
}

/// What is neither an address nor a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither an IP address nor a network such as 10.0.0.0/8")]
pub struct NetworkError;

impl Network {
    /// Whether the address is in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let shift = |width: u32| width - u32::from(self.prefix);
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                (base.to_bits() ^ address.to_bits()).checked_shr(shift(32)).unwrap_or(0) == 0
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                (base.to_bits() ^ address.to_bits()).checked_shr(shift(128)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().map_err(|_| NetworkError)?)),
            None => (text, None),
        };
        let base: IpAddr = address.parse().map_err(|_| NetworkError)?;
        let width = if base.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(width);
        if prefix > width { Err(NetworkError) } else { Ok(Self { base, prefix }) }
    }
}

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Vec<Network>);

impl TrustedProxies {
    /// The client's address: the peer's, or, where the peer is a trusted proxy, the last address in
    /// `X-Forwarded-For` that is not one. Earlier entries are the client's own claim and are not looked at.
    #[must_use]
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.ip().to_canonical();
        if self.0.is_empty() {
            return client;
        }
        // Several header lines are one list, in their order.
        let mut lines: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
        lines.reverse();
        let entries = lines.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.rsplit(','));
        for entry in entries {
            if !self.trusts(client) {
                return client;
            }
            let entry = entry.trim();
            let address =
                entry.parse::<IpAddr>().ok().or_else(|| Some(entry.parse::<SocketAddr>().ok()?.ip()));
            match address {
                Some(address) => client = address.to_canonical(),
                None => return client,
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_the_addresses_with_their_beginning() {
        let network = |text: &str| text.parse::<Network>().unwrap();
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(network("10.0.0.0/8").contains(address("10.255.1.2")));
        assert!(!network("10.0.0.0/8").contains(address("11.0.0.1")));
        assert!(network("10.0.0.1").contains(address("::ffff:10.0.0.1")));
        assert!(network("0.0.0.0/0").contains(address("8.8.8.8")));
        assert!(!network("0.0.0.0/0").contains(address("::1")));
        assert!(network("fd00::/8").contains(address("fd12::1")));
        for bad in ["", "10.0.0.0/33", "10.0.0", "::/129", "10.0.0.0/-1", "host"] {
            assert_eq!(bad.parse::<Network>(), Err(NetworkError), "{bad}");
        }
    }

    #[test]
    fn only_trusted_proxies_say_whose_request_it_is() {
        let peer: SocketAddr = "10.0.0.9:1".parse().unwrap();
        let proxies = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
        let client = |proxies: &TrustedProxies, lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            proxies.client(peer, &headers).to_string()
        };
        assert_eq!(client(&TrustedProxies::default(), &["1.2.3.4"]), "10.0.0.9");
        assert_eq!(client(&proxies, &["1.2.3.4"]), "1.2.3.4");
        assert_eq!(client(&proxies, &["6.6.6.6, 1.2.3.4, 10.0.0.8"]), "1.2.3.4");
        assert_eq!(client(&proxies, &["6.6.6.6", "1.2.3.4"]), "1.2.3.4");
        assert_eq!(client(&proxies, &["nonsense"]), "10.0.0.9");
        assert_eq!(client(&proxies, &["1.2.3.4:80"]), "1.2.3.4");
        assert_eq!(client(&proxies, &[]), "10.0.0.9");
    }
}
