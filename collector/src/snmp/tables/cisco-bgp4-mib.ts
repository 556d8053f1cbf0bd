/** CISCO-BGP4-MIB cbgpPeer2Table: IPv6 peers too. Index: address type, length, octets. */
export const cbgpPeer2State = '1.3.6.1.4.1.9.9.187.1.2.5.1.3';
export const cbgpPeer2LocalAddr = '1.3.6.1.4.1.9.9.187.1.2.5.1.6';
export const cbgpPeer2RemoteAs = '1.3.6.1.4.1.9.9.187.1.2.5.1.11';
export const cbgpPeer2RemoteIdentifier = '1.3.6.1.4.1.9.9.187.1.2.5.1.12';
