/** IP-FORWARD-MIB (RFC 4292), its deprecated table (RFC 2096) and the one before both (ipRouteTable of RFC 1213). */

/**
 * Routers of an enterprise have tens to some thousand routes; one with a full BGP table has a million, which no path
 * through this network needs. A walk ends here, whoever asks for it.
 */
export const MAX_ROUTES = 5_000;

/** Rows of inetCidrRouteTable: its size before it is walked. */
export const inetCidrRouteNumber = '1.3.6.1.2.1.4.24.6.0';
/** Rows of ipCidrRouteTable. */
export const ipCidrRouteNumber = '1.3.6.1.2.1.4.24.3.0';

/**
 * inetCidrRouteTable. Index: destination type, length, octets; prefix length; policy as length and sub-identifiers;
 * next hop type, length, octets (type 0 and no octets when the network is connected).
 */
export const inetCidrRouteIfIndex = '1.3.6.1.2.1.4.24.7.1.7';
/** 1 other, 2 reject, 3 local, 4 remote, 5 blackhole. */
export const inetCidrRouteType = '1.3.6.1.2.1.4.24.7.1.8';
/** IANAipRouteProtocol. */
export const inetCidrRouteProto = '1.3.6.1.2.1.4.24.7.1.9';
export const inetCidrRouteMetric1 = '1.3.6.1.2.1.4.24.7.1.12';

/** ipCidrRouteTable. Index: destination, mask, type of service, next hop. */
export const ipCidrRouteIfIndex = '1.3.6.1.2.1.4.24.4.1.5';
/** 1 other, 2 reject, 3 local, 4 remote. */
export const ipCidrRouteType = '1.3.6.1.2.1.4.24.4.1.6';
export const ipCidrRouteProto = '1.3.6.1.2.1.4.24.4.1.7';
export const ipCidrRouteMetric1 = '1.3.6.1.2.1.4.24.4.1.11';

/** ipRouteTable: one route a destination. Index: destination. */
export const ipRouteIfIndex = '1.3.6.1.2.1.4.21.1.2';
export const ipRouteMetric1 = '1.3.6.1.2.1.4.21.1.3';
export const ipRouteNextHop = '1.3.6.1.2.1.4.21.1.7';
/** 1 other, 2 invalid, 3 direct, 4 indirect. */
export const ipRouteType = '1.3.6.1.2.1.4.21.1.8';
export const ipRouteProto = '1.3.6.1.2.1.4.21.1.9';
export const ipRouteMask = '1.3.6.1.2.1.4.21.1.11';
