/** BGP4-MIB (RFC 4273). Index of bgpPeerTable: the peer's IPv4 address. */
export const bgpLocalAs = '1.3.6.1.2.1.15.2.0';
export const bgpIdentifier = '1.3.6.1.2.1.15.4.0';
export const bgpPeerIdentifier = '1.3.6.1.2.1.15.3.1.1';
/** 6 established. */
export const bgpPeerState = '1.3.6.1.2.1.15.3.1.2';
export const bgpPeerLocalAddr = '1.3.6.1.2.1.15.3.1.5';
export const bgpPeerRemoteAs = '1.3.6.1.2.1.15.3.1.9';
